"""Piles of small files of few layouts, some of them damaged as files are: what is read together and what is not.

Seeded. Each damage is one that speaks against reading its file with others, or one that must not.
"""

import csv
import io
from collections.abc import Callable, Mapping
from random import Random

from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id

Rows = list[dict[str, str]]
_OF_ENROLMENTS = (
    *("umlaut", "latin", "twice encoded", "quotes", "mail", "phones", "label", "titled"),
    *("surgery first", "known", "moved", "no consent"),
)
_SPORTS = ("running", "football", "skiing")


def make_pile(seed: int, number: int) -> list[bytes]:
    """Whole files and one of each damage, then whatever chance brings."""
    random = Random(seed)  # noqa: S311  # no secret
    names = ["none", *DAMAGES, "none"]
    names += random.choices([*DAMAGES, *["none"] * len(DAMAGES)], k=max(0, number - len(names)))
    files = [_file(random, name, order, order > len(DAMAGES)) for order, name in enumerate(names[:number])]
    return [*files[:5], files[0], *files[5:]]  # one of them sent again


def _file(random: Random, damage: str, order: int, is_any: bool) -> bytes:
    is_enrolment = random.random() < 0.4 if is_any else damage in _OF_ENROLMENTS
    form = "enrolment" if is_enrolment else "follow_up"
    rows = [_row(random, form, order * 10 + number) for number in range(random.randint(3, 5))]
    return DAMAGES.get(damage, _whole)(random, rows)


def _row(random: Random, form: str, number: int) -> dict[str, str]:
    patient = make_patient_id("AMC", random.randint(1, 20) if random.random() < 0.3 else 1000 + number)
    row = dict(read_dictionary().forms[form].example_row(patient_id=patient))
    if form == "follow_up":
        row |= {"assessed_on": f"2025-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"}
        row |= {
            "tegner": random.choice(("4", "5", "11", "four", "", "#refused")),
            "phat_total": "7o"[: random.randint(1, 2)],
        }
    else:
        row |= {"sport": random.choice(_SPORTS), "age_at_injury_years": str(random.randint(15, 130))}
    return row


def _text(rows: Rows, separator: str = ",", end: str = "\n") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _whole(_: Random, rows: Rows) -> bytes:
    return _text(rows).encode()


def _with(row: dict[str, str], cells: Mapping[str, str]) -> dict[str, str]:
    """The row with those of the cells that its form has."""
    return {**row, **{name: cell for name, cell in cells.items() if name in row}}


def _set(**cells: str) -> Callable[[Random, Rows], bytes]:
    """Every row with these cells."""
    return lambda _, rows: _text([_with(row, cells) for row in rows]).encode()


def _set_last(**cells: str) -> Callable[[Random, Rows], bytes]:
    """The last row with these cells."""
    return lambda _, rows: _text([*rows[:-1], _with(rows[-1], cells)]).encode()


def _noted(rows: Rows, text: str) -> str:
    """The file with a text in each row; an enrolment has no note."""
    return _text([_with(row, {"note": text, "sport": text}) for row in rows])


def _lines(change: Callable[[list[str]], list[str]]) -> Callable[[Random, Rows], bytes]:
    return lambda _, rows: ("\n".join(change(_text(rows).splitlines())) + "\n").encode()


def _as_wide(lines: list[str], text: str) -> str:
    return text + "," * (lines[0].count(",") - text.count(","))


# Each looks plain, so that they lie together; below are those that do not.
DAMAGES: Mapping[str, Callable[[Random, Rows], bytes]] = {
    "no digits": _set_last(patient_id="unknown"),
    "total": _lines(lambda lines: [*lines, _as_wide(lines, "Total,3")]),
    "units": _lines(lambda lines: [lines[0], _as_wide(lines, "id,left or right,1,date"), *lines[1:]]),
    "header again": _lines(lambda lines: [*lines[:2], lines[0], *lines[2:]]),
    "bad number": _set_last(patient_id="AMC-0015X"),
    "no number": _set_last(patient_id=""),
    "other clinic": _set_last(patient_id=make_patient_id("UMC", 15)),
    "mail": _set_last(tegner="a.jansen@example.org", sport="a.jansen@example.org"),
    "names": _set(side="Jan de Vries"),
    "phones": _set(sport="06 12345678", tegner="06 12345678"),
    "label": _set_last(sport="date of birth", side="date of birth"),
    "titled": _set_last(sport="Name: J. Jansen", side="Name: J. Jansen"),
    "some other dates": _set_last(assessed_on="25/03/2025", decision_on="13/03/2024"),
    "other dates": _set(assessed_on="03/25/2025", decision_on="03/25/2024"),
    "either date": _set_last(assessed_on="03/04/2025", decision_on="03/04/2024"),
    "decimal comma": _set(phat_total="7;5"),
    "thousands": _set_last(phat_total="1.234"),
    "far": _set(tegner="99"),
    "twins": lambda _, rows: _text([*rows, rows[0]]).encode(),
    "contradiction": lambda _, rows: _text([*rows, _with(rows[0], {"tegner": "6", "sport": "rowing"})]).encode(),
    "no consent": _set_last(consented_on="", consent_version="", consent_scope=""),
    "surgery first": _set_last(decision_on="2024-03-14", surgery_on="2024-03-12"),
    "known": lambda _, rows: _text(_numbered(rows)).encode(),
    "moved": lambda _, rows: _text(_moved(rows)).encode(),
    "umlaut": lambda _, rows: _noted(rows, "täglich").encode(),
    "twice encoded": lambda _, rows: _noted(rows, "tÃ¤glich").encode(),
    "blank line": _lines(lambda lines: [*lines, "", _as_wide(lines, "")]),
    "short line": _lines(lambda lines: [*lines, "AMC-0015W,left"]),
    "wide": _lines(lambda lines: [lines[0], *(line + "," for line in lines[1:])]),
    "title": _lines(lambda lines: ["Follow-up", *lines]),
    "cut": lambda _, rows: _text(rows).encode().rstrip(b"\n"),
    "returns": lambda _, rows: _text(rows, end="\r\n").encode(),
    "semicolons": lambda _, rows: _text(rows, ";").encode(),
    "nul": lambda _, rows: _text(rows).encode().replace(b"left", b"le\0t", 1),
    "latin": lambda _, rows: _noted(rows, "täglich").encode("windows-1252"),
    "quotes": lambda _, rows: _noted(rows, 'says "fine", twice').encode(),
    "confirmed": lambda _, rows: _text([{**row, "Yes, that is so": "yes"} for row in rows]).encode(),
    "more": lambda _, rows: _text([{**row, "favourite colour": "blue"} for row in rows]).encode(),
    "empty column": lambda _, rows: _text([{**row, "": ""} for row in rows]).encode(),
    "other order": lambda _, rows: _text([dict(reversed(row.items())) for row in rows]).encode(),
    "no row": lambda _, rows: _text(rows).encode().split(b"\n")[0] + b"\n",
    "nothing": lambda *_: b"",
}


def _moved(rows: Rows) -> Rows:
    """Enrolments of two known patients, every date of which lies ten days later."""
    days = {"injured_on": "2024-02-21", "first_visit_on": "2024-03-01", "mri_on": "2024-03-02"}
    days |= {
        "decision_on": "2024-03-04",
        "surgery_on": "2024-03-10",
        "baseline_on": "2024-03-04",
        "consented_on": "2024-03-01",
    }
    return [_with(row, days) for row in _numbered(rows)]


def _numbered(rows: Rows) -> Rows:
    """The rows of patients that another file names as well."""
    return [{**row, "patient_id": make_patient_id("AMC", number)} for number, row in enumerate(rows, start=500)]
