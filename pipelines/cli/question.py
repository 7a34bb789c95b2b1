"""Open questions in plain words, and a clinic's "yes, that is so" to one, as the coordinator heard it.

Which questions are open is derived in `ops.query`; how files answer them stands in `pipelines.intake.confirmation`.
"""

from typing import Any

import click

from pipelines.cli.context import find_clinic, read_home
from pipelines.cli.decision import REASON, make_decision, take_decision
from pipelines.cli.query import ask, ask_recorded
from pipelines.errors import UsageError
from pipelines.settings import Clinic
from warehouse.connection import literal

QUESTIONS_SQL = """
select clinic, row_key, rule, form, "column", found, expected, opened_at::date as since
from ops.query where {condition} order by clinic, since, row_key, rule, "column"
"""
ASKED_SQL = """
select patient_id, side, injury_no, form, "column", rule, found from ops.query
where patient_id = {patient} and rule = {rule} and {found} in ('', found) order by all
"""


@click.command("questions")
@click.option("--clinic", "code", help="Only this clinic's, in its language.")
@click.pass_obj
def questions_command(path: str, /, code: str | None) -> None:
    """List the open questions to clinics: about which row, what is asked, what to do, since when.

    Each closes by itself when the facts change, or with `hamreg confirm` when what was sent is so.
    """
    home, settings = read_home(path)
    clinic = find_clinic(settings, code) if code else None
    condition = f"clinic = {literal(clinic.code)}" if clinic else "true"
    _, rows = ask_recorded(home, home.registry_path, QUESTIONS_SQL.format(condition=condition), "questions")
    for asked_of, row_key, rule, form, column, found, expected, since in rows:
        click.echo(f"{asked_of}  {row_key}  {rule}  since {since}")
        click.echo(f"  {_words(str(form), str(column), str(rule), str(found), str(expected), clinic)}")
    click.echo(f"{len(rows):,} open questions. If what was sent is so: hamreg confirm PATIENT RULE")


@click.command("confirm")
@click.argument("patient")
@click.argument("rule")
@click.option("--found", default="", help="Which value, where the rule asks about several.")
@click.option("--preview", is_flag=True, help="Show what would change, and change nothing.")
@REASON
@click.pass_obj
def confirm_command(path: str, /, patient: str, rule: str, found: str, preview: bool, reason: str) -> None:
    """Record that the clinic says "yes, that is so": RULE asks about PATIENT no more, until the value changes."""
    home, settings = read_home(path)
    sql = ASKED_SQL.format(patient=literal(patient), rule=literal(rule), found=literal(found))
    columns, rows = ask(home.registry_path, sql)
    if not rows:
        raise UsageError(f"{rule} asks nothing about {patient}.", "`hamreg questions` lists what is open.")
    if len(rows) > 1:
        values = ", ".join(sorted({str(row[-1]) for row in rows}))
        raise UsageError(f"{rule} asks about several values: {values}.", "Name one with --found.")
    subject: dict[str, Any] = dict(zip(columns, rows[0], strict=True))
    take_decision(home, settings, make_decision("confirm", reason, **subject), preview)


def _words(form: str, column: str, rule: str, found: str, expected: str, clinic: Clinic | None) -> str:
    from schemas.dictionary import read_dictionary
    from schemas.messages import sentence

    language = clinic.language if clinic else "en"
    fields = {field.name: field for field in read_dictionary().forms[form].fields}
    label = fields[column].label[language] if column in fields else column
    return " ".join(sentence(rule, language, label, found, expected))
