"""Small worlds for the SQL models: a few patients and clinics, files in any order, decisions, and their facts."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.property.sql_oracle import Decision, Row, Sent
from tests.support.sql_registry import SqlRegistry, form_columns, quoted

PATIENTS = ("AMC-1", "AMC-2", "FYS-1", "77")
DAYS = ("2024-02-06", "2024-03-01", "2024-03-15", "2024-03-20", "2024-04-08", "2024-08-01", "2025-02-01")
CELLS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "enrolment": {
        "injured_on": ("", "2024-01-01", "2024-01-20", "2024-04-01", "#unknown"),
        "injured_on_precision": ("day", "month", "year", ""),
        "initial_treatment": ("surgical", "conservative", "", "#unknown"),
        "decision_on": ("2024-01-10", "2024-01-31", ""),
        "surgery_on": ("2024-02-05", "", "#erase"),
    },
    "treatment": {
        "treatment_no": ("2",),
        "treatment_kind": ("surgery_after_conservative", "reoperation"),
        "treated_on": ("2024-06-01", "2024-09-01", ""),
    },
    "follow_up": {
        "assessed_on": DAYS,
        "replaces_on": ("", "", "", *DAYS[:4]),
        "phat_total": ("50.0", "60.0", "", "#refused"),
        "tegner": ("3", "", "#erase"),
    },
    "event": {
        "event_no": ("1", "2"),
        "event_kind": ("death", "withdrawal_request", "withdrawal_request", "recurrence", ""),
        "occurred_on": ("2024-03-10", "2024-12-01", ""),
        "withdrawal_scope": ("", "no_contact", "no_further_use"),
    },
}
# Most rows are enrolments and follow-ups; an event ends much and is rare.
FORMS = ("enrolment",) * 4 + ("follow_up",) * 5 + ("treatment", "event")


@dataclass(frozen=True)
class World:
    """Files as they were received, decisions, and the day it is."""

    sent: tuple[Sent, ...]
    decisions: tuple[Decision, ...]
    today: dt.date


PATIENTS_OF = {"AMC": ("AMC-1", "AMC-1", "AMC-2", "AMC-2", "77", "FYS-1"), "FYS": ("FYS-1", "FYS-1", "77", "AMC-1")}


@st.composite
def rows(draw: st.DrawFn, clinic: str, line: int) -> Row:
    """One row of one form, mostly of a patient of that clinic."""
    form = draw(st.sampled_from(FORMS))
    cells = {name: draw(st.sampled_from(texts)) for name, texts in CELLS[form].items()}
    side = draw(st.sampled_from(("left", "left", "left", "right")))
    return Row(
        form, line, {"patient_id": draw(st.sampled_from(PATIENTS_OF[clinic])), "side": side, "injury_no": "1", **cells}
    )


@st.composite
def contents(draw: st.DrawFn) -> tuple[str, list[Row]]:
    """The rows of a file, and the clinic that sends it."""
    clinic = draw(st.sampled_from(("AMC", "AMC", "FYS")))
    return clinic, [draw(rows(clinic, line)) for line in range(2, 2 + draw(st.integers(1, 9)))]


def enrolments(clinic: str) -> tuple[str, list[Row]]:
    """A file that enrols the left side of each patient of the clinic."""
    texts = {name: answers[0] for name, answers in CELLS["enrolment"].items()}
    patients = sorted({patient for patient in PATIENTS_OF[clinic] if patient.startswith(clinic)})
    key = {"side": "left", "injury_no": "1"}
    return clinic, [
        Row("enrolment", line, {"patient_id": patient, **key, **texts, "injured_on": "2024-01-01"})
        for line, patient in enumerate(patients, start=2)
    ]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Files of two clinics, most of them from the first days on, some sent again, and decisions about them."""
    files = [enrolments("AMC"), enrolments("FYS"), *draw(st.lists(contents(), min_size=4, max_size=9))]
    which = [0, 1, *draw(st.lists(st.integers(0, len(files) - 1), min_size=4, max_size=14))]
    sent = []
    for number, place in enumerate(which):
        received_at = dt.datetime(2024, 1, 15, 12) + dt.timedelta(days=draw(st.integers(0, 60 if number < 2 else 400)))
        # Hand-in moves the same bytes on to the next instant: an id is an instant and a digest, and is unique.
        received_at += dt.timedelta(seconds=which[:number].count(place))
        clinic, content = files[place]
        submission = f"{received_at:%Y%m%dT%H%M%S}~{number}.csv"
        sent.append(Sent(submission, clinic, received_at, f"digest {clinic} {place}", content))
    decisions = sorted(draw(st.lists(_decisions(sent), max_size=3)), key=lambda decision: decision.at)
    today = dt.date(2024, 1, 15) + dt.timedelta(days=draw(st.integers(100, 800)))
    return World(tuple(sent), tuple(decisions), today)


@st.composite
def _decisions(draw: st.DrawFn, sent: Sequence[Sent]) -> Decision:
    kind = draw(st.sampled_from(("undo", "undo", "share", "link", "withdraw")))
    days = dt.timedelta(days=draw(st.integers(1, 300)), hours=6)
    if kind == "undo":
        file = draw(st.sampled_from(sent))
        return Decision(kind, file.received_at + days, {"submission": file.submission})
    patient = draw(st.sampled_from(PATIENTS))
    scope = draw(st.sampled_from(("no_contact", "no_further_use")))
    values = {
        "share": {"patient_id": patient, "side": "left", "injury_no": "1", "clinic": "FYS"},
        "link": {"patient_id": "AMC-1", "other_patient_id": "77"},
        "withdraw": {"patient_id": patient, "scope": scope},
    }
    return Decision(kind, dt.datetime(2024, 1, 16) + days, values[kind])


def load(registry: SqlRegistry, world: World, order: Sequence[int] | None = None) -> SqlRegistry:
    """Put the world's facts in, its files in that order (else of receipt), as the ledger would."""
    registry.clear()
    stored: list[Sent] = []
    for file in _in_possible_order(world, order):
        first = _find_by_digest(file, stored, world)
        registry.connection.execute("; ".join(_inserts(file, first)))
        stored += [] if first else [file]
    for decision in world.decisions:
        registry.decide(decision.kind, str(decision.at), **decision.values)
    return registry


def _in_possible_order(world: World, order: Sequence[int] | None) -> Sequence[Sent]:
    """The files in that order, save that a file was processed before it was undone, and so before what came later."""
    in_order = sorted(world.sent, key=lambda file: (file.received_at, file.submission))
    files = in_order if order is None else [world.sent[place] for place in order]
    undone = {d.values["submission"]: d.at for d in reversed(world.decisions) if d.kind == "undo"}
    for submission, at in undone.items():
        (early,) = [file for file in files if file.submission == submission]
        later = [file for file in files if file.received_at >= at and file.submission != submission]
        before = [file for file in files if file.received_at < at and file.submission != submission]
        files = [*before, early, *later]
    return files


def _find_by_digest(file: Sent, stored: Sequence[Sent], world: World) -> str | None:
    """The submission of which the ledger calls this one a resend: its rows are then not stored."""
    same = {other.submission for other in world.sent if (other.clinic, other.digest) == (file.clinic, file.digest)}
    undone = [d.at for d in world.decisions if d.kind == "undo" and d.values["submission"] in same]
    last_undo = max((at for at in undone if at <= file.received_at), default=dt.datetime.min)
    equal = [
        other for other in stored if other.submission in same and last_undo < other.received_at <= file.received_at
    ]
    return min(equal, key=lambda other: (other.received_at, other.submission)).submission if equal else None


def _inserts(file: Sent, resend_of: str | None) -> Iterator[str]:
    stamp = f"timestamp '{file.received_at}'"
    yield (
        f"insert into store.submission by name select {quoted(file.submission)} as submission, "
        f"{quoted(file.clinic)} as clinic, {stamp} as received_at, {stamp} as loaded_at, 'f' as file, "
        f"{quoted(file.digest)} as digest, 1 as n_bytes, {quoted(resend_of)} as resend_of, "
        "'s' as settings_version, 'd' as dictionary_version"
    )
    rows = () if resend_of else file.rows
    yield (
        f"insert into store.section values ({quoted(file.submission)}, 1, {quoted(file.rows[0].form)}, '', [], "
        f"{len(file.rows) + 1}, 1, 0, 0, {len(rows)}, 0, 0)"
    )
    for row in rows:
        cells = {name: literal_of(row.form, name, text) for name, text in row.cells.items()}
        place = f"{quoted(file.submission)}, 1, {row.line}, {quoted(file.clinic)}, {stamp}"
        yield (
            f"insert into store.{row.form} (submission, section, line, clinic, received_at, {', '.join(cells)}) "
            f"values ({place}, {', '.join(cells.values())})"
        )


def literal_of(form: str, name: str, text: str) -> str:
    """A cell as the facts hold it."""
    kind = form_columns(form)[name]
    if not kind.startswith("struct"):
        return f"{quoted(text)}::{kind}"
    if not text:
        return "null"
    if text.startswith("#"):
        return f"{{'value': null, 'missing': {quoted('erased' if text == '#erase' else text[1:])}}}::{kind}"
    return f"{{'value': {quoted(text)}, 'missing': null}}::{kind}"
