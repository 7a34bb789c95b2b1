"""The committed examples are what the generator writes, small, and one file of them is messy on purpose."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.generate import generate_command as generate
from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Section
from pipelines.settings import Clinic, Limits, read_settings
from schemas.dictionary import read_dictionary

EXAMPLES = Path(__file__).parents[2] / "examples"
BY_HAND = {"README.md", "messy_follow_up.csv"}
MESSY = EXAMPLES / "messy_follow_up.csv"


def command() -> list[str]:
    """The arguments of the command that the examples' README names."""
    match = re.search(r"^hamreg generate (.*) DIR$", (EXAMPLES / "README.md").read_text(), flags=re.MULTILINE)
    assert match
    return match[1].split()


def contents(folder: Path) -> Mapping[str, object]:
    """The bytes of every file; of a workbook its parts, for compression differs between machines."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: parts(path) for name, path in files.items() if name not in BY_HAND}


def parts(path: Path) -> object:
    if path.suffix != ".xlsx" or not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def section_of(clinic: Clinic) -> Section:
    dictionary = read_dictionary()
    reading = read_file(MESSY.name, MESSY.read_bytes(), dictionary, clinic, Limits())
    (section,) = validate(MESSY.name, reading, dictionary, clinic).sections
    return section


@pytest.fixture(scope="module")
def nrd() -> Clinic:
    return read_settings(EXAMPLES / "registry.toml").clinics["NRD"]


def test_the_examples_are_what_the_command_in_their_readme_writes(tmp_path: Path) -> None:
    result = CliRunner().invoke(generate, [*command(), str(tmp_path / "new")], catch_exceptions=False)
    assert result.exit_code == 0
    new, committed = contents(tmp_path / "new"), contents(EXAMPLES)
    assert new.keys() == committed.keys()
    assert [name for name in new if new[name] != committed[name]] == []


def test_the_examples_stay_small() -> None:
    assert sum(path.stat().st_size for path in EXAMPLES.rglob("*") if path.is_file()) < 300_000


def test_the_messy_file_is_read_line_by_line(nrd: Clinic) -> None:
    section = section_of(nrd)
    errors = section.findings.filter(section.findings["severity"] == "error")
    assert (section.records.furniture, section.records.blank, section.records.header) == (3, 2, 1)
    assert (section.rows.height, section.rejected) == (7, 6)
    assert sorted(set(errors.select("line", "rule").iter_rows())) == [
        (7, "out_of_range"),
        (8, "boolean_unreadable"),
        (8, "cell_undeclared_missing"),
        (8, "number_unreadable"),
        (9, "date_impossible"),
        (10, "id_check_character"),
        (13, "rows_contradict"),
        (14, "rows_contradict"),
        (15, "number_is_date"),
        (18, "record_too_long"),
        (19, "cell_spreadsheet_error"),
    ]


def test_dates_and_numbers_of_the_messy_file_are_ambiguous_where_nothing_is_declared() -> None:
    rules = set(section_of(Clinic(code="NRD")).findings["rule"])
    assert {"date_ambiguous", "number_ambiguous", "number_decimal_mark"} <= rules
