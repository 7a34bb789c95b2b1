"""An export handed in to a home that has a mapping for it: the registry is the one that our own forms give."""

import csv
import io
import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import hamreg
from pipelines.errors import UsageError
from pipelines.intake.submission import hand_in
from pipelines.reread import reread_submissions
from pipelines.run import run
from pipelines.settings import read_settings
from tests.support.filled_home import make_home
from tests.support.redcap_project import INSTRUMENTS, Truth, draw_truth, export, own_file, set_up
from warehouse import ledger
from warehouse.connection import reader, writer
from warehouse.layout import Home

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGISTRY = ("episode", "treatment", "follow_up", "imaging", "rehabilitation", "event", "schedule")
ARRIVAL = ("submission", "section", "line", "received_at", "changed_at")  # which file said it and when, not what


def write_mapping(home: Home) -> Path:
    """Draft a mapping by the command, and decide its two doubts by hand."""
    folder = home.path / "mappings" / CLINIC
    folder.mkdir(parents=True)
    files = {}
    for name, content in set_up().items():
        files[name] = home.path.parent / f"{name}.csv"
        files[name].write_bytes(content)
    options = [text for name in files if name != "dictionary" for text in (f"--{name}", str(files[name]))]
    path = folder / "redcap.toml"
    answer = CliRunner().invoke(hamreg, ["mapping", "draft", str(files["dictionary"]), *options, "-o", str(path)])
    assert answer.exit_code == 0, answer.output
    assert "2 lines marked `?` to decide" in answer.stderr
    lines = [
        line.removeprefix("# ? ").partition('"  ')[0] + '"' if " alike" in line else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines))
    return path


CLINIC = str(draw_truth()["enrolment"][0]["patient_id"]).partition("-")[0]


def load(home: Home, files: dict[str, bytes], days: int = 0) -> dict[str, dict[str, object]]:
    settings = read_settings(home.settings_path)
    for number, (name, content) in enumerate(files.items()):
        hand_in(home, CLINIC, name, content, NOON + timedelta(days=days, seconds=number))
    summary = run(home, settings, lambda: NOON + timedelta(days=days, hours=1), lambda *_: None)
    assert summary.failures == ()
    return dict(summary.receipts)


def tables(home: Home) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with reader(home.registry_path) as connection:
        for table in REGISTRY:
            told = connection.execute(f"describe registry.{table}").fetchall()
            names = [f'"{row[0]}"' for row in told if row[0] not in ARRIVAL]
            rows = connection.execute(f"select {', '.join(names)} from registry.{table} order by all").fetchall()
            found[table] = rows
    return found


@pytest.fixture(scope="module")
def truth() -> Truth:
    return draw_truth()


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = make_home(tmp_path_factory.mktemp("mapped") / "home", (CLINIC,))
    write_mapping(home)
    return home


def test_the_registry_is_the_one_that_our_own_forms_give(mapped: Home, truth: Truth, tmp_path: Path) -> None:
    own = make_home(tmp_path / "own", (CLINIC,))
    load(own, {f"{form}.csv": own_file(form, truth[form]) for form in INSTRUMENTS})
    ((submission, receipt),) = load(mapped, {"export.csv": export(truth)}).items()
    expected, found = tables(own), tables(mapped)
    assert all(expected[table] for table in REGISTRY)
    assert found == expected
    sections = receipt["sections"]
    assert isinstance(sections, list)
    assert [section["form"] for section in sections] == list(INSTRUMENTS)
    with writer(mapped, "test") as connection:
        record = ledger.find(connection, submission)
        stored = connection.execute("select content from facts.settings").fetchall()
    assert record is not None
    assert str((record.dialect or {})["mapping"]).startswith("redcap 1 (")
    texts = [json.loads(row[0])["clinics"][CLINIC]["mappings"]["redcap"] for row in stored]
    assert tomllib.loads(texts[-1])["record"] == "record"  # what it was read with can be read again


def test_the_same_data_with_labels_is_already_known(mapped: Home, truth: Truth) -> None:
    (receipt,) = load(mapped, {"labels.csv": export(truth, is_labelled=True)}, days=1).values()
    sections = receipt["sections"]
    assert isinstance(sections, list)
    counts = [section["records"] for section in sections]
    assert [count["accepted"] + count["rejected"] + count["held"] for count in counts] == [0] * len(INSTRUMENTS)
    assert sum(count["already_known"] for count in counts) == sum(len(rows) for rows in truth.values())


def test_rows_to_mend_come_back_in_the_exports_own_columns_and_can_be_sent_again(mapped: Home, truth: Truth) -> None:
    rows = list(csv.reader(io.StringIO(export(truth).decode())))
    place = rows[0].index("cl_phattotal")
    line = next(number for number, row in enumerate(rows) if number and row[place])
    rows[line][place] = "180"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    ((submission, receipt),) = load(mapped, {"wrong.csv": text.getvalue().encode()}, days=2).items()
    sections = receipt["sections"]
    assert isinstance(sections, list)
    (finding,) = [each for section in sections for each in section["findings"] if each["severity"] == "error"]
    assert (finding["line"], finding["column"]) == (line + 1, "cl_phattotal")
    returned = (mapped.outbox(CLINIC) / submission / "to-mend.csv").read_text()
    header, *back = csv.reader(io.StringIO(returned))
    assert header[: len(rows[0])] == rows[0]
    assert [row[: len(rows[0])] for row in back] == [
        rows[1 + next(number for number, row in enumerate(rows[1:]) if row[0] == rows[line][0])],
        rows[line],
    ]
    assert [bool(row[len(rows[0])]) for row in back] == [False, True]  # the row that says whose it is has no message
    mended = returned.replace(",180,", ",81.5,")
    (again,) = load(mapped, {"to-mend.csv": mended.encode()}, days=3).values()
    sections = again["sections"]
    assert isinstance(sections, list)
    counts = {section["form"]: section["records"] for section in sections}
    assert (counts["follow_up"]["corrected"], counts["enrolment"]["already_known"]) == (1, 1)


def test_mappings_are_listed_and_a_broken_one_is_named(mapped: Home) -> None:
    listed = CliRunner().invoke(hamreg, ["--home", str(mapped.path), "mapping", "list"])
    assert listed.output.startswith(CLINIC)
    assert "redcap 1 (" in listed.output
    assert "columns to enrolment, follow_up" in listed.output


def test_an_export_is_checked_with_a_mapping_and_no_home(mapped: Home, truth: Truth, tmp_path: Path) -> None:
    file, mapping = tmp_path / "export.csv", mapped.path / "mappings" / CLINIC / "redcap.toml"
    file.write_bytes(export(truth))
    command = ["--home", str(tmp_path / "none"), "check", str(file)]
    assert CliRunner().invoke(hamreg, command).exit_code == 3
    answer = CliRunner().invoke(hamreg, [*command, "--mapping", str(mapping), "--json"])
    assert answer.exit_code == 0, answer.output
    assert [section["form"] for section in json.loads(answer.output)["sections"]] == list(INSTRUMENTS)


@pytest.mark.parametrize("content", [b"[[rows]", b"\xff\xfe", b"version = 1"])
def test_a_mapping_that_is_not_right_is_named_before_a_file_is_checked_with_it(content: bytes, tmp_path: Path) -> None:
    file, mapping = tmp_path / "export.csv", tmp_path / "own.toml"
    file.write_text("a,b\n")
    mapping.write_bytes(content)
    answer = CliRunner().invoke(hamreg, ["check", str(file), "--mapping", str(mapping)])
    assert isinstance(answer.exception, UsageError)
    assert "own.toml" in str(answer.exception)


def test_an_export_is_not_read_again_as_one_of_our_forms(mapped: Home) -> None:
    """Its columns may be called as ours are, and what stands in another row of the record would be missing."""
    settings = read_settings(mapped.settings_path)
    assert reread_submissions(mapped, settings, lambda: NOON + timedelta(days=9), "test", (), None, None) == {}
