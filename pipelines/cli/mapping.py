"""Commands for mappings: draft one from a clinic's own data dictionary, check it, list those in use."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.context import find_clinic, read_home, write_output
from pipelines.errors import UnreadableFileError, UsageError

if TYPE_CHECKING:
    from pipelines.intake.mapping import ExportMapping

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("mapping")
def mapping_command() -> None:
    """How a clinic's own export becomes rows of our forms: mappings/<clinic>/<name>.toml in the registry home."""


@mapping_command.command("draft")
@click.argument("dictionary_file", metavar="DICTIONARY", type=FILE)
@click.option("--events", type=FILE, help="REDCap's CSV of events.")
@click.option("--instruments", type=FILE, help="REDCap's CSV of which instrument stands in which event.")
@click.option("--repeats", type=FILE, help="REDCap's CSV of repeating instruments.")
@click.option("--missing", type=FILE, help="A CSV of missing data codes: code, label.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file to write. [default: standard output]")
def draft_mapping(dictionary_file: Path, output: Path | None, **files: Path | None) -> None:
    """Draft a mapping from DICTIONARY, a REDCap project's data dictionary (CSV).

    What matches our forms is written down, what is in doubt is left as a comment to decide.
    """
    from pipelines.intake.mapping_draft import Project, draft, read_csv
    from schemas.dictionary import read_dictionary

    tables = {name: read_csv(path.read_bytes()) if path else [] for name, path in files.items()}
    project = Project(read_csv(dictionary_file.read_bytes()), **tables)
    if not project.variables:
        raise UnreadableFileError(
            f"{dictionary_file} is no data dictionary of REDCap: it has no column `Variable / Field Name`.",
            "Download it in REDCap: Project Setup, Data Dictionary.",
        )
    text, n_open = draft(project, read_dictionary())
    said = f"{n_open} lines marked `?` to decide. Then: hamreg mapping check {output}"
    write_output(text.encode(), output, f"Wrote {output}. {said}")


@mapping_command.command("check")
@click.argument("files", nargs=-1, required=True, type=FILE)
def check_mapping(files: tuple[Path, ...]) -> None:
    """Check mapping FILES: keys, forms, fields and codes. Exit code 2 names all that is wrong."""
    for file in files:
        mapping = read_mapping(file)
        click.echo(f"{file} is right: {mapping.id}, {_rows_of(mapping)}.")
        if _left_open(file):
            click.echo(f"  {_left_open(file)} lines marked `?` are not decided yet; they are not read.")
        for form in _undated(mapping):
            click.echo(f"  {form} has no column for assessed_on: its rows will be rejected, for no date is made up.")


@mapping_command.command("list")
@click.option("--clinic", "code", help="Of this clinic only.")
@click.pass_obj
def list_mappings(path: str, code: str | None) -> None:
    """List the mappings in the registry home, with what each of them reads."""
    _, settings = read_home(path)
    clinics = [find_clinic(settings, code)] if code else list(settings.clinics.values())
    folder = Path(path) / "mappings"
    files = [folder / clinic.code / f"{name}.toml" for clinic in clinics for name in clinic.mappings]
    for file in files:
        mapping = read_mapping(file)
        click.echo(f"{file.parent.name:<9}{mapping.id:<40}{_rows_of(mapping)}")
    if not files:
        click.echo(f"No mappings yet. Next: hamreg mapping draft DICTIONARY.csv -o {folder}/CLINIC/redcap.toml")


def read_mapping(file: Path) -> "ExportMapping":
    """The mapping in a file; one that is not right is the user's to mend."""
    from pipelines.intake.mapping import MappingError, parse_mapping
    from schemas.dictionary import read_dictionary

    try:
        return parse_mapping(file.stem, file.read_text(encoding="utf-8"), read_dictionary())
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text.", "Save it as UTF-8.") from None
    except MappingError as error:
        faults = "\n  ".join(error.faults)
        raise UsageError(f"{file} is not right:\n  {faults}", "Mend it and check it again.") from None


def _rows_of(mapping: "ExportMapping") -> str:
    forms = dict.fromkeys(rows.form for rows in mapping.rows)
    return f"{len(mapping.needed)} columns to {', '.join(forms)}"


def _left_open(file: Path) -> int:
    from pipelines.intake.mapping_draft import OPEN

    return sum(line.startswith(OPEN) for line in file.read_text(encoding="utf-8").splitlines())


def _undated(mapping: "ExportMapping") -> list[str]:
    dated = [(rows, {**rows.columns, **rows.record}) for rows in mapping.rows if rows.form == "follow_up"]
    return [f"{rows.form} {rows.part}".strip() for rows, given in dated if "assessed_on" not in given]
