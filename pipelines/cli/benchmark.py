"""The command that sets one patient beside the study. It loads the database and nothing heavier."""

import json

import click

from pipelines.cli.context import open_home
from pipelines.cli.query import ask
from pipelines.errors import UsageError
from pipelines.reports.patient_text import patient_lines
from warehouse.connection import literal

PATIENT_SQL = """
select * from mart.patient_benchmark where patient_id = {patient}
order by side, injury_no, timepoint, measure, category, reference_arm desc
"""


@click.command("benchmark")
@click.argument("patient")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.pass_obj
def benchmark_command(path: str, /, patient: str, as_json: bool) -> None:
    """Set PATIENT beside the study's surgical and conservative outcomes at one year."""
    home = open_home(path)
    columns, rows = ask(home.registry_path, PATIENT_SQL.format(patient=literal(patient)))
    if not rows:
        raise UsageError("The snapshot knows no patient of that number.", 'hamreg query "from registry.episode"')
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    if as_json:
        click.echo(json.dumps(records, indent=1, ensure_ascii=False, default=str))
        return
    for line in patient_lines(records):
        click.echo(line)
