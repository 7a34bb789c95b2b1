"""The command that writes the data dictionary in the format somebody needs."""

from pathlib import Path

import click


@click.command("dictionary")
@click.option(
    "--format", "form", type=click.Choice(["markdown", "json", "redcap"]), default="markdown", show_default=True
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="A file; for redcap a folder. [default: standard output]"
)
def dictionary_command(form: str, output: Path | None) -> None:
    """Write the data dictionary: every form, field, coded value and rule.

    `redcap` writes the set a REDCap project needs: data dictionary, events, event-instrument map and repeats.
    """
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
