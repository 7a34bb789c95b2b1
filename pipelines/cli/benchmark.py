"""The command that sets one patient beside the study. It loads the database and nothing heavier."""

import json
from pathlib import Path

import click

from pipelines.accountability.looks import record_look
from pipelines.cli.context import actor, now, open_home
from pipelines.cli.query import ask
from pipelines.errors import UsageError
from pipelines.reports.patient_text import patient_lines
from warehouse.connection import literal
from warehouse.layout import Home

PATIENT_SQL = """
select * from mart.patient_benchmark where patient_id = {patient}
order by side, injury_no, timepoint, measure, category, reference_arm desc
"""


@click.command("benchmark")
@click.argument("patient")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to print to this file.")
@click.option("--language", type=click.Choice(["en", "nl", "de"]), help="Of the page; else the clinic's own.")
@click.pass_obj
def benchmark_command(path: str, /, patient: str, as_json: bool, html: Path | None, language: str | None) -> None:
    """Set PATIENT beside the study's surgical and conservative outcomes at one year.

    With --html the page is for the patient and the clinician together: one sheet in plain words, then the details.
    """
    home = open_home(path)
    if html is not None:
        write_page(home, patient, html, language)
        return
    columns, rows = ask(home.registry_path, PATIENT_SQL.format(patient=literal(patient)))
    if not rows:
        raise unknown_patient()
    record_look(home, actor(), now(), "benchmark", [patient])
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    if as_json:
        click.echo(json.dumps(records, indent=1, ensure_ascii=False, default=str))
        return
    for line in patient_lines(records):
        click.echo(line)


def write_page(home: Home, patient: str, html: Path, language: str | None) -> None:
    """Write the patient's card; only here does drawing load."""
    from pipelines.reports.patient_card import patient_page
    from pipelines.reports.patient_rows import read_patient
    from pipelines.reports.source import Database, source_of
    from pipelines.reports.words import read_words
    from pipelines.settings import read_settings

    settings = read_settings(home.settings_path)
    with Database(home.registry_path) as database:
        episodes = read_patient(database, patient)
        source = source_of(database, is_synthetic=settings.is_synthetic, registry=settings.name)
    if not episodes:
        raise unknown_patient()
    record_look(home, actor(), now(), "benchmark", [patient])
    clinic = settings.clinics.get(episodes[0].episode["clinic"])
    words = read_words(language or (clinic.language if clinic else "en"))
    html.write_text(patient_page(episodes, source, words), encoding="utf-8")
    click.echo(f"Wrote {html}. Open it in a browser, print it on A4.")


def unknown_patient() -> UsageError:
    """Say that there is no such patient, without saying it of whom."""
    return UsageError("The snapshot knows no patient of that number.", 'hamreg query "from registry.episode"')
