"""What the reader makes of text files: which form, which records, which lines are named and why."""

import codecs

import pytest

from pipelines.intake.reading import read_file
from pipelines.intake.verdict import Reading, Records, TextTable
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary

HEADER = "patient_id;side;assessed_on;phat_total"
ROW = "AMC-0015W;left;2024-03-01;82,5"
NEXT = "AMC-0023X;right;2024-03-02;61"


def read(content: str | bytes, encoding: str = "utf-8", **limits: int) -> Reading:
    data = content.encode(encoding) if isinstance(content, str) else content
    return read_file("file.csv", data, read_dictionary(), Clinic(code="AMC"), Limits(**limits))


def table(content: str | bytes, encoding: str = "utf-8", **limits: int) -> TextTable:
    reading = read(content, encoding, **limits)
    assert reading.refusal is None
    (only,) = reading.tables
    return only


def rows(of: TextTable) -> list[tuple[str | int | None, ...]]:
    return of.frame.rows()


def findings(of: TextTable) -> list[tuple[int, str]]:
    return of.findings.select("line", "rule").rows()


def refusal(content: str | bytes, **limits: int) -> str:
    refused = read(content, **limits).refusal
    assert refused is not None
    return refused.rule


def test_a_clean_file_gives_its_cells_as_sent_with_their_lines() -> None:
    read_table = table(f"{HEADER}\n{ROW}\n{NEXT}\n")
    assert (read_table.form, read_table.header_line) == ("follow_up", 1)
    assert rows(read_table) == [
        (2, "AMC-0015W", "left", "2024-03-01", "82,5"),
        (3, "AMC-0023X", "right", "2024-03-02", "61"),
    ]
    assert read_table.records == Records(physical=3, header=1, blank=0, furniture=0)
    assert findings(read_table) == []


def test_an_empty_cell_is_null_in_the_frame_and_empty_in_the_raw_record() -> None:
    read_table = table(f"{HEADER}\nAMC-0015W;left;2024-03-01;\n")
    assert rows(read_table) == [(2, "AMC-0015W", "left", "2024-03-01", None)]
    assert read_table.raw["cells"].to_list() == [["AMC-0015W", "left", "2024-03-01", ""]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_every_dialect_of_the_closed_set_reads_the_same(separator: str, newline: str, encoding: str) -> None:
    lines = ["Patiëntnummer|side|assessed_on|phat_total|Café", "AMC-0015W|left|2024-03-01|82.5|é"]
    content = newline.join(line.replace("|", separator) for line in [*lines, ""]).encode(encoding)
    reading = read(content)
    assert reading.refusal is None
    assert reading.dialect is not None
    assert (reading.dialect.separator, reading.dialect.newline) == (separator, newline)
    assert reading.tables[0].header == ("Patiëntnummer", "side", "assessed_on", "phat_total", "Café")
    assert rows(reading.tables[0]) == [(2, "AMC-0015W", "left", "2024-03-01", "82.5")]


def test_a_header_is_read_in_any_language_case_and_spacing() -> None:
    header = " PATIENTENNUMMER ;Aangedane  Zijde;assessed on;PHAT_TOTAL"
    assert tuple(table(f"{header}\n{ROW}\n").positions) == ("patient_id", "side", "assessed_on", "phat_total")


def test_a_separator_line_is_furniture_and_obeyed() -> None:
    read_table = table(f"sep=;\n{HEADER}\n{ROW}\n")
    assert read_table.header_line == 2
    assert findings(read_table) == [(1, "line_preamble")]
    assert read_table.records == Records(physical=3, header=1, blank=0, furniture=1)


@pytest.mark.parametrize("line", ["sep=,", "sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_a_separator_line_is_a_hint_that_the_header_has_to_bear_out(line: str) -> None:
    read_table = table(f"{line}\n{HEADER}\n{ROW}\n")
    assert (findings(read_table), read_table.frame.height) == ([(1, "line_preamble")], 1)


@pytest.mark.parametrize(
    "line",
    [
        "patient_id;side;assessed_on;phat_total",
        "Patiëntnummer;Aangedane zijde;Datum meting;PHAT-totaal",
        "Patientennummer;Verletzte Seite;;PHAT-Gesamtwert",
        "(number);(left/right);(date);(0-100)",
        "[text];[left/right];dd-mm-yyyy;0 - 100",
        "id;code;date;points",
    ],
)
def test_a_line_that_explains_the_header_is_no_data(line: str) -> None:
    read_table = table(f"{HEADER}\n{line}\n{ROW}\n")
    assert (read_table.frame["line"].to_list(), read_table.records.furniture) == ([3], 1)


def test_a_line_that_may_be_data_stays_data() -> None:
    assert table(f"{HEADER}\n;left;(unknown);(80)\n{ROW}\n").frame["line"].to_list() == [2, 3]


def test_the_header_in_other_words_is_a_header_repeated_and_not_another_table() -> None:
    labels = "Patiëntnummer;Aangedane zijde;Datum meting;PHAT-totaal"
    read_table = table(f"{HEADER}\n{ROW}\n{labels}\n{NEXT}\n")
    assert findings(read_table) == [(3, "line_header_repeated")]
    assert read_table.frame.height == 2


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_file_cut_within_a_record_says_so_though_nothing_but_separators_is_left_of_it(separator: str) -> None:
    content = f"{HEADER}\n{ROW}\n{NEXT}\n;".replace(";", separator)
    assert findings(table(content)) == [(4, "record_cut")]


def test_a_header_without_rows_is_named() -> None:
    assert findings(table(f"{HEADER}\n\n")) == [(1, "section_empty")]


def test_a_number_that_is_kept_from_a_spreadsheet_is_a_cell_like_any_other() -> None:
    read_table = table(f'{HEADER}\n="AMC-0015W";left; ="2024-03-01" ;82,5\n{NEXT}\n')
    assert rows(read_table)[0] == (2, '="AMC-0015W"', "left", ' ="2024-03-01" ', "82,5")
    assert findings(table(f'{HEADER}\n="AMC-0015W;left;2024-03-01;82,5\n{NEXT}\n')) == [(2, "record_quote")]


def test_titles_blanks_totals_and_repeated_headers_are_named_for_what_they_are() -> None:
    labels = "Patient number;Injured side;;PHAT total"
    lines = ["Follow-up 2024", "", HEADER, labels, ROW, ";;;", HEADER, NEXT, "Totaal;;;2"]
    read_table = table("\n".join(lines))
    assert [row[0] for row in rows(read_table)] == [5, 8]
    assert findings(read_table) == [
        (1, "line_preamble"),
        (4, "line_header_second"),
        (7, "line_header_repeated"),
        (9, "line_total"),
    ]
    assert read_table.records == Records(physical=9, header=1, blank=2, furniture=4)


def test_a_quoted_break_makes_no_new_record() -> None:
    read_table = table(f'{HEADER};note\n{ROW};"first;\nsecond ""line"""\n{NEXT};x\n')
    assert [row[0] for row in rows(read_table)] == [2, 4]
    assert read_table.records.data == 2


def test_an_unknown_column_is_named_and_not_kept() -> None:
    read_table = table(f"{HEADER};note\n{ROW};secret\n")
    assert read_table.findings.select("line", "column", "rule", "found").rows() == [
        (1, "note", "column_unknown", "note")
    ]
    assert "secret" not in str(read_table.raw.to_dicts())


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("AMC-0031Y;left;2024-03-01", "record_too_short"),
        ("AMC-0031Y;left;2024-03-01;70;1", "record_too_long"),
        ('AMC-0031Y;left;"2024-03-01;70', "record_quote"),
        ('AMC-0031Y;le"ft;2024-03-01;70', "record_quote"),
        ('AMC-0031Y;left;"2024-03-01"x;70', "record_quote"),
        ("AMC-0031Y;left;2024\0-03-01;70", "record_nul"),
        ("AMC-0031Y;left;2024-03-01;" + "7" * 200, "record_cell_too_long"),
        ("AMC-0031Y;left;2024-03-01;7\N{REPLACEMENT CHARACTER}", "record_encoding"),
    ],
)
def test_a_damaged_record_is_a_finding_at_its_line_and_costs_no_neighbour(line: str, rule: str) -> None:
    read_table = table(f"{HEADER}\n{ROW}\n{line}\n{NEXT}\n", max_cell_chars=100)
    assert [row[0] for row in rows(read_table)] == [2, 4]
    assert findings(read_table) == [(3, rule)]
    assert read_table.unsplit == (3,)
    assert read_table.raw.height == read_table.records.data == 3


def test_two_stray_quotes_do_not_join_the_records_between_them() -> None:
    lines = [HEADER + ";note", ROW + ';"x', NEXT + ";y", ROW + ';z"', NEXT + ";"]
    read_table = table("\n".join(lines))
    assert [row[0] for row in rows(read_table)] == [3, 5]
    assert findings(read_table)[1:] == [(2, "record_quote"), (4, "record_quote")]


def test_a_stray_quote_does_not_reach_for_the_quotes_of_the_next_line() -> None:
    first, second = '80;fine;"right;AMC-0031Y;2024-03-01', '80;""one line\nanother";right;AMC-0023X;2024-03-02'
    read_table = table(
        f"phat_total;note;side;patient_id;assessed_on\n{first}\n{second}\n80;;left;AMC-0015W;2024-03-01\n"
    )
    assert [row[0] for row in rows(read_table)] == [5]
    assert [line for line, rule in findings(read_table) if rule.startswith("record_")] == [2, 3, 4]


def test_a_quoted_cell_of_very_many_lines_is_one_record() -> None:
    lines = [HEADER + ";note", ROW + ';"' + "a line\n" * 500 + '"', NEXT + ";fine"]
    read_table = table("\n".join(lines) + "\n", max_cell_chars=100)
    assert [row[0] for row in rows(read_table)] == [503]
    assert findings(read_table)[1:] == [(2, "record_cell_too_long")]


def test_lines_of_single_bytes_in_a_file_of_utf16_are_read_and_named() -> None:
    for encoding, other in (("utf-16-le", "utf-8"), ("utf-16-be", "windows-1252")):
        lines = [f"{HEADER};note\r\n".encode(encoding), f"{ROW};crème\r\n".encode(other)]
        content = b"".join([*lines, f"{NEXT};geïnd\r\n".encode(encoding)])
        (read_table,) = read(codecs.BOM_UTF16_LE + content if encoding == "utf-16-le" else content).tables
        assert [row[0] for row in rows(read_table)] == [2, 3]
        assert findings(read_table)[1:] == [(2, "line_other_encoding")]


def test_a_last_line_of_separators_alone_is_named_as_cut_where_it_is_too_short() -> None:
    assert findings(table(f"{HEADER}\n{ROW}\n;")) == [(3, "record_cut")]
    assert findings(table(f"{HEADER}\n{ROW}\n;;;")) == []


def test_a_record_above_the_header_is_a_finding() -> None:
    assert findings(table(f"{ROW}\n{HEADER}\n{NEXT}\n")) == [(1, "record_before_header")]


def test_a_form_without_rows_above_another_is_no_fault_of_the_separator() -> None:
    others = "".join(f"AMC-0015W;left;2024-03-{day:02};3;yes\n" for day in range(1, 6))
    below = f"patient_id;side;mri_on;retraction_mm;proximal_continuity\n{others}"
    assert [table.records.data for table in read(f"{HEADER}\n{below}").tables] == [0, 5]


def test_a_second_form_below_the_first_is_a_table_of_its_own() -> None:
    content = (
        f"{HEADER}\n{ROW}\npatient_id;side;mri_on;retraction_mm;proximal_continuity\nAMC-0015W;left;2024-03-01;3;yes\n"
    )
    first, second = read(content).tables
    assert (first.form, second.form) == ("follow_up", "imaging")
    assert (second.header_line, rows(second)[0][0]) == (3, 4)
    assert (first.records.physical, second.records.physical) == (2, 2)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "file_empty"),
        ("\n \n\n", "file_empty"),
        ("a;b\n1;2\n", "form_unknown"),
        ("patient_id;assessed_on;phat_total\nx;y;1\n", "key_column_missing"),
        (f"{HEADER};phat_total\n{ROW};1\n", "column_twice"),
        (f"{HEADER};note;Note\n{ROW};1;2\n", "column_twice"),
        (f"{HEADER}{';x' * 10}\n", "file_too_many_columns"),
        (f"{HEADER}\n" + f"{ROW}\n" * 100, "file_too_large"),
        (f"{HEADER}\n" + "AMC-0015W,left,2024-03-01\n" * 3, "file_separator"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(content: str, rule: str) -> None:
    assert refusal(content, max_columns=10, max_bytes=1_000) == rule


def test_a_refusal_never_quotes_a_cell() -> None:
    assert "Jansen" not in str(read("Jansen;12-03-1960\nPietersen;1-1-1950\n").refusal)


def test_empty_columns_without_a_name_are_counted_and_left_out() -> None:
    read_table = table(f"{HEADER};;\n{ROW};;\n{NEXT};;\n")
    assert read_table.findings.select("rule", "found").rows() == [("column_empty", "2")]


def test_records_may_lack_or_add_empty_columns_where_all_of_them_do() -> None:
    assert table(f"{HEADER};;\n{ROW}\n{NEXT}\n{ROW}\n").frame.height == 3
    assert table(f"{HEADER}\n{ROW};\n{NEXT};\n{ROW};\n").frame.height == 3
    assert table(f"{HEADER}\n{ROW};x\n{NEXT};\n{NEXT};\n{ROW}\n").unsplit == (2, 3, 4)


def test_a_column_without_a_name_that_holds_something_is_named_by_its_letter() -> None:
    read_table = table(f"{HEADER};\n{ROW};x\n")
    assert read_table.findings.select("column", "rule").rows() == [("E", "column_nameless")]
    assert read_table.raw["cells"].to_list() == [["AMC-0015W", "left", "2024-03-01", "82,5", None]]


def test_a_header_that_a_quote_damages_refuses_the_file() -> None:
    assert refusal(f"{HEADER.replace('side', chr(34) + 'side')}\n{ROW}\n") == "header_damaged"


def test_a_break_within_the_last_cell_leaves_no_half_answer() -> None:
    found = table(f"{HEADER}\n{ROW.removesuffix(',5')}\n,5\n{NEXT}\n")
    assert (2, "record_broken") in findings(found)
    assert [row for row in rows(found) if "AMC-0015W" in row] == []


def test_a_last_line_without_an_end_may_be_cut_within_its_number() -> None:
    assert (3, "line_end_missing") in findings(table(f"{HEADER}\n{ROW}\n{NEXT}"))
    assert findings(table(f"{HEADER}\n{ROW}\n{NEXT}\n")) == []


def test_a_file_of_very_many_tables_is_refused() -> None:
    other = "patient_id;side;assessed_on;tegner"
    assert refusal(f"{HEADER}\n{ROW}\n{other}\nAMC-0015W;left;2024-03-01;6\n" * 26) == "file_too_many_tables"
