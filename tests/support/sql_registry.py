"""A registry in memory for tests of the SQL models: small text tables in, rows out.

It makes a facts database from text, derives every SQL model from it, and answers queries on the result.
"""

import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

import dbt_like_sql
from schemas.dictionary import read_dictionary

ROOT = Path(dbt_like_sql.__file__).parent
MIGRATION = ROOT.parent / "warehouse" / "migrations" / "0001_facts.sql"
SQL_TYPES = {
    "integer": "integer",
    "decimal": "double",
    "date": "date",
    "partial_date": "date",
    "month": "date",
    "boolean": "boolean",
}
LAYERS = ("ops", "registry", "reference", "mart")
FORMS = ("enrolment", "treatment", "follow_up", "imaging", "rehabilitation", "event", "screening")


@cache
def read_queries() -> Mapping[str, str]:
    """Every model's SELECT by its name, in an order in which they can run."""
    queries = {f"{path.parent.name}.{path.stem}": path.read_text() for layer in LAYERS for path in model_files(layer)}
    upstream = {name: set(tables_of(query)) & set(queries) for name, query in queries.items()}
    ordered: dict[str, str] = {}
    while upstream:
        ready = sorted(name for name, needed in upstream.items() if needed <= set(ordered))
        if not ready:
            raise ValueError(f"models wait for each other: {sorted(upstream)}")
        for name in ready:
            ordered[name] = queries[name]
            del upstream[name]
    return ordered


def model_files(layer: str) -> Sequence[Path]:
    return sorted((ROOT / layer).glob("*.sql"))


def tables_of(query: str) -> Sequence[str]:
    tables = sqlglot.parse_one(query, dialect="duckdb").find_all(exp.Table)
    return sorted({f"{table.db}.{table.name}" for table in tables if table.db})


@cache
def form_columns(form: str) -> Mapping[str, str]:
    """The columns of a form's facts table with their types; values are structs."""
    columns = {"submission": "varchar", "section": "smallint", "line": "integer", "clinic": "varchar"}
    columns["received_at"] = "timestamp"
    for field in read_dictionary().forms[form].fields:
        kind = SQL_TYPES.get(field.kind, "varchar")
        columns.setdefault(field.name, kind if field.is_key else f'struct("value" {kind}, missing varchar)')
    return columns


class SqlRegistry:
    """Facts in memory, and the tables derived from them."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("attach ':memory:' as facts; attach ':memory:' as seeds; attach ':memory:' as registry")
        self.connection.execute("use facts")
        self.connection.execute(MIGRATION.read_text())
        for form in FORMS:
            columns = ", ".join(f"{name} {kind}" for name, kind in form_columns(form).items())
            self.connection.execute(f"create table {form} ({columns})")
        self.connection.execute("use registry")
        self._read_seeds()

    def _read_seeds(self) -> None:
        schedule, references = ROOT / "seeds" / "visit_schedule.csv", ROOT / "seeds" / "reference"
        self.connection.execute(f"create table seeds.visit_schedule as from read_csv('{schedule}', all_varchar = true)")
        stacked = [
            {**row, "file": path.name, "line": str(line)}
            for path in sorted(references.glob("*.csv"))
            for line, row in enumerate(csv.DictReader(path.read_text("utf-8").splitlines()), start=2)
        ]
        columns = list(stacked[0])
        self.connection.execute(f"create table seeds.reference ({', '.join(f'{name} varchar' for name in columns)})")
        for row in stacked:
            values = ", ".join(quoted(row[name]) for name in columns)
            self.connection.execute(f"insert into seeds.reference values ({values})")

    def add(self, form: str, text: str) -> None:
        """Rows of a form. The column `sent` is `<day>[ <time>] <clinic>`: which file the row came in, and when."""
        section = FORMS.index(form) + 1
        for row in read_table(text):
            sent = row.pop("sent")
            submission, clinic, received_at = self.add_submission(sent)
            line = self._next_line(form, submission)
            row = {"injury_no": "1", **row} if form != "screening" else row
            row.pop("clinic", None)
            values = {
                "submission": quoted(submission),
                "section": str(section),
                "line": str(line),
                "clinic": quoted(clinic),
                "received_at": f"timestamp '{received_at}'",
                **{name: self._literal(form, name, cell) for name, cell in row.items()},
            }
            names = ", ".join(values)
            self.connection.execute(f"insert into facts.{form} ({names}) values ({', '.join(values.values())})")
            self._count(form, section, submission)

    def add_submission(self, sent: str, digest: str | None = None, refused: str | None = None) -> tuple[str, str, str]:
        """The file of that day, time and clinic; made where it is new."""
        when, clinic = sent.rsplit(" ", 1)
        received_at = dt.datetime.fromisoformat(when)
        submission = f"{received_at:%Y%m%dT%H%M%S}{received_at.microsecond:06d}Z~{clinic}.csv"
        known = self.rows(f"select 1 from facts.submission where submission = {quoted(submission)}")
        if not known:
            stamp = f"timestamp '{received_at}'"
            self.connection.execute(
                "insert into facts.submission by name select "
                f"{quoted(submission)} as submission, {quoted(clinic)} as clinic, {stamp} as received_at, "
                f"{stamp} as loaded_at, {quoted(submission)} as file, {quoted(digest or submission)} as digest, "
                f"1 as n_bytes, {quoted(refused)} as refused, 's1' as settings_version, 'd1' as dictionary_version"
            )
        return submission, clinic, str(received_at)

    def decide(self, kind: str, at: str, **values: object) -> None:
        """A decision of the coordinator."""
        columns = ["decision", "kind", "decided_at", "actor", *(f'"{name}"' for name in values)]
        literals = [quoted(kind), f"timestamp '{at}'", "'coordinator'", *(quoted(value) for value in values.values())]
        number = self.rows("select count(*) + 1 from facts.decision")[0][0]
        self.connection.execute(
            f"insert into facts.decision ({', '.join(columns)}) values ({number}, {', '.join(literals)})"
        )

    def derive(self, today: str) -> "SqlRegistry":
        """Build every model as known at the end of `today`."""
        self.connection.execute("use registry")
        for layer in LAYERS:
            self.connection.execute(f"create schema if not exists {layer}" if layer != "registry" else "select 1")
        self.connection.execute(
            "create or replace table ops.known as "
            f"select timestamp '{today} 23:59:59' as known_at, date '{today}' as today"
        )
        for name, query in read_queries().items():
            try:
                self.connection.execute(f"create or replace table {name} as {query}")
            except duckdb.Error as error:
                raise AssertionError(f"{name}: {error}") from None
        return self

    def close(self) -> None:
        """Let the memory go."""
        self.connection.close()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()

    def text(self, query: str) -> str:
        """The rows of a query as lines of text, values separated by blanks and bars."""
        return "\n".join(" | ".join("" if value is None else str(value) for value in row) for row in self.rows(query))

    def _next_line(self, form: str, submission: str) -> int:
        found = self.rows(
            f"select coalesce(max(line), 1) + 1 from facts.{form} where submission = {quoted(submission)}"
        )
        return int(str(found[0][0]))

    def _count(self, form: str, section: int, submission: str) -> None:
        where = f"submission = {quoted(submission)} and section = {section}"
        self.connection.execute(f"delete from facts.section where {where}")
        self.connection.execute(
            f"insert into facts.section select {quoted(submission)}, {section}, {quoted(form)}, '', [], "
            f"count(*) + 1, 1, 0, 0, count(*), 0, 0 from facts.{form} where submission = {quoted(submission)}"
        )

    def _literal(self, form: str, name: str, cell: str) -> str:
        kind = form_columns(form)[name]
        if not kind.startswith("struct"):
            return f"{quoted(cell)}::{kind}"
        if not cell:
            return "null"
        if cell.startswith("#"):
            reason = "erased" if cell == "#erase" else cell[1:]
            return f"{{'value': null, 'missing': {quoted(reason)}}}::{kind}"
        return f"{{'value': {quoted(cell)}, 'missing': null}}::{kind}"


def read_table(text: str) -> Iterator[dict[str, str]]:
    """Rows of a text table: a line of names, then lines of cells, separated by bars."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    names, *rows = lines
    for row in rows:
        yield dict(zip(names, row, strict=True))


def quoted(value: object) -> str:
    """A SQL literal."""
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"
