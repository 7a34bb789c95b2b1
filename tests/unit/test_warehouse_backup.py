"""A whole home in one file, and back again."""

import hashlib
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse import faults
from warehouse.backup import back_up, check_backup, restore
from warehouse.connection import writer
from warehouse.errors import HomeError
from warehouse.layout import Home

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    home.create()
    home.settings_path.write_text("[registry]\n")
    (home.archive("AMC")).mkdir()
    (home.archive("AMC") / "digest").write_bytes(b"as sent \xff\x00")
    home.inbox("AMC").mkdir()
    (home.inbox("AMC") / ".x.json").write_text("{}")
    (home.inbox("AMC") / "y.part").write_text("half")
    (home.snapshots / "20260301T000000000000Z").mkdir()
    (home.snapshots / "20260301T000000000000Z" / "registry.duckdb").write_bytes(b"derived")
    home.current.symlink_to("20260301T000000000000Z")
    with writer(home, "test") as connection:
        connection.execute(
            "insert into facts.submission by name select 's' as submission, 'AMC' as clinic, "
            "timestamp '2026-03-01' as received_at, timestamp '2026-03-01' as loaded_at, 'f' as file, 'd' as digest, "
            "1 as n_bytes, '1' as settings_version, '1' as dictionary_version"
        )
    yield home
    faults.install(None)


def digests(home: Home) -> dict[str, str]:
    kept = [
        *home.path.glob("*.toml"),
        *home.path.glob("facts.*"),
        *home.path.glob("archive/**/*"),
        *home.path.glob("inbox/**/*"),
    ]
    files = [path for path in kept if path.is_file() and path.suffix != ".part"]
    return {path.relative_to(home.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_restored_home_equals_the_one_that_was_backed_up(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    manifest = back_up(home, target, NOON)
    assert (manifest.schema_version >= 1, manifest.n_submissions) == (True, 1)
    assert manifest.files.keys() == digests(home).keys()
    assert check_backup(target) == manifest
    other = Home(tmp_path / "other")
    assert restore(target, other) == manifest
    assert digests(other) == digests(home)
    with writer(other, "test") as connection:
        assert connection.execute("select submission from facts.submission").fetchall() == [("s",)]
    assert other.path.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in other.path.rglob("*") if path.is_file()} == {0o600}


def test_a_backup_holds_no_snapshot_no_half_file_and_is_private(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    back_up(home, target, NOON)
    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as tar:
        names = tar.getnames()
        assert {(item.uid, item.uname) for item in tar} == {(0, "")}
    assert sorted(names) == [
        "archive/AMC/digest",
        "facts.duckdb",
        "inbox/AMC/.x.json",
        "manifest.json",
        "registry.toml",
    ]


def test_what_a_killed_writer_left_in_the_log_is_in_the_backup(home: Home, tmp_path: Path) -> None:
    script = (
        "import sys, os; from pathlib import Path; from warehouse.connection import open_facts\n"
        "from warehouse.layout import Home\n"
        "with open_facts(Home(Path(sys.argv[1]))) as c:\n"
        "    c.execute(\"insert into facts.settings values ('late', '{}')\"); os._exit(9)\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, str(home.path)], cwd=root, check=False)
    assert home.path.joinpath("facts.duckdb.wal").exists()
    back_up(home, tmp_path / "backup.tar", NOON)
    restore(tmp_path / "backup.tar", Home(tmp_path / "other"))
    with writer(Home(tmp_path / "other"), "test") as connection:
        assert connection.execute("select version from facts.settings").fetchall() == [("late",)]


def test_a_backup_is_never_overwritten(home: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "backup.tar", NOON)
    with pytest.raises(HomeError, match="there already"):
        back_up(home, tmp_path / "backup.tar", NOON)


def test_a_home_is_never_restored_over_another(home: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "backup.tar", NOON)
    with pytest.raises(HomeError, match="a registry home already"):
        restore(tmp_path / "backup.tar", home)


def test_an_empty_folder_may_become_the_home(home: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "backup.tar", NOON)
    (tmp_path / "other").mkdir()
    restore(tmp_path / "backup.tar", Home(tmp_path / "other"))
    assert (tmp_path / "other" / "registry.toml").exists()


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "no manifest", "climbing"])
def test_a_damaged_backup_is_not_restored(home: Home, tmp_path: Path, damage: str) -> None:
    target = tmp_path / "backup.tar"
    back_up(home, target, NOON)
    content = bytearray(target.read_bytes())
    if damage == "cut":
        target.write_bytes(content[: len(content) // 2])
    elif damage == "flip":
        content[content.index(b"as sent")] ^= 1
        target.write_bytes(content)
    elif damage == "empty":
        target.write_bytes(b"")
    else:
        name = "../outside" if damage == "climbing" else "registry.toml"
        with tarfile.open(target, "w") as tar:
            tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(HomeError, match="no sound backup"):
        check_backup(target)
    with pytest.raises(HomeError, match="no sound backup"):
        restore(target, Home(tmp_path / "other"))
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "other.restoring").exists()
    assert not (tmp_path / "outside").exists()


def test_a_missing_backup_is_named(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match=r"no backup nowhere\.tar"):
        check_backup(tmp_path / "nowhere.tar")


@pytest.mark.parametrize("point", ["backup.write", "restore.write"])
def test_stopped_on_the_way_there_is_no_half_backup_and_no_half_home(home: Home, tmp_path: Path, point: str) -> None:
    def stop(name: str) -> None:
        if name == point:
            raise KeyboardInterrupt

    target, other = tmp_path / "backup.tar", Home(tmp_path / "other")
    faults.install(stop)
    if point == "restore.write":
        back_up(home, target, NOON)
    with pytest.raises(KeyboardInterrupt):
        restore(target, other) if target.exists() else back_up(home, target, NOON)
    faults.install(None)
    assert not other.path.exists()
    if point == "backup.write":
        assert not target.exists()
        back_up(home, target, NOON)
    restore(target, other)
    assert digests(other) == digests(home)


def test_a_home_without_facts_is_backed_up_too(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    back_up(home, tmp_path / "backup.tar", NOON)
    assert restore(tmp_path / "backup.tar", Home(tmp_path / "other")).n_submissions == 0
