"""Lines of text -> tables with line numbers, each of a form that its header names; or one refusal.

Text files and the sheets of workbooks both come here. Nothing here believes a cell.
"""

from dataclasses import replace

from pipelines.intake.block import Block
from pipelines.intake.dialect import Found, find_header, read_block
from pipelines.intake.encoding import Decoded
from pipelines.intake.fragments import name_cut
from pipelines.intake.header import Headers
from pipelines.intake.records import TOO_LONG, TOO_SHORT
from pipelines.intake.table import make_table
from pipelines.intake.verdict import Dialect, Reading, Refusal, TextTable
from pipelines.settings import Limits
from schemas.dictionary import Dictionary

MAX_TABLES = 50  # headers of different layout in one file


def read_text(
    decoded: Decoded,
    dictionary: Dictionary,
    limits: Limits,
    is_exact: bool = False,
    headers: Headers | None = None,
) -> Reading:
    """The tables of a text file, one below the other. `headers` are those of a clinic that has mappings."""
    headers = headers or Headers(dictionary)
    dialect: Dialect | None = None
    tables: list[TextTable] = []
    start = 0
    while start < len(decoded.lines):
        found = find_header(decoded, start, headers, limits)
        if isinstance(found, Refusal):
            return Reading(dialect, refusal=found)
        dialect = dialect or Dialect("csv", decoded.encoding, found.separator, decoded.newline, decoded.has_bom)
        block = read_block(decoded, found, limits, is_exact)
        if isinstance(block, Refusal):
            return Reading(dialect, refusal=block)
        line = block.next_header(headers)
        own = block if line is None else replace(block, grid=block.grid.before(line))
        if line is None and not decoded.has_end:
            own = name_cut(own, decoded.lines)
        table = make_table(own, dictionary)
        if refusal := _check(decoded, start, found, own, table):
            return Reading(dialect, refusal=refusal)
        tables.append(table)
        if len(tables) > MAX_TABLES:
            return Reading(dialect, refusal=Refusal("file_too_many_tables", str(len(tables)), str(MAX_TABLES)))
        start = len(decoded.lines) if line is None else line - 1
    return Reading(dialect, tuple(tables))


def _check(decoded: Decoded, start: int, found: Found, block: Block, table: TextTable) -> Refusal | None:
    """Every line is in a record and every record in one place; and the separator fits more than the header."""
    n_lines = sum(record.n_lines for record in (*found.before, found.record)) + block.grid.n_lines
    if n_lines != len(decoded.lines) - start or not _adds_up(table):
        return Refusal("file_does_not_add_up", str(n_lines), str(len(decoded.lines) - start))
    if table.frame.is_empty() and sum(r.rule in (TOO_LONG, TOO_SHORT) for r in block.grid.faulty) >= 3:
        return Refusal("file_separator", found.separator, str(len(found.header.cells)))
    return None


def _adds_up(table: TextTable) -> bool:
    return table.records.data == table.raw.height == table.frame.height + len(table.unsplit)
