"""Which questions about a clinic's rows closed of late, when and how: nobody closes one, so it is told from the facts.

Looked at are the questions that were open at an instant, those that a file raised since, and the answers given since.
"""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pipelines.reports.source import Database, Rows
from warehouse.connection import literal

KEPT = 64  # lists: what was open at an instant takes a third of a second to tell
HOW = ("yes", "changed", "gone")
"""Answered "yes, that is so"; another value came; what the value was held against is no longer so."""

MACRO_SQL = "select 1 from duckdb_functions() where function_name = 'query_as_of'"
THEN_SQL = """
    select rule, form, row_key, patient_id, side, injury_no, clinic, submission, section, line, "column", found,
        expected, opened_at
    from registry.query_as_of({since})
    union all
"""

CLOSED_SQL = """
with asked as (
    {then}
    select finding.rule, sent.form, sent.row_key, sent.patient_id, sent.side, sent.injury_no, sent.clinic,
        finding.submission, finding.section, finding.line, finding."column", finding.found, finding.expected,
        sent.received_at as opened_at
    from ops.finding as finding inner join ops.row_version as sent using (submission, section, line)
    where finding.severity = 'warning' and sent.row_state <> 'held' and sent.received_at > {since}
),
confirmed as (
    select decision.* replace (coalesce(identity.patient_id, decision.patient_id) as patient_id)
    from ops.decision as decision
    left join ops.identity as identity on decision.patient_id = identity.sent_patient_id
    where decision.kind = 'confirm'
),
unanswered as (
    select asked.* from asked
    anti join ops.query as query
        on query.rule = asked.rule and query.form = asked.form and query.row_key = asked.row_key
        and query."column" = asked."column"
    anti join confirmed
        on confirmed.rule = asked.rule and confirmed.form = asked.form and confirmed."column" = asked."column"
        and confirmed.found = asked.found and confirmed.patient_id is not distinct from asked.patient_id
        and confirmed.side is not distinct from asked.side and confirmed.injury_no is not distinct from asked.injury_no
    where {clinic} in ('', asked.clinic)
    qualify row_number() over (
        partition by asked.rule, asked.form, asked.row_key, asked."column"
        order by asked.opened_at desc, asked.submission desc, asked.section desc, asked.line desc, asked.found
    ) = 1
),
dated as (
    select unanswered.*, (
        select min(change.received_at) from ops.change as change
        where change.form = unanswered.form and change.row_key = unanswered.row_key
            and unanswered."column" in ('', change.field)
            and change.received_at > greatest(unanswered.opened_at, {since})
    ) as changed_at
    from unanswered
),
closed as (
    select rule, form, patient_id, side, injury_no, "column", found, null as expected,
        decided_at as closed_at, 'yes' as how, actor, reason
    from confirmed
    where decided_at > {since} and ({clinic} = '' or exists (
        select 1 from ops.row_version as sent
        where sent.clinic = {clinic} and sent.form = confirmed.form and sent.patient_id = confirmed.patient_id
            and sent.side = confirmed.side and sent.injury_no = confirmed.injury_no
    ))
    union all
    select rule, form, patient_id, side, injury_no, "column", found, expected,
        changed_at as closed_at, if(changed_at is null, 'gone', 'changed') as how, null as actor, null as reason
    from dated
)
select *, closed_at::date as closed_on from closed as asked
where asked.patient_id is null or {visible}
order by closed_at desc nulls last, patient_id, side, injury_no, form, "column", rule, found
"""


def read_closed(database: Database, clinic: str, since: datetime, visible: str = "true") -> Rows:
    """What closed since an instant (naive, UTC), newest first: the question, `closed_at`, `how` (of HOW), by whom.

    `clinic` is the one that was asked, '' all; `visible` is a condition on the rows `asked`, which name an episode.
    `expected` is null where nobody kept what the value was held against, `closed_at` where no one row closed it.
    """
    return [dict(row) for row in _read(database.path, clinic, since, visible)]


@lru_cache(KEPT)
def _read(path: Path, clinic: str, since: datetime, visible: str) -> Rows:
    """A snapshot never changes, so that what it tells is kept."""
    with Database(path) as database:
        return database.rows(closed_sql(clinic, since, visible, knows_then=bool(database.rows(MACRO_SQL))))


def closed_sql(clinic: str, since: datetime, visible: str = "true", *, knows_then: bool = True) -> str:
    """The query behind `read_closed`; a snapshot from before the macro does not know what was open at the instant."""
    places = {"clinic": literal(clinic), "since": f"timestamp '{since}'", "visible": visible}
    return CLOSED_SQL.format(then=THEN_SQL.format(**places) if knows_then else "", **places)
