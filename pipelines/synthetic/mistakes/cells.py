"""Mistakes within one cell: what cannot be read, what is out of range, and odd texts that can be read all the same."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from pipelines.synthetic.mistakes.record import Mistake, Pen, in_cell

SERIAL_DAY_0 = date(1899, 12, 30)
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
TREATMENT_WORDS = {"surgical": "surgery", "conservative": "non-operative"}
CHECKED = 4  # digits of a number with a check character


def cell_mistakes() -> tuple[Mistake, ...]:
    """The mistakes of one cell, each found by a rule of the scope `cell`."""
    return (*_answers(), *_numbers(), *_dates(), *_ids(), *_odd_but_readable(), *_odd_dates())


def _always(text: str) -> Callable[[Any, Pen], str | None]:
    return lambda _, __: text


def _answers() -> tuple[Mistake, ...]:
    return (
        in_cell("code_unknown", "follow_up.return_to_sport", lambda _, pen: pen.word("a bit", "een beetje", "etwas")),
        in_cell("text_too_long", "enrolment.consent_version", _always("the form that lay at the desk in spring")),
        in_cell("key_missing", "follow_up.assessed_on", _always("")),
        in_cell("required_missing", "event.event_kind", _always("")),
        in_cell("clinic_other", "screening.clinic", _always("OTHER")),
        in_cell("cell_spreadsheet_error", "follow_up.tegner", _always("#REF!")),
        in_cell("cell_undeclared_missing", "follow_up.tegner", _always("n.b.")),
        in_cell(
            "boolean_unreadable",
            "follow_up.would_choose_same_treatment",
            lambda _, pen: pen.word("perhaps", "misschien", "vielleicht"),
        ),
    )


def _numbers() -> tuple[Mistake, ...]:
    return (
        in_cell("out_of_range", "follow_up.phat_total", lambda phat, pen: pen.number(round(phat + 100.5, 1))),
        in_cell("number_unreadable", "follow_up.eq5d_vas", lambda _, pen: pen.word("good", "goed", "gut")),
        in_cell("number_not_whole", "follow_up.tegner", lambda level, pen: pen.number(level + 0.5)),
        in_cell(
            "number_ambiguous", "follow_up.strength_prone_0_15_percent", lambda _, pen: _if(pen.is_undeclared, "1.204")
        ),
        in_cell("number_scientific", "follow_up.phat_total", _always("8E+01")),
        in_cell("number_is_date", "follow_up.tegner", _always("3-mrt")),
        in_cell("number_other_unit", "imaging.retraction_mm", lambda mm, _: f"{mm} kg"),
    )


def _dates() -> tuple[Mistake, ...]:
    return (
        in_cell(
            "date_too_early", "enrolment.mri_on", lambda day, pen: pen.date(day.replace(year=day.year - 100, day=1))
        ),
        in_cell("date_unreadable", "enrolment.first_visit_on", _always("last week")),
        in_cell(
            "date_impossible", "enrolment.mri_on", lambda day, pen: pen.date(day.replace(day=28)).replace("28", "32")
        ),
        in_cell("date_incomplete", "enrolment.mri_on", lambda day, pen: _named(day, pen).rpartition(" ")[0]),
        in_cell("date_ambiguous", "follow_up.returned_to_sport_on", _ambiguous),
        in_cell("date_other_order", "follow_up.returned_to_sport_on", _other_order),
        in_cell("date_serial_ambiguous", "enrolment.mri_on", lambda day, pen: _if(not _has_system(pen), _serial(day))),
        in_cell("date_not_a_month", "screening.month_on", lambda month, _: f"{month:%Y-%m}-17"),
    )


def _ids() -> tuple[Mistake, ...]:
    return (
        in_cell("id_unreadable", "follow_up.patient_id", _always("patient 12")),
        in_cell("id_scientific", "follow_up.patient_id", _always("4E+05")),
        in_cell("id_check_character", "follow_up.patient_id", _with_wrong_check),
        in_cell("id_zeros_ambiguous", "follow_up.patient_id", lambda number, pen: _without_zeros(number, pen, True)),
        in_cell("id_zeros_restored", "follow_up.patient_id", lambda number, pen: _without_zeros(number, pen, False)),
        in_cell("id_tidied", "follow_up.patient_id", lambda number, _: number.lower().replace("-", " ")),
    )


def _odd_but_readable() -> tuple[Mistake, ...]:
    return (
        in_cell("cell_tidied", "follow_up.side", lambda side, _: f"{side}\u00a0"),
        in_cell(
            "cell_formula_text",
            "follow_up.phat_total",
            lambda phat, pen: _if(not pen.is_undeclared, f'="{pen.number(phat)}"'),
        ),
        in_cell("cell_look_alike", "follow_up.side", _with_look_alikes),
        in_cell("code_alias", "enrolment.initial_treatment", lambda arm, _: TREATMENT_WORDS[arm]),
        in_cell("number_thousands", "follow_up.strength_prone_0_90_left", _with_thousands),
        in_cell(
            "number_decimal_mark",
            "follow_up.phat_total",
            lambda phat, pen: _if(pen.is_undeclared, str(phat).replace(".", ",")),
        ),
        in_cell("number_percent", "follow_up.strength_prone_0_90_percent", lambda share, pen: f"{pen.number(share)} %"),
        in_cell("number_unit", "imaging.retraction_mm", lambda mm, _: f"{mm} mm"),
        in_cell("number_out_of", "follow_up.phat_total", lambda phat, _: f"{phat:.0f}/100"),
    )


def _odd_dates() -> tuple[Mistake, ...]:
    return (
        in_cell("date_one_order", "follow_up.returned_to_sport_on", _one_order),
        in_cell("date_two_digit_year", "enrolment.decision_on", _short_year),
        in_cell("date_serial", "enrolment.mri_on", lambda day, pen: _if(_has_system(pen), _serial(day))),
        in_cell(
            "date_compact", "enrolment.decision_on", lambda day, pen: _if(not pen.profile.is_workbook, f"{day:%Y%m%d}")
        ),
        in_cell("date_month_name", "enrolment.decision_on", lambda day, pen: _named(day, pen)),
        in_cell("date_month_alone", "screening.month_on", lambda month, _: f"{month:%m/%Y}"),
        in_cell("date_time_dropped", "follow_up.assessed_on", lambda day, pen: f"{pen.date(day)} 14:30"),
    )


def _if(condition: bool, text: str) -> str | None:
    return text if condition else None


def _has_system(pen: Pen) -> bool:
    return bool(pen.profile.clinic.date_system)


def _serial(day: date) -> str:
    return str((day - SERIAL_DAY_0).days)


def _named(day: date, pen: Pen) -> str:
    return f"{day.day} {MONTHS[pen.language].split()[day.month - 1]} {day.year}"


def _ambiguous(day: date, pen: Pen) -> str | None:
    """Day and month that could change places, from a clinic that declared no order."""
    return _if(pen.is_undeclared and day.day <= 12 and day.day != day.month, f"{day:%d/%m/%Y}")


def _one_order(day: date, pen: Pen) -> str | None:
    """Day and month that cannot change places, from a clinic that declared no order."""
    return _if(pen.is_undeclared and day.day > 12, f"{day:%d/%m/%Y}")


def _other_order(day: date, pen: Pen) -> str | None:
    """Written in the order that the clinic did not declare, and impossible in its own."""
    other = {"dmy": "%m/%d/%Y", "mdy": "%d/%m/%Y"}.get(pen.order, "")
    return _if(bool(other) and day.day > 12, day.strftime(other))


def _short_year(day: date, pen: Pen) -> str | None:
    pattern = {"dmy": "%d-%m-%y", "mdy": "%m/%d/%y"}.get(pen.order, "")
    return _if(bool(pattern), day.strftime(pattern))


def _with_thousands(newton: float, pen: Pen) -> str | None:
    """`1.204,5`: more than anybody pulls, and still a number."""
    is_newton = (
        pen.profile.strength_unit == "N" and pen.profile.clinic.decimal == "comma" and not pen.profile.is_workbook
    )
    return _if(is_newton, f"1.{round(newton) % 1000:03d},5")


def _with_look_alikes(side: str, pen: Pen) -> str | None:
    """A Cyrillic letter, where the file's encoding has one."""
    return _if(pen.profile.encoding.startswith("utf-8"), side.replace("e", "е").replace("i", "і"))


def _with_wrong_check(number: str, pen: Pen) -> str | None:
    """Two digits change places, as fingers do."""
    head, digits, check = number[: -CHECKED - 1], number[-CHECKED - 1 : -1], number[-1]
    is_checked = not pen.profile.own_numbers and digits[-1] != digits[-2]
    return _if(is_checked, f"{head}{digits[:-2]}{digits[-1]}{digits[-2]}{check}")


def _without_zeros(number: str, pen: Pen, is_ambiguous: bool) -> str | None:
    """Leading zeros lost; a digit at the end could then be the last of the number or the check character."""
    clinic, _, rest = number.partition("-")
    bare = rest.lstrip("0")
    is_digit = rest[-1].isdigit() and not pen.profile.own_numbers
    return _if(bare != rest and len(bare) > 1 and is_digit == is_ambiguous, f"{clinic}-{bare}")


def shifted(day: date, days: int) -> date:
    """A date some days later."""
    return day + timedelta(days=days)
