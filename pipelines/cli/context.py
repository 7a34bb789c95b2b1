"""What commands share: the home named on the command line, its settings, the clock, where a file goes."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from pipelines.accountability.log import Actor, this_account
from pipelines.errors import HomeError, UsageError
from pipelines.settings import Clinic, Settings, read_settings
from warehouse.layout import Home


def now() -> datetime:
    """The one place where a command reads the clock (UTC)."""
    return datetime.now(UTC)


def actor() -> Actor:
    """Who runs the command: HAMREG_USER where it is set, and always the account."""
    account = this_account()
    return Actor(os.environ.get("HAMREG_USER") or account.name, account.account)


def mail_password() -> str:
    """What the mail server asks for; it is written into no file."""
    return os.environ.get("HAMREG_MAIL_PASSWORD", "")


def open_home(path: str) -> Home:
    """The home at `path`; a `HomeError` with the remedy where there is none."""
    home = Home(Path(path))
    try:
        is_home = home.settings_path.is_file()
        next(home.path.iterdir(), None)
    except FileNotFoundError:
        is_home = False
    except PermissionError:
        raise HomeError(
            f"The registry home at {path} cannot be read.", "Run as its owner: it is open to nobody else."
        ) from None
    if not is_home:
        raise HomeError(f"There is no registry home at {path}.", "Make one with `hamreg init`, or set HAMREG_HOME.")
    return home


def read_home(path: str) -> tuple[Home, Settings]:
    """The home at `path` and its settings."""
    home = open_home(path)
    return home, read_settings(home.settings_path)


def find_clinic(settings: Settings, code: str) -> Clinic:
    """The clinic of that code; a `UsageError` naming the known ones otherwise."""
    if code not in settings.clinics:
        known = ", ".join(settings.clinics) or "none yet"
        raise UsageError(f"There is no clinic {code}. Known: {known}.", f"Add it: hamreg clinic add {code} --name ...")
    return settings.clinics[code]


def write_output(content: bytes, output: Path | None, said: str) -> None:
    """Write a file that was asked for and say so, or give it to standard output."""
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.", "Name another file with -o.") from None
    click.echo(said, err=True)
