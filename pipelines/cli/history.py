"""Commands that look back: one patient's history, and the registry as it was known on an earlier day."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from pipelines.accountability.looks import record_look
from pipelines.cli.context import actor, now, open_home, read_home
from pipelines.cli.query import PRINTERS, ask_recorded
from pipelines.errors import UsageError
from pipelines.history import Version, read_history
from warehouse.layout import Home
from warehouse.tombstones import read_log


@click.command("history")
@click.argument("patient")
@click.option("--json", "as_json", is_flag=True, help="Print every version as JSON.")
@click.pass_obj
def history_command(path: str, /, patient: str, as_json: bool) -> None:
    """Show what the registry was told of PATIENT, field by field: who sent it, when, in which file and line."""
    home = open_home(path)
    versions = read_history(home.registry_path, patient)
    if not versions:
        said = f" {note}" if (note := erasure_note(home)) else ""
        raise UsageError(f"The snapshot knows no patient of that number.{said}", 'hamreg query "from registry.episode"')
    record_look(home, actor(), now(), "history", [patient])
    if as_json:
        click.echo(json.dumps([asdict(version) for version in versions], indent=1, ensure_ascii=False, default=str))
        return
    for version in versions:
        for line in version_lines(version):
            click.echo(line)


def version_lines(version: Version) -> list[str]:
    """One row of one file: where it came from, what became of it, and each field it set."""
    key = ", ".join(f"{value}" for name, value in version.key.items() if name != "patient_id")
    received = f"{version.received_at:%Y-%m-%d %H:%M} UTC"
    state = version.state.replace("_", " ")
    until = f", superseded {version.superseded_at:%Y-%m-%d %H:%M} UTC" if version.superseded_at else ""
    head = f"{version.form} ({key}): {state}{until}"
    origin = f"  {received}  {version.clinic}  {version.file}, line {version.line}  {version.submission}"
    changes = [
        f"    {change.field:<36}{change.before or '(nothing)'} -> {change.after or '(nothing)'}"
        if version.state == "corrected"
        else f"    {change.field:<36}{change.after}"
        for change in version.changes
    ]
    return [click.style(head, bold=True), origin, *changes]


@click.command("as-of")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("sql")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.pass_obj
def as_of_command(path: str, /, day: datetime, sql: str, form: str) -> None:
    """Ask in SQL what the registry knew at the end of DAY, marts and benchmarks included.

    Everything is derived anew from the facts received and the decisions made by then, and thrown away after the answer.

    \b
    hamreg as-of 2025-03-01 "select count(*) from registry.follow_up"
    """
    from pipelines.rehearsal import derived_as_of

    home, settings = read_home(path)
    if day.replace(tzinfo=UTC) > datetime.now(UTC):
        raise UsageError("That day is still to come.", "Name a day that is over, as 2025-03-01.")
    with derived_as_of(home, settings, day.date()) as database:
        columns, rows = ask_recorded(home, database, sql, "as-of")
    PRINTERS[form](columns, rows, 1_000)
    if note := erasure_note(home):
        click.echo(note, err=True)


def erasure_note(home: Home) -> str:
    """What an answer about the past must say of patients who are gone from it; '' where nobody was erased."""
    erased = read_log(home)
    if not erased:
        return ""
    last = max(tombstone.erased_at for tombstone in erased)
    return f"Erased patients are missing from every day, the past too: {len(erased):,}, the last on {last:%Y-%m-%d}."
