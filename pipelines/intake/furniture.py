"""What stands in a file besides its records: titles, totals, headers that come again. Named, counted, never dropped."""

import re
from collections.abc import Sequence

from pipelines.intake.header import Header, fold
from pipelines.intake.records import is_key_like

PREAMBLE, TOTAL, REPEATED_HEADER = "line_preamble", "line_total", "line_header_repeated"
SECOND_HEADER = "line_header_second"

_TOTALS = (
    "total totals grandtotal subtotal sum count average mean median n",
    "totaal totalen eindtotaal subtotaal som aantal gemiddelde mediaan",
    "gesamt gesamtsumme summe zwischensumme anzahl mittelwert durchschnitt",
)
_TOTAL_WORDS = frozenset(" ".join(_TOTALS).split())


def is_total(cells: Sequence[str | None], key: int) -> bool:
    """A line that begins with a word for a total and names no patient."""
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    if not filled or (key < len(cells) and is_key_like(cells[key] or "")):
        return False
    word = re.sub(r"[\d.,\s:=()%]+", "", filled[0])
    return fold(word) in _TOTAL_WORDS and not any(is_key_like(cell) and re.search(r"[^\W\d_]", cell) for cell in filled)


def is_repeated_header(cells: Sequence[str | None], header: Header) -> bool:
    """The header again: the same texts in the same places."""
    sent, again = [fold(cell) for cell in header.cells], [fold(cell or "") for cell in cells]
    width = max(len(sent), len(again))
    return sent + [""] * (width - len(sent)) == again + [""] * (width - len(again))


def is_second_header(cells: Sequence[str | None], header: Header) -> bool:
    """A line below the header that explains it: names, labels or units of the columns it stands in."""
    places = {name: place for name, place in header.positions.items() if place < len(cells)}
    explained = [(header.form.field(name), cells[place] or "") for name, place in places.items()]
    filled = [(field, fold(cell)) for field, cell in explained if cell.strip()]
    words = [{fold(text) for text in (f.name, f.unit, f.kind, f.description, *f.label.values())} for f, _ in filled]
    hits = sum(text in known for (_, text), known in zip(filled, words, strict=True))
    return hits >= 2 and hits * 2 >= len(filled)
