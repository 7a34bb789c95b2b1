"""A header -> a form and the place of its fields. A header that fits no form is refused with what it lacks.

Headers are names, or labels in any of the languages; nothing is guessed from the cells below.
"""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.intake.confirmation import is_added
from pipelines.intake.verdict import Refusal
from schemas.dictionary import Dictionary, Form, normalise

SHARED_KEY = frozenset({"patient_id", "side", "injury_no", "clinic"})  # these alone tell no form


@dataclass(frozen=True)
class Header:
    """A header as one form reads it. `unknown` are positions of columns that the form does not have."""

    form: Form
    cells: tuple[str, ...]
    positions: Mapping[str, int]
    unknown: tuple[int, ...]
    missing: tuple[str, ...]  # fields of the key that have no column and no default
    twice: tuple[str, ...]  # headers that stand for one field, or that are spelled the same
    rivals: tuple[str, ...] = ()  # forms that the header fits as well

    @property
    def score(self) -> int:
        """How many columns were recognised."""
        return len(self.positions)

    @property
    def is_complete(self) -> bool:
        """Whether the key is there, and a column that tells this form from others."""
        return not self.rivals and self.fits

    @property
    def fits(self) -> bool:
        """Complete, but for other forms that fit as well."""
        return not self.missing and self.score >= 2 and not self.positions.keys() <= SHARED_KEY


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Letters and digits in one case and without accents, so that `Händigkeit ` equals `handigkeit`."""
    decomposed = unicodedata.normalize("NFKD", text)
    return normalise("".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def recognise(cells: Sequence[str], dictionary: Dictionary) -> Header | None:
    """The form that a header fits best, complete or not; None where no column is known."""
    folded = [fold(cell) for cell in cells]
    read = [_read_as(form, cells, folded) for form in dictionary.forms.values()]
    best = max(read, key=lambda header: (header.fits, header.score))
    if best.score == 0:
        return None
    alike = tuple(header.form.name for header in read if header.fits and header.score == best.score)
    return replace(best, rivals=alike) if best.fits and len(alike) > 1 else best


def _read_as(form: Form, cells: Sequence[str], folded: Sequence[str]) -> Header:
    names = names_of(form)
    found: dict[str, list[int]] = {}
    for position, text in enumerate(folded):
        if field := names.get(text):
            found.setdefault(field, []).append(position)
    known = {position for places in found.values() for position in places}
    foreign = [position for position, text in enumerate(folded) if text and position not in known]
    unknown = tuple(position for position in foreign if not is_added(cells[position]))
    doubled = [cells[place] for places in found.values() if len(places) > 1 for place in places]
    doubled += [cells[position] for position in unknown if folded.count(folded[position]) > 1]
    required = [name for name in form.key if form.field(name).is_required]
    missing = tuple(name for name in required if name not in found)
    positions = {field: places[0] for field, places in found.items()}
    return Header(form, tuple(cells), positions, unknown, missing, tuple(doubled))


def names_of(form: Form) -> Mapping[str, str]:
    """Folded header -> field. A text that could stand for two fields of the form stands for none."""
    return _names_of(tuple((f.name, *f.label.values()) for f in form.template_fields))


@lru_cache(maxsize=100)
def _names_of(texts: tuple[tuple[str, ...], ...]) -> Mapping[str, str]:
    fields: dict[str, set[str]] = {}
    for name, *labels in texts:
        for text in (name, *labels):
            fields.setdefault(fold(text), set()).add(name)
    names = {text: found.copy().pop() for text, found in fields.items() if len(found) == 1}
    return {**names, **{fold(name): name for name, *_ in texts}}


def refuse_header(candidates: Sequence[Header], first: Sequence[str], dictionary: Dictionary) -> Refusal:
    """Why no line of a file is a header: a key column is missing, or no form comes near. Never quotes a cell."""
    best = max(candidates, key=lambda header: header.score, default=None)
    if best and best.rivals:
        return Refusal("form_ambiguous", expected=", ".join(best.rivals))
    if best and best.score >= 2 and best.missing:
        return Refusal("key_column_missing", best.form.name, ", ".join(best.missing), best.missing)
    form, lacking = _nearest(best.cells if best else first, dictionary)
    return Refusal("form_unknown", form, ", ".join(lacking), lacking)


def _nearest(cells: Sequence[str], dictionary: Dictionary) -> tuple[str, tuple[str, ...]]:
    """The form whose names come nearest, and what of its key is missing."""
    folded = {text for text in map(fold, cells[:200]) if text}

    def nearness(form: Form) -> float:
        names = names_of(form)
        near = (difflib.get_close_matches(text[:60], names, n=1, cutoff=0.7) for text in folded)
        return sum(bool(match) for match in near)

    form = max(dictionary.forms.values(), key=nearness)
    required = (name for name in form.key if form.field(name).is_required)
    return form.name, tuple(name for name in required if not folded & {fold(name)})
