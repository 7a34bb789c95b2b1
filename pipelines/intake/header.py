"""A header -> a form and the place of its fields. A header that fits no form is refused with what it lacks.

Headers are names, or labels in any of the languages; nothing is guessed from the cells below.
"""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from pipelines.intake.confirmation import is_added
from pipelines.intake.verdict import Refusal
from schemas.dictionary import Dictionary, Form, normalise

SHARED_KEY = frozenset({"patient_id", "side", "injury_no", "clinic"})  # these alone tell no form
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")


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

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The header as it is compared, without empty columns at its end."""
        return folded_record(self.cells)

    @cached_property
    def key(self) -> int:
        """The column of the first required key that the header holds, which every record fills; -1 for none."""
        required = (name for name in self.form.key if self.form.field(name).is_required)
        return next((self.positions[name] for name in required if name in self.positions), -1)


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Letters and digits in one case and without accents, so that `Händigkeit ` equals `handigkeit`."""
    decomposed = unicodedata.normalize("NFKD", text)
    return normalise("".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def folded_record(cells: Sequence[str | None]) -> tuple[str, ...]:
    """Every cell folded, without the empty ones at the end."""
    folded = [fold(cell or "") for cell in cells]
    while folded and not folded[-1]:
        folded.pop()
    return tuple(folded)


class Headers:
    """What a header may say, from the dictionary: each form's names and labels."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._names = {name: _names_of(form) for name, form in dictionary.forms.items()}
        self._forms = dictionary.forms
        self._known = frozenset(text for names in self._names.values() for text in names)

    def recognise(self, cells: Sequence[str]) -> Header | None:
        """The form that a header fits best, complete or not; None where no column is known."""
        if not self._known.intersection(texts := [self._known_text(cell) for cell in cells]):
            return None
        read = [self._read_as(form, cells, texts) for form in self._forms.values()]
        best = max(read, key=lambda header: (header.fits, header.score))
        alike = tuple(header.form.name for header in read if header.fits and header.score == best.score)
        return replace(best, rivals=alike) if best.fits and len(alike) > 1 else best

    def is_like(self, cells: Sequence[str]) -> bool:
        """A quick look: whether one of the first cells that hold no digit is a name or a label."""
        first = [cell for cell in cells[:20] if cell and not any(map(str.isdigit, cell))][:6]
        return any(fold(cell) in self._known for cell in first)

    def _known_text(self, cell: str) -> str:
        """The header folded; without what stands in brackets at its end, such as a unit, if only that is known."""
        text = fold(cell)
        bare = fold(_IN_BRACKETS.sub("", cell))
        return bare if text not in self._known and bare in self._known else text

    def _read_as(self, form: Form, cells: Sequence[str], texts: Sequence[str]) -> Header:
        found: dict[str, list[int]] = {}
        for position, text in enumerate(texts):
            if field := self._names[form.name].get(text):
                found.setdefault(field, []).append(position)
        known = {position for places in found.values() for position in places}
        foreign = [position for position, text in enumerate(texts) if text and position not in known]
        unknown = tuple(position for position in foreign if not is_added(cells[position]))
        doubled = [cells[place] for places in found.values() if len(places) > 1 for place in places]
        times = Counter(texts)
        doubled += [cells[position] for position in unknown if times[texts[position]] > 1]
        missing = tuple(name for name in _required(form) if name not in found)
        positions = {field: places[0] for field, places in found.items()}
        return Header(form, tuple(cells), positions, unknown, missing, tuple(doubled))

    def refuse(self, candidates: Sequence[Header], first: Sequence[str]) -> Refusal:
        """Why no line is a header: a key column is missing, or no form comes near. Never quotes a cell."""
        best = max(candidates, key=lambda header: header.score, default=None)
        if best and best.rivals:
            return Refusal("form_ambiguous", expected=", ".join(best.rivals))
        if best and best.score >= 2 and best.missing:
            return Refusal("key_column_missing", best.form.name, ", ".join(best.missing), best.missing)
        form, lacking = self._nearest(best.cells if best else first)
        return Refusal("form_unknown", form, ", ".join(lacking), lacking)

    def _nearest(self, cells: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The form whose names come nearest, and what of its key is missing."""
        texts = {text for text in map(fold, cells[:100]) if text}

        def nearness(form: str) -> int:
            near = (difflib.get_close_matches(text[:60], self._names[form], n=1, cutoff=0.7) for text in texts)
            return sum(bool(match) for match in near)

        form = self._forms[max(self._names, key=nearness)]
        found = {self._names[form.name].get(text) for text in texts}
        return form.name, tuple(name for name in _required(form) if name not in found)


def _required(form: Form) -> list[str]:
    return [name for name in form.key if form.field(name).is_required]


def _names_of(form: Form) -> Mapping[str, str]:
    """Folded header -> field. A label that could stand for two fields of the form stands for none."""
    fields: dict[str, set[str]] = {}
    for field in form.template_fields:
        for label in field.label.values():
            fields.setdefault(fold(label), set()).add(field.name)
    labels = {text: found.copy().pop() for text, found in fields.items() if len(found) == 1}
    return {**labels, **{fold(field.name): field.name for field in form.template_fields}}
