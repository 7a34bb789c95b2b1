"""A registry under a key does all that a plain one does, and no file of it shows a patient to whoever lacks the key."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from pipelines.cli.context import now
from pipelines.release.publication import cut_release, list_releases
from tests.support.crash_world import thin
from tests.support.search import find_everywhere
from warehouse import faults, keys
from warehouse.layout import Home
from warehouse.rekeying import files_with_rows, read_unprotected

ROOT = Path(__file__).parents[2]
PATIENT = "BRG-0004M"
CORE = ("run_load", "run_snapshot", "cli_backup", "erasure", "cli_decisions", "cli_log")


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("key") / "key"
    result = CliRunner().invoke(hamreg, ["key", "new", str(path)])
    assert f"export HAMREG_KEY_FILE={path}" in result.output
    before = keys.known()
    yield path
    keys.use(before)


@pytest.fixture(scope="module")
def home(demo_home: Path, key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demo's home with a plain release, brought under a key that was cut off again and again."""
    home = Home(tmp_path_factory.mktemp("keyed") / "home")
    shutil.copytree(demo_home, home.path, symlinks=True)
    (home.path / "demo.txt").unlink()
    for clinic in ("BRG", "DLT", "FYS"):  # one clinic's files show as much as four clinics'
        shutil.rmtree(home.outbox(clinic))
        shutil.rmtree(home.archive(clinic))
    thin(cut_release(home, now))
    passed: set[str] = set()

    def stop(name: str) -> None:
        if name.startswith(("rekey.", "seal.")) and name not in passed:
            passed.add(name)
            raise InterruptedError(name)

    faults.install(stop)
    results = [invoke(home, key_file, "key", "apply") for _ in range(7)]
    faults.install(None)
    assert passed == {"rekey.write", "rekey.swap", "rekey.announced", "rekey.placed", "seal.write", "seal.swap"}
    assert [result.exit_code for result in results] == [1, 1, 1, 1, 1, 1, 0]
    return home


def invoke(home: Home, key: Path | None, *words: str) -> Result:
    environment = {"HAMREG_KEY_FILE": str(key) if key else ""}
    return CliRunner(env=environment).invoke(hamreg, ["--home", str(home.path), *words])


def test_every_file_with_rows_is_under_the_key(home: Home, key_file: Path) -> None:
    invoke(home, key_file, "status")
    assert len(list(files_with_rows(home))) > 40
    assert list(read_unprotected(home)) == []
    assert find_everywhere(home.path, (PATIENT,))  # the search has the key, and finds the patient
    files = [path for path in home.path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in files if re.search(rb"(BRG|DLT|FYS|NRD)-\d{4}", path.read_bytes())] == []


@pytest.mark.parametrize(
    "words", [("query", "from registry.episode"), ("run", "--no-dagster"), ("history", PATIENT), ("status",)]
)
def test_without_the_key_nothing_opens_and_the_message_says_so(home: Home, words: tuple[str, ...]) -> None:
    result = invoke(home, None, *words)
    assert result.exit_code == 4 or isinstance(result.exception, keys.HomeError)
    assert "is encrypted, and no key is set." in str(result.exception)
    assert PATIENT not in result.output + str(result.exception)


def test_another_key_opens_nothing(home: Home, tmp_path: Path) -> None:
    keys.write_key_file(tmp_path / "other")
    result = invoke(home, tmp_path / "other", "query", "from registry.episode")
    assert "is encrypted with another key than the one set" in str(result.exception)


@pytest.mark.parametrize("is_another", [False, True], ids=["no key", "another key"])
def test_without_the_key_nothing_is_handed_in_or_served(home: Home, tmp_path: Path, is_another: bool) -> None:
    """Handed in all the same, the rows would lie in the open, or under a key that stops every run."""
    other = tmp_path / "other"
    keys.write_key_file(other)
    before = sorted(home.inbox_folder.rglob("*"))
    told = "is encrypted with another key" if is_another else "is encrypted, and no key is set."
    for words in (("submit", "--clinic", "NRD", str(ROOT / "examples" / "messy_follow_up.csv")), ("serve",), ("up",)):
        assert told in str(invoke(home, other if is_another else None, *words).exception)
    assert sorted(home.inbox_folder.rglob("*")) == before
    examined = invoke(home, other if is_another else None, "doctor").output
    assert re.search(rf"bad +encryption +on, and the key is not here: .*{told}", examined)


def test_a_run_a_release_and_looks_go_on(home: Home, key_file: Path) -> None:
    for words in (
        ("submit", "--clinic", "NRD", str(ROOT / "examples" / "messy_follow_up.csv")),
        ("run", "--no-dagster"),
        ("release", "--accept", "missing_stable", "--reason", "the messy file answers little"),
        ("history", PATIENT),
        ("benchmark", PATIENT),
        ("release", "verify", list_releases(home)[0].id),
    ):
        result = invoke(home, key_file, *words)
        assert result.exit_code == 0, result.output + str(result.exception)
    assert list(read_unprotected(home)) == []
    thin(list_releases(home)[-1])
    receipt = max(home.outbox("NRD").glob("*/receipt.html"))
    assert receipt.read_bytes().startswith(b"HAMREG")
    assert "<html" in invoke(home, key_file, "key", "open", str(receipt)).output


def test_a_researcher_opens_a_release_with_its_own_key_alone(home: Home, key_file: Path) -> None:
    release = list_releases(home)[0]
    secret = invoke(home, key_file, "key", "release", release.id).output.strip()
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{release.path}/registry.duckdb' as r (encryption_key '{secret}', read_only)")
        (n_rows,) = connection.execute("select count(*) from r.episode").fetchone() or (0,)
        connection.execute(f"pragma add_parquet_key('release', '{secret}')")
        file = f"'{release.path}/parquet/registry.episode.parquet', encryption_config = {{footer_key: 'release'}}"
        assert connection.execute(f"select count(*) from read_parquet({file})").fetchone() == (n_rows,)
        assert n_rows > 50
        with pytest.raises(duckdb.InvalidInputException, match="Wrong encryption key"):
            connection.execute(f"attach '{home.registry_path}' as s (encryption_key '{secret}', read_only)")


def test_a_new_key_takes_over_and_the_old_one_opens_nothing(home: Home, key_file: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copy(key_file, old)
    assert invoke(home, None, "key", "new", str(key_file)).exit_code == 0
    assert invoke(home, key_file, "query", "select count(*) from episode").exit_code == 0
    assert invoke(home, key_file, "key", "apply").exit_code == 0
    assert "another key" in str(invoke(home, old, "query", "select count(*) from episode").exception)
    assert invoke(home, key_file, "release", "verify", list_releases(home)[0].id).exit_code == 0


def test_a_key_is_not_put_into_the_home(home: Home, key_file: Path) -> None:
    result = invoke(home, key_file, "key", "new", str(home.path / "key"))
    assert "A key inside the home protects nothing." in str(result.exception)


@pytest.mark.slow
@pytest.mark.parametrize("name", CORE)
def test_the_tests_of_the_core_pass_under_a_key(key_file: Path, name: str) -> None:
    # What a deletion leaves in a file can only be seen in a plain one.
    left_out = "not test_the_search_would_find_what_a_deletion_leaves"
    file = f"tests/integration/test_{name}.py"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", file, "-m", "not slow", "-k", left_out]
    # As a worker it would share a home with runs that had another key.
    own = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    environment = {**own, "HAMREG_KEY_FILE": str(key_file)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
