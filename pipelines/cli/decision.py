"""The coordinator's decisions: undo, share, link. Each is a row in the facts, never a deletion of one."""

from collections.abc import Sequence
from dataclasses import replace

import click

from pipelines.cli.context import actor, find_clinic, now, read_home
from pipelines.cli.progress import shown_progress
from pipelines.cli.query import ask, ask_recorded, print_table
from pipelines.errors import UsageError
from pipelines.settings import Settings
from warehouse.comparison import Difference
from warehouse.connection import literal
from warehouse.layout import Home
from warehouse.records import Decision

UNDONE_SQL = "select undone_at from ops.submission where submission = {submission}"

REASON = click.option("--reason", default="", help="Why, in your words; it is kept with the decision.")


@click.command("undo")
@click.argument("submission")
@click.option("--preview", is_flag=True, help="Show what would change, and change nothing.")
@REASON
@click.pass_obj
def undo_command(path: str, /, submission: str, preview: bool, reason: str) -> None:
    """Undo one SUBMISSION: what it replaced comes back. Its rows stay in the facts; sent again, the file is new."""
    home, settings = read_home(path)
    known = ask(home.registry_path, UNDONE_SQL.format(submission=literal(submission)))[1]
    if not known:
        raise UsageError("The snapshot knows no such submission.", 'hamreg query "from ops.submission"')
    if known[0][0] is not None:
        raise UsageError("That submission has been undone before.", "`hamreg history PATIENT` shows what stands.")
    take_decision(home, settings, make_decision("undo", reason, submission=submission), preview)


@click.command("share")
@click.argument("episode")
@click.argument("code", metavar="CLINIC")
@click.option("--preview", is_flag=True, help="Show what would change, and change nothing.")
@REASON
@click.pass_obj
def share_command(path: str, /, episode: str, code: str, preview: bool, reason: str) -> None:
    """Let CLINIC see EPISODE and send rows for it; rows of its that waited load by themselves.

    EPISODE is PATIENT, PATIENT/left or PATIENT/left/1: all of a patient's episodes, one side's, or one.
    """
    home, settings = read_home(path)
    find_clinic(settings, code)
    patient, side, injury_no = read_episode(episode)
    known_patient(home, patient)
    decision = make_decision("share", reason, patient_id=patient, side=side, injury_no=injury_no, clinic=code)
    take_decision(home, settings, decision, preview)


@click.command("link")
@click.argument("patient")
@click.argument("other")
@click.option("--preview", is_flag=True, help="Show what would change, and change nothing.")
@REASON
@click.pass_obj
def link_command(path: str, /, patient: str, other: str, preview: bool, reason: str) -> None:
    """Say that PATIENT and OTHER are one person, known from now on by the number of PATIENT."""
    home, settings = read_home(path)
    for number in (patient, other):
        known_patient(home, number)
    take_decision(home, settings, make_decision("link", reason, patient_id=patient, other_patient_id=other), preview)


@click.command("duplicates")
@click.pass_obj
def duplicates_command(path: str, /) -> None:
    """List pairs that may be one person: same side and sex, injured within 3 days, age within a year."""
    from pipelines.reports.desk import DUPLICATES_SQL

    home, _ = read_home(path)
    columns, rows = ask_recorded(home, home.registry_path, DUPLICATES_SQL, "duplicates")
    print_table(columns, rows)
    if rows:
        click.echo("If two numbers are one person: hamreg link PATIENT OTHER --preview")


def read_episode(text: str) -> tuple[str, str | None, int | None]:
    """`PATIENT`, `PATIENT/side` or `PATIENT/side/injury_no` as its parts."""
    patient, _, rest = text.partition("/")
    side, _, number = rest.partition("/")
    if (side and side not in ("left", "right")) or (number and not number.isdecimal()):
        raise UsageError(f"{text} does not name an episode.", "Write PATIENT, PATIENT/left or PATIENT/left/1.")
    return patient, side or None, int(number) if number else None


def difference_lines(differences: Sequence[Difference]) -> list[str]:
    """What would change: a count for each table, then each row that goes, comes or changes."""
    lines = []
    for table in dict.fromkeys(difference.table for difference in differences):
        of_table = [difference for difference in differences if difference.table == table]
        lines.append(click.style(f"{table.removeprefix('registry.')}: {len(of_table)} rows", bold=True))
        lines += [f"  {_difference(difference)}" for difference in of_table[:50]]
        lines += [f"  ... and {len(of_table) - 50:,} more"] if len(of_table) > 50 else []
    return lines or ["Nothing would change."]


def _difference(difference: Difference) -> str:
    key = ", ".join(map(str, difference.key))
    if difference.before is None or difference.after is None:
        return f"{key}: {'new' if difference.before is None else 'gone'}"
    changes = [f"{name} {old} -> {new}" for name, (old, new) in difference.changed.items() if name != "changed_at"]
    more = f"; and {len(changes) - 4} more fields" if len(changes) > 4 else ""
    return f"{key}: {'; '.join(changes[:4])}{more}"


def make_decision(kind: str, reason: str, **subject: str | int | None) -> Decision:
    """A decision made now, by whoever runs the command."""
    decision = Decision(kind, now(), actor().name, reason=reason or None)
    return replace(decision, **subject)  # type: ignore[arg-type]  # the subject's fields are typed where it is named


def known_patient(home: Home, patient: str) -> None:
    """A `UsageError` where the snapshot knows no such patient."""
    sql = f"select 1 from registry.patient where patient_id = {literal(patient)}"  # noqa: S608 - a typed literal
    if not ask(home.registry_path, sql)[1]:
        raise UsageError(f"The snapshot knows no patient {patient}.", 'hamreg query "from registry.patient"')


def take_decision(home: Home, settings: Settings, decision: Decision, is_preview: bool) -> None:
    """Record the decision and derive, or show what it would change."""
    if is_preview:
        from pipelines.rehearsal import preview_decision

        for line in difference_lines(preview_decision(home, settings, decision)):
            click.echo(line)
        click.echo("Nothing was changed. Without --preview it is done.")
        return
    from pipelines.run import decide_and_derive

    with shown_progress() as progress:
        number = decide_and_derive(home, settings, decision, now, progress)
    click.echo(f'Recorded as decision {number}; a new snapshot stands. `hamreg query "from ops.decision"` lists them.')
