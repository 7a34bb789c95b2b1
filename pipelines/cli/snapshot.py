"""Commands that look at the current snapshot: status and overdue. They load the database and nothing heavier."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

from pipelines.accountability.looks import record_look
from pipelines.alerts.digest import COORDINATOR, Line, read_lines, render_lines
from pipelines.cli.audit import newest_failure
from pipelines.cli.context import actor, find_clinic, now, read_home, write_output
from pipelines.cli.query import PRINTERS, ask_recorded
from pipelines.errors import UsageError
from pipelines.reports.morning import ClinicMorning, Morning, read_morning
from pipelines.settings import Clinic, Settings
from warehouse.connection import literal
from warehouse.layout import Home, read_instant_id
from warehouse.lock import read_holder

OVERDUE_SQL = """
select clinic, patient_id, side, injury_no, arm, visit, due_on, overdue_since, days_overdue,
    array_to_string(measures_to_ask, ', ') as ask_for, reason
from mart.overdue where {condition} order by clinic, days_overdue desc, patient_id, side, injury_no
"""

RESULTS = {"pass": "passed", "fail": "failed", "error": "could not run", "not_applicable": "not applicable"}

HELD_BECAUSE = {
    "not_known_here": "the enrolment, or `hamreg share`, is not here yet",
    "withdrawn": "the patient asked for no more",
    "another_injury": "its injury date is over 60 days off the one known: a new injury needs its own number",
}


@click.command("status")
@click.pass_obj
def status_command(path: str, /) -> None:
    """Show on one screen what the registry knows, what waits and what needs somebody."""
    home, settings = read_home(path)
    morning = read_morning(home, settings.clinics)
    for line in status_lines(home, settings, morning, read_lines(home, settings, now())):
        click.echo(line)


@click.command("overdue")
@click.option("--clinic", "code", help="Only this clinic.")
@click.option("--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="As the registry knew it at the end of a day.")
@click.option("--format", "form", type=click.Choice([*PRINTERS, "xlsx"]), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="With --format xlsx: the file to write.")
@click.pass_obj
def overdue_command(path: str, /, code: str | None, day: datetime | None, form: str, output: Path | None) -> None:
    """List who is overdue: which visit, since when, what to ask for.

    Overdue: the window of the visit has closed without an assessment and the next window has not opened.
    `--format xlsx` is the workbook to fill in, as of `hamreg template --xlsx --due`: visits in their window come along.
    """
    home, settings = read_home(path)
    clinic = find_clinic(settings, code) if code else None
    if output is not None and form != "xlsx":
        raise UsageError("-o goes with --format xlsx.", f"Or send the {form} on: hamreg overdue --format {form} > FILE")
    with _database(home, settings, day) as database:
        if form == "xlsx":
            _write_due(home, database, clinic, output)
            return
        condition = f"clinic = {literal(clinic.code)}" if clinic else "true"
        columns, rows = ask_recorded(home, database, OVERDUE_SQL.format(condition=condition), "overdue")
    PRINTERS[form](columns, rows, 10_000)


def _database(home: Home, settings: Settings, day: datetime | None) -> AbstractContextManager[Path]:
    """The current snapshot's file, or a scratch one with what was known at the end of a day."""
    if day is None:
        return nullcontext(home.registry_path)
    if day.date() > now().astimezone(settings.zone).date():
        raise UsageError("That day is still to come.", "Name a day that is over, as 2025-03-01.")
    from pipelines.rehearsal import derived_as_of

    return derived_as_of(home, settings, day.date())


def _write_due(home: Home, database: Path, clinic: Clinic | None, output: Path | None) -> None:
    from pipelines.reports.due import read_due, render_due

    visits = read_due(database, clinic.code if clinic else None)
    record_look(home, actor(), now(), "overdue", {visit.patient_id for visit in visits})
    content = render_due(visits, clinic.language if clinic else "en")
    write_output(content, output, f"Wrote {output}: {len(visits):,} visits to fill in, then: hamreg check {output}")


def status_lines(home: Home, settings: Settings, morning: Morning, asked: Sequence[Line] = ()) -> list[str]:
    """The screen of `hamreg status`, line by line. `asked` are the lines of a digest."""
    title = settings.name + ("  (SYNTHETIC: no real patient)" if settings.is_synthetic else "")
    lines = [click.style(title, bold=True), *_snapshot_lines(home, settings, morning), ""]
    lines += _clinic_lines(morning.clinics)
    if morning.held:
        lines += ["", "Waiting rows (they load by themselves when what they wait for comes):"]
        lines += [
            f"  {held.n_rows:>6,} {held.form} {'row' if held.n_rows == 1 else 'rows'} of {held.clinic} "
            f"since {held.since:%Y-%m-%d}: "
            f"{HELD_BECAUSE.get(held.because, held.because)}"
            for held in morning.held
        ]
        lines.append("  which: hamreg query \"from ops.row_version where row_state = 'held'\"")
    own = [line for line in asked if line.owner == COORDINATOR or line.kind == "refused"]  # the rest is counted above
    if own:
        today = now().astimezone(settings.zone).date()
        lines += ["", "As the digest says:", *(f"  {line}" for line in render_lines(tuple(own), today))]
    return [*lines, "", *_next_lines(morning, bool(own))]


def _snapshot_lines(home: Home, settings: Settings, morning: Morning) -> list[str]:
    holder = read_holder(home)
    running = f"A run holds the writer's lock: {holder}." if holder else "No run is under way."
    disk = f"Disk      {morning.home_bytes / 1e6:,.1f} MB used by the registry, {morning.free_bytes / 1e9:,.0f} GB free"
    if morning.known_at is None:
        return ["Snapshot  none yet", f"Run       {running}{_last_failure(home, settings, None)}", disk]
    known = morning.known_at.replace(tzinfo=UTC).astimezone(settings.zone)
    audits = ", ".join(f"{morning.audits[name]:,} {word}" for name, word in RESULTS.items() if name in morning.audits)
    rows = morning.rows
    return [
        f"Snapshot  as known on {known:%Y-%m-%d %H:%M} ({_age(morning.known_at)}), by the last run that ended well",
        f"Run       {running}{_last_failure(home, settings, known)}",
        f"Files     {rows['n_submissions']:,} read, {rows['n_refused']:,} refused, {rows['n_resends']:,} sent again",
        f"Rows      {rows['n_accepted']:,} accepted (of which {rows['n_corrected']:,} corrections), "
        f"{rows['n_already_known']:,} already known, {rows['n_held']:,} held, {rows['n_rejected']:,} rejected; "
        f"{rows['n_cells_set_aside']:,} {'cell' if rows['n_cells_set_aside'] == 1 else 'cells'} set aside",
        f"Checks    {audits}",
        f"Releases  {len(morning.releases):,}" + (f", newest {morning.releases[-1]}" if morning.releases else ""),
        disk,
    ]


def _last_failure(home: Home, settings: Settings, since: datetime | None) -> str:
    """That a run failed after the last good one, when, and where it says why."""
    discarded = newest_failure(home)
    told = {path.stem.removeprefix("failure-"): f"digests/{path.name} says why" for path in _named(home, "failure")}
    told |= {
        path.stem.removeprefix("error-"): f"log/{path.name} is for the developers" for path in _named(home, "error")
    }
    told |= {discarded.stem: "its checks discarded the snapshot: hamreg audit show"} if discarded else {}
    if not told:
        return ""
    at = read_instant_id(max(told)).replace(tzinfo=UTC)
    if since is not None and at <= since:
        return ""
    return f" The last one failed on {at.astimezone(settings.zone):%Y-%m-%d %H:%M}: {told[max(told)]}."


def _named(home: Home, kind: str) -> Iterator[Path]:
    return (home.digests if kind == "failure" else home.log).glob(f"{kind}-*.txt")


def _clinic_lines(clinics: Sequence[ClinicMorning]) -> list[str]:
    head = f"{'Clinic':<10}{'episodes':>9}{'findings':>10}{'queries':>9}{'held':>7}{'overdue':>9}{'files waiting':>15}"
    return [
        click.style(head, underline=True),
        *(
            f"{c.clinic:<10}{c.n_episodes:>9,}{c.n_findings:>10,}{c.n_queries:>9,}{c.n_held:>7,}{c.n_overdue:>9,}"
            f"{c.n_waiting:>15,}"
            for c in clinics
        ),
    ]


def _next_lines(morning: Morning, is_asked: bool) -> list[str]:
    steps = []
    if any(morning.waiting.values()):
        n = sum(morning.waiting.values())
        steps.append(f"hamreg run        {n:,} {'file waits' if n == 1 else 'files wait'} in the inbox")
    if any(clinic.n_overdue for clinic in morning.clinics):
        steps.append("hamreg overdue    who is overdue for which visit")
    if any(clinic.n_queries for clinic in morning.clinics):
        steps.append("hamreg questions  open questions to the clinics")
    if not steps:
        return [] if is_asked else ["Nothing needs you."]
    return ["Next:", *(f"  {step}" for step in steps)]


def _age(known_at: datetime) -> str:
    days = (now() - known_at.replace(tzinfo=UTC)).days
    return "today" if days < 1 else f"{days:,} days ago"
