"""The part of a report that sets clinics beside each other: the funnel, its table, and what the verdicts rest on."""

from collections.abc import Sequence
from typing import Any

from pipelines.reports.chart_funnel import funnel_chart
from pipelines.reports.picture import Picture, draw
from pipelines.reports.source import Row
from pipelines.reports.told_clinics import Dot, Funnel, tell_funnel
from pipelines.reports.words import Words


def funnel_section(
    clinics: Sequence[Row], arms: Sequence[Row], words: Words, name: str, own: str = ""
) -> dict[str, Any] | None:
    """Give the funnel of the one-year PHAT of both arms; None where no clinic is large enough for a verdict."""
    rows = [row for row in clinics if _is_phat(row) and row["arm"] == "all"]
    funnel = tell_funnel(rows, own)
    if funnel is None:
        return None
    lines = study_lines([row for row in arms if _is_phat(row)], words)
    places = {"judged": funnel.n_judged, "small": funnel.n_not_shown, "chance": f"{funnel.n_flags_by_chance:.1f}"}
    return {
        "picture": _picture(funnel, lines, words, name, own),
        "read": words("report.funnel_read", theta=f"{funnel.theta:g}", sd=f"{funnel.sd:g}", **places),
        "dispersion": words("report.dispersion_none" if funnel.tau2 is None else "report.dispersion"),
        "lines": [_line(dot, words) for dot in funnel.dots],
    }


def study_lines(rows: Sequence[Row], words: Words) -> dict[str, float]:
    """The study's means by label; equal ones share a line."""
    by_value: dict[float, list[str]] = {}
    for row in rows:
        if row["reference_value"] is not None:
            by_value.setdefault(row["reference_value"], []).append(words.code("arm", row["arm"]))
    return {words("report.study_line", arms=", ".join(arms), value=f"{v:g}"): v for v, arms in by_value.items()}


def _is_phat(row: Row) -> bool:
    return (row["measure"], row["timepoint"]) == ("phat_total", "month_12")


def _picture(funnel: Funnel, lines: dict[str, float], words: Words, name: str, own: str) -> Picture:
    titles = words("report.funnel_n"), words("report.funnel_value")
    texts = [f"{dot.name or words('report.a_clinic')}: n {dot.n}, {dot.value:.1f}" for dot in funnel.dots]
    description = "; ".join([f"{words('report.registry_mean')}: {funnel.theta:g}", *lines, *texts])
    return draw(funnel_chart(funnel, lines, titles, own), name, words("report.funnel"), description)


def _line(dot: Dot, words: Words) -> dict[str, str]:
    percent = "" if dot.follow_up_percent is None else f"{dot.follow_up_percent:.0f} %"
    return {
        "name": dot.name or words("report.a_clinic"),
        "n": str(dot.n),
        "follow_up": percent or words("report.withheld"),
        "value": f"{dot.value:.0f}",
        "verdict": words.code("verdict", dot.verdict),
    }
