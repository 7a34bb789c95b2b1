"""What a file may cost: each limit of `[limits]` has a refusal that names it, and memory stays flat."""

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.intake.reading import read_file
from pipelines.intake.submission import check_file
from pipelines.intake.validation import validate
from pipelines.settings import Clinic, Limits, parse_settings
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id

DICTIONARY = read_dictionary()
KEY = "patient_id,side,assessed_on,phat_total"
MANY = "<table:table-row table:number-rows-repeated='{rows}'>{cell}</table:table-row>"
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def packed(*parts: tuple[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts:
            file.writestr(name, text, zipfile.ZIP_STORED if name == "mimetype" else None)
    return content.getvalue()


def xlsx_of(*cells: tuple[int, int, str]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, column, text in cells:
            sheet.write_string(row, column, text)
    return content.getvalue()


def ods_of(rows: int, columns: int, blanks: int = 0) -> bytes:
    cell = f"<table:table-cell office:value-type='string' table:number-columns-repeated='{columns}'>"
    cell += f"<text:p>x<text:s text:c='{blanks}'/></text:p></table:table-cell>"
    spaces = ("office", "table", "text")
    names = " ".join(f"xmlns:{each}='urn:oasis:names:tc:opendocument:xmlns:{each}:1.0'" for each in spaces)
    table = f"<table:table table:name='s'>{MANY.format(rows=rows, cell=cell)}</table:table>"
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return packed(("mimetype", SPREADSHEET), ("content.xml", f"<office:document {names}>{body}</office:document>"))


def bomb() -> bytes:
    """40 MB of noughts in 40 KB."""
    return packed(("xl/workbook.xml", bytes(40_000_000)))


def lying_bomb() -> bytes:
    """The same, where header and directory say that it is ten bytes long and that these are whole."""
    size, checksum = (40_000_000).to_bytes(4, "little"), zlib.crc32(bytes(40_000_000)).to_bytes(4, "little")
    lies = (10).to_bytes(4, "little"), zlib.crc32(bytes(10)).to_bytes(4, "little")
    return bomb().replace(size, lies[0]).replace(checksum, lies[1])


def doctype() -> bytes:
    entity = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><a>&b;&b;</a>'
    return packed(("xl/workbook.xml", entity))


SMALL = replace(Limits(), max_unpacked_bytes=20_000_000, max_cells=100_000)
LONG = "x" * 30_000


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (bomb, "file_unpacks_too_large"),
        (lying_bomb, "file_unpacks_too_large"),
        (lambda: packed(*((f"part{number}", "x") for number in range(2_500))), "file_unpacks_too_large"),
        (lambda: xlsx_of(*((row, 0, LONG) for row in range(700))), "file_unpacks_too_large"),  # one text, 700 times
        (lambda: ods_of(1, 2, 2_000_000_000), "file_unpacks_too_large"),
        (lambda: xlsx_of((1_048_575, 300, "x")), "file_too_many_cells"),
        (lambda: xlsx_of((0, 16_383, "x")), "file_too_many_columns"),
        (lambda: ods_of(1_000_000, 300), "file_too_many_cells"),
        (lambda: ods_of(1, 16_384), "file_too_many_columns"),
        (lambda: (",".join(f"c{number}" for number in range(10_000)) + "\n").encode(), "form_unknown"),
        (lambda: f"{KEY},{','.join(f'c{number}' for number in range(10_000))}\n".encode(), "file_too_many_columns"),
        (doctype, "file_unreadable"),
        (lambda: packed(("xl/workbook.xml", "<a/>")) + packed(("b", "c")), "file_unreadable"),
    ],
)
def test_a_file_that_costs_too_much_is_refused_by_its_reason(make: Callable[[], bytes], rule: str) -> None:
    refusal = read_file("file", make(), DICTIONARY, Clinic("AMC"), SMALL).refusal
    assert refusal is not None
    assert refusal.rule == rule


def test_a_file_of_two_gigabytes_is_refused_from_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(2_500_000_000)  # takes no room on the disk
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    receipt = check_file(path, Clinic("AMC"), DICTIONARY)
    assert receipt["refusal"]["rule"] == "file_too_large"
    assert "2500000000" in receipt["refused"]


def test_more_findings_than_anybody_reads_refuse_the_file() -> None:
    lines = [KEY, *(f"{make_patient_id('AMC', number)},left,2025-03-14,bad" for number in range(1, 40))]
    reading = read_file("x.csv", "\n".join(lines).encode(), DICTIONARY, Clinic("AMC"), Limits())
    assert validate("x.csv", reading, DICTIONARY, Clinic("AMC")).refusal is None
    refusal = validate("x.csv", reading, DICTIONARY, Clinic("AMC"), most_findings=30).refusal
    assert refusal is not None
    assert (refusal.rule, refusal.expected) == ("file_too_many_findings", "30")


def test_every_limit_can_be_set_in_registry_toml() -> None:
    limits = parse_settings("[limits]\nmax_bytes = 5\nmax_cells = 6\nmax_findings = 7\nmax_columns = 8\n").limits
    assert (limits.max_bytes, limits.max_cells, limits.max_findings, limits.max_columns) == (5, 6, 7, 8)


MEASURE = """
import json, resource, sys
from pathlib import Path
from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary

resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, 4_000_000_000))
limits, clinic, told = Limits(max_unpacked_bytes=20_000_000, max_findings=100_000), Clinic("AMC"), []
for path in map(Path, sys.argv[1:]):
    reading = read_file(path.name, path.read_bytes(), read_dictionary(), clinic, limits)
    verdict = validate(path.name, reading, read_dictionary(), clinic, most_findings=limits.max_findings)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told.append((verdict.refusal.rule if verdict.refusal else "", peak))
print(json.dumps(told))
"""
MOST_MEGABYTES = 150  # beyond what reading a small file takes


def million_findings(n_rows: int = 35_000) -> bytes:
    fields = DICTIONARY.forms["follow_up"].template_fields
    known = {"side": "left", "injury_no": "1", "assessed_on": "2025-03-14"}
    rest = ",".join(known.get(field.name, "bad") for field in fields[1:])
    patient = make_patient_id("AMC", 1)
    return "\n".join([",".join(field.name for field in fields), *([f"{patient},{rest}"] * n_rows)]).encode()


def test_memory_stays_flat_whatever_a_file_wants(tmp_path: Path) -> None:
    files = {
        "small.csv": million_findings(10),
        "small.xlsx": xlsx_of((0, 0, "x")),
        "bomb.xlsx": packed(("xl/workbook.xml", bytes(200_000_000))),
        "lying.xlsx": lying_bomb(),
        "repeated.ods": ods_of(1_000_000, 400),
        "blanks.ods": ods_of(1, 1, 2_000_000_000),
        "strings.xlsx": xlsx_of(*((row, 0, LONG) for row in range(2_000))),
        "findings.csv": million_findings(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-c", MEASURE, *(str(tmp_path / name) for name in files)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    told = dict(zip(files, json.loads(done.stdout), strict=True))
    assert {name: rule for name, (rule, _) in told.items() if not name.startswith("small")} == {
        "bomb.xlsx": "file_unpacks_too_large",
        "lying.xlsx": "file_unpacks_too_large",
        "repeated.ods": "file_too_many_cells",
        "blanks.ods": "file_unpacks_too_large",
        "strings.xlsx": "file_unpacks_too_large",
        "findings.csv": "file_too_many_findings",
    }
    assert told["findings.csv"][1] - told["small.xlsx"][1] < MOST_MEGABYTES, told
