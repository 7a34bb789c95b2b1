"""`hamreg digest` shows what needs whom, and keeps it where it is asked to send."""

from pathlib import Path

from click.testing import CliRunner

from pipelines.cli import hamreg
from tests.support.filled_home import make_home


def test_a_digest_is_shown_and_nothing_is_kept(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    result = CliRunner().invoke(hamreg, ["--home", str(home.path), "digest"])
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "Nothing needs anybody.")
    assert list(home.digests.iterdir()) == []


def test_a_digest_that_is_sent_is_kept(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    result = CliRunner().invoke(hamreg, ["--home", str(home.path), "digest", "--send"])
    (kept,) = home.digests.iterdir()
    assert result.output == f"Wrote {kept}.\n"
