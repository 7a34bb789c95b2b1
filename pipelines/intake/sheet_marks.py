"""What a sheet says of its cells beside their values: errors, formulas without a result, formats, hidden rows, extent.

A reader of values gives an empty cell for `#DIV/0!` and 0.95 for 95 %; here stands what the holder of the file sees.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from pipelines.intake.verdict import Refusal
from pipelines.settings import Limits

NO_RESULT = "#="  # stands before a formula whose result is not stored
PERCENT = "percent"
MONTH, YEAR, NO_YEAR = "month", "year", "no_year"  # how a date is shown that is not shown whole
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905  # read as a sentence

Place = tuple[int, int]  # 0-based row and column


class NoRoomError(Exception):
    """A workbook holds more than its limits allow."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.rule)
        self.refusal = refusal


@dataclass
class Room:
    """What all sheets of one workbook may take, and what they took."""

    limits: Limits
    n_cells: int = 0
    n_chars: int = 0
    n_marks: int = 0

    def take(self, n_columns: int, n_cells: int, n_chars: int) -> None:
        """Make room for so much more."""
        limits = self.limits
        self.n_cells += n_cells
        self.n_chars += n_chars
        self._check("file_too_many_columns", n_columns, limits.max_columns)
        self._check("file_too_many_cells", self.n_cells, limits.max_cells)
        self._check("file_unpacks_too_large", self.n_chars, limits.max_unpacked_bytes)

    def mark(self) -> None:
        """Make room for one more mark; each will be a finding."""
        self.n_marks += 1
        self._check("file_too_many_findings", self.n_marks, self.limits.max_findings)

    def _check(self, rule: str, found: int, most: int) -> None:
        if found > most:
            raise NoRoomError(Refusal(rule, str(found), str(most), is_stored=False))


@dataclass
class Marks:
    """One sheet's marks. `texts` stand in place of what the reader of values gives."""

    room: Room
    texts: dict[Place, str] = field(default_factory=dict)
    shown: dict[Place, str] = field(default_factory=dict)  # MONTH, YEAR or NO_YEAR
    hidden: list[range] = field(default_factory=list)  # rows, 1-based
    n_rows: int = 0  # up to the last cell that holds something
    n_columns: int = 0

    def fill(self, row: int, column: int, n_chars: int = 0, rows: int = 1, columns: int = 1) -> None:
        """Count a cell that holds something, or a block of them. A reader of values makes room for the whole area."""
        before = self.n_rows * self.n_columns
        self.n_rows = max(self.n_rows, row + rows)
        self.n_columns = max(self.n_columns, column + columns)
        self.room.take(self.n_columns, self.n_rows * self.n_columns - before, n_chars * rows * columns)

    def say(self, row: int, column: int, text: str) -> None:
        """Put a text in place of a cell's value."""
        self.room.mark()
        self.texts[row, column] = text

    def show(self, row: int, column: int, shown: str) -> None:
        """Name a date that is not shown whole."""
        self.room.mark()
        self.shown[row, column] = shown

    def hide(self, row: int, rows: int = 1) -> None:
        """Name rows from a 1-based one on as hidden."""
        self.hidden.append(range(row, row + rows))


def as_percent(number: str) -> str:
    """0.95 -> 95%; what is no number stays as it is."""
    try:
        shown = Decimal(number) * 100
    except InvalidOperation:
        return number
    return f"{_plain(shown)}%"


def as_padded(number: str, width: int) -> str:
    """15 -> 0015 in a cell that shows four digits."""
    whole = number.removesuffix(".0")
    return whole.zfill(width) if whole.isdigit() else number


def as_number(number: float) -> str:
    """A number as text that has one reading: three decimals could be thousands, so that a fourth is added."""
    text = _plain(Decimal(repr(number)))
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text  # as said


def as_part_of_date(day: date, shown: str) -> str:
    """A date as far as the cell shows it: a month, a year, or a day without its year."""
    if shown == MONTH:
        return f"{day:%Y-%m}"
    return f"{day:%Y}" if shown == YEAR else f"{day.day}-{_MONTHS[day.month - 1]}"


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
