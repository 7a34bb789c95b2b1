"""The command that shows the log of acts and looks, and checks that nobody rewrote it."""

import json
import sys
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import click

from pipelines.accountability.chain import Entry, read_entries, verify
from pipelines.accountability.log import read_about
from pipelines.cli.context import open_home
from pipelines.errors import UsageError
from warehouse.layout import Home

_BESIDE = ("at", "who", "account", "act", "before", "patients", "n_patients")


@click.command("log")
@click.option("--verify", "is_check", is_flag=True, help="Hold each line against the one before.")
@click.option("--mailed", metavar="DIGEST", help="With --verify: a digest from a mail, which the log must still hold.")
@click.option("--patient", help="Only what was done to this patient, and who looked.")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="How many lines.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as they are kept.")
@click.pass_obj
def log_command(
    path: str, /, is_check: bool, mailed: str | None, patient: str | None, last: int, as_json: bool
) -> None:
    """Show who did what, and who looked at which patient: the newest lines.

    Each line holds the digest of the line before it. A mail a day carries the newest digest out of the registry's
    reach: `hamreg log --verify --mailed DIGEST` shows whether anything up to that mail was rewritten since. Exit code
    1: it was, or the log is damaged.
    """
    home = open_home(path)
    if is_check or mailed:
        sys.exit(_check(home, mailed))
    entries = _newest(read_about(home, patient) if patient else read_entries(home), last)
    if not entries:
        raise UsageError("The log has no such line.", "hamreg log shows all of it.")
    for entry in entries:
        click.echo(json.dumps(entry.said, ensure_ascii=False) if as_json else describe(entry.said))


def describe(said: Mapping[str, Any]) -> str:
    """One line of the log for a person."""
    who = f"{said['who']} (as {said['account']})" if "account" in said else str(said["who"])
    details = [f"{name.removeprefix('n_')} {_text(value)}" for name, value in said.items() if name not in _BESIDE]
    if "n_patients" in said:
        details.append(f"{said['n_patients']:,} patient" + ("s" if said["n_patients"] > 1 else ""))
    return f"{said['at'][:19].replace('T', ' ')} UTC  {who}  {said['act']:<10}{', '.join(details)}".rstrip()


def _check(home: Home, mailed: str | None) -> int:
    found = verify(home)
    if found.fault:
        click.echo(f"The log was rewritten or is damaged: {found.fault}.", err=True)
        click.echo("        Compare it with a backup's log/, and tell who answers for the registry.", err=True)
        return 1
    if mailed and not any(entry.digest.startswith(mailed.lower()) for entry in read_entries(home)):
        click.echo("No line of the log has that digest: what the mail vouched for was rewritten or removed.", err=True)
        click.echo("        Was the home restored from an older backup, or did [retention] remove it?", err=True)
        return 1
    click.echo(f"The log holds together: {found.n_entries:,} lines, {found.first_at[:10]} to {found.last_at[:10]}.")
    click.echo(f"Newest digest: {found.head}")
    return 0


def _newest(entries: Iterable[Entry], last: int) -> list[Entry]:
    return list(islice(reversed(list(entries)), last))[::-1]


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
