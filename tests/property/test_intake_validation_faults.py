"""All faults in one pass: every planted fault is named at its line and column, and no sound row is lost."""

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Section
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id

CLINIC = Clinic("AMC", date_order="dmy", decimal="point")
FORM = read_dictionary().forms["follow_up"]
COLUMNS = [field.name for field in FORM.template_fields]
# column -> a text that cannot be read there, and the rule that says so
FAULTS: Mapping[str, tuple[str, str]] = {
    "patient_id": ("AMC-9999A", "id_check_character"),
    "side": ("both", "code_unknown"),
    "injury_no": ("0", "out_of_range"),
    "assessed_on": ("31-02-2025", "date_impossible"),
    "phat_total": ("eighty", "number_unreadable"),
    "tegner": ("11", "out_of_range"),
    "return_to_sport": ("perhaps", "code_unknown"),
    "returned_to_sport_on": ("2-mrt", "date_incomplete"),
    "straight_leg_raise_left_deg": ("#DIV/0!", "cell_spreadsheet_error"),
    "would_choose_same_treatment": ("maybe", "boolean_unreadable"),
    "eq5d_vas": ("80.5", "number_not_whole"),
}
KEY = frozenset(FORM.key)
PLANTED = st.lists(st.tuples(st.integers(0, 19), st.sampled_from(sorted(FAULTS))), max_size=25, unique=True)


def rows(count: int) -> list[dict[str, str]]:
    first = date(2025, 1, 1)
    return [
        {
            **FORM.example_row(),
            "patient_id": make_patient_id("AMC", number + 1),
            "assessed_on": str(first + timedelta(days=number)),
            "phat_total": f"{number}.5",
        }
        for number in range(count)
    ]


def judge(texts: list[dict[str, str]]) -> Section:
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n", delimiter=";")
    writer.writeheader()
    writer.writerows(texts)
    reading = read_file("x.csv", file.getvalue().encode(), read_dictionary(), CLINIC, Limits())
    (section,) = validate("x.csv", reading, read_dictionary(), CLINIC).sections
    return section


@settings(max_examples=30, deadline=None)
@given(PLANTED)
def test_every_planted_fault_is_named_and_every_sound_cell_keeps_its_value(planted: list[tuple[int, str]]) -> None:
    texts = rows(20)
    for row, column in planted:
        texts[row][column] = FAULTS[column][0]
    section = judge(texts)
    errors = section.findings.filter(pl.col("severity") == "error").select("line", "column", "rule").rows()
    assert set(errors) == {(row + 2, column, FAULTS[column][1]) for row, column in planted}
    rejected = {row for row, column in planted if column in KEY}
    aside = {(row, column) for row, column in planted if column not in KEY and row not in rejected}
    assert section.rows["line"].to_list() == [row + 2 for row in range(20) if row not in rejected]
    assert (section.rejected, section.cells_set_aside) == (len(rejected), len(aside))
    for answer in section.rows.iter_rows(named=True):
        row = answer["line"] - 2
        expected = None if (row, "phat_total") in aside else {"value": row + 0.5, "missing": None}
        assert answer["phat_total"] == expected


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["", "10", "20", "#refused"])), min_size=1, max_size=12))
def test_a_key_is_rejected_when_and_only_when_its_answers_differ(sent: list[tuple[int, str]]) -> None:
    people = rows(5)
    section = judge([{**people[person], "phat_total": total} for person, total in sent])
    answers = {person: {total for other, total in sent if other == person and total} for person, _ in sent}
    accepted = [line for line, (person, _) in enumerate(sent, start=2) if len(answers[person]) < 2]
    assert section.rows["line"].to_list() == accepted
