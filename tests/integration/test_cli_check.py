"""`hamreg check` as a clinic uses it: no home, several files, exit codes, JSON, the language asked for."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from schemas.dictionary import read_dictionary
from schemas.render.workbook import render_workbook

HEADER = "patient_id;side;assessed_on;phat_total;phat_items_answered"
CLEAN = f"{HEADER}\nAMC-0015W;left;2025-03-18;80;9\n"
BAD = f"{HEADER}\nAMC-0015W;left;2025-03-18;much;9\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("clean.csv", CLEAN), ("bad.csv", BAD), ("other.csv", "horse;colour\nBella;brown\n")):
        (tmp_path / name).write_text(text)
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", "nowhere", "check", *arguments])


@pytest.mark.parametrize(
    ("files", "exit_code"),
    [
        (["clean.csv"], 0),
        (["bad.csv"], 1),
        (["clean.csv", "bad.csv"], 1),
        (["other.csv"], 3),
        (["bad.csv", "other.csv"], 3),
    ],
    ids=str,
)
def test_the_exit_code_is_that_of_the_worst_file(folder: Path, files: list[str], exit_code: int) -> None:
    answer = check(*files)
    assert answer.exit_code == exit_code, answer.output
    assert all(name in answer.output for name in files)
    assert sorted(path.name for path in folder.iterdir()) == ["bad.csv", "clean.csv", "other.csv"]


def test_json_is_one_receipt_or_a_list_of_them(folder: Path) -> None:
    del folder
    one, several = (
        json.loads(check("bad.csv", "--json").output),
        json.loads(check("clean.csv", "bad.csv", "--json").output),
    )
    assert several[1] == one
    (finding,) = one["sections"][0]["findings"]
    assert (finding["line"], finding["cell"], finding["rule"]) == (2, "D2", "number_unreadable")


@pytest.mark.parametrize(
    ("language", "word"), [("en", "is not a number"), ("nl", "is geen getal"), ("de", "keine Zahl")]
)
def test_messages_are_in_the_language_asked_for(folder: Path, language: str, word: str) -> None:
    del folder
    assert word in check("bad.csv", "--language", language).output


def test_sheets_that_nobody_filled_in_are_one_line(folder: Path) -> None:
    (folder / "forms.xlsx").write_bytes(render_workbook(read_dictionary(), "en"))
    answer = check("forms.xlsx")
    assert answer.exit_code == 0
    assert "Headers without rows: Enrolment, " in answer.output
    assert len(answer.output.splitlines()) == 2
