"""What stands in a file besides its records: titles, totals, headers that come again. Named, counted, never dropped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.intake.block import Block
from pipelines.intake.findings import Remark
from pipelines.intake.grid import is_blank
from pipelines.intake.header import Header, fold, folded_record
from pipelines.intake.records import CUT, Record, is_key_like
from pipelines.intake.telling import LINE, kind_of_line
from schemas.dictionary import Field

PREAMBLE, TOTAL, REPEATED_HEADER = "line_preamble", "line_total", "line_header_repeated"
SECOND_HEADER = "line_header_second"

_TOTALS = (
    "total totals grandtotal subtotal sum count average mean median n",
    "totaal totalen eindtotaal subtotaal som aantal gemiddelde mediaan",
    "gesamt gesamtsumme summe zwischensumme anzahl mittelwert durchschnitt",
)
_NUMBERS = re.compile(r"[\d.,\s:=()%]+")
_HINT = re.compile(
    r"[(\[{<].*[)\]}>]|\d+ ?(?:-|–|\.\.|to|tot|bis) ?\d+|[dmyjt]{1,4}([-./])[dmyjt]{1,4}\1[dmyjt]{1,4}", re.I
)
MOST_WORDS = 2  # of a line that could be chance
_TOTAL_WORDS = frozenset(" ".join(_TOTALS).split())


def is_total(cells: Sequence[str | None], key: int) -> bool:
    """A line that begins with a word for a total and names no patient."""
    first = next((cell for cell in cells if cell and not cell.isspace()), "")
    if len(first) > 40 or fold(_NUMBERS.sub("", first)) not in _TOTAL_WORDS:
        return False
    if key < len(cells) and is_key_like(cells[key] or ""):
        return False
    return not any(is_key_like(cell) and re.search(r"[^\W\d_]", cell) for cell in cells if cell)


def is_repeated_header(cells: Sequence[str | None], header: Header) -> bool:
    """The header again: the same texts in the same places, or every column's name or label in any language."""
    if len(cells) >= len(header.folded) and header.folded == folded_record(cells):
        return True
    said = _said_of(cells, header)
    return len(said) == len(header.positions) and all(text in _words_of(field) for field, text in said)


def is_second_header(cells: Sequence[str | None], header: Header) -> bool:
    """A line below the header that explains it: names, labels, units, or what may stand there, such as a range."""
    said = _said_of(cells, header)
    hits = sum(text in _words_of(field) for field, text in said)
    if hits >= MOST_WORDS and hits * 2 >= len(said):
        return True
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    n_hints = sum(_HINT.fullmatch(cell) is not None for cell in filled)
    return n_hints > MOST_WORDS and n_hints + hits >= len(filled)


def _said_of(cells: Sequence[str | None], header: Header) -> list[tuple[Field, str]]:
    """The fields whose columns hold something, and what, folded."""
    places = {name: place for name, place in header.positions.items() if place < len(cells)}
    said = [(header.form.field(name), cells[place] or "") for name, place in places.items()]
    return [(field, fold(cell)) for field, cell in said if cell.strip()]


def _words_of(field: Field) -> set[str]:
    return {fold(text) for text in (field.name, field.unit, field.kind, field.description, *field.label.values())}


@dataclass(frozen=True)
class Sorted:
    """The records of a block by what they are: `lines` of furniture and blanks, and remarks that name them."""

    furniture: tuple[int, ...]
    blank: tuple[int, ...]
    remarks: tuple[Remark, ...]


def furniture_kind(cells: Sequence[str], block: Block) -> str:
    """What kind of furniture a record is; '' where it is none."""
    if is_repeated_header(cells, block.header):
        return REPEATED_HEADER
    if is_total(cells, block.header.key):
        return TOTAL
    return ""


def sort_records(block: Block) -> Sorted:
    """Tell furniture and blanks from data. What is in doubt stays data."""
    found: list[tuple[int, str]] = []
    blank: list[int] = []
    for number, record in enumerate(block.keyless()):
        line, cells = record.line, record.cells
        if is_blank(cells) and record.rule != CUT:
            blank.append(line)
        elif kind := furniture_kind(cells, block):
            found.append((line, kind))
        elif number == len(blank) + len(found) == 0 and is_second_header(cells, block.header):
            found.append((line, SECOND_HEADER))
    for record in block.before:
        if is_blank(record.cells):
            blank.append(record.line)
        elif not _is_stranded(record, block):
            found.append((record.line, PREAMBLE))
    return Sorted(tuple(line for line, _ in found), tuple(blank), _remarks(block, found))


def _remarks(block: Block, found: Sequence[tuple[int, str]]) -> tuple[Remark, ...]:
    """What each line of furniture is, and whether it tells who somebody is: the header again tells nothing new."""
    remarks = [Remark(line, kind) for line, kind in found]
    asked = {line for line, kind in found if kind != REPEATED_HEADER}
    records = [record for record in (*block.before, *(block.keyless() if asked else ())) if record.line in asked]
    kinds = {record.line: kind_of_line(record.cells) for record in records}
    return (*remarks, *(Remark(line, LINE, found=kind) for line, kind in kinds.items() if kind))


def _is_stranded(record: Record, block: Block) -> bool:
    """A record of data that stands above the header: as wide as it, with a key in its place."""
    is_wide = len(record.cells) >= len(block.header.cells) > block.header.key
    return is_wide and is_key_like(record.cells[block.header.key])
