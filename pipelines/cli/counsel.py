"""The command for the talk before treatment: a study's arms side by side, and the registry where it has enough."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.context import open_home
from pipelines.errors import HomeError

if TYPE_CHECKING:
    from pipelines.reports.counsel_local import Local
    from pipelines.reports.source import Source


@click.command("counsel")
@click.option("--age", type=click.IntRange(0, 120), required=True, help="Age in years.")
@click.option("--phat", type=click.FloatRange(0, 100), required=True, help="PHAT today, 0 to 100.")
@click.option(
    "--tendons",
    type=click.Choice(["one", "two", "three", "unknown"]),
    required=True,
    help="Free tendons torn off; three (counting muscles) means two.",
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to print to this file.")
@click.option("--language", type=click.Choice(["en", "nl", "de"]), default="en", show_default=True)
@click.pass_obj
def counsel_command(path: str, /, age: int, phat: float, tendons: str, html: Path | None, language: str) -> None:
    """Show what the study found for people who began there, both arms side by side, for the talk before treatment.

    It recommends nothing. Age and tendons decide whether the study speaks about such a person; they move no figure.
    Works without a registry; with one, its own people stand beside the study where there are enough.
    """
    from pipelines.reports.counsel import Question, answer, beside_one_year
    from pipelines.reports.counsel_page import counsel_lines, counsel_page
    from pipelines.reports.study_rows import seed_frame
    from pipelines.reports.words import read_words

    question, words = Question(age, phat, tendons), read_words(language)
    answers = answer(question, seed_frame())
    beside = beside_one_year(answers)
    local, source = _read_local(path, phat, beside.name, [arm.arm for arm in beside.arms])
    if html is None:
        for line in counsel_lines(question, answers, local, words):
            click.echo(line)
        return
    html.write_text(counsel_page(question, answers, local, source, words), encoding="utf-8")
    click.echo(f"Wrote {html}. Open it in a browser, print it on A4.")


def _read_local(path: str, phat: float, study: str, arms: list[str]) -> tuple["Local | None", "Source | None"]:
    """What the registry adds, and which snapshot it came from; nothing where there is no registry or snapshot yet."""
    from pipelines.reports.counsel_local import read_local
    from pipelines.reports.source import Database, source_of
    from pipelines.settings import read_settings

    try:
        home = open_home(path)
        with Database(home.registry_path) as database:
            settings = read_settings(home.settings_path)
            source = source_of(database, is_synthetic=settings.is_synthetic, registry=settings.name)
            return read_local(database, phat, study, arms), source
    except HomeError:
        return None, None
