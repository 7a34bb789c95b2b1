"""A patient's rows as a snapshot would give them, made by the benchmark itself from a typical episode."""

from datetime import date
from typing import Any

from pipelines.benchmark.patient import compare_patients
from pipelines.reports.patient_rows import EpisodeRows
from tests.support.benchmark_frames import TYPICAL, Row, episodes, follow_ups, reference, strengths

TODAY = date(2025, 6, 1)


def episode_rows(
    change: Row | None = None, added: tuple[Row, ...] = (), later: tuple[Row, ...] = (), **tables: Any
) -> EpisodeRows:
    """Give the first episode with a change of `mart.one_year`; `added` are other studies' figures, `later` visits."""
    change = change or {}
    one_year = episodes(change)
    outcome = reference(*added)
    frame = compare_patients(one_year, follow_ups(*later), strengths(), outcome)
    phat = outcome.filter(measure="phat_total", statistic="mean_sd").to_dicts()
    episode = {**one_year.to_dicts()[0], "decision_on": None, "first_visit_on": None, "has_crossed_over": False}
    course = [
        point(date(2024, 1, 13), 32.0),
        point(date(2024, 7, 20), 60.0, is_counted=False),
        point(date(2025, 1, 20), {**TYPICAL, **change}["phat_total"]),
    ]
    usual: dict[str, Any] = {"course": course, "phases": [], "events": [], "returned_on": None, "visits": []}
    return EpisodeRows("left", 1, episode, frame.to_dicts(), reference=phat, today=TODAY, **{**usual, **tables})


def point(day: date, phat: float | None, is_counted: bool = True, items: int = 10) -> Row:
    return {"assessed_on": day, "phat_total": phat, "is_counted": is_counted, "phat_items_answered": items}
