"""Facts in, a new database file out: every model in order, audited and commented. Changes nothing that was there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse.as_of import macro_statements
from warehouse.audit import AUDIT_TEXTS, AuditResult, refuse_failed, run_audits, write_results
from warehouse.comments import TableTexts, write_comments
from warehouse.connection import attach, identifier, literal, load_cryptography, open_memory, translated
from warehouse.faults import reached
from warehouse.form_tables import read_tables
from warehouse.known import KNOWN_TEXTS, expose_facts, load_seeds, set_known
from warehouse.layout import PRIVATE_FILE, REGISTRY_FILE
from warehouse.model import AnyModel, Audit, ComputedModel, Model, order_models
from warehouse.transaction import transaction

if TYPE_CHECKING:
    import pyarrow as pa

# Below the first, handing work to threads costs more than the work; below the second, a commit a table more than one
# for all, which keeps every row in memory until the end.
SMALL_FACTS_BYTES = 30_000_000
FEW_FACTS_BYTES = 8_000_000

# Of a computed model that is handed its rows in ranges: memory grows with this, and what a range costs beside its rows
# is paid more often the smaller it is.
VALUES_AT_ONCE = 2_000


@dataclass(frozen=True)
class Plan:
    """What to derive, whatever the facts are.

    `records` are tables handed in whole (`dictionary.field`); `column_texts` are the words for columns by name, and
    for such tables by `schema.table` and `schema.table.column`.
    """

    models: Sequence[AnyModel]
    seeds: Path
    audits: Sequence[Audit] = ()
    records: Mapping[str, pa.Table] = field(default_factory=dict)
    column_texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Derivation:
    """A database that was derived: its file, its tables with their row counts, and how its checks came out."""

    path: Path
    tables: Mapping[str, int]
    audits: tuple[AuditResult, ...]


def derive(
    facts_path: Path,
    target_folder: Path,
    plan: Plan,
    *,
    known_at: datetime,
    today: date,
    zone: str = "UTC",
    patients: Sequence[str] | None = None,
    is_draft: bool = False,
    keep_offending_in: Path | None = None,
) -> Derivation:
    """Derive `registry.duckdb` in an empty folder from what was known at an instant, for `today` in the zone.

    A draft is looked at once and thrown away: neither audited nor commented. The caller holds the writer's lock and has
    no connection to the facts open. Raises `AuditError` where a check fails (the offending rows are then in
    `keep_offending_in`), `ModelError` or `QueryError` where a model is at fault; the folder is then worth nothing.
    """
    path = target_folder / REGISTRY_FILE
    models = order_models(plan.models, plan.records)
    with open_memory() as connection:
        _prepare(connection, path, is_single_threaded=_is_below(SMALL_FACTS_BYTES, facts_path))
        expose_facts(connection, facts_path, known_at, patients)
        load_seeds(connection, plan.seeds)
        reached("derive.prepare")
        with transaction(connection) if _is_below(FEW_FACTS_BYTES, facts_path) else nullcontext():
            _build(connection, models, plan, known_at, today)
        reached("derive.build")
        results: tuple[AuditResult, ...] = ()
        if not is_draft:
            with translated("The snapshot could not be finished"):
                results = _finish(connection, models, plan, zone, keep_offending_in)
        tables = _count_rows(connection)
        connection.execute("use memory")
        connection.execute("detach registry")  # everything is in the file now, none of it in a log beside it
    path.chmod(PRIVATE_FILE)
    reached("derive.close")
    return Derivation(path, tables, results)


def _is_below(limit: int, facts_path: Path) -> bool:
    """Whether there are facts and they are smaller than the limit."""
    return facts_path.exists() and facts_path.stat().st_size < limit


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path, *, is_single_threaded: bool) -> None:
    attach(connection, path, "registry")
    if is_single_threaded:
        connection.execute("set threads = 1")
    else:
        load_cryptography(connection)  # or nothing could lie in the folder for what does not fit in memory
    connection.execute(f"set temp_directory = '{path.parent / 'spill'}'")
    connection.execute("use registry")


def _build(
    connection: duckdb.DuckDBPyConnection, models: Sequence[AnyModel], plan: Plan, known_at: datetime, today: date
) -> None:
    names = ["ops.known", "ops.audit", *plan.records, *(model.name for model in models)]
    for schema in sorted({name.split(".")[0] for name in names} - {"registry"}):
        connection.execute(f"create schema {identifier(schema)}")
    set_known(connection, known_at, today)
    for name, table in plan.records.items():
        write_arrow(connection, name, table)
    for model in models:
        with translated(f"{model.name} could not be derived"):
            build_model(connection, model)
        reached("derive.model")


def _finish(
    connection: duckdb.DuckDBPyConnection,
    models: Sequence[AnyModel],
    plan: Plan,
    zone: str,
    keep_offending_in: Path | None,
) -> tuple[AuditResult, ...]:
    """Audit the tables; write how it came out, everyone's words and the as-of macros."""
    results = run_audits(connection, models, plan.audits)
    refuse_failed(connection, results, keep_offending_in)
    with transaction(connection):
        write_results(connection, results, "ops")
        write_comments(connection, _texts(models, plan), plan.column_texts)
        for statement in macro_statements(models, zone):
            connection.execute(statement)
    return results


def build_model(connection: duckdb.DuckDBPyConnection, model: AnyModel) -> None:
    """Make one table from those it reads."""
    if isinstance(model, Model):
        connection.execute(f"create table {place(model.name)} as\n{model.query}")
        return
    _build_computed(connection, model)


def _build_computed(connection: duckdb.DuckDBPyConnection, model: ComputedModel) -> None:
    """Write the rows of one range while those of the next are computed; the connection is one's at a time."""
    ranges, is_new = _hand_over(connection, model), True
    table: pa.Table | None = model.compute(next(ranges))
    with ThreadPoolExecutor(1) as writer:
        while table is not None:
            following = next(ranges, None)
            written = writer.submit(write_arrow, connection, model.name, table, is_new=is_new)
            table = None if following is None else model.compute(following)
            written.result()
            is_new = False


def write_arrow(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table, *, is_new: bool = True) -> None:
    """Make a table of an Arrow table's columns, types and rows, or add its rows to the one that is there."""
    verb = f"create table {place(name)} as" if is_new else f"insert into {place(name)}"
    connection.register("handed_in", table)
    try:
        connection.execute(f"{verb} select * from handed_in")
    finally:
        connection.unregister("handed_in")


def _hand_over(connection: duckdb.DuckDBPyConnection, model: ComputedModel) -> Iterator[dict[str, pa.Table]]:
    """The tables a computed model reads: whole, or one range of its column's values after the other."""
    columns = read_tables(connection, "registry") if model.by else {}
    parted = [name for name in model.upstream if model.by in columns.get(name.removeprefix("registry."), ())]
    whole = {name: _read_arrow(connection, name) for name in model.upstream if name not in parted}
    for condition in _ranges(connection, parted[0], model.by) if parted else ["true"]:
        yield whole | {name: _read_arrow(connection, name, condition) for name in parted}


def _read_arrow(connection: duckdb.DuckDBPyConnection, name: str, condition: str = "true") -> pa.Table:
    return connection.execute(f"select * from {name} where {condition}").to_arrow_table()


def _ranges(connection: duckdb.DuckDBPyConnection, table: str, by: str) -> list[str]:
    """Conditions that part every value of a column, in order, so that few enough values of the table lie in each."""
    column = identifier(by)
    firsts = connection.execute(
        f"select {column} from (select distinct {column} from {table}) "
        f"qualify (row_number() over (order by {column}) - 1) % {VALUES_AT_ONCE} = 0 order by {column} offset 1"
    ).fetchall()
    edges = [literal(value) for (value,) in firsts]
    starts = ["true", *(f"{column} >= {edge}" for edge in edges)]
    ends = [*(f"{column} < {edge}" for edge in edges), "true"]
    return [f"{start} and {end}" for start, end in zip(starts, ends, strict=True)]


def place(name: str) -> str:
    """Where a model's table is made: the layer `registry` is the default schema of the file of that name."""
    schema, table = name.split(".")
    return f"{identifier('main' if schema == 'registry' else schema)}.{identifier(table)}"


def _texts(models: Sequence[AnyModel], plan: Plan) -> list[TableTexts]:
    given = {**KNOWN_TEXTS, **AUDIT_TEXTS, **plan.column_texts}
    handed_in = ["ops.known", "ops.audit", "ops.audit_clinic", *plan.records]
    made = [TableTexts(model.name, model.description, model.columns, model.upstream) for model in models]
    return [*(_given_texts(name, given) for name in handed_in), *made]


def _given_texts(name: str, given: Mapping[str, str]) -> TableTexts:
    inside = {key.removeprefix(f"{name}."): text for key, text in given.items() if key.startswith(f"{name}.")}
    return TableTexts(name, given.get(name, ""), inside)


def _count_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = connection.execute(
        "select case schema_name when 'main' then 'registry' else schema_name end || '.' || table_name, estimated_size "
        "from duckdb_tables() where database_name = 'registry' order by all"
    ).fetchall()
    return {str(name): int(size) for name, size in rows}
