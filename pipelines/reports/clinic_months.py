"""A clinic's own figures month by month, exactly: how complete its visits are, whom it enrolled, what changed of late.

It reads one snapshot and one clinic; what may be told of other clinics stands elsewhere.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

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

# A question closes by the clinic's "yes, that is so" or by a correction of what it asks about.
QUESTIONS_SQL = """
with warned as (
    select finding.rule, finding.submission, finding.section, finding.line, finding."column", finding.found,
        row_version.form, row_version.row_key, row_version.received_at
    from ops.finding as finding
    inner join ops.row_version as row_version using (submission, section, line)
    where finding.severity = 'warning' and row_version.clinic = {clinic}
        and row_version.row_state in ('new', 'corrected')
),
closed as (
    select warned.* from warned
    inner join ops.change as change
        on warned.form = change.form and warned.row_key = change.row_key
        and (warned."column" = '' or warned."column" = change.field)
        and change.received_at > warned.received_at
    anti join ops.query as query
        on query.rule = warned.rule and query.form = warned.form and query.row_key = warned.row_key
        and query."column" = warned."column"
    group by all having min(change.received_at) > {since}
)
select
    (select count(*) from ops.query where clinic = {clinic} and opened_at > {since})::int as n_opened,
    (select count(*) from closed)::int as n_corrected,
    (
        select count(*) from ops.decision as decision
        where decision.kind = 'confirm' and decision.decided_at > {since}
            and exists (
                select 1 from ops.row_version as asked
                where asked.clinic = {clinic} and asked.form = decision.form
                    and asked.patient_id is not distinct from decision.patient_id
                    and asked.side is not distinct from decision.side
                    and asked.injury_no is not distinct from decision.injury_no
            )
    )::int as n_confirmed
"""

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


def read_changed(database: Database, clinic: str, zone: ZoneInfo, n_months: int = 1) -> Changed:
    """What changed since the end of the day so many months before the snapshot's day."""
    since = months_before(database.rows("select today from ops.known")[0]["today"], n_months)
    midnight = datetime.combine(since + timedelta(days=1), time(), zone).astimezone(UTC).replace(tzinfo=None)
    places = {"clinic": literal(clinic), "since": f"timestamp '{midnight}'", "day": f"date '{since}'"}
    found: dict[str, Any] = {}
    for sql in (CHANGED_SQL, QUESTIONS_SQL, THEN_SQL):
        found |= database.rows(sql.format(**places))[0]
    n_closed = found.pop("n_corrected") + found.pop("n_confirmed")
    return Changed(since=since, n_closed=n_closed, **found)


def months_before(day: date, n: int) -> date:
    """The same day so many months before, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - n, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
