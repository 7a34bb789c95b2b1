"""The command that asks a snapshot or release in SQL, read-only. It loads nothing but the database."""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pipelines.accountability.looks import ask_and_record
from pipelines.cli.context import actor, now, open_home
from warehouse.connection import reader, translated
from warehouse.layout import Home

Rows = Sequence[Sequence[object]]


@click.command("query")
@click.argument("sql")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True, help="How."
)
@click.option("--release", "release_id", help="Ask this release instead of the current snapshot.")
@click.option("--limit", default=1_000, show_default=True, help="Rows a table prints at most; csv and json print all.")
@click.pass_obj
def query_command(path: str, /, sql: str, form: str, release_id: str | None, limit: int) -> None:
    """Ask the current snapshot in SQL. It is read-only: no query can change or reach anything else.

    \b
    hamreg query "from mart.completeness"
    hamreg query "select arm, count(*) from registry.episode group by arm"
    hamreg query "select table_schema, table_name from information_schema.tables"
    """
    home = open_home(path)
    database = home.releases / release_id / "registry.duckdb" if release_id else home.registry_path
    columns, rows = ask_recorded(home, database, sql, "query")
    PRINTERS[form](columns, rows, limit)


def ask(database: Path, sql: str) -> tuple[list[str], Rows]:
    """Column names and rows of a query on a snapshot's file; `QueryError` where it cannot run."""
    with reader(database) as connection, translated("The query did not run"):
        answer = connection.execute(sql)
        columns = [str(column[0]) for column in answer.description or []]
        return columns, answer.fetchall()


def ask_recorded(home: Home, database: Path, sql: str, command: str) -> tuple[list[str], Rows]:
    """The same, recorded in the log as a look where the query reads patients' rows."""
    return ask_and_record(home, database, sql, actor(), now(), command)


def print_table(columns: list[str], rows: Rows, limit: int = 1_000) -> None:
    """Print rows under their names, numbers to the right."""
    texts = [[_text(value) for value in row] for row in rows[:limit]]
    widths = [max(map(len, cells)) for cells in zip(columns, *texts, strict=True)]
    is_number = [any(isinstance(row[i], int | float) for row in rows[:limit]) for i in range(len(columns))]
    click.echo("  ".join(name.ljust(width) for name, width in zip(columns, widths, strict=True)).rstrip())
    click.echo("  ".join("─" * width for width in widths))
    for row in texts:
        cells = zip(row, widths, is_number, strict=True)
        click.echo("  ".join(t.rjust(w) if n else t.ljust(w) for t, w, n in cells).rstrip())
    hidden = f" of which {limit:,} are shown (--limit, or --format csv)" if len(rows) > limit else ""
    click.echo(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}{hidden}")


def print_csv(columns: list[str], rows: Rows, limit: int = 0) -> None:
    """Print rows as CSV with a header; an empty cell is NULL."""
    del limit
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(columns)
    out.writerows(rows)


def print_json(columns: list[str], rows: Rows, limit: int = 0) -> None:
    """Print rows as a JSON list of objects; dates and instants as ISO text."""
    del limit
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    click.echo(json.dumps(records, indent=1, ensure_ascii=False, default=str))


PRINTERS = {"table": print_table, "csv": print_csv, "json": print_json}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)
