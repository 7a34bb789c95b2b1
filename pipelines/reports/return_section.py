"""The part of a report on return to sport over time: the told curve of each arm beside the study's counts at visits."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reports.chart_return import Seen, return_chart
from pipelines.reports.figure_text import told_count
from pipelines.reports.palette import in_order
from pipelines.reports.picture import draw
from pipelines.reports.registry_rows import RegistryRows
from pipelines.reports.source import Row
from pipelines.reports.study_rows import NO_SPORT, RETURNED, months_of
from pipelines.reports.told_return import Step, tell_return
from pipelines.reports.words import Words

TOLD_WEEKS = (12, 24, 36, 52)


def return_section(rows: RegistryRows, words: Words, name: str) -> dict[str, Any] | None:
    """Give the curves with their table and the study's counts; None where nothing may be told."""
    curves = tell_return(rows["people"])
    curves = {arm: curves[arm] for arm in in_order(list(curves)) if any(s.share is not None for s in curves[arm])}
    if not curves:
        return None
    seen = study_counts(rows["arms"])
    chart = return_chart(curves, seen, (words("report.weeks"), words("report.share_returned")))
    lines, since_decision = _lines(curves, words), tell_return(rows["people"], since_decision=True)
    texts = [f"{line['arm']}: {', '.join(line['cells'])}" for line in lines]
    texts += [f"{words.code('study', s.study)}, {words.code('arm', s.arm)}, {s.months:g}: {s.k}/{s.n}" for s in seen]
    return {
        "picture": draw(chart, name, words("report.return_title"), "; ".join(texts)),
        "weeks": TOLD_WEEKS,
        "lines": lines,
        "sensitivity": _lines({arm: since_decision[arm] for arm in curves if arm in since_decision}, words),
        "seen": _by_study(seen, words),
    }


def study_counts(rows: Sequence[Row]) -> list[Seen]:
    """The study's returned of those who did sport before, at each visit it printed."""
    counts: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in rows:
        if row["measure"] == "return_to_sport" and row["statistic"] == "count":
            place = row["study"], row["arm"], row["timepoint"]
            counts.setdefault(place, {})[row["category"]] = row["reference_value"]
    arms = in_order([arm for _, arm, _ in counts])
    found = [
        Seen(study, arm, months_of(visit), round(sum(by.get(name, 0) for name in RETURNED)), round(_sporting(by)))
        for (study, arm, visit), by in counts.items()
    ]
    return sorted(found, key=lambda seen: (seen.study, arms.index(seen.arm), seen.months))


def _sporting(counts: Mapping[str, float]) -> float:
    return sum(count for name, count in counts.items() if name != NO_SPORT)


def _lines(curves: Mapping[str, Sequence[Step]], words: Words) -> list[dict[str, Any]]:
    lines = []
    for arm, steps in curves.items():
        told = [step for step in steps if step.week in TOLD_WEEKS]
        cells = [_step(step, words) for step in told]
        lines.append({"code": arm, "arm": words.code("arm", arm), "cells": cells})
    return lines


def _step(step: Step, words: Words) -> str:
    if step.share is None or step.lower is None or step.upper is None:
        return words("report.withheld")
    places = {
        "share": f"{100 * step.share:.0f}",
        "lower": f"{100 * step.lower:.0f}",
        "upper": f"{100 * step.upper:.0f}",
    }
    return words("report.share", n=told_count(step.n, words), **places)


def _by_study(seen: Sequence[Seen], words: Words) -> list[dict[str, Any]]:
    return [
        {"study": words.code("study", study), "points": [_seen(point, words) for point in seen if point.study == study]}
        for study in dict.fromkeys(point.study for point in seen)
    ]


def _seen(point: Seen, words: Words) -> dict[str, str]:
    visit = words.code("visit", f"month_{point.months:.0f}")
    return {"arm": words.code("arm", point.arm), "visit": visit, "text": f"{point.k} / {point.n}"}
