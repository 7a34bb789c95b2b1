"""A patient's card: one page in plain words for the patient, the rest for the clinician, all from the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reports.counsel_page import limits_text
from pipelines.reports.measure_table import Notes, measure_lines
from pipelines.reports.page import render_page
from pipelines.reports.palette import in_order
from pipelines.reports.patient_course import course_picture
from pipelines.reports.patient_phat import clinician_arm, phat_arms, phat_sentence
from pipelines.reports.patient_rows import EpisodeRows
from pipelines.reports.source import Row, Rows, Source
from pipelines.reports.study_rows import in_study_order, months_of
from pipelines.reports.words import Words

SPORT = ("return_to_sport", "weeks_to_return_to_sport", "recurrence")
"""Measures that stand on the first page in words too."""


def patient_page(episodes: Sequence[EpisodeRows], source: Source, words: Words) -> str:
    """Give the card of a patient's episodes as one HTML page."""
    notes = Notes()
    cards = [_card(rows, words, notes, f"e{number}") for number, rows in enumerate(episodes, start=1)]
    return render_page("patient.html", words, cards=cards, source=source, notes=notes.texts)


def _card(rows: EpisodeRows, words: Words, notes: Notes, name: str) -> dict[str, Any]:
    studies = [_study(rows, study, words, notes, f"{name}s{i}") for i, study in enumerate(studies_of(rows), start=1)]
    return {
        "patient": rows.episode["patient_id"],
        "heading": heading(rows, words),
        "course": course_picture(rows, words, f"{name}-course"),
        "next": next_visit(rows, words),
        "studies": studies,
        "is_crossed_over": rows.episode["has_crossed_over"],
    }


def studies_of(rows: EpisodeRows) -> list[str]:
    """The studies beside the patient."""
    beside = {row["study"] for row in rows.benchmark}
    return [study for study in in_study_order([*rows.reference, *rows.benchmark]) if study in beside]


def heading(rows: EpisodeRows, words: Words) -> str:
    """Who, which leg, which treatment, since when, where."""
    episode = rows.episode
    places = {
        "side": words.code("side", rows.side),
        "arm": words.code("arm", episode["arm"]) if episode["arm"] else words("card.arm_unknown"),
        "anchor": episode["anchor_on"] or "?",
        "clinic": episode["clinic"],
    }
    text = words("card.heading", **places)
    return text if rows.injury_no == 1 else f"{text} {words('card.injury_no', number=rows.injury_no)}"


def next_visit(rows: EpisodeRows, words: Words) -> str:
    """When the next visit is due, or that it is overdue; empty where none is to come."""
    waiting = [row for row in rows.visits if row["status"] in ("in_window", "overdue", "not_yet_due") and row["due_on"]]
    if not waiting:
        return ""
    first = waiting[0]
    places = {"due": first["due_on"], "opens": first["window_opens_on"], "closes": first["window_closes_on"]}
    return words(f"card.next_{first['status']}", visit=words.code("visit", first["visit"]), **places)


def standings(rows: EpisodeRows, words: Words) -> list[dict[str, Any]]:
    """Say in a sentence a visit where the PHAT stands beside each study, the study's limits with it."""
    found: list[dict[str, Any]] = []
    for study in studies_of(rows):
        own = [row for row in rows.benchmark if row["study"] == study]
        sentences = [phat_sentence(_phat(own, visit), words) for visit in score_visits(own)]
        found.append({"name": words.code("study", study), "limits": limits_text(study, _people(own), words)})
        found[-1]["sentences"] = sentences
    return found


def _study(rows: EpisodeRows, study: str, words: Words, notes: Notes, name: str) -> dict[str, Any]:
    own = [row for row in rows.benchmark if row["study"] == study]
    tables = [_table(own, timepoint, words, notes, name) for timepoint in timepoints_of(own)]
    return {
        "limits": limits_text(study, _people(own), words),
        "name": words.code("study", study),
        "scores": [_score(own, visit, words) for visit in score_visits(own)],
        "arms": [{"code": arm, "name": words.code("arm", arm)} for arm in in_order([r["reference_arm"] for r in own])],
        "tables": tables,
    }


def score_visits(rows: Sequence[Row]) -> list[str]:
    """The visits at which the study has a PHAT to stand beside, in their order."""
    known = {row["timepoint"] for row in rows if row["measure"] == "phat_total" and row["statistic"]}
    return sorted(known - {"baseline"}, key=months_of)


def _score(own: Sequence[Row], visit: str, words: Words) -> Mapping[str, Any]:
    """The PHAT at one visit beside both arms: in plain words, and for the clinician."""
    phat, before = _phat(own, visit), _phat(own, "baseline")
    return {
        "title": words("card.phat_title", visit=words.code("visit", visit)),
        "sentence": phat_sentence(phat, words),
        "phat": phat_arms(phat, before, words),
        "clinician": [clinician_arm(row, words) for row in phat],
        "chance": _chance(phat, words),
    }


def _phat(rows: Sequence[Row], timepoint: str) -> Rows:
    return ordered([row for row in rows if (row["measure"], row["timepoint"]) == ("phat_total", timepoint)])


def _people(rows: Sequence[Row]) -> int:
    """How many people a study had: the largest n of each arm."""
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["reference_arm"]] = max(sizes.get(row["reference_arm"], 0), row["reference_n"] or 0)
    return sum(sizes.values())


def timepoints_of(rows: Sequence[Row]) -> list[str]:
    """The visits with a value and a figure of the study, the latest first."""
    known = {row["timepoint"] for row in rows if row["value"] is not None and row["statistic"]}
    return sorted(known - {"baseline"}, key=months_of, reverse=True)


def ordered(rows: Sequence[Row]) -> Rows:
    """Rows in the order of arms that holds everywhere."""
    order = in_order([row["reference_arm"] for row in rows])
    return [dict(row) for row in sorted(rows, key=lambda row: order.index(row["reference_arm"]))]


def _table(rows: Sequence[Row], timepoint: str, words: Words, notes: Notes, name: str) -> Mapping[str, Any]:
    here = [row for row in rows if row["timepoint"] == timepoint and row["statistic"]]
    with_value = {row["measure"] for row in here if row["value"] is not None}
    shown = [row for row in here if row["measure"] in with_value]
    visit = words.code("visit", timepoint)
    lines = measure_lines(shown, words, notes, f"{name}-{timepoint.replace('_', '-')}")
    return {
        "title": words("card.table", visit=visit),
        "sport_title": words("card.sport_title", visit=visit),
        "sport": [line for line in lines if line.measure in SPORT],
        "lines": lines,
    }


def _chance(rows: Sequence[Row], words: Words) -> str:
    own = next((row for row in rows if row["is_own_arm"] and row["n_measures_compared"]), None)
    if own is None:
        return ""
    visit = words.code("visit", own["timepoint"])
    return words("card.chance", visit=visit, n=own["n_measures_compared"], low=f"{own['n_low_by_chance']:.1f}")
