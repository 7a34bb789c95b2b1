"""A file's rows are judged all at once: what is in doubt is named at its line, and the rest loads."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Reading, Section, Verdict
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary

AMC = Clinic("AMC", date_order="dmy", decimal="point")
DICTIONARY = read_dictionary()


def file_of(*rows: tuple[str, Mapping[str, str]]) -> bytes:
    """A file with the example row of each form, changed, one block of rows a form."""
    text = io.StringIO()
    for form in dict.fromkeys(name for name, _ in rows):
        texts = [DICTIONARY.forms[form].example_row(**changes) for name, changes in rows if name == form]
        writer = csv.DictWriter(text, list(texts[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(texts)
    return text.getvalue().encode()


def judge(*rows: tuple[str, Mapping[str, str]], clinic: Clinic = AMC) -> Verdict:
    reading = read_file("x.csv", file_of(*rows), DICTIONARY, clinic, Limits())
    return validate("x.csv", reading, DICTIONARY, clinic)


def follow_ups(*changes: Mapping[str, str], clinic: Clinic = AMC) -> Section:
    (section,) = judge(*[("follow_up", change) for change in changes], clinic=clinic).sections
    return section


def found(section: Section, severity: str = "error") -> list[tuple[int, str, str]]:
    rows = section.findings.filter(pl.col("severity") == severity)
    return list(rows.select("line", "column", "rule").iter_rows())


def test_a_clean_file_has_nothing_to_say_and_every_row() -> None:
    section = follow_ups({}, {"assessed_on": "2025-04-01"})
    assert section.rows["line"].to_list() == [2, 3]
    assert section.findings.is_empty()
    assert not section.raw["is_rejected"].any()


def test_rows_come_out_with_plain_keys_and_answers_that_may_have_a_reason() -> None:
    section = follow_ups({"phat_total": "80.5", "tegner": "", "eq5d_vas": "#refused"})
    row = section.rows.to_dicts()[0]
    assert (row["patient_id"], row["side"], row["injury_no"]) == ("AMC-0015W", "left", 1)
    assert row["phat_total"] == {"value": 80.5, "missing": None}
    assert row["tegner"] is None
    assert row["eq5d_vas"] == {"value": None, "missing": "refused"}


def test_a_faulty_cell_is_set_aside_and_its_row_loads() -> None:
    section = follow_ups({"phat_total": "eighty", "tegner": "11"})
    assert found(section) == [(2, "phat_total", "number_unreadable"), (2, "tegner", "out_of_range")]
    assert (section.rows.height, section.cells_set_aside, section.rejected) == (1, 2, 0)
    assert section.rows["phat_total"].to_list() == [None]
    assert section.rows["tegner"].to_list() == [None]


def test_a_finding_names_the_spreadsheet_cell_and_the_text_as_sent() -> None:
    finding = follow_ups({"phat_total": "eighty"}).findings.to_dicts()[0]
    assert (finding["cell"], finding["found"]) == ("G2", "eighty")


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        ("patient_id", "AMC-0051W", "id_check_character"),
        ("side", "both", "code_unknown"),
        ("side", "", "key_missing"),
        ("assessed_on", "#unknown", "key_missing"),
        ("injury_no", "0", "out_of_range"),
    ],
)
def test_a_fault_in_the_key_rejects_the_row(column: str, text: str, rule: str) -> None:
    section = follow_ups({column: text, "tegner": "x1"}, {})
    assert found(section) == [(2, column, rule), (2, "tegner", "number_unreadable")]
    assert (section.rows["line"].to_list(), section.cells_set_aside, section.rejected) == ([3], 0, 1)
    assert section.raw.filter("is_rejected")["line"].to_list() == [2]


def test_a_blank_injury_number_is_the_first_injury() -> None:
    assert follow_ups({"injury_no": ""}).rows["injury_no"].to_list() == [1]


def test_screening_counts_are_the_senders_own() -> None:
    (section,) = judge(("screening", {"clinic": ""}), ("screening", {"clinic": "FYS", "month_on": "2024-05"})).sections
    assert section.rows["clinic"].to_list() == ["AMC"]
    assert found(section) == [(3, "clinic", "clinic_other")]


def test_rows_that_contradict_each_other_are_all_rejected_and_name_the_other_lines() -> None:
    section = follow_ups({}, {"phat_total": "12"}, {"assessed_on": "2025-04-01"})
    assert found(section) == [(2, "phat_total", "rows_contradict"), (3, "phat_total", "rows_contradict")]
    assert section.findings["expected"].to_list() == ["3", "2"]
    assert section.rows["line"].to_list() == [4]


def test_a_reason_contradicts_a_value() -> None:
    assert len(found(follow_ups({}, {"phat_total": "#not_done"}))) == 2


def test_rows_that_complete_each_other_both_load() -> None:
    section = follow_ups({"phat_total": ""}, {"tegner": ""})
    assert (section.rows.height, section.findings.is_empty()) == (2, True)


def test_a_faulty_cell_contradicts_nobody() -> None:
    section = follow_ups({"phat_total": "eighty"}, {})
    assert (section.rows.height, found(section)) == (2, [(2, "phat_total", "number_unreadable")])


def test_identical_rows_pass_and_the_second_is_named() -> None:
    section = follow_ups({}, {}, {})
    assert section.rows.height == 3
    assert found(section, "note") == [(3, "", "row_twice"), (4, "", "row_twice")]


def test_a_rule_that_rests_on_a_faulty_cell_is_not_applicable() -> None:
    section = follow_ups({"returned_to_sport_on": "2026-13-45"})
    assert found(section) == [(2, "returned_to_sport_on", "date_impossible")]
    assert "return_after_assessment" not in section.findings["rule"].to_list()


def test_a_row_whose_only_outcome_has_a_reason_loads() -> None:
    answers = {field.name: "" for field in DICTIONARY.forms["follow_up"].fields if field.is_outcome}
    assert follow_ups({**answers, "phat_total": "#refused"}).rows.height == 1
    assert found(follow_ups(answers)) == [(2, "phat_total", "outcome_missing")]


def test_the_unit_beside_a_number_must_be_the_rows_own() -> None:
    section = follow_ups({"strength_prone_0_90_left": "110 kg"}, {"assessed_on": "2025-04-01", "strength_unit": "kg"})
    assert found(section) == [(2, "strength_prone_0_90_left", "number_other_unit")]


def test_a_partial_injury_date_comes_with_its_precision() -> None:
    changes = {"injured_on": "2024-03", "patient_id": "AMC-0015W"}
    (section,) = judge(("enrolment", changes)).sections
    assert section.rows.select("injured_on", "injured_on_precision").to_dicts()[0] == {
        "injured_on": {"value": date(2024, 3, 1), "missing": None},
        "injured_on_precision": {"value": "month", "missing": None},
    }


def test_of_a_row_without_consent_only_its_line_is_kept() -> None:
    (section,) = judge(("enrolment", {"consented_on": "", "sport": "chess"}), ("enrolment", {"side": "right"})).sections
    assert ("consented_on", "consent_missing") in [(column, rule) for _, column, rule in found(section)]
    assert section.rows["line"].to_list() == [3]
    assert section.raw["cells"].list.len().to_list()[0] == 0
    assert set(section.findings.filter(pl.col("line") == 2)["found"]) == {""}


def test_a_cell_is_named_as_a_spreadsheet_shows_it_though_a_row_above_spans_two_lines() -> None:
    content = file_of(("follow_up", {}), ("follow_up", {"assessed_on": "2025-04-01", "tegner": "11"}))
    (table,) = read_file("x.csv", content, DICTIONARY, AMC, Limits()).tables
    spans_two = table.raw["cells"].to_list()
    spans_two[0][0] += "\n"
    lines = pl.Series("line", [2, 4], dtype=pl.Int32)
    table = replace(table, frame=table.frame.with_columns(lines), raw=pl.DataFrame({"line": lines, "cells": spans_two}))
    (section,) = validate("x.csv", Reading(None, (table,)), DICTIONARY, AMC).sections
    finding = section.findings.filter(pl.col("rule") == "out_of_range").to_dicts()[0]
    assert (finding["line"], finding["cell"]) == (4, "I3")
