"""What a patient's card is made of, read from one snapshot: benchmark, episodes, course, phases, events, visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from pipelines.reports.source import Database, Rows
from warehouse.connection import literal

Key: TypeAlias = tuple[str, int]  # side and number of the injury

SQL: Mapping[str, str] = {
    "benchmark": "select * from mart.patient_benchmark where patient_id = {patient} order by all",
    "episodes": "select * from registry.episode where patient_id = {patient}",
    "course": "select * from mart.trajectory where patient_id = {patient} order by assessed_on",
    "phases": "select * from registry.rehabilitation where patient_id = {patient} order by phase",
    "events": "select * from registry.event where patient_id = {patient} and occurred_on is not null "
    "and event_kind in ('recurrence', 'other_side_injury') order by occurred_on",
    "returns": "select side, injury_no, min(returned_to_sport_on) as returned_to_sport_on from registry.follow_up "
    "where patient_id = {patient} group by all having min(returned_to_sport_on) is not null",
    "visits": "select * from registry.schedule where patient_id = {patient} order by visit_no",
}

REFERENCE_SQL = """
select study, arm, timepoint, measure, statistic, value, sd from reference.outcome
where measure = 'phat_total' and statistic = 'mean_sd' order by all
"""


@dataclass(frozen=True)
class EpisodeRows:
    """Everything of one episode; `today` is the snapshot's."""

    side: str
    injury_no: int
    episode: Mapping[str, Any]
    benchmark: Rows
    course: Rows
    phases: Rows
    events: Rows
    returned_on: date | None
    visits: Rows
    reference: Rows  # every PHAT of every study, whichever visits the patient has had
    today: date


def read_patient(database: Database, patient: str) -> list[EpisodeRows]:
    """Read every episode of a patient whose data may be used; none where the snapshot knows no such patient."""
    reference = database.rows(REFERENCE_SQL)
    tables = {name: database.rows(sql.format(patient=literal(patient))) for name, sql in SQL.items()}
    today = database.rows("select today from ops.known")[0]["today"]
    keys = sorted({(row["side"], row["injury_no"]) for row in tables["benchmark"]})
    return [_episode({n: _only(rows, key) for n, rows in tables.items()}, key, reference, today) for key in keys]


def _only(rows: Rows, key: Key) -> Rows:
    return [row for row in rows if (row["side"], row["injury_no"]) == key]


def _episode(tables: Mapping[str, Rows], key: Key, reference: Rows, today: date) -> EpisodeRows:
    return EpisodeRows(
        side=key[0],
        injury_no=key[1],
        episode=tables["episodes"][0],
        benchmark=tables["benchmark"],
        course=tables["course"],
        phases=tables["phases"],
        events=tables["events"],
        returned_on=tables["returns"][0]["returned_to_sport_on"] if tables["returns"] else None,
        visits=tables["visits"],
        reference=reference,
        today=today,
    )
