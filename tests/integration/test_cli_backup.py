"""`hamreg backup` and `hamreg restore`: a home comes back as it was, and erased patients do not come back with it."""

import os
import shutil
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.accountability.chain import read_entries, verify
from pipelines.cli import hamreg
from tests.support.crash_world import ANNA, BERT, make_world
from tests.support.home_state import read_half, read_state
from tests.support.search import find_everywhere
from warehouse.layout import Home

DERIVED = ("current", "snapshots", "backups/", "acts")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_world(tmp_path_factory.mktemp("backup")).path.parent


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(made / "home", tmp_path / "home", symlinks=True)))


def call(home: Home, *words: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home.path), *words])


def back_up(home: Home) -> Path:
    folder = home.path.with_name("disk")
    result = call(home, "backup", str(folder))
    assert result.exit_code == 0, result.output
    assert "and read it back: 2 submissions" in result.output
    (target,) = folder.glob("*")
    return target


def kept(home: Home) -> dict[str, str]:
    return {name: text for name, text in read_state(home).items() if not name.startswith(DERIVED)}


def places_of_anna(home: Home) -> set[str]:
    """Where she stands; what waits is refused row by row when its turn comes."""
    return {name for name in find_everywhere(home.path, (ANNA,)) if not name.startswith("inbox/")}


def test_a_restored_home_equals_the_one_that_was_backed_up(home: Home) -> None:
    target, other = back_up(home), Home(home.path.with_name("other"))
    result = call(other, "restore", str(target))
    assert result.exit_code == 0, result.output
    assert kept(other) == kept(home)
    paths = [path for path in (other.path, *other.path.rglob("*")) if not path.is_symlink()]
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}
    assert call(other, "query", "select count(*) as n from registry.episode").exit_code == 0
    assert [entry.said["act"] for entry in read_entries(other)][-2:] == ["backup", "restore"]
    assert verify(other).fault == ""


def test_whoever_was_erased_since_the_backup_stays_erased(home: Home) -> None:
    target = back_up(home)
    assert call(home, "withdraw", ANNA, "--scope", "erase", "--yes").exit_code == 0
    refused = call(home, "restore", str(target))
    assert refused.exit_code == 1
    assert "--replace moves it aside" in str(getattr(refused.exception, "remedy", ""))
    result = call(home, "restore", str(target), "--replace")
    assert result.exit_code == 0, result.output
    assert "1 erased numbers stay erased." in result.output
    assert places_of_anna(home) == set()
    assert find_everywhere(home.path, (BERT,))
    (aside,) = home.path.parent.glob("home.before-*")
    assert read_half(home) == read_half(Home(aside)) == []


def test_an_erasure_reaches_the_backups_and_the_drafts_of_the_home(home: Home) -> None:
    assert call(home, "backup").exit_code == 0
    (target,) = home.backups.glob("*.tar")
    target.with_name(f"{target.name}.part").write_bytes(target.read_bytes())
    shutil.copytree(next(home.releases.iterdir()), home.releases / "20260302T000000000000Z.part")
    (home.drafts / "one").mkdir(parents=True)
    (home.drafts / "one" / "file").write_text(f"patient_id\n{ANNA}\n", encoding="utf-8")
    assert call(home, "withdraw", ANNA, "--scope", "erase", "--yes").exit_code == 0
    assert places_of_anna(home) == set()
    assert {path.suffix for path in home.backups.iterdir()} == {".duckdb", ".json"}


def test_a_backup_that_is_not_sound_is_named_and_restores_nothing(home: Home) -> None:
    target, other = back_up(home), Home(home.path.with_name("other"))
    os.truncate(target, target.stat().st_size - 512)  # zeros alone, which a tar ends with: nothing is lost
    assert "is sound: 2 submissions" in call(home, "backup", "--check", str(target)).output
    with tarfile.open(target) as tar:
        items = tar.getmembers()
    facts = next(item for item in items if item.name == home.facts_path.name)
    for item in (items[-1], facts, items[0]):  # the manifest is the last
        os.truncate(target, item.offset_data + item.size - 1)
        assert "no sound backup" in str(call(home, "backup", "--check", str(target)).exception), item.name
        assert "no sound backup" in str(call(other, "restore", str(target)).exception), item.name
    assert not other.path.exists()
    assert sorted(path.name for path in home.path.parent.iterdir()) == ["disk", "home"]


def test_without_room_no_backup_is_begun(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home.path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000))
    result = call(home, "backup")
    assert "MB left" in str(result.exception)
    assert list(home.backups.glob("*.tar*")) == []
