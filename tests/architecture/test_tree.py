"""What the tree must and must not hold: file length, hashes in the lock, a help text for every make target."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked(*patterns: str) -> list[Path]:
    command = ["git", "ls-files", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).exists()]


def test_the_lock_pins_every_package_with_hashes_and_names_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert len(pins) > 50
    assert [pin.split("\n")[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert re.search(r"index-url|find-links|https?://", text) is None


def test_no_source_file_is_longer_than_fits_in_the_head() -> None:
    sources = [path for path in tracked("*.py", "*.sql") if "tests" not in path.relative_to(ROOT).parts]
    assert len(sources) > 10
    assert [path.name for path in sources if len(path.read_text().splitlines()) > 300] == []


def test_every_command_the_makefile_offers_has_a_help_text() -> None:
    makefile = (ROOT / "Makefile").read_text()
    offered = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE)) - {"lint", "types"}
    explained = set(re.findall(r"^([a-z-]+):.*## \S", makefile, flags=re.MULTILINE))
    assert offered == explained
