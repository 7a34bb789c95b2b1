"""Which patients a page may show, and until which day: a clinic its own and those shared with it, a coordinator all.

Every page that shows rows asks here; nothing is hidden by leaving it out of a template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pipelines.history import Version
from pipelines.reports.patient_rows import EpisodeRows, Key, read_patient
from pipelines.reports.source import Database, Rows
from warehouse.connection import literal

_IN_CARE = """
exists (
    select 1 from ops.sight as sight
    where sight.patient_id = {table}.patient_id and sight.side = {table}.side and sight.injury_no = {table}.injury_no
        and sight.clinic = {clinic}
)
"""

SEES_UNTIL = """
(
    select sight.sees_until from ops.sight as sight
    where sight.patient_id = episode.patient_id and sight.side = episode.side
        and sight.injury_no = episode.injury_no and sight.clinic = {clinic}
)
"""
EPISODE_DAYS = ("crossed_over_on", "died_on", "withdrawn_on")
"""What an episode tells of later days."""


def in_care(table: str, clinic: str) -> str:
    """The condition that rows of a table with an episode's key are of a clinic's patients; true for '' (all)."""
    return _IN_CARE.format(table=table, clinic=literal(clinic)) if clinic else "true"


def episodes_of(database: Database, clinic: str, patient: str) -> Rows:
    """The episodes of a patient that the clinic may see, each with `sees_until`; none where it may see none.

    Where `sees_until` is a day, the patient moved then, and what happened later is no longer the clinic's to see.
    """
    until = SEES_UNTIL.format(clinic=literal(clinic))
    rows = database.rows(
        f"select *, {until} as sees_until from registry.episode as episode "  # noqa: S608 (literals)
        f"where episode.patient_id = {literal(patient)} and {in_care('episode', clinic)} order by side, injury_no"
    )
    return [_before(row, row["sees_until"], EPISODE_DAYS) for row in rows]


def rows_seen(database: Database, patient: str, until: Mapping[Key, date | None]) -> dict[Key, EpisodeRows]:
    """What the clinic may see of these episodes, each until its day, by side and number of the injury."""
    found = {(rows.side, rows.injury_no): rows for rows in read_patient(database, patient)}
    return {key: rows_until(rows, until[key]) for key, rows in found.items() if key in until}


def rows_until(rows: EpisodeRows, until: date | None) -> EpisodeRows:
    """What of an episode happened until that day; all of it where there is none."""
    if until is None:
        return rows
    ended = [_before(row, until, ("completed_on",)) for row in rows.phases if not _is_after(row["started_on"], until)]
    return replace(
        rows,
        benchmark=[row for row in rows.benchmark if not _is_after(row["assessed_on"], until)],
        course=[row for row in rows.course if not _is_after(row["assessed_on"], until)],
        phases=ended,
        events=[row for row in rows.events if not _is_after(row["occurred_on"], until)],
        returned_on=None if _is_after(rows.returned_on, until) else rows.returned_on,
        visits=[row for row in rows.visits if not _is_after(row["window_closes_on"], until)],
    )


def versions_until(versions: Sequence[Version], clinic: str, until: Mapping[Key, date | None]) -> list[Version]:
    """The versions of these episodes' rows that the clinic may see: all it sent, what others sent until that day."""
    return [
        version
        for version in versions
        if (key := _episode_of(version)) in until
        and (version.clinic == clinic or not _is_after(version.received_at.date(), until[key]))
    ]


def key_of(row: Mapping[str, Any]) -> Key:
    """Side and number of the injury."""
    return str(row["side"]), int(row["injury_no"])


def _episode_of(version: Version) -> tuple[str, int]:
    side, number = version.key.get("side"), version.key.get("injury_no")
    return str(side or ""), int(str(number or 0))


def _before(row: Mapping[str, Any], until: date | None, days: Sequence[str]) -> dict[str, Any]:
    """The row without the days that lie later."""
    return {name: None if name in days and _is_after(value, until) else value for name, value in row.items()}


def _is_after(day: date | None, until: date | None) -> bool:
    return day is not None and until is not None and day > until
