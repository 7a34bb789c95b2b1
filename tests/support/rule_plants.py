"""A small damaged file for each rule that no single example row breaks. What is judged of them is for the tests to say.

A plant is the bytes of a file, how its clinic writes, and the limits it is held against.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import openpyxl
from openpyxl.comments import Comment

from pipelines.settings import Clinic, Limits
from schemas.patient_id import make_patient_id

CLINIC = Clinic("AMC", date_order="ymd", decimal="point")
DUTCH = Clinic("AMC", date_order="dmy", decimal="comma")
SILENT = Clinic("AMC")
OWN_NUMBERS = Clinic("AMC", date_order="ymd", id_format=r"AMC-\d{5}")
FIRST, SECOND, THIRD = (make_patient_id("AMC", number) for number in (1, 2, 3))
HEADER = "patient_id,side,assessed_on,phat_total"
ROW, NEXT, LAST = f"{FIRST},left,2025-03-14,80", f"{SECOND},right,2025-03-15,61", f"{THIRD},left,2025-03-16,70"
EVENT = "id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,pid,leg,seen,phat,visit_complete"
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAPPING = """
version = 1
record = "id"
decimal = "point"
date_order = "ymd"
skip_events = ["screening_arm_1"]
[[rows]]
form = "follow_up"
status = "visit_complete"
[rows.record]
patient_id = "pid"
side = "leg"
[rows.columns]
assessed_on = "seen"
phat_total = "phat"
[rows.visits]
"m12_arm_1" = "month_12"
[rows.codes.side]
"1" = "left"
"2" = "right"
"""
SCANS = """
[[rows]]
form = "imaging"
events = ["scan_arm_1"]
[rows.record]
patient_id = "pid"
side = "leg"
[rows.columns]
mri_on = "mri"
[rows.codes.side]
"1" = "left"
"""


@dataclass(frozen=True)
class Plant:
    """A file that breaks one rule."""

    content: bytes
    clinic: Clinic = CLINIC
    limits: Limits = field(default_factory=Limits)


def text(*lines: str, clinic: Clinic = CLINIC, end: str = "\n", **limits: int) -> Plant:
    return Plant(("\n".join(lines) + end).encode(), clinic, replace(Limits(), **limits))


def visits(*lines: str) -> Plant:
    return text(HEADER, *lines)


def cell(column: str, value: str, clinic: Clinic = CLINIC) -> Plant:
    """A follow-up one of whose cells is `value`."""
    cells = {"patient_id": FIRST, "side": "left", "assessed_on": "2025-03-14", "phat_total": "80", column: value}
    if clinic.date_order == "dmy" and column != "assessed_on":
        cells["assessed_on"] = "14-03-2025"
    return text(";".join(cells), ";".join(cells.values()), clinic=clinic)


def export(*lines: str, mapping: str = MAPPING, header: str = EVENT, **more: str) -> Plant:
    """What a clinic's own database wrote, read through its mappings."""
    return text(header, *lines, clinic=replace(CLINIC, mappings={"redcap": mapping, **more}))


def book(title: str = "Visits") -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    sheet = made.create_sheet(title)
    for row in (HEADER.split(","), [FIRST, "left", "2025-03-14", 80]):
        sheet.append(row)
    return made


def workbook(made: openpyxl.Workbook, **limits: int) -> Plant:
    content = io.BytesIO()
    made.save(content)
    return Plant(content.getvalue(), CLINIC, replace(Limits(), **limits))


def commented(said: str) -> Plant:
    made = book()
    made.worksheets[0]["A2"].comment = Comment(said, "nurse")
    return workbook(made)


def hidden() -> Plant:
    made = book()
    made.worksheets[0].row_dimensions[2].hidden = True
    return workbook(made)


def with_other_sheet() -> Plant:
    made = book()
    made.create_sheet("Colours").append(["red", "green"])
    return workbook(made)


def wide_sheet() -> Plant:
    made = book()
    made.worksheets[0].cell(400, 40, "x")
    return workbook(made, max_cells=1_000)


def bomb() -> Plant:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", "0" * 500_000)
    return Plant(content.getvalue(), limits=replace(Limits(), max_unpacked_bytes=100_000))


def many_tables() -> Plant:
    other = HEADER.replace("phat_total", "tegner")
    return text(*[line for _ in range(26) for line in (HEADER, ROW, other, ROW.replace("80", "6"))])


def plants() -> Mapping[str, Plant]:
    """rule -> the file that breaks it; those of `HOME` need facts or a name beside the file."""
    return {**_of_files(), **_of_exports(), **_of_sections(), **_of_records(), **_of_cells()}


def _of_files() -> Mapping[str, Plant]:
    return {
        "file_empty": text("", ""),
        "file_unreadable": Plant(b"PK\x03\x04 and no more"),
        "file_kind_unknown": Plant(b"%PDF-1.4 and more"),
        "file_protected": Plant(COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le")),
        "file_encoding": Plant(f"{HEADER}\n{ROW}\n".encode("utf-32")),
        "file_separator": visits(*[";".join(["a", "b", "c"])] * 3),
        "file_too_large": text(HEADER, ROW, max_bytes=20),
        "file_unpacks_too_large": bomb(),
        "file_too_many_columns": text(HEADER + ",x" * 10, ROW, max_columns=10),
        "file_too_many_cells": wide_sheet(),
        "file_too_many_findings": text(HEADER, *[ROW.replace("80", "bad")] * 20, max_findings=5),
        "file_too_many_tables": many_tables(),
        "form_unknown": text("a,b", "1,2"),
        "form_ambiguous": text("patient_id,side,mri_on", f"{FIRST},left,2025-03-14"),
        "key_column_missing": text("patient_id,assessed_on,phat_total", f"{FIRST},2025-03-14,80"),
        "header_damaged": text(HEADER.replace("side", '"side'), ROW),
        "column_twice": text(f"{HEADER},phat_total", f"{ROW},80"),
        "identifier_column": text(f"{HEADER},Achternaam", f"{ROW},Jansen"),
        "identifier_values": text(f"{HEADER},contact", *(f"{row},p@b.example" for row in (ROW, NEXT, LAST))),
    }


def _of_exports() -> Mapping[str, Plant]:
    baseline, later = f"7,baseline_arm_1,,,{FIRST},1,,,", "7,m12_arm_1,,,,,2025-03-18,80.5,2"
    own = f"7,m12_arm_1,,,{FIRST},1,2025-03-18,80.5"
    return {
        "mapping_missing": text(EVENT, f"{own},2"),
        "mapping_missing_wide": text("nr,leg,on_m2,phat_m2,phat_m6,phat_m12", "1,2,3,4,5,6"),
        "mapping_broken": export(f"{own},2", mapping=MAPPING.replace("version = 1", "version = 0")),
        "mapping_does_not_fit": export(f"{own},2", header=EVENT.replace(",phat", ",score")),
        "mapping_ambiguous": export(f"{own},2", other=MAPPING),
        "section_mapped": export(f"{own},2"),
        "record_unmapped": export(f"{own},2", "7,exit_arm_1,,,,,2025-04-18,70,2"),
        "record_skipped": export(f"{own},2", "7,screening_arm_1,,,,,2025-04-18,70,2"),
        "record_contradicts": export(baseline, later.replace(",,,,,", ",,,,2,", 1)),
        "record_silent": export(later),
        "cell_unmapped": export(f"{own},2,2025-03-18", mapping=MAPPING + SCANS, header=f"{EVENT},mri"),
        "instrument_incomplete": export(f"{own},0"),
    }


def _of_sections() -> Mapping[str, Plant]:
    return {
        "column_unknown": text(f"{HEADER},shoe size", f"{ROW},43"),
        "sheet_ignored": with_other_sheet(),
        "extras_ignored": commented("phoned in"),
        "extras_identify": commented("phone 06-12345678"),
        "sheet_name_replaced": workbook(book("Piet Pietersen")),
        "section_empty": text(HEADER),
        "column_empty": text(f"{HEADER},,", f"{ROW},,"),
        "column_nameless": text(f"{HEADER},", f"{ROW},x"),
    }


def _of_records() -> Mapping[str, Plant]:
    return {
        "line_preamble": text("Follow-ups of spring", HEADER, ROW),
        "line_identifies": visits(ROW, "Made by Petra Pietersen"),
        "line_total": visits(ROW, "Total,12,,"),
        "line_header_repeated": visits(ROW, HEADER, NEXT),
        "line_header_second": visits("Patient number,Injured side,Date of visit,PHAT total", ROW),
        "line_other_separator": visits(ROW, NEXT.replace(",", ";"), LAST),
        "line_other_encoding": Plant(f"{HEADER},note\n{ROW},geïnd\n".encode() + f"{NEXT},crème\n".encode("cp1252")),
        "line_end_missing": text(HEADER, ROW, NEXT, end=""),
        "record_broken": visits(ROW.removesuffix("0"), "0", NEXT),
        "row_hidden": hidden(),
        "record_before_header": text(ROW, HEADER, NEXT),
        "record_too_long": visits(ROW, f"{NEXT},x"),
        "record_too_short": visits(f"{FIRST},left", NEXT),
        "record_quote": visits(ROW.replace("left", '"left'), NEXT),
        "record_cut": text(HEADER, ROW, f"{SECOND},ri", end=""),
        "record_encoding": visits(ROW, NEXT.replace("right", "ri\N{REPLACEMENT CHARACTER}ht")),
        "record_nul": visits(ROW, NEXT.replace("right", "ri\0ght")),
        "record_cell_too_long": visits(ROW, NEXT + "x" * 11_000),
    }


def _of_cells() -> Mapping[str, Plant]:
    phat = partial(cell, "phat_total", clinic=DUTCH)
    day, number = partial(cell, "assessed_on"), partial(cell, "patient_id")
    return {
        "cell_formula_text": phat('="45"'),
        "cell_tidied": phat("\u00a045"),
        "cell_look_alike": cell("side", "l\u0435ft"),
        "code_alias": cell("side", "rigth"),
        "number_rounded": cell("phat_total", "80.33"),
        "number_thousands": cell("strength_prone_0_90_left", "1.234,5", DUTCH),
        "number_decimal_mark": cell("phat_total", "45,5", SILENT),
        "number_percent": phat("45%"),
        "number_out_of": phat("80/100"),
        "number_unit": cell("straight_leg_raise_left_deg", "70 deg", DUTCH),
        "date_other_order": day("04/13/2024", DUTCH),
        "date_one_order": day("13/04/2024", SILENT),
        "date_two_digit_year": day("2-3-24", DUTCH),
        "date_serial": day("45353", Clinic("AMC", date_system="1900")),
        "date_compact": day("20240302"),
        "date_month_name": day("2-mrt-2024", DUTCH),
        "date_month_alone": text("month_on,n_eligible", "03/2024,4"),
        "date_time_dropped": day("2024-03-02T13:45:00Z"),
        "id_tidied": number(FIRST.lower()),
        "id_zeros_restored": number("123", OWN_NUMBERS),
        "id_zeros_ambiguous": number("15", replace(CLINIC, id_format=r"AMC-\d{4,6}")),
    }
