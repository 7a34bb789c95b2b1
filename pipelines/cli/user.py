"""Commands for the people who use the pages: add, list, disable, reset. They open no database of patients."""

import click

from pipelines.accountability.log import record
from pipelines.cli.context import actor, find_clinic, now, read_home
from pipelines.settings import LANGUAGES
from pipelines.users.store import CLINIC, INVITATION_LASTS, ROLES, User, Users

ADDRESS = "http://127.0.0.1:8000"


@click.group("user")
def user_command() -> None:
    """Say who may sign in to the registry's pages (`hamreg serve`).

    Nobody but its owner ever knows a password: a new user gets an invitation, a link that ends after a week.
    """


@user_command.command("add")
@click.argument("name")
@click.option("--clinic", "code", default="", help="The clinic whose patients the user sees; none for a coordinator.")
@click.option("--role", type=click.Choice(ROLES), default=CLINIC, show_default=True, help="What the user may do.")
@click.option("--language", type=click.Choice(LANGUAGES), help="[default: the clinic's]")
@click.option("--address", default=ADDRESS, show_default=True, help="Where browsers reach the pages.")
@click.pass_obj
def add_user(path: str, /, name: str, code: str, role: str, language: str | None, address: str) -> None:
    """Add the user NAME and print the invitation to send.

    clinic: hands in and sees the clinic's patients. read_only: sees them. coordinator: all clinics.
    """
    home, settings = read_home(path)
    spoken = language or (find_clinic(settings, code).language if code else "en")
    token = Users(home).add(name, role, code, spoken, now())
    record(home, actor(), "account", now(), user=name, role=role, clinic=code, change="added")
    _tell_invitation(name, address, token)


@user_command.command("list")
@click.pass_obj
def list_users(path: str) -> None:
    """List the users: role, clinic, and whether they can sign in."""
    home, _ = read_home(path)
    users = Users(home).list()
    for user in users:
        click.echo(f"{user.name:<30}{user.role:<13}{user.clinic or 'all':<9}{user.language}  {_state(user)}")
    if not users:
        click.echo("No users yet. Next: hamreg user add NAME --clinic CODE")


@user_command.command("disable")
@click.argument("name")
@click.pass_obj
def disable_user(path: str, name: str) -> None:
    """Let the user NAME in no more; open sessions end at once. `hamreg user reset` lets them in again."""
    home, _ = read_home(path)
    Users(home).disable(name)
    record(home, actor(), "account", now(), user=name, change="disabled")
    click.echo(f"{name} can sign in no more.")


@user_command.command("reset")
@click.argument("name")
@click.option("--address", default=ADDRESS, show_default=True, help="Where browsers reach the pages.")
@click.pass_obj
def reset_user(path: str, name: str, address: str) -> None:
    """Forget the password and one-time codes of the user NAME and print a new invitation."""
    home, _ = read_home(path)
    token = Users(home).reset(name, now())
    record(home, actor(), "account", now(), user=name, change="reset")
    _tell_invitation(name, address, token)


def _tell_invitation(name: str, address: str, token: str) -> None:
    click.echo(f"Send this link to {name}, and to nobody else. It works once and ends in {INVITATION_LASTS.days} days:")
    click.echo(f"  {address.rstrip('/')}/invitation/{token}")


def _state(user: User) -> str:
    if user.is_disabled:
        return "disabled"
    if not user.has_password:
        return f"invited until {user.invited_until[:10]}"
    if user.locked_until > now().isoformat():
        return f"locked until {user.locked_until[11:16]} UTC (wrong passwords)"
    return "active" + (", one-time codes" if user.totp_secret else "")
