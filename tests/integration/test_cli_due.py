"""The workbook that asks for what is due: who is in it, what it asks, and that it reads back as the forms it holds."""

import io
from pathlib import Path

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner

from pipelines.cli import hamreg
from pipelines.intake.reading import read_file
from pipelines.reports.due import DueVisit, render_due
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary

PAST = "2024-10-01"


def run(home: Path, *arguments: str) -> str:
    result = CliRunner().invoke(hamreg, ["--home", str(home), *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def sheets(file: Path) -> dict[str, list[tuple[object, ...]]]:
    workbook = openpyxl.load_workbook(io.BytesIO(file.read_bytes()))
    return {sheet.title: [row for row in sheet.values if any(row)] for sheet in workbook.worksheets}


@pytest.fixture(scope="module")
def clinic(demo_home: Path) -> str:
    with duckdb.connect(str(demo_home / "snapshots/current/registry.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "select clinic from schedule where status in ('in_window', 'overdue') group by 1 order by count(*) desc, 1"
        ).fetchone()
    assert row is not None, "the demo has visits that are due"
    return str(row[0])


def test_the_due_workbook_holds_the_visits_of_the_schedule(demo_home: Path, clinic: str, tmp_path: Path) -> None:
    file = tmp_path / "due.xlsx"
    run(demo_home, "template", "--clinic", clinic, "--xlsx", "--due", "-o", str(file))
    with duckdb.connect(str(demo_home / "snapshots/current/registry.duckdb"), read_only=True) as connection:
        expected = connection.execute(
            "select patient_id from schedule where clinic = ? and status in ('in_window', 'overdue') "
            "and len(list_filter(measures_to_ask, lambda m: m <> 'mri')) > 0 order by 1",
            [clinic],
        ).fetchall()
    follow_up = next(iter(sheets(file).values()))
    assert sorted(row[0] for row in follow_up[1:]) == [patient for (patient,) in expected]
    again = tmp_path / "overdue.xlsx"
    run(demo_home, "overdue", "--clinic", clinic, "--format", "xlsx", "-o", str(again))
    assert again.read_bytes() == file.read_bytes()


def test_a_due_row_greys_what_its_visit_does_not_expect() -> None:
    visits = [
        DueVisit("AMC-0015W", "left", 1, "month_2", ("phat",)),
        DueVisit("AMC-0016U", "left", 1, "month_12", ("phat", "strength")),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(render_due(visits, "en"))).worksheets[0]
    place = [cell.value for cell in sheet[1]].index("Strength unit")
    assert [sheet[row][place].fill.fgColor.rgb for row in (2, 3)] == ["FFD9D9D9", "00000000"]


def test_the_due_workbook_is_recognised_by_the_reader(demo_home: Path, clinic: str, tmp_path: Path) -> None:
    file = tmp_path / "due.xlsx"
    run(demo_home, "template", "--clinic", clinic, "--xlsx", "--due", "-o", str(file))
    reading = read_file(file.name, file.read_bytes(), read_dictionary(), Clinic(clinic), Limits())
    assert reading.refusal is None
    assert [table.form for table in reading.tables] == ["follow_up", "imaging", "event"]


def test_a_workbook_of_one_form_has_one_sheet(tmp_path: Path) -> None:
    file = tmp_path / "forms.xlsx"
    run(tmp_path, "template", "imaging", "--xlsx", "-o", str(file))
    assert list(sheets(file)) == [read_dictionary().forms["imaging"].label["en"]]
    run(tmp_path, "template", "--xlsx", "-o", str(file))
    assert len(sheets(file)) == len(read_dictionary().forms)


def test_overdue_as_of_a_day_is_what_the_schedule_said_then(demo_home: Path) -> None:
    then = run(demo_home, "as-of", PAST, "--format", "csv", "select count(*) from mart.overdue").splitlines()[-1]
    listed = run(demo_home, "overdue", "--as-of", PAST, "--format", "csv").splitlines()
    assert len(listed) - 1 == int(then)


@pytest.mark.parametrize(
    "arguments",
    [["template"], ["template", "--due"], ["template", "nothing", "--xlsx"], ["overdue", "-o", "x"]],
    ids=" ".join,
)
def test_what_does_not_go_together_is_a_usage_error(demo_home: Path, arguments: list[str]) -> None:
    from pipelines.errors import UsageError

    with pytest.raises(UsageError):
        CliRunner().invoke(hamreg, ["--home", str(demo_home), *arguments], catch_exceptions=False)


def test_checking_writes_the_rows_to_mend_and_a_yes_settles_a_warning(tmp_path: Path) -> None:
    form = read_dictionary().forms["enrolment"]
    row = form.example_row(decision_on="2024-03-14", surgery_on="2024-03-12")
    file, out = tmp_path / "sent.csv", tmp_path / "out.csv"
    file.write_bytes("\r\n".join([";".join(row), ";".join(row.values()), ""]).encode("utf-16"))
    asked = CliRunner().invoke(hamreg, ["check", str(file), "--annotated", str(out)])
    assert asked.exit_code == 1, asked.output
    header, returned, _ = out.read_bytes().decode("utf-16").split("\r\n")
    assert header.startswith(";".join(row))
    out.write_bytes(f"{header}\r\n{returned}yes\r\n".encode("utf-16"))
    assert CliRunner().invoke(hamreg, ["check", str(out)]).exit_code == 0
