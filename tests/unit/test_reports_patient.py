"""A patient's card: plain words, one verdict, both arms, nothing between the study's bars, nothing from outside."""

import re
from datetime import date, datetime
from functools import cache

import pytest

from pipelines.reports.patient_card import next_visit, patient_page
from pipelines.reports.patient_course import course_moments, course_picture, course_points, phase_spans, study_bars
from pipelines.reports.patient_text import patient_lines
from pipelines.reports.source import Source
from pipelines.reports.words import read_words
from tests.support.benchmark_frames import CONSERVATIVE, NOT_YET, Row
from tests.support.report_rows import episode_rows, point

WORDS = read_words("en")
SOURCE = Source("20260101T000000000000Z", "snapshot", datetime(2026, 1, 1), False, "Trial")
START = date(2024, 1, 20)


def page(change: Row | None = None, **tables: object) -> str:
    return patient_page([episode_rows(change, **tables)], SOURCE, WORDS)


@cache
def usual_page() -> str:
    return page()


def test_the_page_stands_alone_and_names_its_snapshot() -> None:
    text = usual_page()
    assert re.findall(r'(?:src|href)="(?!#)', text) == []
    assert "<script" not in text
    assert SOURCE.id in text
    assert "SYNTHETIC" not in text
    assert "59 adults" in text


def test_the_verdict_is_one_sentence_in_plain_words() -> None:
    assert "Your score at one year is 80 of 100. That is usual for people with your treatment who" in usual_page()
    assert "lower than in about 95 of 100" in page({"phat_total": 20.0})
    assert "at the top of the scale" in page({"phat_total": 98.0})


def test_the_other_arm_is_no_forecast() -> None:
    assert usual_page().count("this says nothing about how you would have done with it") == 1


def test_at_the_top_of_the_scale_no_percentile_is_printed() -> None:
    text = page({"phat_total": 98.0})
    assert "at the top of the scale: no percentile" in text
    assert "95 % interval" not in text.split("For the clinician")[1]


def test_a_patient_who_is_not_comparable_reads_why_and_whose_rule_it_is() -> None:
    text = page({"sport_level": "elite"})
    assert "You are not compared with this group" in text
    assert text.count("Elite athlete") == 4  # both arms, for the patient and for the clinician
    assert "(its authors)" in text


def test_before_one_year_nothing_is_judged() -> None:
    text = page(NOT_YET | {"visit_status": "not_yet_due"})
    assert "Your score at one year is still to come" in text
    assert "That is usual" not in text


def test_what_a_row_holds_is_escaped() -> None:
    text = page({"clinic": "<b>AMC</b>"})
    assert "<b>AMC</b>" not in text
    assert "&lt;b&gt;AMC" in text


def later(arm: str, timepoint: str, value: float) -> Row:
    """A figure of the PHAT that a second study prints."""
    figure: Row = {"study": "later_2031", "arm": arm, "timepoint": timepoint, "measure": "phat_total"}
    return figure | {"statistic": "mean_sd", "n": 41, "value": value, "sd": 12.0}


TWO_YEARS: Row = {"visit": "month_24", "assessed_on": date(2026, 1, 20), "phat_total": 70.0, "phat_items_answered": 10}

LATER = tuple(
    later(arm, timepoint, value)
    for arm in ("surgical", "conservative")
    for timepoint, value in (("baseline", 40.0), ("month_24", 85.0))
)


@pytest.mark.parametrize(
    ("language", "score", "title"),
    [
        ("en", "Your score at two years is 70 of 100.", "Everyday and sports function (PHAT) at two years"),
        ("nl", "Uw score na twee jaar is 70 van 100.", "Dagelijks leven en sport (PHAT) na twee jaar"),
        ("de", "Ihr Wert nach zwei Jahren ist 70 von 100.", "Alltag und Sport (PHAT) nach zwei Jahren"),
    ],
)
def test_a_second_study_stands_on_the_card_at_its_own_visit(language: str, score: str, title: str) -> None:
    rows = episode_rows(added=LATER, later=(TWO_YEARS,))
    text = patient_page([rows], SOURCE, read_words(language))
    assert text.count(f"<h2>{title}</h2>") == 1
    assert text.count(score) == 2  # on the first page in a line, and on the study's own
    assert text.index("59 ") < text.index(score) < text.index("2. later 2031") < text.index(f"<h2>{title}</h2>")
    assert "later_2031" in text
    bars = study_bars(rows.reference, WORDS)
    assert [(bar.arm, bar.months, bar.mean) for bar in bars if "later_2031" in bar.label and bar.months] == [
        ("surgical", 24, 85),
        ("conservative", 24, 85),
    ]


def test_a_terminal_tells_each_study_at_its_own_visits() -> None:
    text = "\n".join(patient_lines(episode_rows(added=LATER, later=(TWO_YEARS,)).benchmark))
    first, second = text.index("van der made 2022"), text.index("later 2031")
    assert first < text.index("PHAT at one year: 80 of 100") < second
    assert second < text.index("PHAT at two years: 70 of 100")
    assert "later 2031: 82 people" in text


def test_the_study_s_bars_stand_at_its_visits_and_nothing_joins_them() -> None:
    rows = episode_rows()
    bars = study_bars(rows.reference, WORDS)
    surgical, conservative = [("surgical", 0, 32, 16), ("surgical", 12, 80, 19)], [("conservative", 0, 45, 17)]
    found = [(bar.arm, bar.months, bar.mean, bar.sd) for bar in bars]
    assert found == [*surgical, *conservative, ("conservative", 12, 80, 17)]
    picture = course_picture(rows, WORDS, "course")
    assert picture is not None
    assert picture.svg.count('class="mark-line role-mark') == 1  # the patient's own


def test_points_outside_a_window_or_of_few_items_are_marked() -> None:
    few = point(date(2024, 3, 20), 50.0, items=5)
    rows = episode_rows(course=[point(date(2024, 1, 20), 32.0), few, point(date(2024, 7, 20), 60.0, is_counted=False)])
    assert [(p.months, p.is_compared) for p in course_points(rows, START)] == [(0, True), (1.97, False), (5.98, False)]


def test_phases_and_moments_stand_on_the_time_line() -> None:
    phases = [
        {"phase": "I", "started_on": START, "completed_on": date(2024, 3, 1)},
        {"phase": "II", "started_on": date(2024, 3, 1), "completed_on": None},
        {"phase": "III", "started_on": None, "completed_on": None},
    ]
    rows = episode_rows(phases=phases, returned_on=date(2024, 9, 20), events=[])
    spans = phase_spans(rows, START, WORDS)
    assert [(span.lane, span.start, span.end) for span in spans] == [("phase I", 0, 1.35), ("phase II", 1.35, None)]
    assert [(m.lane, m.months) for m in course_moments(rows, START, WORDS)] == [("back in sport", 8.02)]
    picture = course_picture(rows, WORDS, "course")
    assert picture is not None
    assert "phase II: 1.3 - …" in picture.description or "phase II: 1.4 - …" in picture.description


def test_before_one_year_a_terminal_tells_where_the_patient_stands() -> None:
    seen: Row = {"return_to_sport": "different_level"}
    not_yet = NOT_YET | {"visit_status": "not_yet_due", "has_recurrence": None}
    text = "\n".join(patient_lines(episode_rows(not_yet, later=(seen,)).benchmark))
    assert text.index("At month 6") < text.index("return to sport: different level") < text.index("not assessed yet")
    assert "verdict" not in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("overdue", "is overdue"),
        ("in_window", "can be done now"),
        ("not_yet_due", "The next visit, at one year, is due"),
    ],
)
def test_the_next_visit_is_named(status: str, words: str) -> None:
    visit = {
        "visit": "month_12",
        "status": status,
        "due_on": START,
        "window_opens_on": START,
        "window_closes_on": START,
    }
    assert words in next_visit(episode_rows(visits=[{**visit, "status": "done"}, visit]), WORDS)


def test_a_conservative_patient_counts_from_the_decision() -> None:
    assert "months since the decision" in page(CONSERVATIVE)
