"""A long file of plain text read and judged stretch by stretch, each below the file's header, as if it were read whole.

Where that rests on lines of more than one stretch, `UnsureError` says so: the file is then read whole. Rows of one key
in several stretches are the exception: their lines are named, and judged together in a stretch of their own.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from pipelines.intake.column_habits import BY_COLUMN
from pipelines.intake.date_shift import dated_forms
from pipelines.intake.draft import Draft
from pipelines.intake.encoding import UTF8, Decoded, decode
from pipelines.intake.file_kinds import refuse_other_kind
from pipelines.intake.findings import Remark, with_remarks
from pipelines.intake.fragments import BROKEN
from pipelines.intake.furniture import SECOND_HEADER
from pipelines.intake.identifiers import Own, traces_in
from pipelines.intake.records import STRAY_QUOTE, TOO_SHORT
from pipelines.intake.sections import make_section
from pipelines.intake.stack import Judging
from pipelines.intake.text_reading import read_text
from pipelines.intake.validation import judge, rejecting_rules
from pipelines.intake.verdict import Dialect, Reading, Records, Refusal, Section, TextTable
from warehouse.sealed import read_blocks

BYTES = 1 << 24  # of a stretch: some 100,000 rows
_ZIP = b"PK"
# Findings that rest on other lines than their own, or on whole columns.
_OF_MORE = (STRAY_QUOTE, BROKEN, "column_nameless", "column_empty", *BY_COLUMN)


class UnsureError(Exception):
    """Whether a file read in stretches says what it says as a whole: it is to be read whole."""


@dataclass
class Stretches:
    """The stretches of one file. Once all are out, `dialect` is the file's and `repeated` says what must lie apart."""

    path: Path
    by: Judging
    remarks: Sequence[Remark] = ()
    apart: frozenset[int] = frozenset()  # lines whose keys stand in several stretches
    dialect: Dialect | None = None
    _keys: list[pl.DataFrame] = field(default_factory=list)
    _apart: list[TextTable] = field(default_factory=list)
    _n_findings: int = 0

    def sections(self) -> Iterator[Section]:
        """A section for each stretch, in order; then one of the lines that lie apart."""
        for table in self._tables():
            rest, own = _parted(table, self.apart)
            self._apart += [own] if own.records.data else []
            yield self._judged(rest)
        if self._apart:
            yield self._judged(_joined(self._apart))

    @property
    def repeated(self) -> frozenset[int]:
        """The lines whose key another stretch has too; of stretches that have some lie apart, none."""
        if self.apart:
            return frozenset()
        once = pl.concat([keys["key"].unique() for keys in self._keys]).sort()
        several = once.filter(once == once.shift()).unique()
        found = (keys.filter(pl.col("key").is_in(several.implode()))["line"] for keys in self._keys)
        return frozenset(line for lines in found for line in lines)

    def _tables(self) -> Iterator[TextTable]:
        """The tables of text, their lines numbered as in the file."""
        header, above = b"", 0
        for content, is_last in _with_last(cut(read_blocks(self.path))):
            if above:
                decoded, reading = self._read(header + content)
            else:
                header = content[: content.find(b"\n") + 1].removeprefix(b"\xef\xbb\xbf")
                decoded, reading = self._read(content)
                reading = with_remarks(reading, self.remarks, self.by.dictionary)
            yield self._checked(reading, decoded, above, is_last)
            above += len(decoded.lines) - 1

    def _read(self, content: bytes) -> tuple[Decoded, Reading]:
        if content.startswith(_ZIP) or refuse_other_kind(content):
            raise UnsureError
        decoded = decode(content)
        if decoded is None or decoded.encoding != UTF8 or decoded.faulty or decoded.other:
            raise UnsureError
        reading = read_text(decoded, self.by.dictionary, self.by.limits, headers=self.by.headers)
        if reading.refusal or traces_in(decoded.lines, reading, Own.of(self.by.clinic), fewest=1):
            raise UnsureError
        return decoded, reading

    def _checked(self, reading: Reading, decoded: Decoded, above: int, is_last: bool) -> TextTable:
        """The one table of a stretch with the file's lines, where its neighbours cannot change what it says."""
        self.dialect = self.dialect or reading.dialect
        table = reading.tables[0]
        if reading.dialect != replace(self.dialect, has_bom=reading.dialect.has_bom) or len(reading.tables) > 1:  # type: ignore[union-attr, type-var]  # read, so it has one
            raise UnsureError
        ends = [*([2] if above else []), *([] if is_last else [len(decoded.lines)])]
        is_even = all(self._is_plain(decoded.lines[line - 1], table) for line in ends)
        if not is_even or not table.frame["line"].is_in(ends).sum() == len(set(ends)):
            raise UnsureError
        if _rests_on_more(table, bool(above), self.by) or 2 * table.frame.height < len(decoded.lines):
            raise UnsureError
        return _moved(table, above)

    def _is_plain(self, line: str, table: TextTable) -> bool:
        separator = self.dialect.separator if self.dialect else ""
        return '"' not in line and line.count(separator) == len(table.header) - 1

    def _judged(self, table: TextTable) -> Section:
        by = self.by
        left = by.limits.max_findings - self._n_findings
        drafts = judge(Reading(self.dialect, (table,)), by.dictionary, by.clinic, by.formats, left)
        if isinstance(drafts, Refusal):
            raise UnsureError
        (draft,) = drafts
        self._keys.append(_keys(draft))
        section = make_section(draft, rejecting_rules(by.dictionary))
        self._n_findings += table.findings.height + draft.findings.height
        if section.confirmed or section.findings["rule"].is_in(list(_OF_MORE)).any():
            raise UnsureError
        return section


def cut(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks of bytes as stretches of whole lines."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        while size >= BYTES:
            content = b"".join(parts)
            end = content.rfind(b"\n", 0, BYTES) + 1 or content.find(b"\n") + 1
            if not end:
                break
            yield content[:end]
            parts, size = [content[end:]], len(content) - end
    if size:
        yield b"".join(parts)


def _with_last(stretches: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each stretch, and whether it is the last."""
    before = b""
    for stretch in stretches:
        if before:
            yield before, False
        before = stretch
    yield before, True


def _rests_on_more(table: TextTable, is_later: bool, by: Judging) -> bool:
    """Whether what is said of a table may rest on lines above or below it."""
    if table.header_line != 1 or table.is_mapped or table.form in dated_forms(by.dictionary):
        return True
    rules = table.findings["rule"]
    is_piece = (rules == TOO_SHORT) & (table.findings["found"] == "1")
    is_second = (rules == SECOND_HEADER).any() and is_later
    return not all(cell.strip() for cell in table.header) or is_piece.any() or is_second


def _moved(table: TextTable, above: int) -> TextTable:
    """The table with the lines of the file; what is said of the header is said once."""
    if not above:
        return table
    line = pl.col("line") + above
    records = table.records
    return replace(
        table,
        frame=table.frame.with_columns(line),
        raw=table.raw.with_columns(line),
        findings=table.findings.filter(pl.col("line") > 1).with_columns(line),
        unsplit=tuple(own + above for own in table.unsplit),
        records=replace(records, physical=records.physical - 1, header=0),
    )


def _parted(table: TextTable, lines: Collection[int]) -> tuple[TextTable, TextTable]:
    """The table without the rows of these lines, and those rows."""
    is_own = pl.col("line").is_in(list(lines))
    own, rest = (
        replace(
            table,
            frame=table.frame.filter(which),
            raw=table.raw.filter(which),
            findings=table.findings.filter(which),
        )
        for which in (is_own, ~is_own)
    )
    n_rows, records = own.frame.height, table.records
    rest = replace(rest, records=replace(records, physical=records.physical - n_rows))
    return rest, replace(own, records=Records(n_rows, 0, 0, 0), unsplit=())


def _joined(tables: Sequence[TextTable]) -> TextTable:
    return replace(
        tables[0],
        frame=pl.concat([table.frame for table in tables]),
        raw=pl.concat([table.raw for table in tables]),
        findings=pl.concat([table.findings for table in tables]),
        records=Records(sum(table.records.physical for table in tables), 0, 0, 0),
    )


def _keys(draft: Draft) -> pl.DataFrame:
    """`key`, a hash, and `line` of each row whose key is whole."""
    key = list(draft.form.key)
    frame = draft.flat.select(key).with_columns(draft.table.frame["line"]).drop_nulls(key)
    return pl.DataFrame([frame.select(key).hash_rows().alias("key"), frame["line"]])
