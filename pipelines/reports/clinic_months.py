"""A clinic's own figures month by month, exactly: how complete its visits are, whom it enrolled, what changed of late.

It reads one snapshot and one clinic; what may be told of other clinics stands elsewhere.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.reports.closed_questions import read_closed
from pipelines.reports.source import Database, Row, Rows
from warehouse.connection import literal

MONTHS = 24
"""So many months stand in the pictures: two years show a season twice."""

RUN_SQL = """
select strftime(window_closes_on, '%Y-%m') as month, visit, visit_no,
    count(*)::int as n_due, count_if(status = 'done')::int as n_done
from registry.schedule
where clinic = {clinic} and is_window_closed and status <> 'ended'
group by all order by all
"""

PARTICIPATION_SQL = """
select strftime(month_on, '%Y-%m') as month, n_episodes, n_eligible, n_enrolled, n_declined, n_missed
from mart.participation where clinic = {clinic} order by month
"""

CHANGED_SQL = """
select
    (count(*) filter (where form = 'enrolment' and row_state = 'new'))::int as n_episodes,
    (count(*) filter (where form = 'follow_up' and row_state = 'new'))::int as n_assessments,
    (count(*) filter (where row_state = 'corrected'))::int as n_corrections
from ops.row_version where clinic = {clinic} and received_at > {since}
"""

OPENED_SQL = "select count(*)::int as n_opened from ops.query where clinic = {clinic} and opened_at > {since}"

# The same visits whose window had closed by that day, done by what had been received by then.
THEN_SQL = """
with first_known as (
    select patient_id, side, injury_no, assessed_on, min(received_at) as received_at
    from ops.follow_up_version where row_state in ('new', 'corrected') group by all
)
select
    (count(*) filter (where schedule.window_closes_on <= {day}))::int as n_due_then,
    (count(*) filter (
        where schedule.window_closes_on <= {day} and schedule.status = 'done' and first_known.received_at <= {since}
    ))::int as n_done_then,
    count(*)::int as n_due,
    (count(*) filter (where schedule.status = 'done'))::int as n_done
from registry.schedule as schedule
left join first_known using (patient_id, side, injury_no, assessed_on)
where schedule.clinic = {clinic} and schedule.is_window_closed and schedule.status <> 'ended'
"""


@dataclass(frozen=True)
class Changed:
    """What became different since the end of a day, in counts of rows and questions of one clinic."""

    since: date
    n_episodes: int
    n_assessments: int
    n_corrections: int
    n_opened: int
    n_closed: int
    n_due_then: int
    n_done_then: int
    n_due: int
    n_done: int


def read_run(database: Database, clinic: str) -> Rows:
    """Visits that became due (their window closed) and of those done, by month and visit."""
    return database.rows(RUN_SQL.format(clinic=literal(clinic)))


def by_month(rows: Sequence[Row], visit: str = "") -> list[tuple[str, int, int]]:
    """Month, due and done of the last months without a gap; of one visit, or of all for ''."""
    counts: dict[str, tuple[int, int]] = {}
    for row in rows:
        if visit in ("", row["visit"]):
            due, done = counts.get(row["month"], (0, 0))
            counts[row["month"]] = (due + row["n_due"], done + row["n_done"])
    return [
        (month, *counts.get(month, (0, 0))) for month in months_to(max(counts, default=""), min(counts, default=""))
    ]


def months_to(last: str, first: str) -> list[str]:
    """The months from the first to the last, at most the newest of them; written 2026-03."""
    if not last:
        return []
    year, month = (int(part) for part in last.split("-"))
    counted = [divmod(year * 12 + month - 1 - back, 12) for back in range(MONTHS)]
    names = [f"{y}-{m + 1:02}" for y, m in reversed(counted)]
    return [name for name in names if name >= first]


def read_participation(database: Database, clinic: str) -> Rows:
    """Enrolled beside screened, by month, the newest months; a month without a screening form has empty counts."""
    rows = database.rows(PARTICIPATION_SQL.format(clinic=literal(clinic)))
    shown = months_to(max((row["month"] for row in rows), default=""), min((row["month"] for row in rows), default=""))
    return [row for row in rows if row["month"] in shown]


def read_changed(database: Database, clinic: str, zone: ZoneInfo, n_months: int = 1, visible: str = "true") -> Changed:
    """What changed since the end of the day so many months before the snapshot's day; `visible` as in `read_closed`."""
    day, since = looking_back(database, zone, n_months)
    places = {"clinic": literal(clinic), "since": f"timestamp '{since}'", "day": f"date '{day}'"}
    found: dict[str, Any] = {}
    for sql in (CHANGED_SQL, OPENED_SQL, THEN_SQL):
        found |= database.rows(sql.format(**places))[0]
    return Changed(since=day, n_closed=len(read_closed(database, clinic, since, visible)), **found)


def looking_back(database: Database, zone: ZoneInfo, n_months: int = 1) -> tuple[date, datetime]:
    """The day so many months before the snapshot's, and the instant at which it ended (naive, UTC)."""
    day = months_before(database.rows("select today from ops.known")[0]["today"], n_months)
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return day, midnight.astimezone(UTC).replace(tzinfo=None)


def months_before(day: date, n: int) -> date:
    """The same day so many months before, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - n, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
