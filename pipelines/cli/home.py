"""Commands that make and settle a registry home: init, clinic, config, ids. They load no data."""

from pathlib import Path

import click

from pipelines.accountability.log import record
from pipelines.cli.context import actor, find_clinic, now, open_home, read_home
from pipelines.errors import SettingsError, UsageError
from pipelines.home import create_home, hand_out_numbers, write_clinic
from pipelines.settings import CLINIC_CODE, DATE_ORDERS, DECIMALS, LANGUAGES, Clinic, read_settings
from schemas.patient_id import make_patient_id
from warehouse.layout import Home

SEPARATOR_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


@click.command("init")
@click.option("--name", default="Registry", show_default=True, help="The registry's name, as reports print it.")
@click.option("--timezone", default="Europe/Amsterdam", show_default=True, help="A day ends at midnight here.")
@click.pass_obj
def init_command(path: str, name: str, timezone: str) -> None:
    """Make a registry home: its folders (readable by you alone), registry.toml and an empty facts file."""
    home = Home(Path(path))
    if home.settings_path.exists():
        raise UsageError(f"There is a registry at {path} already.", "`hamreg status` says what it holds.")
    create_home(home, name=name, timezone=timezone)
    record(home, actor(), "init", now())
    click.echo(f"Made a registry home at {path}.")
    click.echo("Next: hamreg clinic add AMC --name 'Amsterdam UMC' --language nl --date-order dmy --decimal comma")


@click.group("clinic")
def clinic_command() -> None:
    """Add and list the clinics that may hand in files."""


@clinic_command.command("add")
@click.argument("code")
@click.option("--name", required=True, help="The clinic's full name.")
@click.option("--contact", default="", help="Whom to ask: an address of the clinic, never of a patient.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of receipts.")
@click.option("--date-order", type=click.Choice([o for o in DATE_ORDERS if o]), help="How it writes 03/04/2024.")
@click.option("--decimal", type=click.Choice([d for d in DECIMALS if d]), help="Its decimal mark.")
@click.option("--separator", type=click.Choice(list(SEPARATOR_NAMES)), help="Its CSV separator. [default: by decimal]")
@click.option("--id-format", default="", help="A regular expression, where the clinic keeps its own numbers.")
@click.pass_obj
def add_clinic(path: str, /, code: str, separator: str | None, **answers: str | None) -> None:
    """Add clinic CODE (2 to 8 capitals and digits), or change what is known of it."""
    home, settings = read_home(path)
    if not CLINIC_CODE.fullmatch(code):
        raise UsageError(f"{code} is not a clinic code.", "Use 2 to 8 capitals and digits, first a letter: AMC.")
    values = {key: value or "" for key, value in answers.items()}
    default = "semicolon" if values["decimal"] == "comma" else "comma"
    values["separator"] = SEPARATOR_NAMES[separator or default]
    write_clinic(home, code, values)
    record(home, actor(), "clinic", now(), clinic=code)
    verb = "Changed" if code in settings.clinics else "Added"
    click.echo(f"{verb} clinic {code}. Its inbox is {home.inbox(code)}.")
    if not values["date_order"]:
        click.echo("No date order declared: dates such as 03/04/2024 will be findings. Add --date-order to settle it.")
    click.echo(f"Next: hamreg ids --clinic {code} --count 50; hamreg template follow_up --clinic {code}")


@clinic_command.command("list")
@click.pass_obj
def list_clinics(path: str) -> None:
    """List the clinics with how each of them writes."""
    _, settings = read_home(path)
    for clinic in settings.clinics.values():
        click.echo(f"{clinic.code:<9}{clinic.name:<40}{clinic.language}  {_habits(clinic)}")
    if not settings.clinics:
        click.echo("No clinics yet. Next: hamreg clinic add AMC --name ...")


def _habits(clinic: Clinic) -> str:
    date_order = clinic.date_order or "date order not declared"
    decimal = f"decimal {clinic.decimal}" if clinic.decimal else "decimal mark not declared"
    return f"{date_order}, {decimal}, separator {clinic.separator!r}"


@click.group("config")
def config_command() -> None:
    """Check the registry's settings."""


@config_command.command("check")
@click.pass_obj
def check_config(path: str) -> None:
    """Check registry.toml: keys, values, time zone, crons. Exit code 4 names the key that is wrong."""
    home = open_home(path)
    settings = read_settings(home.settings_path)
    _check_crons(vars(settings.schedules))
    click.echo(f"registry.toml is right: {len(settings.clinics)} clinics, time zone {settings.timezone}.")


def _check_crons(schedules: dict[str, str]) -> None:
    for name, cron in schedules.items():
        if len(cron.split()) != 5:
            raise SettingsError(f"registry.toml, schedules.{name}: a cron line has five parts.", 'Such as "0 2 * * *".')


@click.command("ids")
@click.option("--clinic", "code", required=True, help="The clinic that enrols.")
@click.option("--count", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many numbers.")
@click.pass_obj
def ids_command(path: str, code: str, count: int) -> None:
    """Hand out patient numbers to a clinic, one a line, each with its check character.

    The list of who is who stays at the clinic. A number is handed out once.
    """
    home, settings = read_home(path)
    find_clinic(settings, code)
    record(home, actor(), "ids", now(), clinic=code, n_numbers=count)
    for number in hand_out_numbers(home, code, count):
        click.echo(make_patient_id(code, number))
