"""The part of a report on completeness: the waterfall of every visit, and a run chart of one visit by quarter."""

from collections.abc import Sequence
from typing import Any

from pipelines.reports.chart_run import run_chart
from pipelines.reports.figure_text import told_count, told_percent
from pipelines.reports.picture import Picture, draw
from pipelines.reports.registry_rows import RegistryRows
from pipelines.reports.told_clinics import WATERFALL, Period, tell_periods, tell_waterfall
from pipelines.reports.words import Words

COLUMNS = ("n_enrolled", *WATERFALL, "n_due_lost", "n_done")


def waterfalls(rows: RegistryRows, words: Words, own: str = "") -> list[dict[str, Any]]:
    """Give a line a visit: enrolled, ended, not yet due, open, due (of which lost), done, and done of due."""
    visits = list(dict.fromkeys(row["visit"] for row in rows["completeness"]))
    lines = []
    for visit in visits:
        told = tell_waterfall(rows.of("completeness", visit=visit), own)
        together = ""
        if told["withheld"]:
            names = ", ".join(words(f"report.{name}") for name in told["withheld"])
            together = words("report.together", names=names, n=told_count(told["together"], words))
        cells = [told_count(told[name], words) for name in COLUMNS]
        percent = told_percent(told["n_done"], told["n_due"], words)
        lines.append({"visit": words.code("visit", visit), "cells": cells, "percent": percent, "together": together})
    return lines


def run_section(rows: RegistryRows, visit: str, words: Words, name: str, own: str = "") -> dict[str, Any] | None:
    """Give the run chart of one visit with its table; None where nothing may be or is to be drawn."""
    periods = tell_periods(rows.of("quarters", visit=visit), own)
    if not any(period.percent is not None for period in periods):
        return None
    return {"picture": _picture(periods, visit, words, name), "lines": [_line(period, words) for period in periods]}


def _line(period: Period, words: Words) -> dict[str, str]:
    percent = told_percent(period.n_done, period.n_due, words)
    counts = {"due": told_count(period.n_due, words), "done": told_count(period.n_done, words)}
    return {"period": period.name, **counts, "percent": percent}


def _picture(periods: Sequence[Period], visit: str, words: Words, name: str) -> Picture:
    titles = words("report.period"), words("report.percent_done")
    title = words("report.run", visit=words.code("visit", visit))
    texts = [f"{period.name}: {told_percent(period.n_done, period.n_due, words)}" for period in periods]
    return draw(run_chart(periods, titles), name, title, "; ".join(texts))
