"""A REDCap project of an invented clinic: our forms under other names and codes, its set-up files and its exports."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

import polars as pl

from pipelines.synthetic.clinics import profiles
from pipelines.synthetic.forms import write_forms
from pipelines.synthetic.registry import EPOCH, draw_registry
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import read_study
from schemas.dictionary import Field, read_dictionary
from schemas.render.redcap import DICTIONARY_HEADER

DICTIONARY = read_dictionary()
INSTRUMENTS = {
    "enrolment": "intake",
    "follow_up": "clinic_visit",
    "treatment": "later_surgery",
    "imaging": "scan",
    "rehabilitation": "physio",
    "event": "happening",
}
REPEATING = ("treatment", "imaging", "rehabilitation", "event")
BASELINE, COURSE = ("inclusion_arm_1", "Inclusion"), ("journey_arm_1", "Journey")
VISITS = {code.code: (f"{code.code}_arm_1", code.labels["en"]) for code in DICTIONARY.vocabularies["visit"]}
KEY = ("patient_id", "side", "injury_no")
NOT_ASKED = ("visit", "eq5d_version", "baseline_eq5d_version")  # told by the event; the project has the 5L only
OTHER_LABELS = {"phat_total": "PHAT, sum score", "assessed_on": "Seen at the clinic"}  # that are none of ours
MISSING = {"#unknown": ("-99", "Unknown"), "#refused": ("REF", "Refused")}
STATUSES = {"2": "Complete", "1": "Unverified", "0": "Incomplete"}
ADDED = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
}

Row = dict[str, str]
Truth = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Column:
    """A variable of the project."""

    form: str
    field: Field

    @property
    def name(self) -> str:
        """No name is one of ours."""
        return f"{INSTRUMENTS[self.form][:2]}_{self.field.name.replace('_', '')}"[:40]

    @cached_property
    def label(self) -> str:
        """Ours in English, but for a few; unique in the project."""
        label = OTHER_LABELS.get(self.field.name, self.field.label["en"])
        return f"{label} (scan)" if self.form == "imaging" and self.field.name == "mri_on" else label

    @cached_property
    def choices(self) -> Mapping[str, tuple[str, str]]:
        """Our code -> number and label."""
        if self.field.kind == "boolean":
            return {"yes": ("1", "Yes"), "no": ("0", "No")}
        if self.field.kind == "integer" and "eq5d" in self.field.name and "vas" not in self.field.name:
            return {str(level): (str(level), f"Level {level} of 5") for level in range(1, 6)}
        codes = DICTIONARY.vocabularies[self.field.vocabulary] if self.field.kind == "code" else ()
        return {code.code: (str(number), code.labels["en"]) for number, code in enumerate(codes, start=1)}

    def told(self, text: str, is_labelled: bool) -> str:
        """Our text as the export has it."""
        if text in MISSING:
            return MISSING[text][is_labelled]
        return self.choices[text][is_labelled] if text and self.choices else text


@cache
def columns_of(form: str) -> tuple[Column, ...]:
    """The variables of an instrument, in order."""
    given = (*NOT_ASKED, *(() if form == "enrolment" else KEY))
    return tuple(Column(form, field) for field in DICTIONARY.forms[form].template_fields if field.name not in given)


@cache
def draw_truth(patients: int = 60, seed: int = 5) -> Truth:
    """What is true of one invented clinic, as rows of our own forms; the EQ-5D is the 5L."""
    habits = profiles(1, patients)
    days = tuple((day - EPOCH).days for day in (date(2023, 1, 1), date(2025, 12, 31)))
    registry = draw_registry(read_study(), Streams(seed), habits, patients, (days[0], days[1]))
    frames = write_forms(registry)
    truth = {form: [_row(form, row) for row in frames[form].to_dicts()] for form in INSTRUMENTS}
    seen: set[tuple[str, ...]] = set()
    for row in list(truth["follow_up"]):  # a project has one visit an event
        place = (*(row[name] for name in KEY), row["visit"])
        if not row["visit"] or place in seen:
            truth["follow_up"].remove(row)
        seen.add(place)
    for number, row in enumerate(truth["follow_up"]):
        row["tegner"] = "#unknown" if number % 7 == 0 else row["tegner"]
        row["eq5d_vas"] = "#refused" if number % 11 == 0 else row["eq5d_vas"]
    enrolled = {tuple(row[name] for name in KEY) for row in truth["enrolment"]}
    return {form: [row for row in rows if tuple(row[name] for name in KEY) in enrolled] for form, rows in truth.items()}


def _row(form: str, row: Mapping[str, object]) -> Row:
    fields = DICTIONARY.forms[form].template_fields
    texts = {field.name: _text(row.get(field.name)) for field in fields}
    for prefix in ("", "baseline_"):
        if f"{prefix}eq5d_version" in texts:
            names = [name for name in texts if name.startswith(f"{prefix}eq5d_") and "version" not in name]
            texts[f"{prefix}eq5d_version"] = "5L" if any(texts[name] for name in names) else ""
    return texts


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def own_file(form: str, rows: Sequence[Row]) -> bytes:
    """The same rows on our own template."""
    return _csv(
        [[field.name for field in DICTIONARY.forms[form].template_fields], *(list(row.values()) for row in rows)]
    )


def export(truth: Truth, is_labelled: bool = False) -> bytes:
    """The project's export: a row a record, event and instance."""
    header = [*_keys(is_labelled)]
    for form in INSTRUMENTS:
        columns = columns_of(form)
        header += [column.label if is_labelled else column.name for column in columns]
        header += ["Complete?" if is_labelled else f"{INSTRUMENTS[form]}_complete"]
    return _csv([header, *(_line(row, is_labelled) for row in _records(truth, is_labelled))])


def _keys(is_labelled: bool) -> list[str]:
    return ["Record", *ADDED.values()] if is_labelled else ["record", *ADDED]


@dataclass(frozen=True)
class Record:
    """One row of the export: where it stands, and one form's answers."""

    keys: tuple[str, ...]
    form: str
    row: Row
    status: str


def _records(truth: Truth, is_labelled: bool) -> Iterator[Record]:
    place = int(is_labelled)
    for number, enrolment in enumerate(truth["enrolment"], start=1):
        key = [enrolment[name] for name in KEY]
        mine = {form: [row for row in rows if [row[name] for name in KEY] == key] for form, rows in truth.items()}
        yield Record((str(number), BASELINE[place], "", ""), "enrolment", enrolment, "2")
        for visit in mine["follow_up"]:
            status = "0" if number % 9 == 0 else "1" if number % 5 == 0 else "2"
            yield Record((str(number), VISITS[visit["visit"]][place], "", ""), "follow_up", visit, status)
        for form in REPEATING:
            name = INSTRUMENTS[form].replace("_", " ").capitalize() if is_labelled else INSTRUMENTS[form]
            for instance, row in enumerate(mine[form], start=1):
                yield Record((str(number), COURSE[place], name, str(instance)), form, row, "2")


def _line(record: Record, is_labelled: bool) -> list[str]:
    cells = [*record.keys]
    for form in INSTRUMENTS:
        columns, is_own = columns_of(form), form == record.form
        cells += [column.told(record.row[column.field.name], is_labelled) if is_own else "" for column in columns]
        cells += [(STATUSES[record.status] if is_labelled else record.status) if is_own else ""]
    return cells


def set_up() -> Mapping[str, bytes]:
    """The project's data dictionary, events, event-instrument map, repeats and missing codes, as REDCap has them."""
    first = ["record", "intake", "", "text", "Record"]
    rows = [first + [""] * (len(DICTIONARY_HEADER) - len(first))]
    rows += [_variable(column) for form in INSTRUMENTS for column in columns_of(form)]
    places = [(BASELINE[0], "intake"), *((unique, "clinic_visit") for unique, _ in VISITS.values())]
    places += [(COURSE[0], INSTRUMENTS[form]) for form in REPEATING]
    events = [[label, "1", unique, ""] for unique, label in (BASELINE, *VISITS.values(), COURSE)]
    repeats = [[COURSE[0], INSTRUMENTS[form], ""] for form in REPEATING]
    return {
        "dictionary": _csv([DICTIONARY_HEADER, *rows]),
        "events": _csv([["event_name", "arm_num", "unique_event_name", "custom_event_label"], *events]),
        "instruments": _csv([["arm_num", "unique_event_name", "form"], *(["1", *place] for place in places)]),
        "repeats": _csv([["event_name", "form_name", "custom_form_label"], *repeats]),
        "missing": _csv([["code", "label"], *MISSING.values()]),
    }


def _variable(column: Column) -> list[str]:
    choices = " | ".join(f"{number}, {label}" for number, label in column.choices.values())
    kind = "yesno" if column.field.kind == "boolean" else "radio" if choices else "text"
    given = [column.name, INSTRUMENTS[column.form], "", kind, column.label, "" if kind == "yesno" else choices]
    return given + [""] * (len(DICTIONARY_HEADER) - len(given))


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def answers(rows: pl.DataFrame) -> pl.DataFrame:
    """A section's rows without their lines, in the order of their keys."""
    frame = rows.drop("line")
    plain = [name for name, kind in frame.schema.items() if kind != pl.Struct]
    return frame.sort(plain)
