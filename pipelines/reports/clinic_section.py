"""The part of a report that sets clinics beside each other: the funnel, its table, and what the verdicts rest on."""

from collections.abc import Sequence
from typing import Any

from pipelines.reports.chart_funnel import StudyLine, funnel_chart
from pipelines.reports.palette import in_order
from pipelines.reports.picture import Picture, draw
from pipelines.reports.source import Row
from pipelines.reports.told_clinics import Dot, Funnel, tell_funnel
from pipelines.reports.words import Words

PHAT = "phat_total"


def funnel_section(
    clinics: Sequence[Row], arms: Sequence[Row], words: Words, name: str, own: str = ""
) -> dict[str, Any] | None:
    """Give the funnel of the PHAT of both arms at one visit; None where no clinic is large enough for a verdict."""
    rows = [row for row in clinics if row["measure"] == PHAT and row["arm"] == "all"]
    funnel = tell_funnel(rows, own)
    if funnel is None:
        return None
    lines = study_lines([row for row in arms if row["measure"] == PHAT], words)
    places = {"judged": funnel.n_judged, "small": funnel.n_not_shown, "chance": f"{funnel.n_flags_by_chance:.1f}"}
    return {
        "picture": _picture(funnel, lines, words, name, own),
        "read": words("report.funnel_read", theta=f"{funnel.theta:g}", sd=f"{funnel.sd:g}", **places),
        "dispersion": words("report.dispersion_none" if funnel.tau2 is None else "report.dispersion"),
        "lines": [_line(dot, words) for dot in funnel.dots],
    }


def study_lines(rows: Sequence[Row], words: Words) -> list[StudyLine]:
    """The study's means with their intervals, the lowest first; arms of the same mean share a line, as wide as both."""
    by_value: dict[float, list[Row]] = {}
    for row in rows:
        if row["reference_value"] is not None:
            by_value.setdefault(row["reference_value"], []).append(row)
    return [_study_line(value, by_value[value], words) for value in sorted(by_value)]


def _study_line(value: float, rows: Sequence[Row], words: Words) -> StudyLine:
    arms = ", ".join(words.code("arm", arm) for arm in in_order([row["arm"] for row in rows]))
    ends = {end: [row[f"reference_estimate_{end}"] for row in rows] for end in ("lower", "upper")}
    lower, upper = ([value if number is None else number for number in ends[end]] for end in ("lower", "upper"))
    return StudyLine(words("report.study_line", arms=arms, value=f"{value:g}"), value, min(lower), max(upper))


def _picture(funnel: Funnel, lines: Sequence[StudyLine], words: Words, name: str, own: str) -> Picture:
    titles = words("report.funnel_n"), words("report.funnel_value")
    texts = [f"{dot.name or words('report.a_clinic')}: n {dot.n}, {dot.value:.1f}" for dot in funnel.dots]
    study = [line.label for line in lines]
    description = "; ".join([f"{words('report.registry_mean')}: {funnel.theta:g}", *study, *texts])
    return draw(funnel_chart(funnel, lines, titles, own), name, words("report.funnel_drawn"), description)


def _line(dot: Dot, words: Words) -> dict[str, str]:
    percent = "" if dot.follow_up_percent is None else f"{dot.follow_up_percent:.0f} %"
    return {
        "name": dot.name or words("report.a_clinic"),
        "n": str(dot.n),
        "follow_up": percent or words("report.withheld"),
        "value": f"{dot.value:.0f}",
        "verdict": words.code("verdict", dot.verdict),
        "wide": words.code("verdict", dot.verdict_wide) if dot.verdict_wide else words("report.not_estimable"),
        "with_arm": words.code("verdict", dot.verdict_with_arm),
    }
