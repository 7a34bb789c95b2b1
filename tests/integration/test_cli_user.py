"""`hamreg user`: invitations are printed once, and a list says who can sign in."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.accountability.chain import read_entries
from pipelines.cli import hamreg
from pipelines.cli.context import now
from pipelines.errors import UsageError
from pipelines.users.store import Users
from tests.support.filled_home import make_home


def call(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home), "user", *arguments])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home").path


def test_a_user_is_invited_listed_disabled_and_reset(home: Path) -> None:
    from warehouse.layout import Home

    added = call(home, "add", "anna", "--clinic", "AMC", "--address", "https://registry.example/")
    link = re.search(r"https://registry\.example/invitation/(\S+)", added.output)
    assert link is not None
    assert "invited until" in call(home, "list").output
    assert Users(Home(home)).accept(link[1], "correct horse battery", now()) is not None
    assert re.search(r"anna +clinic +AMC +en +active", call(home, "list").output)
    assert "can sign in no more" in call(home, "disable", "anna").output
    assert "disabled" in call(home, "list").output
    assert "/invitation/" in call(home, "reset", "anna").output
    told = [(entry.said["user"], entry.said["change"]) for entry in read_entries(Home(home))]
    assert told == [("anna", "added"), ("anna", "disabled"), ("anna", "reset")]
    assert "invited until" in call(home, "list").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "anna"], "A coordinator has no clinic"),
        (["add", "chief", "--role", "coordinator", "--clinic", "AMC"], "A coordinator has no clinic"),
        (["add", "anna", "--clinic", "QQQ"], "There is no clinic QQQ"),
        (["disable", "nobody"], "There is no user of that name"),
        (["reset", "nobody"], "There is no user of that name"),
    ],
)
def test_what_does_not_fit_is_told(home: Path, arguments: list[str], message: str) -> None:
    error = call(home, *arguments).exception
    assert isinstance(error, UsageError)
    assert message in error.message


def test_nothing_of_a_secret_is_kept_in_the_clear_and_the_file_is_private(home: Path) -> None:
    token = call(home, "add", "anna", "--clinic", "AMC").output.split("/invitation/")[1].strip()
    file = home / "portal" / "users.sqlite"
    assert token.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
