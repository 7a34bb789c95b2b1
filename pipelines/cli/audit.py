"""The command that shows how checks came out: why a snapshot was discarded, and a check's history by clinic."""

import difflib
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import click

from pipelines.accountability.looks import record_look
from pipelines.cli.context import actor, now, open_home
from pipelines.cli.query import PRINTERS, ask
from pipelines.errors import UsageError
from warehouse.audit import FAIL, AuditResult, read_offending, read_results
from warehouse.audit_history import Outcome, read_history
from warehouse.connection import resolve_snapshot
from warehouse.counts import WHOLE
from warehouse.layout import Home, read_instant_id

SNAPSHOT_SQL = "select result, count(*) as checks from ops.audit group by result order by result"
HOW_TO_ASK = """One check's history: hamreg audit show "audits.waterfall_sums"
Names of the checks: hamreg query "select audit from ops.audit"
"""
COLUMNS = ["derivation", "at (UTC)", "became", "clinic", "offending", "rows", "result"]


@click.group("audit")
def audit_command() -> None:
    """Show what the checks of the last derivation found."""


@audit_command.command("show")
@click.argument("audit", required=False)
@click.option("--history", "is_history", is_flag=True, help="The history of AUDIT, also where it failed just now.")
@click.option("--clinic", metavar="CODE", help=f"Of AUDIT, this clinic alone ({WHOLE}: what is of no clinic).")
@click.option("--format", "form", type=click.Choice(list(PRINTERS)), default="table", show_default=True, help="How.")
@click.pass_obj
def show_audit(path: str, /, audit: str | None, is_history: bool, clinic: str | None, form: str) -> None:
    """List the checks that failed, or the rows that broke AUDIT. The rows lie in the home and nowhere else.

    Where AUDIT did not fail, show its history: how it came out for each clinic in every snapshot that is kept and in
    every derivation that was discarded, the newest first.

    Exit code 1: the last derivation was discarded, and the snapshot before stands.
    """
    home = open_home(path)
    kept = newest_failure(home)
    bad = {result.audit: result for result in read_results(kept) if result.is_bad} if kept else {}
    if audit is None:
        if is_history or clinic:
            raise UsageError("--history and --clinic speak of one check.", HOW_TO_ASK.splitlines()[0])
        _show_all(home, bad, form)
    elif kept and audit in bad and bad[audit].result == FAIL and not is_history:
        _show_rows(home, kept, bad[audit], clinic, form)
    else:
        rows = [_row(outcome) for outcome in find_history(home, audit, clinic, bad)]
        PRINTERS[form](COLUMNS, rows, 1_000)
    if kept:
        sys.exit(1)


def find_history(home: Home, audit: str, clinic: str | None, kept: Iterable[str]) -> Sequence[Outcome]:
    """A check's outcomes, of one clinic where it is named; `UsageError` where there is no such check or clinic.

    `kept` are the checks that rows are kept of.
    """
    history = read_history(home)
    if not history:
        resolve_snapshot(home.registry_path)  # says that there is none yet
    if audit not in history:
        near = difflib.get_close_matches(audit, history, n=3, cutoff=0.5)
        told = [("Near it", near), ("Rows are kept of", list(kept))]
        remedy = " ".join(f"{what}: {', '.join(names)}." for what, names in told if names)
        raise UsageError(f"There is no check {audit}.", remedy or HOW_TO_ASK.splitlines()[1])
    outcomes = history[audit]
    _refuse_unknown(audit, clinic, {outcome.clinic for outcome in outcomes})
    return [outcome for outcome in outcomes if clinic in (None, outcome.clinic)]


def _show_all(home: Home, bad: Mapping[str, AuditResult], form: str) -> None:
    """The checks that did not pass; where all did, how many came out how."""
    if bad:
        rows = [(r.audit, r.result, r.n_offending, r.n_rows, r.sentence) for r in bad.values()]
        PRINTERS[form](["audit", "result", "offending", "rows", "what must be true"], rows, 1_000)
        return
    PRINTERS[form](*ask(home.registry_path, SNAPSHOT_SQL), 1_000)
    if form == "table":
        click.echo(HOW_TO_ASK, err=True, nl=False)


def _show_rows(home: Home, kept: Path, failed: AuditResult, clinic: str | None, form: str) -> None:
    """The rows that broke a check, of one clinic where it is named, recorded as a look at patients."""
    columns, found = read_offending(kept, failed.audit)
    if clinic:
        clinics = [row[columns.index("clinic")] or WHOLE if "clinic" in columns else WHOLE for row in found]
        _refuse_unknown(failed.audit, clinic, set(map(str, clinics)))
        found = [row for row, of in zip(found, clinics, strict=True) if of == clinic]
    record_look(home, actor(), now(), "audit show", (), tables=[failed.table_name], n_rows=len(found))
    PRINTERS[form](columns, found, 1_000)


def _refuse_unknown(audit: str, clinic: str | None, told: Collection[str]) -> None:
    if clinic is not None and clinic not in told:
        raise UsageError(f"{audit} tells nothing of {clinic}.", f"It tells of: {', '.join(sorted(told))}.")


def _row(outcome: Outcome) -> tuple[object, ...]:
    at = f"{read_instant_id(outcome.derivation):%Y-%m-%d %H:%M}"
    became = "published" if outcome.is_published else "discarded"
    counts = (outcome.clinic, outcome.n_offending, outcome.n_rows, outcome.result)
    return (outcome.derivation, at, became, *counts)


def newest_failure(home: Home) -> Path | None:
    """The file with the rows of the last derivation, where it was discarded; None where it was published."""
    kept = max(home.audits.glob("*.duckdb"), default=None)
    is_newer = kept is not None and (not home.current.exists() or kept.stem > home.current.resolve().name)
    return kept if is_newer else None
