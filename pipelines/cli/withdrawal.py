"""`hamreg withdraw`: no more contact, no further use, or erased. The first two are decisions like any other."""

import click

from pipelines.cli.context import actor, now, read_home
from pipelines.cli.decision import REASON, known_patient, make_decision, take_decision
from pipelines.settings import Settings
from warehouse.layout import Home

SCOPES = ("no_contact", "no_further_use", "erase")


@click.command("withdraw")
@click.argument("patient")
@click.option("--scope", type=click.Choice(SCOPES), required=True, help="What was asked.")
@click.option("--preview", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Erase without asking again.")
@REASON
@click.pass_obj
def withdraw_command(path: str, /, patient: str, scope: str, preview: bool, yes: bool, reason: str) -> None:
    """Record that PATIENT withdraws: no more contact, no further use of what is known, or erase everything.

    Erasing cannot be taken back. It takes the patient's rows out of the facts, the archived files, receipts,
    snapshots, releases and backups of this home; later rows of the patient are refused. Copies outside the home, such
    as a release that a researcher has fetched, are yours to follow up.
    """
    home, settings = read_home(path)
    if scope == "erase":
        _erase(home, settings, patient, reason, preview, yes)
        return
    known_patient(home, patient)
    take_decision(home, settings, make_decision("withdraw", reason, patient_id=patient, scope=scope), preview)


def _erase(home: Home, settings: Settings, patient: str, reason: str, is_preview: bool, is_sure: bool) -> None:
    from pipelines.withdrawal.execution import erase, preview_erasure
    from pipelines.withdrawal.work import Work

    def tell(work: Work) -> None:
        click.echo(f"Rows: {len(work.places):,}. Receipts written anew: {len(work.answered):,}.")
        click.echo(f"Archived files: {len(work.archived):,}, of which {work.n_removed:,} cannot stay in part and go.")
        click.echo(f"Releases withdrawn: {', '.join(work.releases) or 'none'}.")
        click.echo(f"Backups withdrawn: {', '.join(work.backups) or 'none'}.")

    if is_preview or not is_sure:
        tell(preview_erasure(home, settings, patient))
    if is_preview:
        click.echo("Nothing was changed. Without --preview it is done.")
        return
    if not is_sure:
        click.confirm("Erase the patient for good?", abort=True)
    work = erase(home, settings, patient, actor().name, reason, now())
    if is_sure:
        tell(work)
    click.echo("The patient is erased; a new snapshot stands. Later rows of this number will be refused.")
