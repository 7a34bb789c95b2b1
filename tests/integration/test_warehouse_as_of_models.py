"""The as-of macros of the real models: asked at the end, each day's tables come back as they were that day."""

import datetime as dt

import pytest

from pipelines.plan import build_plan
from tests.support.sql_registry import SqlRegistry
from warehouse.as_of import macro_statements
from warehouse.model import Model, order_models

TABLES = (
    *("registry.episode", "registry.event", "registry.follow_up", "registry.imaging", "registry.patient"),
    *("registry.rehabilitation", "registry.schedule", "registry.screening", "registry.treatment"),
    "ops.query",
)
DAYS = ("2024-02-01", "2024-03-05", "2024-05-01", "2024-07-10", "2024-09-20", "2025-01-10", "2025-06-01")

ENROLMENTS = """
sent           | patient_id | side  | injured_on | initial_treatment | decision_on | surgery_on | sex
2024-02-01 AMC | AMC-1      | left  | 2024-01-05 | conservative      | 2024-01-12  |            | male
2024-02-01 AMC | AMC-2      | right | 2024-01-06 | surgical          | 2024-01-13  | 2024-01-20 |
2024-03-05 AMC | AMC-2      | right |            |                   |             | 2024-01-21 | female
2024-05-01 UMC | UMC-1      | left  | 2024-02-20 | conservative      |             |            | male
2024-09-20 UMC | UMC-1      | left  |            |                   | 2024-02-27  |            |
"""
FOLLOW_UPS = """
sent           | patient_id | side  | assessed_on | phat_total | tegner
2024-03-05 UMC | UMC-1      | left  | 2024-03-04  | 40         | 2
2024-05-01 AMC | AMC-1      | left  | 2024-03-12  | 61.5       |
2024-07-10 AMC | AMC-1      | left  | 2024-03-12  |            | 3
2024-07-10 AMC | AMC-1      | left  | 2024-07-08  | 70         | 5
2024-09-20 AMC | AMC-1      | left  | 2024-07-08  | 72         | #refused
2025-01-10 AMC | AMC-2      | right | 2025-01-08  | 88         | 6
"""
TREATMENTS = """
sent           | patient_id | side | treatment_no | treatment_kind             | treated_on
2024-07-10 AMC | AMC-1      | left | 2            | surgery_after_conservative | 2024-06-20
"""
EVENTS = """
sent           | patient_id | side  | event_no | event_kind         | occurred_on | withdrawal_scope
2024-09-20 AMC | AMC-2      | right | 1        | recurrence         | 2024-08-01  |
2025-01-10 UMC | UMC-1      | left  | 1        | withdrawal_request | 2025-01-02  | no_further_use
"""
IMAGING = """
sent           | patient_id | side | mri_on     | retraction_mm
2025-01-10 AMC | AMC-1      | left | 2025-01-09 | 12
"""
REHABILITATION = """
sent           | patient_id | side | phase | started_on | completed_on
2024-03-05 AMC | AMC-1      | left | II    | 2024-01-20 |
2024-07-10 AMC | AMC-1      | left | II    |            | 2024-06-01
"""
SCREENING = """
sent           | clinic | month_on   | n_eligible | n_enrolled
2024-02-01 AMC | AMC    | 2024-01-01 | 4          | 2
2024-05-01 AMC | AMC    | 2024-01-01 | 5          |
"""
FORMS = {
    "enrolment": ENROLMENTS,
    "follow_up": FOLLOW_UPS,
    "treatment": TREATMENTS,
    "event": EVENTS,
    "imaging": IMAGING,
    "rehabilitation": REHABILITATION,
    "screening": SCREENING,
}


def rows(registry: SqlRegistry, source: str) -> list[str]:
    return registry.lines(f"select * from {source} order by all")


def macro(table: str, day: str) -> str:
    return f"registry.{table.split('.')[1]}_as_of(date '{day}')"


@pytest.fixture(scope="module")
def days() -> dict[str, dict[str, list[str]]]:
    """Each day's tables, by day and table; under `''` the macros' answers, asked at the end."""
    registry = SqlRegistry()
    for form, text in FORMS.items():
        registry.add(form, text)
    registry.decide("share", "2024-04-01 09:00", patient_id="AMC-1", side="left", injury_no=1, clinic="UMC")
    registry.decide("withdraw", "2025-03-01 09:00", patient_id="AMC-2", scope="no_contact")
    found = {}
    for day in DAYS:
        registry.derive(day, *TABLES, "ops.decision")
        found[day] = {table: rows(registry, table) for table in TABLES}
    models = [model for model in order_models(build_plan().models) if isinstance(model, Model)]
    for statement in macro_statements(models, "UTC"):
        registry.connection.execute(statement)
    for day in DAYS:
        found[f"as of {day}"] = {table: rows(registry, macro(table, day)) for table in TABLES}
    registry.close()
    return found


@pytest.mark.parametrize("day", DAYS)
def test_each_days_tables_are_found_again_from_the_end(days: dict[str, dict[str, list[str]]], day: str) -> None:
    assert days[f"as of {day}"] == days[day]


def test_the_days_differ_so_that_finding_them_means_something(days: dict[str, dict[str, list[str]]]) -> None:
    for table in TABLES:
        assert len({tuple(days[day][table]) for day in DAYS}) > 1, table
    assert dt.date.fromisoformat(DAYS[0]) < dt.date.fromisoformat(DAYS[-1])
