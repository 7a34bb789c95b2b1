"""Every mistake that is planted is found where the truth says, and rows without a mistake are asked nothing."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.settings import Settings, read_settings
from pipelines.synthetic.generation import generate
from schemas.dictionary import Dictionary, read_dictionary

# Rules that the generator cannot break, and why; tests/spec/test_rules_fire.py breaks them.
NOT_PLANTED = {
    "number_rounded": "invented answers have the decimals of their fields",
    "file_protected": "no library at hand writes a workbook with a password",
    "file_encoding": "every byte is a character of Latin-1, so the refusal needs damage made for it",
    "file_separator": "the same",
    "file_does_not_add_up": "a fault of the reader, not of a file",
    "file_too_large": "a limit",
    "file_unpacks_too_large": "a limit",
    "file_too_many_columns": "a limit",
    "file_too_many_tables": "a limit",
    "file_too_many_cells": "a limit",
    "file_too_many_findings": "a limit",
    "dates_shifted": "needs a whole clinic's dates moved",
    "clinic_unknown": "the clinics of the manifest are those of the settings",
    "sheet_ignored": "workbooks hold forms only",
    "extras_ignored": "workbooks hold no comments",
    "extras_identify": "the same",
    "sheet_name_replaced": "sheets are called after their form",
    "cell_formula": "workbooks hold values only",
    "row_hidden": "workbooks hide nothing",
    "file_name_replaced": "file names hold clinic, form and number",
    "cell_identifies": "nobody's address is made up",
    "line_identifies": "the same",
    "record_before_header": "damage made for the reader's own tests",
    "record_broken": "the same",
    "line_end_missing": "the same",
    "line_other_encoding": "the same",
    "header_damaged": "the same",
    "patient_erased": "needs a patient who withdrew",
    "mapping_missing_wide": "clinics send one row a visit",
    "mapping_broken": "no clinic has a mapping",
    "mapping_does_not_fit": "the same",
    "mapping_ambiguous": "the same",
    "section_mapped": "the same",
    "record_unmapped": "the same",
    "record_skipped": "the same",
    "record_contradicts": "the same",
    "record_silent": "the same",
    "cell_unmapped": "the same",
    "instrument_incomplete": "the same",
}


@dataclass(frozen=True)
class Found:
    """What the intake said of all files: places with their rules, and places of errors and warnings."""

    rules: Mapping[tuple[str, str, int], frozenset[tuple[str, str]]]
    asked: frozenset[tuple[str, str, int]]
    readable: frozenset[str]


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return read_dictionary()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mistakes") / "registry"
    generate(folder)  # as the demo does
    return folder


@pytest.fixture(scope="module")
def truth(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def found(folder: Path, truth: list[dict[str, str]], dictionary: Dictionary) -> Found:
    """The verdicts on the files with mistakes; the others have nothing to add."""
    settings = read_settings(folder / "registry.toml")
    rules: dict[tuple[str, str, int], set[tuple[str, str]]] = defaultdict(set)
    asked: set[tuple[str, str, int]] = set()
    readable = set()
    for name in sorted({row["file"] for row in truth}):
        if _judge(folder, name, settings, dictionary, rules, asked):
            readable.add(name)
    return Found({place: frozenset(named) for place, named in rules.items()}, frozenset(asked), frozenset(readable))


def _judge(
    folder: Path,
    name: str,
    settings: Settings,
    dictionary: Dictionary,
    rules: dict[tuple[str, str, int], set[tuple[str, str]]],
    asked: set[tuple[str, str, int]],
) -> bool:
    clinic = settings.clinics[name.split("/")[0]]
    reading = read_file(Path(name).name, (folder / name).read_bytes(), dictionary, clinic, settings.limits)
    verdict = validate(name, reading, dictionary, clinic)
    if verdict.refusal:
        rules[name, "", 0].add((verdict.refusal.rule, ""))
        return False
    for section in verdict.sections:
        for line, column, rule, severity in section.findings.select("line", "column", "rule", "severity").iter_rows():
            rules[name, section.sheet, line].add((rule, column))
            if severity != "note":
                asked.add((name, section.sheet, line))
    return True


def test_every_rule_is_broken_or_named_with_the_reason_why_not(
    truth: list[dict[str, str]], dictionary: Dictionary
) -> None:
    planted = {row["rule"] for row in truth}
    assert planted | NOT_PLANTED.keys() == set(dictionary.rules)
    assert not planted & NOT_PLANTED.keys()


def test_every_planted_mistake_in_a_row_is_found_at_its_line_and_column(
    truth: list[dict[str, str]], found: Found, dictionary: Dictionary
) -> None:
    missed = []
    for row in truth:
        place = (row["file"], row["sheet"], int(row["line"]))
        named = found.rules.get(place, frozenset())
        is_about_rows = dictionary.rules[row["rule"]].scope in ("cell", "row", "rows")
        is_found = any(rule == row["rule"] and row["column"] in ("", column) for rule, column in named)
        if is_about_rows and row["file"] in found.readable and not is_found:
            missed.append((*place, row["rule"], row["column"], sorted(named)))
    assert missed == []


def test_rows_without_a_mistake_are_asked_nothing(truth: list[dict[str, str]], found: Found) -> None:
    planted = {(row["file"], row["sheet"], int(row["line"])) for row in truth}

    assert found.asked - planted == set()


def test_no_damaged_line_passes_unnamed(truth: list[dict[str, str]], found: Found, dictionary: Dictionary) -> None:
    damaged = [
        row for row in truth if dictionary.rules[row["rule"]].scope == "record" and row["file"] in found.readable
    ]
    places = [(row["file"], row["sheet"], int(row["line"])) for row in damaged]
    assert len(places) >= 10
    assert [place for place in places if place not in found.rules] == []
