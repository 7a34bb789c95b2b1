"""The command that says what needs whom. It shows the digest; sending it is asked for."""

import click

from pipelines.alerts.digest import read_lines, render
from pipelines.alerts.telling import tell_digest
from pipelines.cli.context import mail_password, now, read_home


@click.command("digest")
@click.option("--send", is_flag=True, help="Keep it in the home's digests/ and mail it, as the weekly schedule does.")
@click.pass_obj
def digest_command(path: str, send: bool) -> None:
    """Show what needs whom: overdue follow-ups, open questions, held rows, silent clinics, waiting files.

    Counts and ages, never a patient. The mail server stands in registry.toml under [mail], its password in the
    environment as HAMREG_MAIL_PASSWORD.
    """
    home, settings = read_home(path)
    if not send:
        click.echo(render(read_lines(home, settings, now()), settings, now()), nl=False)
        return
    told = tell_digest(home, settings, now(), mail_password())
    click.echo(f"Wrote {home.path / told.file}" + (f" and mailed it to {settings.mail.to}." if told.is_mailed else "."))
