"""The command for reports: one clinic's, for that clinic, or the registry's, for everybody."""

from pathlib import Path

import click

from pipelines.cli.context import find_clinic, read_home


@click.command("report")
@click.option("--clinic", "code", help="This clinic's report, for the clinic itself.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--release", "release_id", help="Of this release instead of the current snapshot.")
@click.option("--language", type=click.Choice(["en", "nl", "de"]), help="Else the clinic's, or English.")
@click.pass_obj
def report_command(
    path: str, /, code: str | None, html: Path | None, release_id: str | None, language: str | None
) -> None:
    """Write a report as one page to print: the annual registry report, or a clinic's.

    In both, counts of others are rounded or withheld where people could be made out; a clinic sees its own exactly.
    """
    home, settings = read_home(path)
    clinic = find_clinic(settings, code) if code else None
    from pipelines.reports.clinic_report import clinic_page
    from pipelines.reports.registry_report import registry_page
    from pipelines.reports.registry_rows import read_registry
    from pipelines.reports.source import Database, source_of
    from pipelines.reports.words import read_words

    file = home.releases / release_id / "registry.duckdb" if release_id else home.registry_path
    with Database(file) as database:
        rows = read_registry(database)
        source = source_of(database, is_synthetic=settings.is_synthetic, registry=settings.name)
    words = read_words(language or (clinic.language if clinic else "en"))
    if clinic is None:
        page, target = registry_page(rows, source, words), html or Path("registry-report.html")
    else:
        page = clinic_page(rows, clinic.code, clinic.name, source, words)
        target = html or Path(f"report-{clinic.code}.html")
    target.write_text(page, encoding="utf-8")
    click.echo(f"Wrote {target}. Open it in a browser, print it on A4.")
