"""The page of a release's gate for people: every check, clinic by clinic, with its history. It fetches nothing.

Great Expectations' own page lies beside it; what is asked stands in `checks.py`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from pipelines.release.verdict import FAIL, NOT_APPLICABLE, PASS, CheckResult, Subject, Verdict

if TYPE_CHECKING:
    import jinja2

MOST_BEFORE = 12  # releases: a year of months
_ORDER = (FAIL, PASS, NOT_APPLICABLE)

History: TypeAlias = Mapping[tuple[str, str], Sequence[tuple[str, Subject]]]


def render_gate(release: str, verdict: Verdict, earlier: Sequence[tuple[str, Verdict]]) -> str:
    """The page; `earlier` are the verdicts of the releases before, oldest first."""
    return (
        _environment()
        .get_template("gate.html")
        .render(
            release=release,
            verdict=verdict,
            checks=[(check, sort_subjects(check), history_of(check.check, earlier)) for check in verdict.checks],
        )
    )


def sort_subjects(check: CheckResult) -> Sequence[Subject]:
    """What failed first, then by clinic."""
    return sorted(check.subjects, key=lambda each: (_ORDER.index(each.result), each.name))


def history_of(check: str, earlier: Sequence[tuple[str, Verdict]]) -> History:
    """(clinic, what of it) -> the release and its figures, for the newest of the releases before."""
    found: dict[tuple[str, str], list[tuple[str, Subject]]] = {}
    for release, verdict in earlier[-MOST_BEFORE:]:
        for each in (each for result in verdict.checks if result.check == check for each in result.subjects):
            found.setdefault((each.subject, each.of), []).append((release, each))
    return found


@cache
def _environment() -> "jinja2.Environment":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.release"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = lambda value: "" if value is None else f"{value:,.6g}"
    return environment
