"""The command that writes everything held on one patient into one file, for the patient."""

from pathlib import Path

import click

from pipelines.accountability.log import record
from pipelines.cli.context import actor, now, read_home, write_output


@click.command("export")
@click.argument("patient")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.html or .json"
)
@click.option("--language", type=click.Choice(["en", "nl", "de"]), help="Of the page; else the clinic's own.")
@click.pass_obj
def export_command(path: str, /, patient: str, output: Path, language: str | None) -> None:
    """Write all that is held on PATIENT: rows as sent, findings, every version, tables, decisions, and who looked.

    For a patient who asks. A page to read, or JSON where the file is named so. Rows of others are not in it.
    """
    from pipelines.reports.words import read_words
    from pipelines.subject.held import read_held
    from pipelines.subject.page import render_html, render_json

    home, settings = read_home(path)
    held = read_held(home, settings, patient)
    record(home, actor(), "export", now(), held.numbers)
    clinic = settings.clinics.get(held.sent[0].clinic) if held.sent else None
    words = read_words(language or (clinic.language if clinic else "en"))
    is_json = output.suffix == ".json"
    content = render_json(held, settings.name, now()) if is_json else render_html(held, words, settings.name, now())
    counts = f"{len(held.sent):,} rows as sent, {len(held.tables):,} tables, {len(held.log):,} lines of the log"
    write_output(content, output, f"Wrote {output}: {counts}.")
