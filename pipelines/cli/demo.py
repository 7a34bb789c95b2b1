"""The command that shows the whole pipeline on the example submissions and says where to look."""

from pathlib import Path

import click

from pipelines.cli.progress import shown_progress
from pipelines.cli.query import ask
from pipelines.cli.snapshot import status_lines
from pipelines.reports.arm_text import arm_lines
from pipelines.reports.morning import read_morning
from pipelines.reports.patient_text import patient_lines
from pipelines.settings import read_settings
from warehouse.layout import Home

# A patient whose card has something to show: compared, with a baseline, neither far out nor at the scale's top.
PATIENT_SQL = """
with shown as (
    select patient_id from mart.patient_benchmark
    where measure = 'phat_total' and timepoint = 'month_12' and is_own_arm and comparability = 'comparable'
        and expected is not null and verdict = 'usual'
    order by patient_id limit 1
)
select * from mart.patient_benchmark where patient_id in (from shown)
order by side, injury_no, timepoint, measure, category, reference_arm desc
"""

ARM_SQL = """
select * from mart.arm_benchmark
where timepoint = 'month_12'
    and measure in ('phat_total', 'phat_change', 'return_to_sport', 'weeks_to_return_to_sport', 'mri_tendon_continuity')
order by measure, category, arm desc
"""

OVERDUE_SQL = "select clinic, visit, count(*) as n_overdue from mart.overdue group by all order by all"


@click.command("demo")
@click.option("--fresh", is_flag=True, help="Remove an earlier demonstration first.")
@click.pass_obj
def demo_command(path: str, /, fresh: bool) -> None:
    """Run the whole pipeline on the example submissions: hand in, validate, load, derive, benchmark.

    Everything in it is synthetic: no patient is real. The home is `registry-home`, or HAMREG_HOME.
    """
    from pipelines.demo import day_after, forget, hand_in_examples, prepare_home, read_examples
    from pipelines.run import run

    home = Home(Path(path))
    if fresh:
        forget(home)
    examples = read_examples()
    prepare_home(home)
    submissions = list(hand_in_examples(home, examples))
    click.echo(f"Handed in {len(submissions):,} synthetic files of {len({e.clinic for e in examples})} clinics.")
    settings = read_settings(home.settings_path)
    with shown_progress() as progress:
        run(home, settings, lambda: day_after(examples), progress, command="demo")
    click.echo()
    for line in [*status_lines(home, settings, read_morning(home, settings.clinics)), *story_lines(home)]:
        click.echo(line)


def story_lines(home: Home) -> list[str]:
    """What the snapshot tells: who is overdue, one patient, the arms beside the study, what to type next."""
    columns, rows = ask(home.registry_path, PATIENT_SQL)
    patient = [dict(zip(columns, row, strict=True)) for row in rows]
    columns, rows = ask(home.registry_path, ARM_SQL)
    arms = [dict(zip(columns, row, strict=True)) for row in rows]
    overdue = ask(home.registry_path, OVERDUE_SQL)[1]
    name = patient[0]["patient_id"] if patient else "PATIENT"
    return [
        "",
        _title("Overdue follow-ups"),
        *(f"  {clinic}  {visit}: {count}" for clinic, visit, count in overdue),
        "",
        _title("One patient beside the study"),
        *(patient_lines(patient) if patient else ["No patient has a comparable outcome yet."]),
        "",
        _title("The registry's arms beside the study at one year"),
        *arm_lines(arms),
        'Every measure: hamreg query "from mart.arm_benchmark"',
        "",
        _title("Worth typing next"),
        f"  hamreg benchmark {name}",
        '  hamreg query "from mart.completeness"',
        "  hamreg check examples/messy_follow_up.csv",
    ]


def _title(text: str) -> str:
    return click.style(text, bold=True)
