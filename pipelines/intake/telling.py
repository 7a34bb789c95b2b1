"""Whether one cell or line tells who somebody is, by itself: what no column of them would show.

What becomes of it is decided elsewhere; a column of identifiers is known by most of its cells in `identifiers`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from pipelines.intake.file_names import is_telling, names_somebody
from pipelines.intake.identifier_values import EMAIL, PHONE, SUSPECT, kind_of_value, kinds_in
from pipelines.intake.records import is_key_like
from pipelines.intake.verdict import Reading

CELL, LINE = "cell_identifies", "line_identifies"
NAME = "name"
_SAYS_WORDS = re.compile(r"[^\W\d_]{3}")
_MOST_LOOKED_AT = 1_000  # characters of a line
_MOST_LINES = 1_000  # of a file that is refused


def kind_of_cell(text: str, own_formats: Sequence[str] = ()) -> str:
    """The kind of identifier in a cell that is no answer: the whole of it, or an address or a number within words."""
    if kind := kind_of_value(text, own_formats):
        return kind
    within = kinds_in(text) & {EMAIL, PHONE} if _SAYS_WORDS.search(text) else ()
    return min(within, default="")


def kind_of_answer(text: str, field_kind: str, own_formats: Sequence[str] = ()) -> str:
    """The kind of identifier in a cell that is no answer to its field: words in place of a number are a name."""
    if kind := kind_of_cell(text, own_formats):
        return kind
    if field_kind == "id":
        is_name = is_telling(text) or not any(map(str.isdigit, text))
    else:
        is_name = field_kind in ("code", "boolean", "text") and names_somebody(text)
    return NAME if is_name and _SAYS_WORDS.search(text) else ""


def kind_of_line(cells: Iterable[str | None], own_formats: Sequence[str] = ()) -> str:
    """The kind of identifier in a line that is no record; a name counts, because nothing is lost with the line."""
    texts = [cell for cell in cells if cell and cell.strip()]
    found = next((kind for text in texts if (kind := kind_of_cell(text, own_formats))), "")
    return found or (NAME if is_telling(" ".join(texts)[:_MOST_LOOKED_AT]) else "")


def kind_of_record(cells: Iterable[str | None], own_formats: Sequence[str] = ()) -> str:
    """The kind of identifier in a record that cannot be split: a name counts only where no number is a patient's."""
    texts = [cell for cell in cells if cell]
    if not any(map(is_key_like, texts)):
        return kind_of_line(texts, own_formats)
    kinds = (kind_of_cell(cell, own_formats) for cell in texts)
    return next((kind for kind in kinds if kind in (EMAIL, PHONE)), "")


def with_nothing_kept(reading: Reading, lines: pl.Series) -> Reading:
    """The reading; a file that is refused, and anywhere holds an address or a telephone number, is not kept."""
    if reading.refusal is None or not reading.refusal.is_stored:
        return reading
    suspects = lines.filter(lines.str.contains(SUSPECT)).head(_MOST_LINES)
    is_stored = not any(kinds_in(line) & {EMAIL, PHONE} for line in suspects)
    return replace(reading, refusal=replace(reading.refusal, is_stored=is_stored))
