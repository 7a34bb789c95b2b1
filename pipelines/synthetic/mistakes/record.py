"""How a mistake is written down: the rule that must find it, and what it changes in a row as a clinic writes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from pipelines.synthetic.clinics import Profile
from pipelines.synthetic.patient_ids import own_ids, patient_ids

UNUSED_NUMBER = 900_001  # numbers from here on were never given to a patient
Row = Mapping[str, Any]  # a typed row, and what is known of its episode in columns that begin with an underscore
Texts = Mapping[str, str]  # column -> text as sent


@dataclass(frozen=True)
class Pen:
    """Writes values as a clinic does."""

    profile: Profile

    @property
    def language(self) -> str:
        """The clinic's language."""
        return self.profile.clinic.language

    @property
    def order(self) -> str:
        """The declared date order; '' where none is declared or cells are real dates."""
        return "" if self.profile.is_workbook else self.profile.clinic.date_order

    @property
    def is_undeclared(self) -> bool:
        """Whether neither date order nor decimal mark is declared."""
        return not self.profile.clinic.date_order and not self.profile.clinic.decimal

    def date(self, day: date) -> str:
        """A date; ISO where the cell becomes a real date."""
        return day.strftime("%Y-%m-%d" if self.profile.is_workbook else self.profile.date_pattern)

    def number(self, value: float) -> str:
        """A number with the clinic's decimal mark."""
        is_comma = self.profile.clinic.decimal == "comma" and not self.profile.is_workbook
        return str(value).replace(".", "," if is_comma else ".")

    def unused_id(self, offset: int) -> str:
        """A right number of the clinic that no patient has."""
        numbers = np.array([UNUSED_NUMBER + offset])
        own = self.profile.own_numbers
        return str((own_ids(own, numbers) if own else patient_ids(self.profile.clinic.code, numbers))[0])

    def word(self, english: str, dutch: str, german: str) -> str:
        """A word in the clinic's language."""
        return {"en": english, "nl": dutch, "de": german}[self.language]


Change = Callable[[Row, Pen], Texts | None]


@dataclass(frozen=True)
class Mistake:
    """A mistake in a row of a form. `change` gives the cells that differ, or None where it cannot be made of the row.

    `copy` makes the change in a second row with the same answers: after 0 the same file, after n the n-th later one.
    `brings` is a form whose row of the episode is sent along in the same workbook.
    """

    rule: str
    form: str
    column: str
    change: Change
    copy: int | None = None
    brings: str = ""


def in_cell(rule: str, place: str, text: Callable[[Any, Pen], str | None]) -> Mistake:
    """A mistake in one filled cell. `place` is `form.column`; `text` gets the typed value."""
    form, _, column = place.partition(".")

    def change(row: Row, pen: Pen) -> Texts | None:
        wrong = None if row[column] is None else text(row[column], pen)
        return None if wrong is None else {column: wrong}

    return Mistake(rule, form, column, change)
