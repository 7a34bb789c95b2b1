"""The command that shows why a snapshot was discarded: which audits failed, and the rows that broke them."""

import sys
from pathlib import Path

import click

from pipelines.accountability.looks import record_look
from pipelines.cli.context import actor, now, open_home
from pipelines.cli.query import PRINTERS, ask
from pipelines.errors import UsageError
from warehouse.audit import FAIL, read_offending, read_results
from warehouse.layout import Home

SNAPSHOT_SQL = "select result, count(*) as checks from ops.audit group by result order by result"


@click.group("audit")
def audit_command() -> None:
    """Show what the checks of the last derivation found."""


@audit_command.command("show")
@click.argument("audit", required=False)
@click.option("--format", "form", type=click.Choice(list(PRINTERS)), default="table", show_default=True, help="How.")
@click.pass_obj
def show_audit(path: str, /, audit: str | None, form: str) -> None:
    """List the checks that failed, or the rows that broke AUDIT. The rows lie in the home and nowhere else.

    Exit code 1: the last derivation was discarded, and the snapshot before stands.
    """
    home = open_home(path)
    kept = newest_failure(home)
    if kept is None:
        PRINTERS[form](*ask(home.registry_path, SNAPSHOT_SQL), 1_000)
        return
    failed = {result.audit: result for result in read_results(kept) if result.is_bad}
    if audit is None:
        rows = [(r.audit, r.result, r.n_offending, r.n_rows, r.sentence) for r in failed.values()]
        PRINTERS[form](["audit", "result", "offending", "rows", "what must be true"], rows, 1_000)
    elif audit in failed and failed[audit].result == FAIL:
        columns, found = read_offending(kept, audit)
        record_look(home, actor(), now(), "audit show", (), tables=[failed[audit].table_name], n_rows=len(found))
        PRINTERS[form](columns, found, 1_000)
    else:
        raise UsageError(f"No rows are kept of {audit}.", f"Rows are kept of: {', '.join(failed)}.")
    sys.exit(1)


def newest_failure(home: Home) -> Path | None:
    """The file with the rows of the last derivation, where it was discarded; None where it was published."""
    kept = max(home.audits.glob("*.duckdb"), default=None)
    is_newer = kept is not None and (not home.current.exists() or kept.stem > home.current.resolve().name)
    return kept if is_newer else None
