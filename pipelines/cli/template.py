"""The command that writes what a clinic fills in: the CSV of one form, or a workbook, with what is due if asked for."""

from dataclasses import replace
from pathlib import Path

import click

from pipelines.accountability.looks import record_look
from pipelines.cli.context import actor, find_clinic, now, read_home, write_output
from pipelines.errors import UsageError
from pipelines.settings import Clinic


@click.command("template")
@click.argument("form", required=False)
@click.option("--clinic", "code", help="Write it in this clinic's separator and language.")
@click.option("--separator", default=None, help="Another separator, where no clinic is named. [default: ,]")
@click.option("--xlsx", "is_workbook", is_flag=True, help="A workbook with drop-downs: a sheet a form, or FORM alone.")
@click.option("--due", "is_due", is_flag=True, help="With --xlsx: filled in with the clinic's visits due or overdue.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file to write. [default: standard output]")
@click.pass_obj
def template_command(
    path: str,
    /,
    form: str | None,
    code: str | None,
    separator: str | None,
    is_workbook: bool,
    is_due: bool,
    output: Path | None,
) -> None:
    """Write the template of FORM: enrolment, treatment, follow_up, imaging, rehabilitation, event, screening.

    \b
    hamreg template follow_up --clinic FYS -o follow_up.csv
    hamreg template --clinic FYS --xlsx -o forms.xlsx
    hamreg template --clinic FYS --xlsx --due -o due.xlsx
    """
    clinic = find_clinic(read_home(path)[1], code) if code else Clinic()
    if is_due:
        content = _due(path, form, code, clinic, is_workbook)
    elif is_workbook:
        content = _workbook(form, clinic)
    else:
        content = _csv(form, separator or clinic.separator)
    write_output(content, output, f"Wrote {output}. Fill it in, then: hamreg check {output}")


def _csv(form: str | None, separator: str) -> bytes:
    from schemas.dictionary import read_dictionary
    from schemas.render.template import render_template

    if form is None:
        raise UsageError("A CSV template holds one form, and none is named.", "Name one, or take --xlsx for all forms.")
    forms = read_dictionary().forms
    _find_form(form, list(forms))
    return render_template(forms[form], separator).encode()


def _workbook(form: str | None, clinic: Clinic) -> bytes:
    from schemas.dictionary import read_dictionary
    from schemas.render.workbook import render_workbook

    dictionary = read_dictionary()
    if form is not None:
        _find_form(form, list(dictionary.forms))
        dictionary = replace(dictionary, forms={form: dictionary.forms[form]})
    return render_workbook(dictionary, clinic.language)


def _due(path: str, form: str | None, code: str | None, clinic: Clinic, is_workbook: bool) -> bytes:
    from pipelines.reports.due import read_due, render_due

    if code is None or not is_workbook or form is not None:
        raise UsageError("--due fills a clinic's workbook in.", "Give --clinic and --xlsx with it, and no form.")
    home, _ = read_home(path)
    visits = read_due(home.registry_path, clinic.code)
    record_look(home, actor(), now(), "template --due", {visit.patient_id for visit in visits})
    return render_due(visits, clinic.language)


def _find_form(form: str, known: list[str]) -> None:
    if form not in known:
        raise UsageError(f"There is no form {form}.", f"Forms: {', '.join(known)}.")
