"""Commands that ask the gate of a release, and that tell what it said at every release before."""

from collections.abc import Iterator, Sequence
from functools import partial
from textwrap import wrap

import click

from pipelines.cli.context import actor, now, read_home
from pipelines.errors import UsageError
from pipelines.release.checks import CHECKS
from pipelines.release.publication import Judge, current_snapshot, find_before
from pipelines.release.runs import Run, list_runs
from pipelines.release.verdict import CONTRACT, DRIFT, FAIL, CheckResult, Subject, Verdict, Yes
from pipelines.settings import Settings

MOST_TOLD = 12  # subjects of a check on a screen


def _asked(severity: str) -> str:
    told = [f"  {check.name:<18}{check.says}." for check in CHECKS if check.severity == severity]
    return "\n".join(line for text in told for line in wrap(text, 100, subsequent_indent=" " * 20))


GATE_HELP = f"""Ask what the gate says of the current snapshot, beside the newest release. Nothing is cut or kept.

\b
Contracts: broken, nothing is released, whatever anybody says.
{_asked(CONTRACT)}

\b
Drift against the release before: needs a yes by name, hamreg release --accept CHECK --reason "...".
{_asked(DRIFT)}

\b
Each check is one of four things:
  pass            it was asked and holds
  fail            it was asked and does not hold; clinics and figures are told below it
  error           it could not be asked, which is no pass: nothing is released
  not applicable  there is nothing to compare: the first release, fewer than 20 people

`hamreg release history CHECK` tells its figures at every release before. Exit code 5: it would be refused.
"""


def judge_today(settings: Settings) -> Judge:
    """The gate, asked now; invented patients have no today."""
    from pipelines.release.gate import judge

    return partial(judge, at=None if settings.is_synthetic else now())


@click.command("gate", help=GATE_HELP)
@click.pass_obj
def gate_command(path: str) -> None:
    """Ask without cutting."""
    home, settings = read_home(path)
    judge: Judge = judge_today(settings)
    verdict = judge(current_snapshot(home) / "registry.duckdb", find_before(home))
    for line in tell_verdict(verdict):
        click.echo(line)
    verdict.refuse()


@click.command("history")
@click.argument("check", required=False, type=click.Choice([check.name for check in CHECKS]))
@click.option("--clinic", help="Tell every figure of this clinic (or `registry`), not its sum alone.")
@click.pass_obj
def history_command(path: str, check: str | None, clinic: str | None) -> None:
    """List every time the gate was asked for a release: released, refused or accepted by whom and why.

    With CHECK, its figures per clinic at each of them, oldest first: numerator of denominator, or, where it asks
    several things of a clinic, how many failed of those asked.
    """
    home, _ = read_home(path)
    if clinic and not check:
        raise UsageError("A clinic's figures are those of a check.", "hamreg release history CHECK --clinic CLINIC")
    runs = list_runs(home)
    for run in runs:
        for line in _tell_run(run) if check is None else _tell_figures(run, check, clinic):
            click.echo(line)
    if not runs:
        click.echo("The gate was never asked for a release. Next: hamreg release")


def accept(checks: Sequence[str], reason: str | None) -> list[Yes]:
    """The yes of whoever gives the command; a `UsageError` where it says yes to nothing, or without a reason."""
    warnings = [check.name for check in CHECKS if check.severity == DRIFT]
    if unknown := sorted({*checks} - {*warnings}):
        raise UsageError(f"{', '.join(unknown)} is no warning of the gate.", f"Warnings are: {', '.join(warnings)}.")
    if checks and not (reason or "").strip():
        raise UsageError("A yes has a reason.", 'Say why it is right so: --reason "..."')
    return [Yes(check, actor().name, str(reason)) for check in checks]


def tell_verdict(verdict: Verdict) -> Iterator[str]:
    """A line for each check, and below those that failed what failed in them."""
    yield f"Held against release {verdict.before}." if verdict.before else "Held against nothing: the first release."
    for check in verdict.checks:
        yield check.line()
        failed = [each for each in check.subjects if each.result == FAIL]
        yield from (f"{'':15}{_figures(each)}" for each in failed[:MOST_TOLD])
        if len(failed) > MOST_TOLD:
            yield f"{'':15}and {len(failed) - MOST_TOLD} more"


def _figures(each: Subject) -> str:
    was, of = each.before_numerator, each.before_denominator
    before = f", before {was:g} of {of:g}" if was is not None and of is not None else ""
    return f"{each.name}: {each.numerator:g} of {each.denominator:g}{before}"


def _tell_run(run: Run) -> Iterator[str]:
    n_failed = sum(check.result == FAIL for check in run.verdict.checks)
    yield f"{run.id}  {run.outcome:<10}{n_failed} of {len(run.verdict.checks)} checks failed"
    for check in run.verdict.checks:
        if check.is_stopping or check.is_warning:
            yield f"  {check.line()}"
    for yes in run.verdict.accepted:
        yield f"  {yes.actor} accepted {yes.check}: {yes.reason}"


def _tell_figures(run: Run, name: str, clinic: str | None) -> Iterator[str]:
    for check in (each for each in run.verdict.checks if each.check == name):
        yield f"{run.id}  {run.outcome:<10}{check.result.replace('_', ' ')}: {check.n_failed} of {check.n_asked} failed"
        for who, subjects in check.by_clinic().items():
            if clinic is None:
                yield _sum_up(who, check, subjects)
            elif who == clinic:
                yield from (f"  {each.result.replace('_', ' '):<16}{_figures(each)}" for each in subjects)


def _sum_up(clinic: str, check: CheckResult, subjects: Sequence[Subject]) -> str:
    one = CheckResult(check.check, check.severity, check.says, check.result, subjects)
    figures = f"{one.n_failed} of {one.n_asked} failed"
    if len(subjects) == 1:
        figures = f"{subjects[0].numerator:g} of {subjects[0].denominator:g}"
    result = FAIL if one.n_failed else "pass" if one.n_asked else "not applicable"
    return f"  {clinic:<12}{result:<16}{figures}"
