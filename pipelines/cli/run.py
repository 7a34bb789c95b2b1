"""The command that loads what waits and derives a snapshot, through Dagster or without it."""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from pipelines.cli.context import actor, mail_password, now, read_home
from pipelines.cli.progress import shown_progress
from pipelines.errors import RegistryError
from pipelines.settings import Settings
from warehouse.errors import LockedError
from warehouse.layout import Home

if TYPE_CHECKING:
    from pipelines.intake.submission import Progress
    from pipelines.run import RunSummary

PRIVATE_UMASK = 0o077
COMMAND = "hamreg run"


@click.command("run")
@click.option("--dagster/--no-dagster", "with_dagster", default=True, help="Keep the run's history. [default: keep]")
@click.pass_obj
def run_command(path: str, with_dagster: bool) -> None:
    """Load what waits in the inboxes, derive a new snapshot of every table, audit it and publish it.

    Exit code 1: an audit failed (the snapshot before stands), or a file brought out a fault and still waits. 4: another
    command writes.
    """
    home, settings = read_home(path)
    os.umask(PRIVATE_UMASK)  # what Dagster writes is for the owner alone, too
    with shown_progress() as progress:
        summary = _run(home, settings, progress, with_dagster)
    for line in describe(summary):
        click.echo(line)
    sys.exit(1 if summary.failures else 0)


def describe(summary: "RunSummary") -> Iterator[str]:
    """What a run did, in counts, one line each."""
    from pipelines.alerts.digest import count

    n_files = len(summary.receipts)
    yield f"{count(n_files, 'submission')}: {summary.n_refused} refused, {summary.n_resent} sent before."
    if n_files:
        words = {name: f"{n:,} {name.replace('_', ' ')}" for name, n in summary.rows.items()}
        words["accepted"] += f" ({words.pop('corrected')})"
        words["cells_set_aside"] = f"{count(summary.rows['cells_set_aside'], 'cell')} set aside"
        yield f"Rows: {', '.join(words.values())}."
    for failure in summary.failures:
        yield f"{failure.submission} of {failure.clinic} waits: it brought out a fault ({failure.fault})."
    if summary.derivation is not None:
        results = [result.result for result in summary.derivation.audits]
        yield (
            f"Snapshot {summary.derivation.path.parent.name}: {len(summary.derivation.tables)} tables, "
            f"{results.count('pass')} checks passed, {results.count('not_applicable')} not applicable."
        )


def _run(home: Home, settings: Settings, progress: "Progress | None", with_dagster: bool) -> "RunSummary":
    from pipelines.alerts.telling import tell_failure

    try:
        return _run_and_close(home, settings, progress, with_dagster)
    except LockedError:
        raise  # another command is at work, and nothing went wrong
    except RegistryError as error:  # it may be a run that nobody watches, as cron's; Dagster's sensor mails its own
        tell_failure(home, settings, now(), COMMAND, error.message, mail_password(), is_mailed=not with_dagster)
        raise


def _run_and_close(home: Home, settings: Settings, progress: "Progress | None", with_dagster: bool) -> "RunSummary":
    if with_dagster:
        from pipelines.defs.command import run_in_process

        return run_in_process(home, settings, actor(), progress, mail_password())
    from pipelines.alerts.telling import tell_faults
    from pipelines.daily import close_day
    from pipelines.run import run

    summary = run(home, settings, now, progress, command=COMMAND, actor=actor())
    tell_faults(home, settings, now(), summary.failures, mail_password())
    close_day(home, settings, actor(), now(), mail_password())
    return summary
