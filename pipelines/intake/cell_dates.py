"""Odd texts that stand for a day, a month or a year: orders, month names, short years, serial numbers."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from pipelines.intake.cell import Cell, Conventions

_MONTH_TEXTS = (
    "jan january januari januar jän jänner jaen",
    "feb february februari februar febr",
    "mar march maart mrt mär märz mrz maerz mar",
    "apr april",
    "may mei mai",
    "jun june juni",
    "jul july juli",
    "aug august augustus",
    "sep sept september",
    "oct october okt oktober",
    "nov november",
    "dec december dez dezember",
)
MONTHS: Mapping[str, int] = {name: number for number, names in enumerate(_MONTH_TEXTS, 1) for name in names.split()}
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
_TIME = re.compile(r"(.*\d)[T ](\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)(?:Z|[+-]\d{2}:?\d{2})?")
_PARTS = re.compile(r"(\d{1,4}) ?[-/. ] ?(\d{1,2}) ?[-/. ] ?(\d{1,4})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"([1-6]\d{4})(?:[.,]0+)?")
_NAMED = re.compile(
    r"(?:(\d{1,4})(?:st|nd|rd|th)?\.?[- /,]*)?([a-zäé]+)\.?[- /,]*(\d{1,4})?(?:st|nd|rd|th)?(?:[- /,]+(\d{2,4}))?",
    re.IGNORECASE,
)
_MONTH = re.compile(r"(?:(\d{4})[-/. ](\d{1,2})|(\d{1,2})[-/. ](\d{4}))")
_YEAR = re.compile(r"((?:19|20)\d{2})(?:[.,]0+)?")
_ORDERS: Mapping[str, tuple[int, int, int]] = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}  # year, month, day
_SERIAL_DAY_0: Mapping[str, date] = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}


def read_day(plain: str, conventions: Conventions) -> Cell:
    """The day in a tidied text, or an error that shows what it could be."""
    timed = _TIME.fullmatch(plain)
    if timed:
        cell = _read_day(timed[1], conventions)
        is_midnight = not timed[2].replace(",", ".").replace(":", "").replace(".", "").strip("0")
        if is_midnight or cell.value is None:
            return cell
        return Cell(cell.value, rule="date_time_dropped", expected=str(cell.value))
    return _read_day(plain, conventions)


def read_partial_day(plain: str, conventions: Conventions) -> Cell:
    """The first day of the period a text names; `extra` is its precision: day, month or year."""
    year = _YEAR.fullmatch(plain)
    if year:
        return Cell(date(int(year[1]), 1, 1), extra="year")
    cell = _read_month_alone(plain)
    if cell is not None:
        return Cell(cell.value, rule=cell.rule, expected=cell.expected, extra="month")
    cell = read_day(plain, conventions)
    return Cell(cell.value, rule=cell.rule, expected=cell.expected, extra="day" if cell.is_readable else "")


def read_month(plain: str, conventions: Conventions) -> Cell:
    """The first day of the month a text names; a day that is not the first of its month is no month."""
    cell = _read_month_alone(plain) or read_day(plain, conventions)
    if isinstance(cell.value, date) and cell.value.day != 1:
        return Cell(rule="date_not_a_month", expected=f"{cell.value:%Y-%m}")
    return cell


def _read_day(plain: str, conventions: Conventions) -> Cell:
    for pattern, reader in (
        (_COMPACT, _from_compact),
        (_SERIAL, _from_serial),
        (_PARTS, _from_parts),
        (_NAMED, _from_name),
    ):
        match = pattern.fullmatch(plain)
        if match:
            return reader(match, conventions)
    month = _read_month_alone(plain)
    is_short = _YEAR.fullmatch(plain) or (month and month.is_readable)
    return Cell(rule="date_incomplete" if is_short else "date_unreadable")


def _from_compact(match: re.Match[str], conventions: Conventions) -> Cell:  # noqa: ARG001
    return _only([_day(int(match[1]), int(match[2]), int(match[3]))], "date_compact")


def _from_serial(match: re.Match[str], conventions: Conventions) -> Cell:
    """A spreadsheet's day number. Which day is 0 depends on the workbook, so it must be declared."""
    systems = [conventions.date_system] if conventions.date_system else sorted(_SERIAL_DAY_0)
    days = [_SERIAL_DAY_0[system] + timedelta(days=int(match[1])) for system in systems]
    return _only(days, "date_serial", "date_serial_ambiguous")


def _from_parts(match: re.Match[str], conventions: Conventions) -> Cell:
    texts = match.groups()
    declared = conventions.date_order
    lengths = tuple(len(text) for text in texts)
    if lengths[0] == 4 or 4 not in lengths:
        if 3 in lengths or (lengths[0] == 4 and lengths[2] > 2):
            return Cell(rule="date_unreadable")
        if lengths[0] == 4:
            return _only([_in_order(texts, "ymd")], "")
        return _short_year(texts, declared)
    if lengths[2] != 4 or lengths[0] > 2:
        return Cell(rule="date_unreadable")
    if declared in ("dmy", "mdy"):
        return _declared(texts, declared)
    return _only([_in_order(texts, "dmy"), _in_order(texts, "mdy")], "date_one_order")


def _declared(texts: tuple[str, ...], order: str) -> Cell:
    """The day in the declared order; the other order is shown and never taken."""
    day, other = _in_order(texts, order), _in_order(texts, "mdy" if order == "dmy" else "dmy")
    if day is None and other is not None:
        return Cell(rule="date_other_order", expected=other.isoformat())
    return _only([day], "")


def _short_year(texts: tuple[str, ...], declared: str) -> Cell:
    orders = [declared] if declared else sorted(_ORDERS)
    return _only([_in_order(texts, order) for order in orders], "date_two_digit_year")


def _from_name(match: re.Match[str], conventions: Conventions) -> Cell:
    """`2-mrt-2024`, `March 2, 2024`, `2024-mrt-02`; without a year it is no date."""
    before, name, after, last = match.groups()
    month = MONTHS.get(name.casefold())
    numbers = [text for text in (before, after, last) if text]
    if month is None:
        return Cell(rule="date_unreadable")
    if len(numbers) < 2:
        return Cell(rule="date_incomplete" if numbers else "date_unreadable")
    if len(numbers) > 2:
        return Cell(rule="date_unreadable")
    years = [text for text in numbers if len(text) == 4]
    if len(years) == 1:
        day = next(text for text in numbers if len(text) != 4)
        return _only([_day(int(years[0]), month, int(day))], "date_month_name")
    readings = [_day(_century(numbers[1]), month, int(numbers[0]))]
    if not conventions.date_order or conventions.date_order == "ymd":
        other = _day(_century(numbers[0]), month, int(numbers[1]))
        readings = [other] if conventions.date_order else [*readings, other]
    return _only(readings, "date_two_digit_year")


def _read_month_alone(plain: str) -> Cell | None:
    """`2024-03`, `03/2024`, `mrt 2024`; None where a day is named as well, or no month."""
    match = _MONTH.fullmatch(plain)
    if match:
        year, month = (match[1], match[2]) if match[1] else (match[4], match[3])
        is_usual = bool(match[1]) and plain[4] == "-" and len(match[2]) == 2
        return _only([_day(int(year), int(month), 1)], "" if is_usual else "date_month_alone", shape="%Y-%m")
    named = _NAMED.fullmatch(plain)
    if named and named[2].casefold() in MONTHS and not named[4]:
        before, month, after = named[1], MONTHS[named[2].casefold()], named[3]
        years = [text for text in (before, after) if text and len(text) == 4]
        if len(years) == 1 and not (before and after):
            return _only([_day(int(years[0]), month, 1)], "date_month_name", shape="%Y-%m")
        if not before and after and len(after) == 2:  # `mrt-24` is how a spreadsheet shows March 2024
            return _only([_day(_century(after), month, 1)], "date_two_digit_year", shape="%Y-%m")
    return None


def _in_order(texts: tuple[str, ...], order: str) -> date | None:
    year, month, day = (texts[place] for place in _ORDERS[order])
    return _day(_century(year) if len(year) <= 2 else int(year), int(month), int(day)) if len(day) <= 2 else None


def _century(text: str) -> int:
    """A two-digit year as POSIX reads it: 69 to 99 are 19xx, 00 to 68 are 20xx."""
    year = int(text)
    return year if len(text) > 2 else year + (1900 if year >= 69 else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        result = date(year, month, day)
    except ValueError:
        return None
    return result if EARLIEST <= result < LATEST else None


def _only(days: Iterable[date | None], note: str, ambiguous: str = "date_ambiguous", shape: str = "%Y-%m-%d") -> Cell:
    """The one day that is possible, noted; an error that lists them where there are several, or none."""
    possible = sorted({day for day in days if day is not None})
    written = " / ".join(f"{day:{shape}}" for day in possible)
    if len(possible) == 1:
        return Cell(possible[0], rule=note, expected=written if note else "")
    return Cell(rule=ambiguous, expected=written) if possible else Cell(rule="date_impossible")
