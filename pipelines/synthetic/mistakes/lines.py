"""Mistakes of lines and columns in a text file: damaged records, and what people add that is no record.

Each works on a file's lines and marks those that a rule must name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipelines.synthetic.clinics import Profile

LONG_CELL = 10_001  # a character more than the limit that settings give by default


@dataclass(frozen=True)
class Line:
    """One line of a file. `row` is the number of the row it holds; `rule` and `column` say what must be found in it."""

    text: str
    row: int | None = None
    rule: str = ""
    column: str = ""


@dataclass(frozen=True)
class Page:
    """The lines of a text file, its header first, and how the clinic writes."""

    lines: tuple[Line, ...]
    profile: Profile
    units: tuple[str, ...]  # what people write under a header: the unit of each field, or its kind
    spared: frozenset[int]  # rows that hold a mistake already

    @property
    def separator(self) -> str:
        """The clinic's separator."""
        return self.profile.clinic.separator

    def free(self) -> list[int]:
        """Positions of lines with a row and no mistake in it."""
        return [i for i, line in enumerate(self.lines) if line.row is not None and line.row not in self.spared]

    def right(self) -> "Page":
        """The page without the rows that hold a mistake."""
        return replace(self, lines=(self.lines[0], *(self.lines[position] for position in self.free())))

    def with_line(self, position: int, text: str, rule: str) -> "Page":
        """The page with another text in one line."""
        lines = list(self.lines)
        lines[position] = replace(lines[position], text=text, rule=rule)
        return replace(self, lines=tuple(lines))

    def with_new(self, position: int, *lines: Line) -> "Page":
        """The page with lines put in before a position."""
        return replace(self, lines=(*self.lines[:position], *lines, *self.lines[position:]))

    def with_column(self, header: Line, cell: str) -> "Page":
        """The page with a last column."""
        more = [replace(line, text=f"{line.text}{self.separator}{cell}") for line in self.lines[1:]]
        return replace(self, lines=(header, *more))


Damage = Callable[[Page, np.random.Generator], Page | None]
RowDamage = Callable[[str, Page], str | None]


def line_damages() -> Mapping[str, Damage]:
    """Damage by the rule that must name it."""
    in_row: dict[str, RowDamage] = {
        "record_too_long": _too_long,
        "record_too_short": lambda text, page: page.separator.join(text.split(page.separator)[:-3]),
        "record_quote": _stray_quote,
        "record_nul": lambda text, _: f"{text[:6]}\0{text[6:]}",
        "record_encoding": _other_encoding,
        "record_cell_too_long": _very_long,
        "line_other_separator": lambda text, page: text.replace(page.separator, "|") if '"' not in text else None,
    }
    return {
        **{rule: _in_a_row(rule, damage) for rule, damage in in_row.items()},
        "record_cut": _cut,
        "line_preamble": _preamble,
        "line_total": _total,
        "line_header_repeated": _repeated_header,
        "line_header_second": _second_header,
        "column_unknown": _unknown_column,
        "column_empty": _empty_column,
        "column_nameless": _nameless_column,
    }


def _in_a_row(rule: str, damage: RowDamage) -> Damage:
    def apply(page: Page, rng: np.random.Generator) -> Page | None:
        free = page.free()
        if len(free) < 2:
            return None
        position = free[int(rng.integers(len(free)))]
        text = damage(page.lines[position].text, page)
        return None if text is None else page.with_line(position, text, rule)

    return apply


def _too_long(text: str, page: Page) -> str:
    """A remark with the separator in it, typed into a cell in the middle."""
    cells = text.split(page.separator)
    return page.separator.join([*cells[:5], "see letter", *cells[5:]])


def _other_encoding(text: str, page: Page) -> str | None:
    """A byte that is no UTF-8, in a file whose mark says that it is UTF-8."""
    return f"{text[:-1]}\udce9" if page.profile.encoding == "utf-8-sig" else None


def _stray_quote(text: str, page: Page) -> str:
    cells = text.split(page.separator)
    return page.separator.join([*cells[:4], f'{cells[4]}"', *cells[5:]])


def _very_long(text: str, page: Page) -> str:
    cells = text.split(page.separator)
    return page.separator.join([*cells[:4], "9" * LONG_CELL, *cells[5:]])


def _cut(page: Page, _: np.random.Generator) -> Page | None:
    """The file ends in the middle of its last line."""
    position = len(page.lines) - 1
    if position not in page.free() or position < 2:
        return None
    text = page.lines[position].text
    return page.with_line(position, text[: len(text) // 2], "record_cut")


def _preamble(page: Page, _: np.random.Generator) -> Page:
    title = Line(f"{page.profile.clinic.name}{page.separator}export", rule="line_preamble")
    return page.with_new(0, title, Line(""))


def _total(page: Page, _: np.random.Generator) -> Page:
    word = {"en": "Total", "nl": "Totaal", "de": "Summe"}[page.profile.clinic.language]
    empty = page.separator * (len(page.units) - 1)
    return page.with_new(len(page.lines), Line(f"{word}{empty}{len(page.lines) - 1}", rule="line_total"))


def _repeated_header(page: Page, _: np.random.Generator) -> Page | None:
    middle = len(page.lines) // 2
    again = replace(page.lines[0], rule="line_header_repeated")
    return page.with_new(middle, again) if middle > 1 else None


def _second_header(page: Page, _: np.random.Generator) -> Page:
    return page.with_new(1, Line(page.separator.join(page.units), rule="line_header_second"))


def _unknown_column(page: Page, _: np.random.Generator) -> Page:
    word = {"en": "Remarks of the desk", "nl": "Opmerkingen balie", "de": "Bemerkungen Empfang"}
    name = word[page.profile.clinic.language]
    header = Line(f"{page.lines[0].text}{page.separator}{name}", rule="column_unknown", column=name)
    return page.with_column(header, "-")


def _empty_column(page: Page, _: np.random.Generator) -> Page:
    return page.with_column(Line(page.lines[0].text + page.separator, rule="column_empty"), "")


def _nameless_column(page: Page, _: np.random.Generator) -> Page:
    return page.with_column(Line(page.lines[0].text + page.separator, rule="column_nameless"), "x")
