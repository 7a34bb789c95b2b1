"""What the registry's and the clinics' reports are made of, read from one snapshot or release in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.reports.source import Database, Rows
from pipelines.reports.told_return import PEOPLE_SQL

SQL: Mapping[str, str] = {
    "arms": "select * from mart.arm_benchmark order by all",
    "clinics": "select * from mart.clinic_benchmark order by all",
    # The clinics' parts of the baseline, which mart.clinic_benchmark leaves out; the same people as in the arms' rows.
    "baselines": """
        with first as (
            select patient_id, side, injury_no from mart.one_year
            qualify row_number() over (partition by patient_id order by injured_on, injury_no, side) = 1
        )
        select study, arm, timepoint, measure, category, clinic,
            count(value)::int as n, count_if(value is null)::int as n_missing, count_if(has_outcome)::int as n_events
        from mart.patient_benchmark
        inner join first using (patient_id, side, injury_no)
        where timepoint = 'baseline' and is_own_arm and comparability = 'comparable'
        group by all
    """,
    "completeness": "select * from mart.completeness order by visit_no, clinic",
    "quarters": """
        select visit, visit_no, clinic, date_trunc('quarter', window_closes_on)::date as period,
            count(*)::int as n_due, count_if(status = 'done')::int as n_done
        from registry.schedule where is_window_closed and status <> 'ended'
        group by all order by all
    """,
    "enrolled": """
        select clinic, coalesce(arm, 'unknown') as arm, count(*)::int as n,
            count_if(has_crossed_over)::int as n_crossed_over
        from registry.episode where is_usable group by all order by all
    """,
    "screened": """
        select clinic, coalesce(sum(n_eligible), 0)::int as n_eligible, coalesce(sum(n_enrolled), 0)::int as n_enrolled,
            coalesce(sum(n_declined), 0)::int as n_declined, coalesce(sum(n_missed), 0)::int as n_missed
        from registry.screening group by all order by all
    """,
    "people": PEOPLE_SQL,
    "overdue": "select clinic, visit, count(*)::int as n from mart.overdue group by all order by all",
    "findings": """
        select clinic, severity, rule, "column", count(*)::int as n from ops.finding
        where severity <> 'note' group by all order by n desc, severity, rule, "column"
    """,
    "questions": "select clinic, count(*)::int as n from ops.query group by all",
}
LATER: Mapping[str, tuple[str, str]] = {
    "differences": ("mart.arm_difference", "select * from mart.arm_difference order by all"),
    "predictors": ("mart.conservative_predictors", "select * from mart.conservative_predictors"),
}
"""Tables that older snapshots lack."""


@dataclass(frozen=True)
class RegistryRows:
    """Rows by name, as in SQL and LATER; `today` is the snapshot's."""

    tables: Mapping[str, Rows]
    today: date | None

    def __getitem__(self, name: str) -> Rows:
        """Give the rows of that name; none where the snapshot lacks the table."""
        return self.tables.get(name, [])

    def of(self, name: str, **where: Any) -> Rows:
        """Give the rows of that name with these values."""
        return [row for row in self[name] if all(row[key] == value for key, value in where.items())]


def read_registry(database: Database) -> RegistryRows:
    """Read everything; a release has no `ops` layer, and then what comes from there is empty."""
    tables = {
        name: database.rows(sql) for name, sql in SQL.items() if " ops." not in sql or database.has("ops.finding")
    }
    tables |= {name: database.rows(sql) for name, (table, sql) in LATER.items() if database.has(table)}
    known = database.rows("select today from ops.known") if database.has("ops.known") else []
    return RegistryRows(tables, known[0]["today"] if known else None)
