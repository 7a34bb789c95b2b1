"""How a check came out, derivation by derivation: in the snapshots that are kept and in those that were discarded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.audit import ERROR, FAIL, NOT_APPLICABLE, PASS
from warehouse.connection import attach, literal, open_memory
from warehouse.counts import WHOLE
from warehouse.errors import HomeError
from warehouse.form_tables import read_tables
from warehouse.layout import REGISTRY_FILE, Home
from warehouse.snapshots import read_names

RESULT = f"""case when checked.result = '{ERROR}' then '{ERROR}' when told.n_offending > 0 then '{FAIL}'
when told.n_rows > 0 then '{PASS}' else '{NOT_APPLICABLE}' end"""
OUTCOMES_SQL = f"""
select told.audit, told.clinic, told.n_offending, told.n_rows, {RESULT}
from {{audits}} as checked
inner join ({{clinics}}) as told on checked.audit = told.audit
order by told.audit, told.clinic
"""


@dataclass(frozen=True)
class Outcome:
    """How a check came out for one clinic in one derivation; `clinic` is WHOLE where the derivation tells of none."""

    derivation: str  # id of the snapshot, or of the derivation that was discarded
    is_published: bool
    clinic: str
    n_offending: int
    n_rows: int
    result: str


def read_history(home: Home) -> Mapping[str, tuple[Outcome, ...]]:
    """Every check that a kept derivation knows: its outcomes by clinic, the newest derivation first.

    A file from before counts were kept by clinic tells of the registry as a whole. `HomeError` where one is damaged.
    """
    published = [(name, True, home.snapshots / name / REGISTRY_FILE) for name in read_names(home)]
    discarded = [(path.stem, False, path) for path in home.audits.glob("*.duckdb")]
    found: dict[str, list[Outcome]] = {}
    for name, is_published, path in sorted([*published, *discarded], reverse=True):
        for audit, clinic, n_offending, n_rows, result in _read_outcomes(path):
            outcome = Outcome(name, is_published, clinic, n_offending, n_rows, result)
            found.setdefault(audit, []).append(outcome)
    return {audit: tuple(outcomes) for audit, outcomes in found.items()}


def _read_outcomes(path: Path) -> Iterator[tuple[str, str, int, int, str]]:
    """(check, clinic, offending, rows, result) of one derivation's file; nothing where it was pruned meanwhile."""
    with open_memory() as connection:
        try:
            attach(connection, path, "kept", is_read_only=True)
        except HomeError:
            if path.exists():
                raise
            return
        tables = read_tables(connection, "kept")
        schema = "ops." if "ops.audit" in tables else ""
        audits = f"kept.{schema}audit"
        clinics = (
            f"from kept.{schema}audit_clinic"
            if f"{schema}audit_clinic" in tables
            else f"select audit, {literal(WHOLE)} as clinic, n_offending, n_rows from {audits}"
        )
        yield from connection.execute(OUTCOMES_SQL.format(audits=audits, clinics=clinics)).fetchall()
