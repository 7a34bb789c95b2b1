"""An export handed in to a home that has a mapping for it: the registry is the one that our own forms give."""

import csv
import io
import json
import random
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import hamreg
from pipelines.cli.context import actor
from pipelines.errors import UsageError
from pipelines.intake.outcome import as_frame
from pipelines.intake.rereading import read_again
from pipelines.intake.submission import Intake, hand_in, waiting
from pipelines.intake.submission import load as load_waiting
from pipelines.reread import Difference, read_clinics, reread_submissions
from pipelines.run import run
from pipelines.settings import read_settings
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id
from tests.support.filled_home import make_home
from tests.support.redcap_project import INSTRUMENTS, Truth, draw_truth, export, own_file, set_up
from warehouse import ledger
from warehouse.connection import Connection, open_facts, reader, writer
from warehouse.layout import Home

ROOT = Path(__file__).parents[2]
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


def test_an_export_read_again_under_the_same_dictionary_says_the_same(mapped: Home, truth: Truth) -> None:
    settings = read_settings(mapped.settings_path)
    assert reread_submissions(mapped, settings, lambda: NOON + timedelta(days=9), actor(), (), None, None) == {}
    with open_facts(mapped) as connection:
        ((name, _),) = ledger_counts(connection, "export.csv")
        dictionary = read_dictionary()
        record = ledger.find(connection, name)
        assert record is not None
        before = ledger.read_sections(connection, name)
        clinic = read_clinics(connection, record.settings_version)[CLINIC]
        after = read_again(record, before, dictionary, clinic, {CLINIC: clinic.id_format})
    for old, new in zip(before, after, strict=True):
        assert new is not old, "it was read, and not left as it was"
        assert as_frame(new.rows).equals(as_frame(old.rows).select(as_frame(new.rows).columns))
        assert (
            as_frame(new.findings)
            .sort("line", "column", "rule")
            .equals(as_frame(old.findings).sort("line", "column", "rule"))
        )
        assert replace(new, rows=None, findings=None, raw=None) == replace(old, rows=None, findings=None, raw=None)
    assert sum(as_frame(section.rows).height for section in after) == sum(map(len, truth.values()))


def ledger_counts(connection: Connection, file: str) -> list[tuple[str, str]]:
    found = connection.execute(f"select submission, file from facts.submission where file = '{file}'").fetchall()
    return [(str(name), str(sent)) for name, sent in found]


@pytest.fixture(scope="module")
def read_before(tmp_path_factory: pytest.TempPathFactory, truth: Truth) -> tuple[Home, Home]:
    """The export, and the same as our own forms, read by an older version of the program."""
    homes = []
    for name, files in (
        ("export", {"export.csv": export(truth)}),
        ("own", {f"{form}.csv": own_file(form, truth[form]) for form in INSTRUMENTS}),
    ):
        home = make_home(tmp_path_factory.mktemp(name) / "home", (CLINIC,))
        if name == "export":
            write_mapping(home)
        for number, (file, content) in enumerate(files.items()):
            hand_in(home, CLINIC, file, content, NOON + timedelta(seconds=number))
        command = [sys.executable, "-W", "ignore", "-m", "tests.support.older_program", str(home.path)]
        subprocess.run([*command, "--with-every-field"], cwd=ROOT, check=True)
        homes.append(home)
    return homes[0], homes[1]


def test_an_export_is_read_again_as_our_own_forms_are(read_before: tuple[Home, Home]) -> None:
    """Nothing differs but where it was sent: the same cells become readable, and none is read otherwise."""
    told = []
    for home in read_before:
        settings = read_settings(home.settings_path)
        found = reread_submissions(home, settings, lambda: NOON + timedelta(days=9), actor(), (), "wider range", None)
        told.append(sum(found.values(), Difference()))
        assert reread_submissions(home, settings, lambda: NOON + timedelta(days=10), actor(), (), None, None) == {}
    exported, own = told
    assert exported == own
    assert exported.rows == {}
    assert set(exported.fields) == {("follow_up", "tegner", "readable")}
    assert tables(read_before[0]) == tables(read_before[1])


def test_what_a_row_that_was_not_kept_says_of_its_record_stays_said(tmp_path: Path) -> None:
    """The row of the record that says who it is holds nothing else, so that no form keeps it."""
    home = make_home(tmp_path / "home", (CLINIC,))
    folder = home.path / "mappings" / CLINIC
    folder.mkdir(parents=True)
    (folder / "sheet.toml").write_text(TWO_ROWS)
    number = make_patient_id(CLINIC, 1)
    hand_in(home, CLINIC, "sheet.csv", TWO_ROWS_SHEET.replace("NUMBER", number).encode(), NOON)
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.older_program", str(home.path)]
    subprocess.run([*command, "--with-every-field"], cwd=ROOT, check=True)
    settings = read_settings(home.settings_path)
    (found,) = reread_submissions(home, settings, lambda: NOON, actor(), (), None, None).values()
    assert found.rows == {}
    assert found.fields == {("follow_up", "tegner", "readable"): 1}
    assert found.rules == {("follow_up", "out_of_range", "gone"): 1}


TWO_ROWS = """
version = 1
record = "record"
decimal = "comma"
[[rows]]
form = "follow_up"
[rows.record]
patient_id = "number"
side = "leg"
[rows.columns]
assessed_on = "seen"
tegner = "level"
[rows.constants]
injury_no = "1"
[rows.codes.side]
L = "left"
"""
TWO_ROWS_SHEET = """record,number,leg,seen,level
1,NUMBER,L,,
1,,,2025-02-10,8
1,,,2025-06-10,4
"""


WIDE = """
version = 1
[[rows]]
form = "follow_up"
[rows.columns]
patient_id = "number"
assessed_on = "seen_*"
tegner = "left_*"
[rows.constants]
side = "left"
injury_no = "1"
[rows.suffixes]
2 = "month_2"
12 = "month_12"
[[rows]]
form = "follow_up"
[rows.columns]
patient_id = "number"
assessed_on = "seen_*"
tegner = "right_*"
[rows.constants]
side = "right"
injury_no = "1"
[rows.suffixes]
2 = "month_2"
12 = "month_12"
"""


def test_two_sides_and_visits_of_one_row_are_told_apart_and_the_erased_stay_erased(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", (CLINIC,))
    (home.path / "mappings" / CLINIC).mkdir(parents=True)
    (home.path / "mappings" / CLINIC / "wide.toml").write_text(WIDE)
    one, two = make_patient_id(CLINIC, 1), make_patient_id(CLINIC, 2)
    sheet = "number,seen_2,left_2,right_2,seen_12,left_12,right_12\n"
    sheet += f"{one},2025-02-10,8,3,2025-12-10,4,9\n{two},2025-02-11,7,9,2025-12-11,2,9\n"
    hand_in(home, CLINIC, "wide.csv", sheet.encode(), NOON)
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.older_program", str(home.path)]
    subprocess.run([*command, "--with-every-field"], cwd=ROOT, check=True)
    erase = ["--home", str(home.path), "withdraw", two, "--scope", "erase", "--yes"]
    assert CliRunner().invoke(hamreg, erase, catch_exceptions=False).exit_code == 0
    settings = read_settings(home.settings_path)
    (found,) = reread_submissions(home, settings, lambda: NOON, actor(), (), None, None).values()
    assert found == Difference(
        fields=Counter({("follow_up", "tegner", "readable"): 2}),
        rules=Counter({("follow_up", "out_of_range", "gone"): 2}),
    )
    reread_submissions(home, settings, lambda: datetime.now(UTC), actor(), (), "wider range", None)
    with open_facts(home) as connection:
        told = (
            "select visit.value, side, tegner.value from facts.follow_up where contains(submission, '#') order by all"
        )
        rows = connection.execute(told).fetchall()
    assert rows == [("month_12", "left", 4), ("month_12", "right", 9), ("month_2", "left", 8), ("month_2", "right", 3)]


MAIL = "someone@example.org"
SPOILT = ("", "999", "x", "2025-13-41", "1,5", "#DIV/0!", " ", MAIL, "-99")


def damage(rows: list[list[str]], seed: int) -> None:
    """Cells overwritten, records lost, sent twice, cut short, blank: of the whole export, what tells records too."""
    draw = random.Random(seed)  # noqa: S311
    for _ in range(30):
        place = draw.randrange(len(rows))
        row = list(rows[place])
        match draw.randrange(5):
            case 0:
                del rows[place]
            case 1:
                rows.insert(draw.randrange(len(rows)), row)
            case 2:
                rows[place] = row[: draw.randrange(1, len(row))]
            case 3:
                rows[place] = [*row[:4], draw.choice(SPOILT), *row[5:]]  # the patient's number, asked of any row
            case _:
                row[draw.randrange(len(row))] = draw.choice(SPOILT)
                rows[place] = row


def test_damaged_exports_read_again_say_the_same_and_what_tells_of_somebody_is_kept_nowhere(
    truth: Truth, tmp_path: Path
) -> None:
    home = make_home(tmp_path / "home", (CLINIC,))
    write_mapping(home)
    for seed in range(5):
        header, *rows = csv.reader(io.StringIO(export(truth, is_labelled=bool(seed % 2)).decode()))
        damage(rows, seed)
        text = io.StringIO()
        csv.writer(text).writerows([header, *rows])
        hand_in(home, CLINIC, f"export_{seed}.csv", text.getvalue().encode(), NOON + timedelta(seconds=seed))
    settings = read_settings(home.settings_path)
    with open_facts(home) as connection:
        intake = Intake(home, settings, read_dictionary(), connection, NOON)
        assert not load_waiting(intake, waiting(home)).failures
        found = {str(row[0]) for row in connection.execute("select distinct rule from facts.finding").fetchall()}
        kept = str(connection.execute("select cells from facts.raw_row").fetchall())
    assert {"cell_identifies", "record_silent", "record_contradicts", "cell_unmapped", "record_too_short"} <= found
    assert MAIL not in kept
    files = [path for folder in ("archive", "outbox") for path in (home.path / folder).rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path.name for path in files if MAIL.encode() in path.read_bytes()]
    assert reread_submissions(home, settings, lambda: NOON, actor(), (), None, None) == {}
