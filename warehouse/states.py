"""What became of rows that were handed in: new, corrected, already known or held, as the ops models see them.

Answers for a batch at once, from all facts of the patients touched; nothing is written to the facts.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from warehouse.connection import READING_MEMORY, bound_memory, identifier, literal, translated
from warehouse.derive import place
from warehouse.form_tables import read_form_names, read_tables
from warehouse.known import expose
from warehouse.model import AnyModel, Model, closure
from warehouse.records import SectionStates
from warehouse.statement import retarget

UNKNOWN_LINES = "(list(line order by line) filter (where held_because = 'not_known_here'))[:1000]"
_TOUCHED = "touched"
# Of fewer rows two cores took longer than one: twice as long at 100,000, and only at 500,000 three quarters of it. They
# need no more memory than a load takes anyway.
_MANY = 250_000
_SCRATCH = "registry"  # models write `registry.table` for a table of this database


def read_states(
    connection: duckdb.DuckDBPyConnection, models: Sequence[AnyModel], submissions: Sequence[str]
) -> tuple[SectionStates, ...]:
    """The states of the accepted rows of these submissions, by submission and section.

    `connection` has the facts attached. A section whose rows do not count (a resend, an undone file) is not listed.
    """
    forms, n_rows = _read_forms(connection, submissions)
    n_cores = 1
    if n_rows >= _MANY:
        bound_memory(connection, READING_MEMORY)
        n_cores = os.cpu_count() or 1
    wanted = [f"ops.{form}_version" for form in forms]
    with translated("The rows' states could not be derived"), _scratch(connection, n_cores):
        _expose_touched(connection, submissions)
        needed = closure(models, wanted)
        last = set(wanted) - {name for model in needed for name in model.upstream}
        for model in needed:
            _build(connection, model, "view" if model.name in last else "table")
        return _count(connection, wanted, submissions) if wanted else ()


@contextmanager
def _scratch(connection: duckdb.DuckDBPyConnection, n_cores: int) -> Iterator[None]:
    """A database in memory in use for the block, with so many cores: this reads and appends nothing."""
    connection.execute(f"set threads = {n_cores}")
    connection.execute(f"attach ':memory:' as {_SCRATCH}; use {_SCRATCH}; create schema ops; create schema mart")
    try:
        yield
    finally:
        connection.execute("use memory")
        connection.execute(f"detach database if exists {_SCRATCH}; detach database if exists {_TOUCHED}")
        connection.execute("set threads = 1")


def _read_forms(connection: duckdb.DuckDBPyConnection, submissions: Sequence[str]) -> tuple[list[str], int]:
    """The forms of these submissions that have accepted rows, and how many rows those are."""
    asked = f"submission in {_listed(submissions)} and accepted > 0"
    rows = connection.execute(
        f"select form, sum(accepted) from facts.section where {asked} group by form order by form"
    ).fetchall()
    known = read_form_names(connection)
    return [str(form) for form, _ in rows if form in known], sum(int(n_rows) for _, n_rows in rows)


def _expose_touched(connection: duckdb.DuckDBPyConnection, submissions: Sequence[str]) -> None:
    tables = [
        table for table, columns in read_tables(connection, "facts").items() if {"patient_id", "line"} <= {*columns}
    ]
    parts = [
        f"select patient_id from facts.{identifier(table)} where submission in {_listed(submissions)}"
        for table in tables
    ]
    expose(connection, "facts", _TOUCHED, None, " union ".join(parts) if parts else None)


def _build(connection: duckdb.DuckDBPyConnection, model: AnyModel, kind: str) -> None:
    """Make the model; of one that is only counted, a view leaves out what is not asked."""
    if not isinstance(model, Model):
        raise TypeError(f"{model.name} is computed; a row's state rests on SQL alone")
    facts = [table for table in model.upstream if table.startswith("facts.")]
    targets = {table: f"{_TOUCHED}.{identifier(table.removeprefix('facts.'))}" for table in facts}
    connection.execute(f"create {kind} {place(model.name)} as\n{retarget(model.query, targets)}")


def _count(
    connection: duckdb.DuckDBPyConnection, versions: Sequence[str], submissions: Sequence[str]
) -> tuple[SectionStates, ...]:
    columns = "submission, section, line, row_state, held_because"
    parts = " union all ".join(f"select {columns} from {version}" for version in versions)
    states = ("new", "corrected", "already_known", "held")
    counts = ", ".join(f"count(*) filter (where row_state = {literal(state)})" for state in states)
    rows = connection.execute(
        f"select submission, section, {counts}, {UNKNOWN_LINES} from ({parts}) "
        f"where submission in {_listed(submissions)} group by submission, section order by submission, section"
    ).fetchall()
    return tuple(SectionStates(*(*row[:-1], tuple(row[-1] or ()))) for row in rows)


def _listed(submissions: Sequence[str]) -> str:
    return f"({', '.join(map(literal, submissions)) or 'null'})"
