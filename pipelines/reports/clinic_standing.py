"""The pictures of a clinic's own page with their tables: completeness, participation, the funnel.

Pictures take a third of a second each, so that those of the same figures are kept.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.reports.clinic_months import by_month
from pipelines.reports.source import Database, Rows
from pipelines.reports.words import Words, read_words

KEPT = 64  # pictures: some clinics in three languages
COUNTS = ("n_eligible", "n_enrolled", "n_declined", "n_missed", "n_episodes")
PARTS = ("n_enrolled", "n_declined", "n_missed")
ONE_YEAR = "month_12"


def run_of(rows: Rows, visit: str, words: Words) -> Mapping[str, Any]:
    """Done of due by month, of one visit or of all (''), with a picture where a month has any."""
    counted = by_month(rows, visit)
    title = words("report.run_months", visit=words.code("visit", visit)) if visit else words("report.run_all")
    titles = (title, words("report.month"), words("report.percent_done"))
    return {"months": counted, "title": title, "picture": _draw_run(tuple(counted), titles)}


@lru_cache(KEPT)
def _draw_run(counted: tuple[tuple[str, int, int], ...], titles: tuple[str, str, str]) -> Any:
    from pipelines.reports.chart_run import run_chart
    from pipelines.reports.picture import draw
    from pipelines.reports.told_clinics import Period

    periods = [Period(name, due or None, done if due else None) for name, due, done in counted]
    if not any(period.n_due for period in periods):
        return None
    texts = [f"{name}: {done}/{due}" for name, due, done in counted if due]
    return draw(run_chart(periods, titles[1:]), "run", titles[0], "; ".join(texts))


def participation(months: Rows, words: Words) -> Mapping[str, Any]:
    """Enrolled beside screened by month, their sums, and a picture where a screening form came."""
    known = [row for row in months if row["n_eligible"] is not None]
    labels = {name: words(f"report.screening_{name}") for name in COUNTS if name != "n_episodes"}
    labels["n_episodes"] = words("report.n_enrolled")
    counts = tuple((row["month"], *(row[name] for name in PARTS)) for row in months) if known else ()
    titles = (words("report.participation"), words("report.month"), words("report.screened_people"))
    return {
        "months": months,
        "total": {name: sum(row[name] or 0 for row in months) for name in COUNTS},
        "labels": labels,
        "n_without": len(months) - len(known),
        "picture": _draw_participation(counts, tuple(labels[name] for name in PARTS), titles),
    }


@lru_cache(KEPT)
def _draw_participation(
    counts: tuple[tuple[Any, ...], ...], labels: Sequence[str], titles: tuple[str, str, str]
) -> Any:
    from pipelines.reports.chart_participation import participation_chart
    from pipelines.reports.picture import draw

    if not counts:
        return None
    parts = {label: [row[place] for row in counts] for place, label in enumerate(labels, start=1)}
    texts = [
        f"{row[0]}: " + ", ".join(f"{label} {n}" for label, n in zip(labels, row[1:], strict=True) if n is not None)
        for row in counts
    ]
    chart = participation_chart([row[0] for row in counts], parts, titles[1:])
    return draw(chart, "participation", titles[0], "; ".join(texts))


@lru_cache(KEPT)
def funnels(snapshot: Path, clinic: str, language: str) -> Sequence[Mapping[str, Any]]:
    """Where the clinic stands at one year beside each study, from what may be told to it; a snapshot never changes."""
    from pipelines.reports.clinic_report import verdict_texts
    from pipelines.reports.clinic_section import funnel_section
    from pipelines.reports.registry_rows import SQL, RegistryRows
    from pipelines.reports.study_rows import in_study_order

    words = read_words(language)
    with Database(snapshot) as database:
        rows = RegistryRows({name: database.rows(SQL[name]) for name in ("clinics", "arms")}, None)
    found = []
    for number, study in enumerate(in_study_order(rows.of("arms", timepoint=ONE_YEAR)), start=1):
        where = {"study": study, "timepoint": ONE_YEAR}
        section = funnel_section(
            rows.of("clinics", **where), rows.of("arms", **where), words, f"funnel-{number}", clinic
        )
        own = rows.of("clinics", clinic=clinic, **where)
        verdict = verdict_texts(own, words, is_told=section is not None)
        found.append({"study": words.code("study", study), "section": section, "verdict": verdict})
    return found
