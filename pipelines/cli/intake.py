"""Commands for a clinic's file: a check before sending, handing in. They open no database."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pipelines.accountability.log import record
from pipelines.accountability.looks import record_look
from pipelines.cli.context import actor, find_clinic, now, read_home, write_output
from pipelines.cli.mapping import read_mapping
from pipelines.errors import UnreadableFileError, UsageError
from pipelines.settings import DATE_ORDERS, DECIMALS, LANGUAGES, Clinic, Settings
from warehouse.layout import Home

if TYPE_CHECKING:
    from pipelines.intake.verdict import Verdict
    from schemas.dictionary import Dictionary

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command("check")
@FILES
@click.option("--clinic", "code", help="Read as this clinic writes (needs a home that knows it).")
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="Language of the messages. [default: en]")
@click.option("--date-order", type=click.Choice([o for o in DATE_ORDERS if o]), help="How it writes 03/04/2024.")
@click.option("--decimal", type=click.Choice([d for d in DECIMALS if d]), help="Its decimal mark.")
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="A mapping (TOML) to read the clinic's own export with."
)
@click.option("--annotated", type=click.Path(path_type=Path), help="A file for the rows to mend, with messages.")
@click.option("--json", "as_json", is_flag=True, help="Print the receipt as JSON (a list for several files).")
@click.pass_obj
def check_command(
    path: str,
    /,
    files: tuple[Path, ...],
    code: str | None,
    annotated: Path | None,
    mapping: Path | None,
    as_json: bool,
    **habits: str | None,
) -> None:
    """Check FILES as the registry would read them. Nothing is stored or sent.

    Exit code 0: clean. 1: there are findings. 3: a file cannot be read at all.
    """
    from pipelines.intake.receipt import check_receipt
    from pipelines.intake.submission import judge_file
    from schemas.dictionary import read_dictionary

    settings = read_home(path)[1] if code else Settings()
    clinic = _with_habits(find_clinic(settings, code) if code else Clinic(), habits)
    if mapping:
        read_mapping(_readable(mapping))
        clinic = replace(clinic, mappings={mapping.stem: mapping.read_text(encoding="utf-8")})
    dictionary = read_dictionary()
    if annotated and len(files) > 1:
        raise UsageError("--annotated writes the rows of one file.", "Check the files one by one.")
    limits, language = settings.limits, clinic.language
    verdicts = [judge_file(_readable(file), clinic, dictionary, limits) for file in files]
    receipts = [check_receipt(verdict, dictionary, language, limits.max_findings_listed) for verdict in verdicts]
    if as_json:
        click.echo(json.dumps(receipts[0] if len(receipts) == 1 else receipts, indent=2, ensure_ascii=False))
    else:
        for receipt in receipts:
            print_receipt(receipt)
    if annotated:
        _write_annotated(verdicts[0], dictionary, language, annotated)
    sys.exit(_exit_code(receipts))


@click.command("submit")
@click.option("--clinic", "code", required=True, help="The clinic that hands in.")
@click.option("--preview", is_flag=True, help="Show what would change, and hand nothing in.")
@FILES
@click.pass_obj
def submit_command(path: str, code: str, preview: bool, files: tuple[Path, ...]) -> None:
    """Hand FILES in to the registry's inbox. The next run loads them; the receipt then lies in the clinic's outbox.

    With --preview the exit codes are those of `hamreg check`.
    """
    from pipelines.intake.inbox import hand_in

    home, settings = read_home(path)
    clinic = find_clinic(settings, code)
    readable = [_readable(file) for file in files]  # all of them, before the first is handed in
    if preview:
        _preview(home, settings, clinic, readable)
    for file in readable:
        submission = hand_in(home, clinic.code, file.name, file, now())
        record(home, actor(), "submit", now(), clinic=clinic.code, submission=submission)
        click.echo(f"Received {file.name} as {submission}")
    click.echo("Next: hamreg run loads what waits.")


def _preview(home: Home, settings: Settings, clinic: Clinic, files: list[Path]) -> NoReturn:
    from pipelines.cli.preview import preview_lines
    from pipelines.rehearsal import preview_files

    preview = preview_files(home, settings, clinic.code, files, now())
    record_look(home, actor(), now(), "submit --preview", preview.patients)
    for receipt in preview.receipts:
        print_receipt(receipt)
    for line in preview_lines(preview):
        click.echo(line)
    sys.exit(1 if preview.failures else _exit_code(list(preview.receipts)))


def _write_annotated(verdict: "Verdict", dictionary: "Dictionary", language: str, output: Path) -> None:
    from pipelines.intake.confirmation import confirmed_here
    from pipelines.intake.facts import section_record
    from pipelines.intake.mapping_back import whole_records
    from pipelines.intake.mending import mend_sections
    from pipelines.intake.outcome import read_section

    records = [section_record(each) for each in verdict.sections]
    read = [
        read_section(record, 0, confirmed_here(each)) for record, each in zip(records, verdict.sections, strict=True)
    ]
    sections = whole_records(read, records, verdict.dialect)
    files = mend_sections(sections, verdict.dialect, dictionary, language) if verdict.dialect else {}
    for name, content in files.items():
        is_other = verdict.dialect is not None and not name.endswith(verdict.dialect.kind)
        kind = ", an xlsx workbook" if is_other else ""
        write_output(content, output, f"Wrote {output}{kind}. Mend it, or answer yes in its last column, and send it.")
    if not files:
        click.echo("No row needs mending: nothing was written.", err=True)


def print_receipt(receipt: dict[str, Any]) -> None:
    """Print a receipt for a person: what was counted, then each finding with its place and its remedy."""
    click.secho(str(receipt["file"]), bold=True)
    if receipt["refused"]:
        click.echo(f"  {click.style('Refused.', fg='red')} {receipt['refused']} {receipt['refusal']['remedy']}")
    empty = [section for section in receipt["sections"] if list(section["findings_by_rule"]) == ["section_empty"]]
    for section in [section for section in receipt["sections"] if section not in empty]:
        click.echo(f"  {section['form']}{_sheet(section)}: {_counts(section['records'])}{_aside(section)}")
        for finding in section["findings"]:
            _print_finding(finding)
        if section["findings_omitted"]:
            click.echo(f"    ... and {section['findings_omitted']:,} more findings.")
    if empty:
        click.echo(f"  Headers without rows: {', '.join(section['sheet'] or section['form'] for section in empty)}")


def _print_finding(finding: dict[str, Any]) -> None:
    colours = {"error": "red", "warning": "yellow", "note": "blue"}
    column = f", {finding['column']}" if finding["column"] else ""
    cell = f" ({finding['cell']})" if finding["cell"] else ""
    label = click.style(finding["severity"], fg=colours[finding["severity"]])
    click.echo(f"    line {finding['line']}{column}{cell}: {label} {finding['rule']}")
    click.echo(f"      {finding['message']} {finding['remedy']}")


def _counts(records: dict[str, int]) -> str:
    names = [(name.replace("_", " "), count) for name, count in records.items() if name != "physical" and count]
    return f"{records['physical']:,} records = " + ", ".join(f"{count:,} {name}" for name, count in names)


def _aside(section: dict[str, Any]) -> str:
    n_cells = section["cells_set_aside"]
    return f"; {n_cells:,} {'cell' if n_cells == 1 else 'cells'} set aside" if n_cells else ""


def _sheet(section: dict[str, Any]) -> str:
    sheet = section["sheet"]
    return f" ({sheet.strip('· ')})" if sheet.startswith("·") else f" (sheet {sheet})" if sheet else ""


def _exit_code(receipts: list[dict[str, Any]]) -> int:
    from pipelines.intake.receipt import is_clean

    if any(receipt["refused"] for receipt in receipts):
        return UnreadableFileError.exit_code
    return 0 if all(map(is_clean, receipts)) else 1


def _with_habits(clinic: Clinic, habits: dict[str, str | None]) -> Clinic:
    known: dict[str, Any] = {key: value for key, value in habits.items() if value}
    return replace(clinic, **known)


def _readable(file: Path) -> Path:
    try:
        file.open("rb").close()
    except FileNotFoundError:
        raise UnreadableFileError(f"There is no file {file}.", "Check its name and folder.") from None
    except OSError as error:
        raise UnreadableFileError(f"{file} cannot be read: {error.strerror}.", "Check who may read it.") from None
    if file.stat().st_size == 0:
        raise UnreadableFileError(f"{file} is empty: it has no bytes at all.", "Save it again where it was made.")
    return file
