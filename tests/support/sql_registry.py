"""A registry in memory for tests of the SQL models: small text tables in, rows out.

It makes a facts database from text, derives every SQL model from it as the warehouse does, and answers queries on the
result.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import duckdb

from pipelines.plan import SQL_FOLDER
from schemas.dictionary import FORM_NAMES, read_dictionary
from warehouse.audit import AuditResult, run_audits
from warehouse.derive import build_model
from warehouse.known import expose, load_seeds, set_known
from warehouse.model import Model, closure, read_audits, read_models

MIGRATION = SQL_FOLDER.parent / "warehouse" / "migrations" / "0001_facts.sql"
LAYERS = ("ops", "reference", "mart")
SQL_TYPES = {
    "integer": "integer",
    "decimal": "double",
    "date": "date",
    "partial_date": "date",
    "month": "date",
    "boolean": "boolean",
}


@cache
def models() -> Sequence[Model]:
    """Every SQL model, each after those it reads."""
    return read_models(SQL_FOLDER)


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
        self.connection = duckdb.connect(":memory:", config={"threads": 1})
        self.connection.execute("attach ':memory:' as store; use store")
        self.connection.execute(MIGRATION.read_text())
        for form in FORM_NAMES:
            columns = ", ".join(f"{name} {kind}" for name, kind in form_columns(form).items())
            self.connection.execute(f"create table {form} ({columns})")
        load_seeds(self.connection, SQL_FOLDER / "seeds")

    def add(self, form: str, text: str) -> None:
        """Rows of a form. The column `sent` is `<day>[ <time>] <clinic>`: which file the row came in, and when."""
        section = FORM_NAMES.index(form) + 1
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
            self.connection.execute(f"insert into store.{form} ({names}) values ({', '.join(values.values())})")
            self._count(form, section, submission)

    def add_submission(self, sent: str, digest: str | None = None, refused: str | None = None) -> tuple[str, str, str]:
        """The file of that day, time and clinic; made where it is new."""
        when, clinic = sent.rsplit(" ", 1)
        received_at = dt.datetime.fromisoformat(when)
        submission = f"{received_at:%Y%m%dT%H%M%S}{received_at.microsecond:06d}Z~{clinic}.csv"
        known = self.rows(f"select 1 from store.submission where submission = {quoted(submission)}")
        if not known:
            stamp = f"timestamp '{received_at}'"
            self.connection.execute(
                "insert into store.submission by name select "
                f"{quoted(submission)} as submission, {quoted(clinic)} as clinic, {stamp} as received_at, "
                f"{stamp} as loaded_at, {quoted(submission)} as file, {quoted(digest or submission)} as digest, "
                f"1 as n_bytes, {quoted(refused)} as refused, 's1' as settings_version, 'd1' as dictionary_version"
            )
        return submission, clinic, str(received_at)

    def add_finding(self, form: str, sent: str, *, line: int, rule: str, **values: str) -> None:
        """A finding on a row of that file."""
        submission, _, _ = self.add_submission(sent)
        texts = {"column": "", "cell": "", "severity": "warning", "found": "", "expected": "", "rule": rule, **values}
        cells = ", ".join(f'{quoted(text)} as "{name}"' for name, text in texts.items())
        self.connection.execute(
            f"insert into store.finding by name select {quoted(submission)} as submission, "
            f"{FORM_NAMES.index(form) + 1} as section, {line} as line, {cells}"
        )

    def decide(self, kind: str, at: str, **values: object) -> None:
        """A decision of the coordinator."""
        columns = ["decision", "kind", "decided_at", "actor", *(f'"{name}"' for name in values)]
        literals = [quoted(kind), f"timestamp '{at}'", "'coordinator'", *(quoted(value) for value in values.values())]
        number = self.rows("select count(*) + 1 from store.decision")[0][0]
        self.connection.execute(
            f"insert into store.decision ({', '.join(columns)}) values ({number}, {', '.join(literals)})"
        )

    def derive(self, today: str, *wanted: str) -> "SqlRegistry":
        """Build every model, or the wanted tables and what they rest on, as known at the end of `today`."""
        known_at = dt.datetime.fromisoformat(f"{today}T23:59:59")
        self.connection.execute("use memory; detach database if exists registry; detach database if exists facts")
        self.connection.execute("attach ':memory:' as registry; use registry")
        self.connection.execute("; ".join(f"create schema {layer}" for layer in LAYERS))
        expose(self.connection, "store", "facts", known_at)
        set_known(self.connection, known_at, dt.date.fromisoformat(today))
        for model in closure(models(), wanted) if wanted else models():
            try:
                build_model(self.connection, model)
            except duckdb.Error as error:
                raise AssertionError(f"{model.name}: {error}") from None
        return self

    def audit(self) -> Sequence[AuditResult]:
        """How every grain, check and audit of the derived tables comes out."""
        return run_audits(self.connection, models(), read_audits(SQL_FOLDER / "audits"))

    def clear(self) -> None:
        """Forget every fact."""
        for table in ("submission", "section", "finding", "decision", *FORM_NAMES):
            self.connection.execute(f"delete from store.{table}")

    def close(self) -> None:
        """Let the memory go."""
        self.connection.close()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()

    def lines(self, query: str) -> list[str]:
        """The rows of a query as texts, cells separated by bars, an empty cell as a dash."""
        return [" | ".join("-" if value is None else str(value) for value in row) for row in self.rows(query)]

    def _next_line(self, form: str, submission: str) -> int:
        found = self.rows(
            f"select coalesce(max(line), 1) + 1 from store.{form} where submission = {quoted(submission)}"
        )
        return int(str(found[0][0]))

    def _count(self, form: str, section: int, submission: str) -> None:
        where = f"submission = {quoted(submission)} and section = {section}"
        self.connection.execute(f"delete from store.section where {where}")
        self.connection.execute(
            f"insert into store.section select {quoted(submission)}, {section}, {quoted(form)}, '', [], "
            f"count(*) + 1, 1, 0, 0, count(*), 0, 0 from store.{form} where submission = {quoted(submission)}"
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
