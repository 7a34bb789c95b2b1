"""A column written otherwise than the clinic declared: what then has two readings is a finding, not a value."""

from collections.abc import Sequence

import pytest

from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id

DICTIONARY = read_dictionary()
DUTCH = Clinic("AMC", date_order="dmy", decimal="comma", missing_codes={"-99": "unknown"})
SILENT = Clinic("AMC")
Read = list[tuple[object, str]]  # the value and the rule of the column's finding, a row each


def read(column: str, header: str, cells: Sequence[str], clinic: Clinic = DUTCH, form: str = "imaging") -> Read:
    key = {"patient_id": "", "side": "left", "mri_on": "2025-03-14"}
    if form == "follow_up":
        key = {"patient_id": "", "side": "left", "assessed_on": "2025-03-14", "strength_unit": "Nm/kg"}
    key.pop(column, "")
    lines = [";".join([*key, header, "proximal_continuity" if form == "imaging" else "tegner"])]
    for number, cell in enumerate(cells, start=1):
        own = {**key, "patient_id": make_patient_id("AMC", number)}
        lines.append(";".join([*own.values(), cell, "no" if form == "imaging" else "4"]))
    reading = read_file("x.csv", "\n".join([*lines, ""]).encode(), DICTIONARY, clinic, Limits())
    (section,) = validate("x.csv", reading, DICTIONARY, clinic).sections
    values = dict(section.rows.select("line", column).iter_rows())
    rules = dict(section.findings.filter(column=column).select("line", "rule").iter_rows())
    answers = [(values.get(line), rules.get(line, "")) for line in range(2, len(cells) + 2)]
    return [((value or {}).get("value") if isinstance(value, dict) else value, rule) for value, rule in answers]


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("Retraction (mm)", ["3"], [(3, "")]),
        ("Retraction (cm)", ["3", "-99", "2,5 cm"], [(30, "number_unit"), (None, ""), (25, "number_unit")]),
        ("Retraction (months)", ["3"], [(None, "number_other_unit")]),
        ("Retraction (of the tendon)", ["3"], [(3, "")]),
    ],
)
def test_a_unit_in_the_header_counts_for_every_cell(header: str, cells: list[str], expected: Read) -> None:
    assert read("retraction_mm", header, cells) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [("PHAT total (0-100)", [(8.0, "")]), ("PHAT total (0-10)", [(None, "number_unreadable")])],
)
def test_a_scale_in_the_header_that_is_not_the_fields_sets_its_cells_aside(header: str, expected: Read) -> None:
    assert read("phat_total", header, ["8"], form="follow_up") == expected


@pytest.mark.parametrize(
    ("clinic", "header", "rules"),
    [
        (DUTCH, "Date of MRI (dd-mm-yyyy)", ["", ""]),
        (DUTCH, "Date of MRI (mm/dd/yyyy)", ["date_ambiguous", "date_one_order"]),
        (SILENT, "Datum MRI (dd-mm-jjjj)", ["", ""]),
        (SILENT, "Datum MRI", ["date_ambiguous", "date_one_order"]),
    ],
)
def test_a_date_order_in_the_header_is_taken_or_contradicts(clinic: Clinic, header: str, rules: list[str]) -> None:
    assert [rule for _, rule in read("mri_on", header, ["03/04/2025", "14/03/2025"], clinic)] == rules


@pytest.mark.parametrize(
    ("cells", "rules"),
    [
        (["03/04/2025", "03/13/2025"], ["date_ambiguous", "date_other_order"]),
        (["03/04/2025", "03/13/2025", "05/05/2025", "2025-02-01"], ["date_ambiguous", "date_other_order", "", ""]),
        (["03/04/2025", "03/13/2025", "14/03/2025"], ["", "date_other_order", ""]),  # as many for the declared order
    ],
)
def test_days_of_a_column_in_the_other_order_are_not_taken_in_the_declared_one(
    cells: list[str], rules: list[str]
) -> None:
    assert [rule for _, rule in read("mri_on", "mri_on", cells)] == rules


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234", "1.2", "1.25"], [None, 1.2, 1.25]),
        (["1.234", "1,2", "1,25"], [1234.0, 1.2, 1.25]),
        (["1.234"], [1234.0]),
    ],
)
def test_thousands_in_a_column_of_the_other_decimal_mark_are_ambiguous(
    cells: list[str], expected: list[float | None]
) -> None:
    name = "strength_prone_0_90_left"
    assert [value for value, _ in read(name, name, cells, form="follow_up")] == expected
