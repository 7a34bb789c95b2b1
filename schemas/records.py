"""Forms, fields and rules as plain records."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from schemas.vocabulary import normalise

KINDS = ("id", "code", "integer", "decimal", "date", "partial_date", "month", "boolean", "text")

EARLIEST_DATE = datetime.date(1980, 1, 1)  # of any date column

Row = tuple[str, Mapping[str, str]]  # form, and the texts that differ from the form's example row


@dataclass(frozen=True)
class Field:
    """One column of a form. A key that is not required has a default: injury number 1, the submitting clinic.

    `maximum` of a text is its number of characters; dates have no bounds here, but none lies before 1980.
    """

    name: str
    kind: str
    label: Mapping[str, str]
    description: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    vocabulary: str = ""
    example: str = ""
    is_key: bool = False
    is_required: bool = False
    is_identifying: bool = False  # with other knowledge it could point to a person
    is_computed: bool = False  # filled by the reader, in no template
    is_outcome: bool = False  # one of these must be answered where the form asks for an outcome

    @property
    def range_text(self) -> str:
        """What is allowed, as sentences show it: `0–100`, `>= 1`, the earliest date, a text's longest length."""
        if self.kind in ("date", "partial_date", "month"):
            return EARLIEST_DATE.isoformat()
        low, high = ("" if bound is None else f"{bound:g}" for bound in (self.minimum, self.maximum))
        if self.kind == "text" or (low and high):
            return f"{low}–{high}".strip("–")
        return f">= {low}" if low else f"<= {high}" if high else ""


@dataclass(frozen=True)
class Form:
    """One form: its key, which is its grain, and its fields in the order of the template."""

    name: str
    label: Mapping[str, str]
    description: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where the form has none."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def template_fields(self) -> tuple[Field, ...]:
        """The fields a clinic fills in."""
        return tuple(field for field in self.fields if not field.is_computed)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Normalised name or label in any language -> field name. Look a header up with `normalise(header)`."""
        names = {normalise(field.name): field.name for field in self.template_fields}
        labels = {normalise(label): field.name for field in self.template_fields for label in field.label.values()}
        return {**labels, **names}

    def example_row(self, **changes: str) -> Mapping[str, str]:
        """The example of each field, as a clinic would send it, with changes."""
        return {**{field.name: field.example for field in self.template_fields}, **changes}


@dataclass(frozen=True)
class Rule:
    """One rule. `found` in its words is the text of the first column, `expected` what the scope says of it.

    scope: `file` refuses the whole file; `section` speaks of a sheet; `record` of a line the reader met; `cell` of one
    cell; `row` of one row of one form; `rows` of several rows of one file; `query` of facts from several files.
    severity: `error` rejects the row (a cell that is no key is set aside), `warning` loads, `note` describes.
    `predicate` is SQL of one row in three-valued logic: true passes, false fails, null is not applicable.
    `passes` and `fails` are rows in the order sent, each as changes to the form's example row.
    """

    id: str
    kahn: str
    severity: str
    scope: str
    forms: tuple[str, ...]
    columns: tuple[str, ...]
    sentence: Mapping[str, str]
    remedy: Mapping[str, str]
    predicate: str = ""
    passes: tuple[Row, ...] = ()
    fails: tuple[Row, ...] = ()
