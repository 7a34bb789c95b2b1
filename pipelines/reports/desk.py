"""What lies on the coordinator's desk, read from a home and its snapshot: clinics, files, waiting rows, likely twins.

Which question comes first stands in `ranked_questions`; nothing here writes, and no lock is needed.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipelines.intake.inbox import arriving, waiting
from pipelines.reports.source import Database, Rows
from warehouse.layout import Home
from warehouse.sealed import read_sealed

MOST_SHOWN = 200
ONE_YEAR = "month_12"

CLINICS_SQL = """
with counted as (
    select clinic, count(*) as n_episodes, 0 as n_questions, 0 as n_findings, 0 as n_held, 0 as n_overdue, 0 as n_due,
        0 as n_done, 0 as n_due_year, 0 as n_done_year, null::timestamp as last_at
    from registry.episode group by clinic
    union all by name
    select clinic, count(*) as n_questions from ops.query group by clinic
    union all by name
    select clinic, count(*) as n_findings from ops.finding where severity <> 'note' group by clinic
    union all by name
    select clinic, count(*) as n_held from ops.row_version where row_state = 'held' group by clinic
    union all by name
    select clinic, count(*) as n_overdue from mart.overdue group by clinic
    union all by name
    select clinic, sum(n_due) as n_due, sum(n_done) as n_done,
        coalesce(sum(n_due) filter (where visit = 'month_12'), 0) as n_due_year,
        coalesce(sum(n_done) filter (where visit = 'month_12'), 0) as n_done_year
    from mart.completeness group by clinic
    union all by name
    select clinic, max(received_at) as last_at from ops.submission group by clinic
)
select clinic, max(last_at) as last_at, coalesce(columns(name -> name like 'n\\_%' escape '\\'), 0)::int
from (
    select clinic, max(last_at) as last_at, sum(n_episodes) as n_episodes, sum(n_questions) as n_questions,
        sum(n_findings) as n_findings, sum(n_held) as n_held, sum(n_overdue) as n_overdue, sum(n_due) as n_due,
        sum(n_done) as n_done, sum(n_due_year) as n_due_year, sum(n_done_year) as n_done_year
    from counted group by clinic
) group by all
"""

HELD_SQL = """
select clinic, form, held_because, count(*)::int as n_rows, min(received_at) as since,
    count(distinct patient_id)::int as n_patients, list_sort(list_distinct(list(patient_id)))[:8] as patients
from ops.row_version where row_state = 'held' group by clinic, form, held_because
order by min(received_at), clinic, form limit {most}
"""

REFUSED_SQL = """
select refused.clinic, refused.submission, refused.file, refused.refused as rule, refused.received_at
from ops.submission as refused
left join (
    select clinic, max(received_at) as last_read_at from ops.submission where refused is null group by clinic
) as read using (clinic)
where refused.refused is not null and refused.received_at > coalesce(read.last_read_at, timestamp '-infinity')
order by refused.received_at limit {most}
"""

DUPLICATES_SQL = """
select one.clinic, one.patient_id, other.clinic as other_clinic, other.patient_id as other_patient_id, one.side,
    one.sex, one.injured_on, other.injured_on as other_injured_on, one.age_at_injury_years,
    other.age_at_injury_years as other_age_at_injury_years
from registry.episode as one
inner join registry.episode as other
    on one.patient_id < other.patient_id
    and one.side = other.side
    and one.sex = other.sex
    and abs(date_diff('day', one.injured_on, other.injured_on)) <= 3
    and abs(one.age_at_injury_years - other.age_at_injury_years) <= 1
order by one.patient_id, other.patient_id
"""

UNDECIDED_SQL = "select count(*)::int as n from ops.withdrawal where not is_decided"


@dataclass(frozen=True)
class DeskFile:
    """A file that waits, or that was refused with nothing after it. `told` and `remedy` are its receipt's words."""

    clinic: str
    file: str
    received_at: datetime
    submission: str
    rule: str = ""
    told: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Waiting:
    """Everything that waits for somebody."""

    files: tuple[DeskFile, ...] = ()
    n_files: int = 0
    n_arriving: int = 0
    refused: tuple[DeskFile, ...] = ()
    held: Rows = field(default_factory=list)
    duplicates: Rows = field(default_factory=list)
    n_undecided: int = 0


def read_clinics(home: Home, database: Database | None, clinics: Collection[str]) -> Rows:
    """A row a clinic, those of the settings that were never heard of too; who needs most comes first."""
    items = waiting(home)
    counts = Counter(item.clinic for item in items)
    newest = {item.clinic: item.received_at.replace(tzinfo=None) for item in items}
    known = {row["clinic"]: row for row in database.rows(CLINICS_SQL)} if database else {}
    rows = []
    for code in sorted({*known, *clinics, *counts}):
        row = known.get(code, {"clinic": code, "last_at": None})
        last_at = max(filter(None, (row["last_at"], newest.get(code))), default=None)
        rows.append({**dict.fromkeys(_COUNTS, 0), **row, "last_at": last_at, "n_waiting": counts[code]})
    return sorted(rows, key=lambda row: (-(row["n_waiting"] + row["n_questions"] + row["n_held"]), row["clinic"]))


def read_waiting(home: Home, database: Database | None) -> Waiting:
    """What waits, the oldest first, at most `MOST_SHOWN` of each kind."""
    items = waiting(home)
    files = tuple(DeskFile(item.clinic, item.file, item.received_at, item.submission) for item in items[:MOST_SHOWN])
    if database is None:
        return Waiting(files, len(items), arriving(home))
    return Waiting(
        files,
        len(items),
        arriving(home),
        tuple(_refused(home, database)),
        database.rows(HELD_SQL.format(most=MOST_SHOWN)),
        database.rows(f"{DUPLICATES_SQL} limit {MOST_SHOWN}"),
        database.rows(UNDECIDED_SQL)[0]["n"],
    )


_COUNTS = (
    *("n_episodes", "n_questions", "n_findings", "n_held", "n_overdue"),
    *("n_due", "n_done", "n_due_year", "n_done_year"),
)


def _refused(home: Home, database: Database) -> Iterator[DeskFile]:
    for row in database.rows(REFUSED_SQL.format(most=MOST_SHOWN)):
        path = home.outbox(row["clinic"]) / row["submission"] / "receipt.json"
        receipt = json.loads(read_sealed(path)) if path.is_file() else {}
        remedy = (receipt.get("refusal") or {}).get("remedy", "")
        at = row["received_at"].replace(tzinfo=UTC)
        told = receipt.get("refused") or row["rule"]
        yield DeskFile(row["clinic"], row["file"], at, row["submission"], row["rule"], told, remedy)
