"""What the home holds on one patient, as plain values. It reads facts, snapshot and log, and changes nothing.

How it looks on a page stands in `page`. The rows of other patients are not among it, not even in the same file.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.accountability.log import read_about
from pipelines.errors import UsageError
from pipelines.history import Version, read_history
from pipelines.intake.raw_rows import as_sent
from pipelines.settings import Settings
from pipelines.withdrawal.plan import Patient, plan_erasure
from pipelines.withdrawal.work import Work
from warehouse import ledger
from warehouse.connection import Connection, identifier, literal, open_facts, reader, translated
from warehouse.erasure import Place, read_linked, read_patients
from warehouse.layout import Home
from warehouse.lock import lock

SNAPSHOT_TABLES = """
select if(schema_name = 'main', 'registry', schema_name), table_name, coalesce(comment, '') from duckdb_tables()
where database_name = 'registry' and not ends_with(table_name, '_version') and (schema_name, table_name) in (
    select (schema_name, table_name) from duckdb_columns()
    where database_name = 'registry' and column_name = 'patient_id'
)
order by schema_name <> 'main', schema_name, table_name
"""


@dataclass(frozen=True)
class SentRow:
    """One record as a clinic sent it: where it stood, its cells under their headers, what the receipt said."""

    clinic: str
    file: str
    submission: str
    received_at: datetime
    form: str
    line: int
    is_rejected: bool
    cells: Mapping[str, str]
    findings: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table of the snapshot: its name and text, what its columns mean, and the patient's rows in it."""

    name: str
    text: str
    columns: Mapping[str, str]
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Held:
    """Everything on one patient."""

    numbers: tuple[str, ...]
    sent: tuple[SentRow, ...]
    versions: tuple[Version, ...]
    tables: tuple[Table, ...]
    log: tuple[Mapping[str, Any], ...]
    places: Mapping[str, Sequence[str]]  # archived files, receipts, releases and backups in which the patient stands


def read_held(home: Home, settings: Settings, number: str) -> Held:
    """Gather it; the writer's lock is held while the facts are read. A `UsageError` where nothing is known."""
    with lock(home, "export"), open_facts(home) as connection:
        numbers = read_linked(connection, number.strip().upper())
        work = plan_erasure(home, settings, connection, Patient(frozenset(numbers), ()))
        if not work.places and set(numbers).isdisjoint(read_patients(connection)):
            raise UsageError("The facts know no patient of that number.", 'hamreg query "from registry.patient"')
        sent = tuple(row for place in work.places for row in _sent(connection, place))
    has_snapshot = home.registry_path.exists()
    return Held(
        numbers=numbers,
        sent=tuple(sorted(sent, key=lambda row: (row.received_at, row.submission, row.line))),
        versions=tuple(v for each in numbers for v in read_history(home.registry_path, each)) if has_snapshot else (),
        tables=tuple(_tables(home, numbers)) if has_snapshot else (),
        log=tuple(entry.said for each in numbers for entry in read_about(home, each)),
        places=_places(work),
    )


def _sent(connection: Connection, place: Place) -> list[SentRow]:
    record = ledger.find(connection, place.submission)
    section = next((s for s in ledger.read_sections(connection, place.submission) if s.number == place.section), None)
    if record is None or section is None:
        return []
    findings = tuple(
        {name: str(row[name] or "") for name in ("column", "rule", "severity", "found", "expected")}
        for row in section.findings.to_pylist()
        if row["line"] == place.line
    )
    return [
        SentRow(
            *(record.clinic, record.file, record.submission, record.received_at, section.form, place.line),
            is_rejected,
            dict(zip(section.header, (cell or "" for cell in cells), strict=False)),
            findings,
        )
        for line, cells, is_rejected in as_sent(section.raw).iter_rows()
        if line == place.line
    ]


def _tables(home: Home, numbers: Collection[str]) -> list[Table]:
    listed = literal(sorted(numbers))
    with reader(home.registry_path) as connection, translated("The patient's rows could not be read"):
        tables = []
        for layer, name, text in connection.execute(SNAPSHOT_TABLES).fetchall():
            place = f"{identifier('main' if layer == 'registry' else layer)}.{identifier(name)}"
            answer = connection.execute(f"from {place} where list_contains({listed}, patient_id)")
            columns = [str(column[0]) for column in answer.description or []]
            rows = tuple(dict(zip(columns, row, strict=True)) for row in answer.fetchall())
            if rows:
                tables.append(Table(f"{layer}.{name}", text, _column_texts(connection, layer, name), rows))
        return tables


def _column_texts(connection: Connection, layer: str, name: str) -> dict[str, str]:
    schema = "main" if layer == "registry" else layer
    return dict(
        connection.execute(
            "select column_name, coalesce(comment, '') from duckdb_columns() where database_name = 'registry' "  # noqa: S608
            f"and schema_name = {literal(schema)} and table_name = {literal(name)} order by column_index"
        ).fetchall()
    )


def _places(work: Work) -> Mapping[str, Sequence[str]]:
    return {
        "archive": [f"{item.clinic}/{item.digest}" for item in work.archived],
        "outbox": list(work.answered),
        "releases": list(work.releases),
        "backups": list(work.backups),
    }
