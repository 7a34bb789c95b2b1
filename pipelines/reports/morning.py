"""What a coordinator needs to know in the morning, read from a home and its current snapshot. Counts, never a patient.

The command line prints it and the portal shows it; both read it here. It loads the database and nothing heavier.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from warehouse.connection import reader, translated
from warehouse.layout import Home

ROWS_SQL = """
select
    (select count(*) from ops.submission where refused is null and not is_resend) as n_submissions,
    (select count(*) from ops.submission where refused is not null) as n_refused,
    (select count(*) from ops.submission where is_resend) as n_resends,
    coalesce(sum(n_accepted), 0)::bigint as n_accepted,
    coalesce(sum(n_corrected), 0)::bigint as n_corrected,
    coalesce(sum(n_already_known), 0)::bigint as n_already_known,
    coalesce(sum(n_held), 0)::bigint as n_held,
    coalesce(sum(n_rejected), 0)::bigint as n_rejected,
    coalesce(sum(n_cells_set_aside), 0)::bigint as n_cells_set_aside
from ops.submission
"""

CLINICS_SQL = """
with clinic as (
    select clinic, count(*) as n_episodes, null as n_findings, null as n_queries, null as n_held, null as n_overdue
    from registry.episode group by clinic
    union all by name
    select clinic, count(*) as n_findings from ops.finding where severity <> 'note' group by clinic
    union all by name
    select clinic, count(*) as n_queries from ops.query group by clinic
    union all by name
    select clinic, count(*) as n_held from ops.row_version where row_state = 'held' group by clinic
    union all by name
    select clinic, count(*) as n_overdue from mart.overdue group by clinic
)
select
    clinic,
    coalesce(sum(n_episodes), 0)::bigint, coalesce(sum(n_findings), 0)::bigint, coalesce(sum(n_queries), 0)::bigint,
    coalesce(sum(n_held), 0)::bigint, coalesce(sum(n_overdue), 0)::bigint
from clinic group by clinic order by clinic
"""

HELD_SQL = """
select clinic, form, held_because, count(*)::bigint, min(received_at)
from ops.row_version where row_state = 'held' group by all order by min(received_at), clinic, form
"""


@dataclass(frozen=True)
class ClinicMorning:
    """One clinic's counts. Findings are those that ask for work; overdue counts visits, waiting files."""

    clinic: str
    n_episodes: int = 0
    n_findings: int = 0
    n_queries: int = 0
    n_held: int = 0
    n_overdue: int = 0
    n_waiting: int = 0


@dataclass(frozen=True)
class HeldRows:
    """Rows of one clinic and form that wait for the same reason. `since` is UTC."""

    clinic: str
    form: str
    because: str
    n_rows: int
    since: datetime


@dataclass(frozen=True)
class Morning:
    """The state of a registry. `known_at` is None, and the counts empty, where nothing has been derived yet."""

    snapshot: str | None
    known_at: datetime | None
    rows: Mapping[str, int]
    clinics: tuple[ClinicMorning, ...]
    held: tuple[HeldRows, ...]
    audits: Mapping[str, int]
    releases: tuple[str, ...]
    home_bytes: int
    free_bytes: int
    waiting: Mapping[str, int] = field(default_factory=dict)


def read_morning(home: Home, clinics: Mapping[str, object]) -> Morning:
    """Read the state of a registry; `clinics` are those of the settings, so that silent ones are listed too."""
    waiting = {code: count_waiting(home, code) for code in clinics}
    snapshot = home.current.resolve() if home.current.exists() else None
    releases = tuple(path.name for path in sorted(home.releases.glob("*Z")))
    sizes = {"home_bytes": folder_bytes(home.path), "free_bytes": shutil.disk_usage(home.path).free}
    if snapshot is None:
        silent = tuple(ClinicMorning(code, n_waiting=n) for code, n in waiting.items())
        return Morning(None, None, {}, silent, (), {}, releases, **sizes, waiting=waiting)
    with reader(snapshot / "registry.duckdb") as connection, translated("The snapshot's counts could not be read"):
        answer = connection.execute(ROWS_SQL)
        names = [column[0] for column in answer.description or []]
        rows = dict(zip(names, answer.fetchone() or (), strict=True))
        counted = {row[0]: row[1:] for row in connection.execute(CLINICS_SQL).fetchall()}
        held = tuple(HeldRows(*row) for row in connection.execute(HELD_SQL).fetchall())
        audits = dict(connection.execute("select result, count(*) from ops.audit group by result").fetchall())
        known = connection.execute("select known_at from ops.known").fetchone()
    codes = sorted(set(counted) | set(clinics))
    table = tuple(_clinic(code, counted.get(code, ()), waiting.get(code, 0)) for code in codes)
    known_at = known[0] if known else None
    return Morning(snapshot.name, known_at, rows, table, held, audits, releases, **sizes, waiting=waiting)


def _clinic(code: str, counts: tuple[int, ...], n_waiting: int) -> ClinicMorning:
    names = ("n_episodes", "n_findings", "n_queries", "n_held", "n_overdue")
    return ClinicMorning(code, **dict(zip(names, counts, strict=False)), n_waiting=n_waiting)


def count_waiting(home: Home, clinic: str) -> int:
    """How many files lie in a clinic's inbox."""
    inbox = home.inbox(clinic)
    return sum(not path.name.startswith(".") for path in inbox.iterdir()) if inbox.is_dir() else 0


def folder_bytes(folder: Path) -> int:
    """What a folder's files take on disk, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
