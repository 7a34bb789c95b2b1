"""What is due at a clinic, and the workbook that asks for it: patients and visits filled in, answers left open.

It reads a snapshot and loads the database; the workbook's libraries only when a workbook is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from warehouse.connection import reader, translated

DUE_SQL = """
select patient_id, side, injury_no, visit, measures_to_ask from registry.schedule
where status in ('in_window', 'overdue') and ($clinic is null or clinic = $clinic)
order by patient_id, side, injury_no, visit_no
"""

MRI = "mri"  # the one measure that is a form of its own
FORMS = ("follow_up", "imaging", "event")  # an event says why nobody can be asked: lost, moved, dead

# A measure's fields begin with its name, but for these.
OTHER_NAMES = {"returned_to_sport_on": "return_to_sport"}
ALWAYS = ("visit",)


@dataclass(frozen=True)
class DueVisit:
    """A visit that is in its window or overdue, and the measures to ask for."""

    patient_id: str
    side: str
    injury_no: int
    visit: str
    measures: tuple[str, ...]


def read_due(database: Path, clinic: str | None = None) -> list[DueVisit]:
    """The visits that are in their window or overdue, of one clinic or of all."""
    with reader(database) as connection, translated("The visits that are due could not be read"):
        rows = connection.execute(DUE_SQL, {"clinic": clinic}).fetchall()
    return [
        DueVisit(patient_id, side, injury_no, visit, tuple(measures or ()))
        for patient_id, side, injury_no, visit, measures in rows
    ]


def render_due(visits: Sequence[DueVisit], language: str) -> bytes:
    """The workbook: a row a visit, and only the columns that those visits expect; an MRI has its own sheet."""
    from schemas.dictionary import read_dictionary
    from schemas.render.workbook import render_workbook

    dictionary = read_dictionary()
    asked = replace(dictionary, forms={name: dictionary.forms[name] for name in FORMS})
    answers = [field.name for field in dictionary.forms["follow_up"].fields if not field.is_key]
    columns = _columns(answers, {measure for visit in visits for measure in visit.measures} - {MRI})
    rows = {
        "follow_up": [_visit(visit, columns) for visit in visits if set(visit.measures) - {MRI}],
        "imaging": [_episode(visit) for visit in visits if MRI in visit.measures],
    }
    return render_workbook(asked, language, rows, {"follow_up": columns} if visits else None)


def _visit(visit: DueVisit, columns: Sequence[str]) -> dict[str, object]:
    """A row to fill in; what its visit does not expect, and another row's does, is grey."""
    from schemas.render.workbook import NOT_ASKED

    expected = set(_columns(columns, set(visit.measures)))
    return _episode(visit) | dict.fromkeys(set(columns) - expected, NOT_ASKED) | {"visit": visit.visit}


def _episode(visit: DueVisit) -> dict[str, object]:
    return {"patient_id": visit.patient_id, "side": visit.side, "injury_no": visit.injury_no}


def _columns(names: Sequence[str], measures: set[str]) -> list[str]:
    return [name for name in names if name in ALWAYS or any(_belongs(name, measure) for measure in measures)]


def _belongs(name: str, measure: str) -> bool:
    return name == measure or name.startswith(f"{measure}_") or OTHER_NAMES.get(name) == measure
