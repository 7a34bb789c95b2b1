"""What closed since an instant: by an answer, by another value, or as what it was held against changed."""

import datetime as dt

import pytest

from pipelines.reports.closed_questions import HOW, closed_sql
from tests.support.sql_registry import SqlRegistry, models
from warehouse.as_of import macro_statements

SINCE = dt.datetime(2024, 7, 1)
NEEDED = (
    *("ops.query", "ops.decision", "ops.identity", "ops.change", "ops.finding"),
    *("registry.schedule", "registry.screening"),
)

FOLLOW_UP = "sent | patient_id | side | assessed_on | returned_to_sport_on\n"
ASKED = FOLLOW_UP + "2024-06-10 AMC | AMC-1 | left | 2024-06-09 | 2024-01-03"


@pytest.fixture
def registry() -> SqlRegistry:
    """A patient whose return to sport lies before the injury, which was asked about before the instant."""
    made = SqlRegistry()
    made.add(
        "enrolment",
        """
        sent           | patient_id | side | injured_on | injured_on_precision | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left | 2024-01-05 | day                  | conservative      | 2024-01-08
        """,
    )
    made.add("follow_up", ASKED)
    return made


def closed(registry: SqlRegistry, clinic: str = "AMC", today: str = "2024-08-01") -> list[tuple[object, ...]]:
    """Rule, patient, day and how, newest first."""
    registry.derive(today, *NEEDED)
    for statement in macro_statements(models(), "UTC"):
        registry.connection.execute(statement)
    rows = registry.connection.execute(closed_sql(clinic, SINCE)).fetchall()
    names = [column[0] for column in registry.connection.description or []]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert {row["how"] for row in told} <= set(HOW)
    return [(row["rule"], row["patient_id"], row["closed_on"] and str(row["closed_on"]), row["how"]) for row in told]


def test_an_open_question_is_not_closed(registry: SqlRegistry) -> None:
    assert closed(registry) == []


def test_another_value_closes_a_question_on_the_day_it_came(registry: SqlRegistry) -> None:
    registry.add("follow_up", FOLLOW_UP + "2024-07-10 AMC | AMC-1 | left | 2024-06-09 | 2024-06-01")
    assert closed(registry) == [("returned_before_injury", "AMC-1", "2024-07-10", "changed")]
    assert closed(registry, "") == closed(registry)
    assert closed(registry, "UMC") == []


def test_what_closed_before_the_instant_is_not_told(registry: SqlRegistry) -> None:
    registry.add("follow_up", FOLLOW_UP + "2024-06-20 AMC | AMC-1 | left | 2024-06-09 | 2024-06-01")
    assert closed(registry) == []


def test_another_value_that_is_odd_too_closes_nothing(registry: SqlRegistry) -> None:
    registry.add("follow_up", FOLLOW_UP + "2024-07-10 AMC | AMC-1 | left | 2024-06-09 | 2024-01-02")
    assert closed(registry) == []


def test_a_question_is_gone_where_what_it_was_held_against_changed(registry: SqlRegistry) -> None:
    registry.add("enrolment", "sent | patient_id | side | injured_on\n2024-07-10 AMC | AMC-1 | left | 2024-01-02")
    assert closed(registry) == [("returned_before_injury", "AMC-1", None, "gone")]


def test_an_answer_closes_a_question_once(registry: SqlRegistry) -> None:
    subject = {"patient_id": "AMC-1", "side": "left", "injury_no": 1, "form": "follow_up"}
    asked = {"column": "returned_to_sport_on", "rule": "returned_before_injury", "found": "2024-01-03"}
    registry.decide("confirm", "2024-07-11", **subject, **asked)
    assert closed(registry) == [("returned_before_injury", "AMC-1", "2024-07-11", "yes")]
    assert closed(registry, "") == closed(registry)
    assert closed(registry, "UMC") == []
    registry.add("follow_up", ASKED.replace("2024-06-10", "2024-07-12"))  # the same again is no question
    assert closed(registry) == [("returned_before_injury", "AMC-1", "2024-07-11", "yes")]


def test_a_question_that_came_and_went_since_is_told_too(registry: SqlRegistry) -> None:
    registry.add(
        "follow_up", "sent | patient_id | side | assessed_on | tegner\n2024-07-05 AMC | AMC-1 | left | 2024-07-01 | 9"
    )
    warning = {"line": 2, "rule": "required_missing", "column": "tegner", "found": "9"}
    registry.add_finding("follow_up", "2024-07-05 AMC", **warning)  # type: ignore[arg-type]
    assert closed(registry) == []
    registry.add(
        "follow_up", "sent | patient_id | side | assessed_on | tegner\n2024-07-09 AMC | AMC-1 | left | 2024-07-01 | 5"
    )
    assert closed(registry) == [("required_missing", "AMC-1", "2024-07-09", "changed")]
