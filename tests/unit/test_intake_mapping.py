"""A clinic's own export, read through its mapping: the same rows as on our forms, every record accounted for."""

import csv
import io

import polars as pl
import pytest

from pipelines.intake.erased import refuse_erased
from pipelines.intake.mapping import MappingError, parse_mapping
from pipelines.intake.mapping_draft import OPEN, Project, draft, read_csv
from pipelines.intake.reading import read_file
from pipelines.intake.receipt import check_receipt
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Section, Verdict
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary
from schemas.render.redcap import render_redcap
from schemas.vocabulary import LANGUAGES
from tests.support.redcap_project import INSTRUMENTS, answers, draw_truth, export, own_file, set_up

DICTIONARY = read_dictionary()
CLINIC = Clinic("AMC", date_order="dmy", decimal="comma")  # as the clinic writes by hand; its project writes otherwise

SMALL = """
version = 2
record = "id"
decimal = "point"
date_order = "ymd"
skip_events = ["screening_arm_1"]
[missing]
"-99" = "unknown"
[labels]
id = "Record"
pid = "Pseudonym"
leg = "Leg"
seen = "Seen on"
phat = "PHAT"
mob = "Mobility"
[[rows]]
form = "follow_up"
status = "visit_complete"
[rows.record]
patient_id = "pid"
side = "leg"
[rows.columns]
assessed_on = "seen"
phat_total = "phat"
eq5d_mobility = "mob"
[rows.constants]
eq5d_version = "5L"
[rows.visits]
"m12_arm_1" = "month_12"
"12 months" = "month_12"
[rows.codes.side]
"1" = "left"
"Left leg" = "left"
"2" = "right"
"""
WIDE = """
version = 1
[[rows]]
form = "follow_up"
[rows.suffixes]
"_m2" = "month_2"
"_m6" = "month_6"
"_m12" = "month_12"
[rows.columns]
patient_id = "nr"
side = "leg"
assessed_on = "on*"
phat_total = "phat*"
"""
HEADER = "id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,pid,leg,seen,phat,mob,visit_complete"


def judge(content: bytes | str, mapping: str = "", name: str = "redcap", clinic: Clinic = CLINIC) -> Verdict:
    mappings = {name: mapping} if mapping else {}
    own = Clinic(clinic.code, date_order=clinic.date_order, decimal=clinic.decimal, mappings=mappings)
    data = content.encode() if isinstance(content, str) else content
    reading = read_file("export.csv", data, DICTIONARY, own, Limits())
    return validate("export.csv", reading, DICTIONARY, own)


def small(*lines: str, header: str = HEADER, mapping: str = SMALL) -> Verdict:
    return judge("\n".join([header, *lines, ""]), mapping)


def said(section: Section, *severities: str) -> list[tuple[int, str, str]]:
    found = section.findings.filter(pl.col("severity").is_in(severities or ("error", "warning")))
    return list(found.select("line", "column", "rule").iter_rows())


def finished_draft() -> str:
    """The draft of the invented project's own dictionary, its doubts decided as a person would."""
    tables = {name: read_csv(content) for name, content in set_up().items()}
    text, n_open = draft(Project(**tables), DICTIONARY)
    doubts = [line for line in text.splitlines() if line.startswith(OPEN)]
    assert len(doubts) == n_open
    assert any('phat_total = "cl_phattotal"' in line for line in doubts)
    assert any('assessed_on = "cl_assessedon"' in line for line in doubts)
    decided = [line.removeprefix(f"{OPEN} ").partition('"  ')[0] + '"' for line in doubts if " alike" in line]
    lines = [line for line in text.splitlines() if not line.startswith(OPEN)]
    at = lines.index("[rows.columns]", lines.index('form = "follow_up"'))
    return "\n".join([*lines[: at + 1], *decided, *lines[at + 1 :]])


@pytest.fixture(scope="module")
def mapping() -> str:
    return finished_draft()


@pytest.mark.parametrize("is_labelled", [False, True], ids=["raw", "labelled"])
def test_an_export_gives_the_rows_that_our_own_forms_give(mapping: str, is_labelled: bool) -> None:
    truth = draw_truth()
    verdict = judge(export(truth, is_labelled), mapping)
    assert verdict.refusal is None
    assert {section.form for section in verdict.sections} == set(INSTRUMENTS)
    own = Clinic("AMC", date_order="ymd", decimal="point")
    for section in verdict.sections:
        (expected,) = judge(own_file(section.form, truth[section.form]), clinic=own).sections
        assert expected.rows.height == len(truth[section.form]) > 0
        assert answers(section.rows).equals(answers(expected.rows)), section.form
        assert said(section) == []


def test_every_section_accounts_for_every_record_of_the_export(mapping: str) -> None:
    truth = draw_truth()
    content = export(truth)
    verdict = judge(content, mapping)
    receipt = check_receipt(verdict, DICTIONARY, "en", 1_000)
    n_lines = len(content.splitlines())
    for section in receipt["sections"]:
        counts = section["records"]
        parts = ("header", "blank", "furniture", "accepted", "rejected", "held", "already_known")
        assert counts["physical"] == n_lines == sum(counts[name] for name in parts)
    assert sum(section.rows.height for section in verdict.sections) == n_lines - 1  # each record is one row here


def test_fields_of_the_record_come_from_the_row_that_holds_them_and_codes_are_the_clinics() -> None:
    verdict = small("7,baseline_arm_1,,,AMC-0015W,2,,,,", "7,m12_arm_1,,,,,2025-03-18,80.5,3,2")
    (section,) = verdict.sections
    (row,) = section.rows.to_dicts()
    assert (row["line"], row["patient_id"], row["side"], row["visit"]["value"]) == (3, "AMC-0015W", "right", "month_12")
    assert (row["phat_total"]["value"], row["eq5d_version"]["value"]) == (80.5, "5L")
    assert said(section) == []


def test_missing_codes_keep_their_reason_and_describe_no_version() -> None:
    (section,) = small("7,m12_arm_1,,,AMC-0015W,1,2025-03-18,-99,,2").sections
    (row,) = section.rows.to_dicts()
    assert row["phat_total"] == {"value": None, "missing": "unknown"}
    assert row["eq5d_version"] is None


def test_an_instrument_that_is_not_complete_is_read_and_noted() -> None:
    (section,) = small("7,m12_arm_1,,,AMC-0015W,1,2025-03-18,80.5,,0").sections
    assert section.rows.height == 1
    assert (2, "", "instrument_incomplete") in said(section, "note")


def test_a_record_that_no_form_takes_is_rejected_and_one_left_out_on_purpose_is_named() -> None:
    verdict = small(
        "7,m12_arm_1,,,AMC-0015W,1,2025-03-18,80.5,,2",
        "7,exit_arm_1,,,,,2025-04-18,70,,2",
        "7,screening_arm_1,,,,,2025-04-18,70,,2",
        "7,m12_arm_1,other,1,,,2025-04-19,70,,2",
    )
    (section,) = verdict.sections
    assert [finding for finding in said(section) if finding[2] == "record_unmapped"] == [
        (3, "", "record_unmapped"),
        (5, "", "record_unmapped"),
    ]
    assert (4, "", "record_skipped") in said(section, "note")
    assert (1, "", "section_mapped") in said(section, "note")
    assert (section.rows.height, section.rejected, section.records.furniture) == (1, 2, 1)


def test_rows_of_a_record_that_contradict_each_other_have_no_owner() -> None:
    (section,) = small("7,baseline_arm_1,,,AMC-0015W,1,,,,", "7,m12_arm_1,,,,2,2025-03-18,80.5,,2").sections
    assert section.rows.height == 0
    assert {rule for _, column, rule in said(section) if column == "side"} == {"record_contradicts"}


def test_a_number_that_is_none_of_the_clinics_codes_passes_for_none_of_ours() -> None:
    text = SMALL + '[rows.codes.eq5d_version]\n"9" = "5L"\n'
    text = text.replace('[rows.constants]\neq5d_version = "5L"\n', "").replace(
        "[rows.columns]\n", '[rows.columns]\neq5d_version = "ver"\n'
    )
    (section,) = small("7,m12_arm_1,,,AMC-0015W,1,2025-03-18,80.5,,2,3", header=HEADER + ",ver", mapping=text).sections
    assert (2, "eq5d_version", "code_unknown") in said(section)  # 3 is an alias of ours for the 3L


def test_findings_name_the_exports_own_line_and_column() -> None:
    verdict = small("7,baseline_arm_1,,,AMC-0015W,1,,,,", "7,m12_arm_1,,,,,2025-03-18,180.5,,2")
    (section,) = check_receipt(verdict, DICTIONARY, "en", 100)["sections"]
    (finding,) = [finding for finding in section["findings"] if finding["severity"] == "error"]
    assert (finding["line"], finding["column"], finding["cell"], finding["rule"]) == (3, "phat", "H3", "out_of_range")


@pytest.mark.parametrize(
    ("mapping", "header", "rule", "told"),
    [
        ("", HEADER, "mapping_missing", "REDCap"),
        ("", "Record,Event Name,Repeat Instrument,PHAT,Complete?", "mapping_missing", "REDCap"),
        (SMALL, HEADER.replace(",phat", ",score"), "mapping_does_not_fit", "phat"),
        (SMALL, HEADER + ",phat", "column_twice", "phat, phat"),
        (SMALL, HEADER + ",note,note", "column_twice", "note, note"),
        (SMALL.replace("version = 2", "version = 0"), HEADER, "mapping_broken", "version"),
        (WIDE, "nr,leg,on_m2,phat_m2", "mapping_does_not_fit", "on_m6, phat_m6, on_m12, phat_m12"),
        ("", "nr,leg,on_m2,phat_m2,phat_m6,phat_m12", "mapping_missing_wide", "phat_m2, phat_m6, phat_m12"),
        ("", "patient_id,side,phat_2,phat_6", "mapping_missing_wide", "phat_2, phat_6"),
        ("", "study,visit_on,phat,visit_complete", "mapping_missing", "REDCap"),
    ],
)
def test_an_export_that_cannot_be_read_is_refused_with_the_reason(
    mapping: str, header: str, rule: str, told: str
) -> None:
    refusal = judge(f"{header}\n1,2\n", mapping).refusal
    assert refusal is not None
    assert refusal.rule == rule
    assert told in f"{refusal.found} {refusal.expected}"


def test_our_own_form_with_a_column_that_ends_like_a_status_is_read_as_our_form() -> None:
    verdict = judge("patient_id,side,assessed_on,phat_total,data_complete\nAMC-0015W,left,2025-03-18,80,yes\n")
    assert [(section.form, section.rows.height) for section in verdict.sections] == [("follow_up", 1)]


def test_an_answer_in_an_event_that_the_mapping_does_not_read_it_in_is_named() -> None:
    text = SMALL + '[[rows]]\nform = "imaging"\nevents = ["scan_arm_1"]\n[rows.columns]\nmri_on = "mri"\n'
    text += '[rows.record]\npatient_id = "pid"\nside = "leg"\n[rows.codes.side]\n"1" = "left"\n'
    header = HEADER + ",mri"
    verdict = small("7,m12_arm_1,,,AMC-0015W,1,2025-03-18,80.5,,2,2025-03-18", header=header, mapping=text)
    assert (2, "mri", "cell_unmapped") in said(verdict.sections[0])


def test_two_mappings_that_fit_alike_are_refused() -> None:
    own = Clinic("AMC", mappings={"a": SMALL, "b": SMALL})
    reading = read_file("export.csv", f"{HEADER}\n".encode(), DICTIONARY, own, Limits())
    assert reading.refusal is not None
    assert (reading.refusal.rule, reading.refusal.expected) == ("mapping_ambiguous", "a, b")


def test_a_wide_sheet_gives_a_row_a_visit_and_no_date_is_made_up() -> None:
    header = "nr,leg,on_m2,phat_m2,on_m6,phat_m6,on_m12,phat_m12"
    verdict = judge(
        f"{header}\nAMC-0015W,left,2024-05-20,60,,70,2025-03-18,80\nAMC-0023T,left,,,,,2025-03-19,x\n", WIDE
    )
    rows = {section.sheet: section.rows.to_dicts() for section in verdict.sections}
    assert list(rows) == ["· month_2", "· month_6", "· month_12"]
    assert [(row["line"], row["phat_total"]["value"]) for row in rows["· month_2"]] == [(2, 60)]
    assert rows["· month_6"] == []
    assert (2, "assessed_on", "key_missing") in said(verdict.sections[1])
    first = rows["· month_12"][0]
    assert (first["line"], first["visit"]["value"]) == (2, "month_12")
    receipt = check_receipt(verdict, DICTIONARY, "nl", 100)
    columns = {finding["column"] for section in receipt["sections"] for finding in section["findings"]}
    assert {"on_m6", "phat_m12"} <= columns


def test_a_visit_of_a_wide_sheet_that_holds_nothing_is_blank_and_not_rejected() -> None:
    header = "nr,leg,on_m2,phat_m2,on_m6,phat_m6,on_m12,phat_m12"
    verdict = judge(f"{header}\nAMC-0015W,left,2024-05-20,60,,,,\nAMC-0023V,right,,,,,,\n", WIDE)
    (section,) = verdict.sections
    assert (section.sheet, section.rows["line"].to_list()) == ("· month_2", [2])
    assert (section.records.blank, section.rejected, said(section)) == (1, 0, [])


def test_a_record_whose_owner_no_row_says_is_named_as_such_and_blanks_around_it_are_none() -> None:
    baseline, visit = "7,baseline_arm_1,,,AMC-0015W,1,,,,", " 7 ,m12_arm_1,,,,,2025-03-18,80.5,,2"
    (alone,) = small(visit).sections
    assert [rule for _, column, rule in said(alone) if column == "patient_id"] == ["record_silent"]
    (together,) = small(baseline, visit).sections
    assert (together.rows.height, said(together)) == (1, [])


def test_the_mapping_used_is_told_with_its_version_and_fingerprint() -> None:
    verdict = small("7,m12_arm_1,,,AMC-0015W,1,2025-03-18,80.5,,2")
    assert verdict.dialect is not None
    assert verdict.dialect.mapping == parse_mapping("redcap", SMALL, DICTIONARY).id
    assert verdict.dialect.mapping.startswith("redcap 2 (")


def test_a_record_without_consent_is_kept_for_no_form() -> None:
    text = (
        SMALL
        + '[[rows]]\nform = "enrolment"\nevents = ["m12_arm_1"]\n[rows.columns]\n'
        + "".join(
            f'{name} = "{column}"\n'
            for name, column in [
                ("patient_id", "pid"),
                ("side", "leg"),
                ("injured_on", "inj"),
                ("initial_treatment", "arm"),
                ("decision_on", "dec"),
                ("consented_on", "con"),
                ("consent_scope", "sco"),
            ]
        )
        + '[rows.codes.side]\n"1" = "left"\n'
    )
    line = "7,m12_arm_1,,,AMC-0015W,1,2025-03-18,80.5,,2,2024-03-02,surgical,2024-03-14,,"
    verdict = small(line, header=HEADER + ",inj,arm,dec,con,sco", mapping=text)
    assert [section.form for section in verdict.sections] == ["follow_up", "enrolment"]
    assert all(cells == [] for section in verdict.sections for cells in section.raw["cells"].to_list())


def test_our_own_project_is_drafted_back_with_nothing_to_decide() -> None:
    for language in LANGUAGES:
        files = {
            name.removesuffix(".csv"): read_csv(text.encode())
            for name, text in render_redcap(DICTIONARY, language).items()
        }
        project = Project(
            files["data_dictionary"],
            files["events"],
            files["event_instruments"],
            files["repeats"],
            files["missing_data_codes"],
        )
        text, n_open = draft(project, DICTIONARY)
        assert n_open == 0, language
        mapping = parse_mapping("own", text, DICTIONARY)
        assert {rows.form for rows in mapping.rows} == set(INSTRUMENTS)


def test_labels_of_our_own_project_are_each_of_one_column() -> None:
    for language in LANGUAGES:
        rows = csv.DictReader(io.StringIO(render_redcap(DICTIONARY, language)["data_dictionary.csv"]))
        labels = [row["Field Label"] for row in rows]
        assert sorted(labels) == sorted(set(labels))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("version = 2", "version = '2'"), "version"),
        (("[missing]", "[mising]"), "the key mising is not known"),
        (('"-99" = "unknown"', '"-99" = "gone"'), "-99 is gone"),
        (('form = "follow_up"', 'form = "visit"'), "`form` is one of"),
        (("phat_total =", "phat ="), "the form has no field phat"),
        (('"2" = "right"', '"2" = "rechts"'), "2 is rechts"),
        (('"m12_arm_1" = "month_12"', '"m12_arm_1" = "month_3"'), "m12_arm_1 is month_3"),
        (('record = "id"\n', ""), "`record` at the top"),
        (('patient_id = "pid"\n', ""), "nothing says patient_id"),
        (('leg = "Leg"', 'leg = "Pseudonym"'), "Pseudonym is the label of two columns"),
        (('"phat"\neq5d', '"phat*"\neq5d'), "belong together"),
    ],
)
def test_a_fault_of_a_mapping_is_named(change: tuple[str, str], fault: str) -> None:
    assert change[0] in SMALL
    with pytest.raises(MappingError) as caught:
        parse_mapping("redcap", SMALL.replace(*change), DICTIONARY)
    assert any(fault in each for each in caught.value.faults)


def test_rejected_rows_of_an_erased_patient_are_kept_nowhere_though_another_row_names_the_patient() -> None:
    verdict = small(
        "7,baseline_arm_1,,,AMC-0015W,1,,,,",
        "7,m12_arm_1,,,,,not a day,80.5,,2",
        "8,m12_arm_1,,,AMC-0023T,1,not a day,70,,2",
    )
    (section,) = refuse_erased(verdict, {"AMC": ""}, DICTIONARY, lambda number: number == "AMC-0015W")[0].sections
    kept = {line: cells for line, cells in section.raw.select("line", "cells").iter_rows() if cells}
    assert list(kept) == [4]
    assert (3, "patient_id", "patient_erased") in said(section)
