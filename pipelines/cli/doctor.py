"""The command that looks a registry home over and says how to mend what is wrong."""

import sys
from pathlib import Path

import click

from pipelines.cli.context import now
from pipelines.diagnosis import BAD, OK, WARNING
from pipelines.doctor import examine
from pipelines.errors import HomeError
from warehouse.layout import Home

COLOURS = {OK: "green", WARNING: "yellow", BAD: "red"}


@click.command("doctor")
@click.pass_obj
def doctor_command(path: str) -> None:
    """Look the registry home over: settings, permissions, encryption, log, lock,
    facts, snapshot, clock, disk, leftovers, runs.

    Nothing is changed. Exit code 4: something is wrong that the registry does not mend by itself.
    """
    home = Home(Path(path))
    if not home.path.is_dir():
        raise HomeError(f"There is no registry home at {path}.", "Make one with `hamreg init`, or set HAMREG_HOME.")
    found = list(examine(home, now()))
    for item in found:
        click.echo(f"{click.style(f'{item.state:<8}', fg=COLOURS[item.state])}{item.what:<12}{item.text}")
        if item.remedy:
            click.echo(f"{'':<20}-> {item.remedy}")
    sys.exit(4 if any(item.state == BAD for item in found) else 0)
