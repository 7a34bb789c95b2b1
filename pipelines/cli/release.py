"""Commands that cut, list, verify and compare releases. What the gate asks of them stands in `gate.py` beside this."""

import click

from pipelines.accountability.log import record
from pipelines.cli.context import actor, now, read_home
from pipelines.cli.gate import accept, gate_command, history_command, judge_today, tell_verdict
from pipelines.errors import AuditError
from pipelines.release.publication import (
    Release,
    compare_releases,
    cut_release,
    list_releases,
    read_release,
    verify_release,
)
from warehouse import keys
from warehouse.lock import lock


@click.group("release", invoke_without_command=True)
@click.option("--accept", "checks", multiple=True, metavar="CHECK", help="Say yes to a warning; may be given again.")
@click.option("--reason", help="Why it is right so. It is kept in the release.")
@click.pass_context
def release_command(ctx: click.Context, checks: tuple[str, ...], reason: str | None) -> None:
    """Cut a release from the current snapshot, or look at the ones there are.

    A release is what researchers get: one DuckDB file, a Parquet file a table, a data package and digests of them all.
    It never changes; a snapshot is internal and is replaced by the next run.

    It passes a gate first, which holds it against the release before it: `hamreg release gate` asks without cutting.
    Exit code 5: a contract is broken, or something differs from what is usual and nobody has accepted it by name.
    """
    if ctx.invoked_subcommand is None:
        home, settings = read_home(ctx.obj)
        accepted = accept(checks, reason)
        with lock(home, "hamreg release"):
            release = cut_release(home, now, judge_today(settings), accepted)
        record(home, actor(), "release", now(), release=release.id)
        click.echo(f"Cut release {release.id} from snapshot {release.snapshot}.")
        _show(release)


release_command.add_command(gate_command)
release_command.add_command(history_command)


@release_command.command("list")
@click.pass_obj
def list_command(path: str) -> None:
    """List the releases, oldest first."""
    home, _ = read_home(path)
    releases = list_releases(home)
    for release in releases:
        click.echo(f"{release.id}  from snapshot {release.snapshot}  {sum(release.tables.values()):,} rows")
    if not releases:
        click.echo("No releases yet. Next: hamreg release")


@release_command.command("show")
@click.argument("release_id")
@click.pass_obj
def show_command(path: str, release_id: str) -> None:
    """Show what release RELEASE_ID holds."""
    home, _ = read_home(path)
    _show(read_release(home, release_id))


@release_command.command("verify")
@click.argument("release_id")
@click.pass_obj
def verify_command(path: str, release_id: str) -> None:
    """Compare every file of a release with the digests in its manifest."""
    home, _ = read_home(path)
    release = read_release(home, release_id)
    if wrong := verify_release(release):
        raise AuditError(f"Release {release_id} is not as it was cut: {' '.join(wrong)}", "Restore it from a backup.")
    click.echo(f"Release {release_id} is as it was cut: {len(release.digests)} files agree with their digests.")


@release_command.command("diff")
@click.argument("before")
@click.argument("after")
@click.pass_obj
def diff_command(path: str, before: str, after: str) -> None:
    """Compare the row counts of two releases."""
    home, _ = read_home(path)
    differences = compare_releases(read_release(home, before), read_release(home, after))
    for table, (then, since) in differences.items():
        click.echo(f"{table:<40}{_count(then):>12} -> {_count(since):>12}")
    if not differences:
        click.echo("Every table has as many rows in both.")


def _count(rows: int | None) -> str:
    return "no table" if rows is None else f"{rows:,}"


def _show(release: Release) -> None:
    if verdict := release.read_verdict():
        for line in tell_verdict(verdict):
            click.echo(f"  {line}")
    for yes in release.accepted:
        click.echo(f"  {yes.actor} accepted {yes.check}: {yes.reason}")
    for table, rows in release.tables.items():
        click.echo(f"  {table:<40}{rows:>12,} rows")
    opened = (
        f"Its key: hamreg key release {release.id}"
        if keys.known()
        else f"Open it: duckdb -readonly {release.path / 'registry.duckdb'}"
    )
    click.echo(f"In {release.path}. {opened}")
