"""Odd texts that stand for a number: decimal commas, thousands marks, units, percents. Plain ones never come here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.intake.cell import Cell

UNITS: Mapping[str, tuple[str, ...]] = {
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres", "zentimeter"),
    "deg": ("°", "deg", "degree", "degrees", "graden", "graad", "grad", "º"),
    "years": ("y", "yr", "yrs", "year", "years", "jr", "jaar", "jahre", "jahr", "j"),
    "weeks": ("w", "wk", "wks", "week", "weeks", "weken", "woche", "wochen"),
    "days": ("d", "day", "days", "dag", "dagen", "tag", "tage"),
    "months": ("mo", "mth", "month", "months", "maand", "maanden", "monat", "monate", "mnd"),
    "points": ("p", "pt", "pts", "point", "points", "punt", "punten", "punkt", "punkte"),
    "percent": ("%", "percent", "procent", "prozent", "pct"),
    "N": ("n", "newton"),
    "Nm": ("nm", "n·m", "n.m", "newtonmeter"),
    "kg": ("kg", "kgf", "kilo", "kilogram", "kilogramm"),
    "Nm_per_kg": ("nm/kg", "n.m/kg", "n·m/kg"),
}
STRENGTH_UNITS = frozenset({"N", "Nm", "kg", "Nm_per_kg"})
UNIT_OF = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings}
_FIELD_UNITS = {"%": "percent", "degrees": "deg", "°": "deg", "year": "years", "week": "weeks", "day": "days"}
_NUMBER = r"[+-]?(?:\d{1,3}(?:[ '’]\d{3})+|\d[\d.,]*|[.,]\d+)(?:[.,]\d+)?"
_SHAPE = re.compile(rf"({_NUMBER})(?: ?/ ?(\d+)| ?([^\d\s+\-./,][^\d]*))?")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?e[+-]?\d+", re.IGNORECASE)
_LIKE_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}.*|\d{1,2}[-/ .][a-zäé]{3,4}\.?(?:[-/ .]\d{2,4})?|[a-zä]{3}-\d{2}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class NumberShape:
    """What a number's field allows: whole or not, its bounds, its unit, and how the sender writes numbers."""

    is_whole: bool = False
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    decimal: str = ""
    is_workbook: bool = False


def read_number(plain: str, shape: NumberShape) -> Cell:
    """The number in a tidied text, or an error; `extra` holds a unit that only the row can confirm."""
    match = _SHAPE.fullmatch(plain)
    if match is None:
        return _unreadable(plain)
    digits, out_of, suffix = match.groups()
    readings, rule = _readings(digits, shape)
    if len(readings) != 1:
        return (
            Cell(rule="number_ambiguous", expected=" / ".join(map(_written, readings)))
            if readings
            else _unreadable(plain)
        )
    number = readings[0]
    if out_of is not None:
        return _out_of(number, Decimal(out_of), shape)
    if suffix is not None:
        return _with_unit(number, suffix.strip(), shape)
    return _finished(number, rule, shape)


def _readings(digits: str, shape: NumberShape) -> tuple[Sequence[Decimal], str]:
    """Every number the digits can stand for, and the note that goes with the only one."""
    ungrouped = re.sub(r"[ '’]", "", digits)
    spaced = "number_thousands" if ungrouped != digits else ""
    marks = re.sub(r"[^.,]", "", ungrouped)
    if not marks:
        return [Decimal(ungrouped)], spaced
    options = {mark: _parsed(ungrouped, mark, bool(spaced)) for mark in ".,"}
    declared = {"comma": ",", "point": "."}.get(shape.decimal, "")
    if (
        shape.is_workbook and marks == "."
    ):  # a number cell has a point; a text cell may have the clinic's thousands mark
        declared = "" if declared == "," else "."
    if declared and options[declared] is not None:
        is_plain = len(marks) == 1 and marks == declared
        return [options[declared]], spaced or ("" if is_plain else "number_thousands")  # type: ignore[list-item]  # not None
    return sorted({number for number in options.values() if number is not None}), spaced or "number_decimal_mark"


def _parsed(digits: str, mark: str, is_grouped: bool) -> Decimal | None:
    """The number if `mark` is the decimal mark; None where the digits are not written that way."""
    group = "," if mark == "." else "."
    whole, _, fraction = digits.partition(mark)
    if mark in fraction or group in fraction or (digits.endswith(mark) and fraction == ""):
        return None
    if group in whole:
        if is_grouped or not re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(?:{re.escape(group)}\d{{3}})+", whole):
            return None
        whole = whole.replace(group, "")
    return Decimal(f"{whole}.{fraction}" if fraction else whole)


def _out_of(number: Decimal, total: Decimal, shape: NumberShape) -> Cell:
    """`80/100` where 100 is the top of the scale; any other fraction is not a score we know."""
    if shape.maximum is None or total != Decimal(str(shape.maximum)) or number > total:
        return Cell(rule="number_unreadable")
    return _finished(number, "number_out_of", shape)


def _with_unit(number: Decimal, suffix: str, shape: NumberShape) -> Cell:
    unit = UNIT_OF.get(suffix.casefold().rstrip(".")) or UNIT_OF.get(suffix.casefold())
    own = _FIELD_UNITS.get(shape.unit, shape.unit)
    if unit is None:
        return Cell(rule="number_unreadable")
    is_scale = (shape.minimum, shape.maximum) == (0, 100)
    if unit == own or (unit in ("percent", "points") and is_scale and own not in UNITS.keys() - {"percent", "points"}):
        return _finished(number, "number_percent" if unit == "percent" else "number_unit", shape)
    if (unit, own) == ("cm", "mm"):
        return _finished(number * 10, "number_unit", shape)
    if unit in STRENGTH_UNITS and own not in UNITS:
        cell = _finished(number, "number_unit", shape)
        return Cell(cell.value, rule=cell.rule, expected=cell.expected, extra=unit)
    return Cell(rule="number_other_unit", expected=shape.unit)


def _finished(number: Decimal, rule: str, shape: NumberShape) -> Cell:
    """The value in its field's type, with the note that says what it was taken for."""
    expected = _written(number) if rule else ""
    if not shape.is_whole:
        return Cell(float(number), rule=rule, expected=expected)
    if number != number.to_integral_value():
        return Cell(rule="number_not_whole", expected=_written(number))
    return Cell(int(number), rule=rule, expected=expected) if abs(number) < 2**31 else Cell(rule="number_unreadable")


def _unreadable(plain: str) -> Cell:
    if _SCIENTIFIC.fullmatch(plain):
        return Cell(rule="number_scientific")
    return Cell(rule="number_is_date" if _LIKE_DATE.fullmatch(plain) else "number_unreadable")


def _written(number: Decimal) -> str:
    return format(number.normalize(), "f")
