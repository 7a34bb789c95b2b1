"""Commands for the data dictionary: write it in the format somebody needs, read old submissions again under it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.context import actor, now, read_home
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.reread import Difference

FORMATS = ["markdown", "json", "redcap"]


@click.group("dictionary", invoke_without_command=True)
@click.option("--format", "form", type=click.Choice(FORMATS), default="markdown", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="A file; for redcap a folder. [default: standard output]"
)
@click.pass_context
def dictionary_command(ctx: click.Context, form: str, output: Path | None) -> None:
    """Write the data dictionary: every form, field, coded value and rule.

    `redcap` writes the set a REDCap project needs: data dictionary, events, event-instrument map and repeats.
    """
    if ctx.invoked_subcommand is not None:
        return
    from schemas.dictionary import read_dictionary
    from schemas.render.markdown import render_markdown
    from schemas.render.redcap import render_redcap

    dictionary = read_dictionary()
    if form == "redcap":
        folder = output or Path("redcap")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in render_redcap(dictionary).items():
            (folder / name).write_text(text, encoding="utf-8")
            click.echo(f"Wrote {folder / name}")
        return
    text = render_markdown(dictionary) if form == "markdown" else dictionary.to_json()
    if output:
        output.write_text(text, encoding="utf-8")
        click.echo(f"Wrote {output}")
    else:
        click.echo(text)


@dictionary_command.command("reread")
@click.argument("submissions", nargs=-1)
@click.option("--adopt", is_flag=True, help="Have the new readings count from now on.")
@click.option("--reason", default="", help="With --adopt: why; it is kept.")
@click.pass_obj
def reread_command(path: str, /, submissions: tuple[str, ...], adopt: bool, reason: str) -> None:
    """Read SUBMISSIONS (or all) again under this version's dictionary and say what would change.

    A submission keeps the version it was read under until another reading is adopted; an earlier day still gives the
    old one (`hamreg as-of`). What is said are counts by form, field and rule, never a value.
    """
    if adopt and not reason:
        raise UsageError("Adopting new readings needs a reason.", '--reason "PHAT range changed in version ..."')
    home, settings = read_home(path)
    from pipelines.cli.progress import shown_progress
    from pipelines.reread import reread_submissions

    with shown_progress() as progress:
        found = reread_submissions(home, settings, now, actor(), submissions, reason if adopt else None, progress)
    for line in difference_lines(found):
        click.echo(line)
    if not found:
        click.echo("Every submission says the same under this version's dictionary.")
    elif adopt:
        click.echo(f"{len(found):,} submissions are read anew; a snapshot was derived.")
    else:
        click.echo(f"{len(found):,} submissions would be read anew. Nothing was changed. Next: --adopt --reason ...")


def difference_lines(found: "dict[str, Difference]") -> list[str]:
    """What changes over all submissions, largest counts first."""
    from pipelines.reread import Difference

    total = sum(found.values(), Difference())
    words = {
        "accepted": "rows would be accepted that were not",
        "rejected": "rows would be rejected that were accepted",
        "readable": "cells become readable",
        "set_aside": "cells would be set aside",
        "changed": "cells are read otherwise",
        "found": "findings appear",
        "gone": "findings go",
    }
    counts = [*total.rows.most_common(), *total.fields.most_common(), *total.rules.most_common()]
    return [f"{number:>8,}  {'.'.join(key[:-1])}: {words[key[-1]]}" for key, number in counts]
