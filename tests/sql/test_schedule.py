"""When a visit is due and how it stands: one definition, judged on `ops.known.today`."""

import pytest

from tests.support.sql_registry import SqlRegistry

# Decided on 8 January 2024: month 2 is due on 8 March (window 7 February to 7 April), month 6 on 8 July (24 May to
# 22 August), month 12 on 8 January 2025 (9 November to 9 March).
VISITS = "select visit, status, reason from registry.schedule where visit_no <= 3 order by visit_no"


def enrolled() -> SqlRegistry:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2024-01-08
        """,
    )
    return registry


def assess(registry: SqlRegistry, *days: str) -> None:
    rows = "\n".join(f"{day} AMC | AMC-1 | left | {day} | 50" for day in days)
    registry.add("follow_up", f"sent | patient_id | side | assessed_on | phat_total\n{rows}")


def happen(registry: SqlRegistry, kind: str, day: str, scope: str = "") -> None:
    registry.add(
        "event",
        "sent | patient_id | side | event_no | event_kind | occurred_on | withdrawal_scope\n"
        f"{day} AMC | AMC-1 | left | 1 | {kind} | {day} | {scope}",
    )


def visits(registry: SqlRegistry, today: str) -> list[str]:
    return registry.derive(today, "registry.schedule").lines(VISITS)


def test_due_days_are_calendar_months_from_the_anchor_and_windows_days_around_them() -> None:
    registry = enrolled()
    registry.derive("2024-02-01", "registry.schedule")
    assert registry.lines(
        "select visit, due_on, window_opens_on, window_closes_on from registry.schedule order by visit_no"
    ) == [
        "month_2 | 2024-03-08 | 2024-02-07 | 2024-04-07",
        "month_6 | 2024-07-08 | 2024-05-24 | 2024-08-22",
        "month_12 | 2025-01-08 | 2024-11-09 | 2025-03-09",
        "month_24 | 2026-01-08 | 2025-10-10 | 2026-04-08",
        "month_60 | 2029-01-08 | 2028-07-10 | 2029-07-09",
    ]


@pytest.mark.parametrize(
    ("today", "status"),
    [
        ("2024-02-06", "not_yet_due"),
        ("2024-02-07", "in_window"),
        ("2024-04-07", "in_window"),
        ("2024-04-08", "overdue"),
        ("2024-05-23", "overdue"),
        ("2024-05-24", "missed"),
    ],
)
def test_a_visit_becomes_due_then_overdue_then_missed(today: str, status: str) -> None:
    assert visits(enrolled(), today)[0] == f"month_2 | {status} | -"


@pytest.mark.parametrize(
    ("day", "status"),
    [("2024-02-06", "missed"), ("2024-02-07", "done"), ("2024-04-07", "done"), ("2024-04-08", "missed")],
)
def test_only_an_assessment_in_the_window_makes_a_visit_done(day: str, status: str) -> None:
    registry = enrolled()
    assess(registry, day)
    assert visits(registry, "2024-06-01")[0] == f"month_2 | {status} | -"


def test_the_nearest_to_the_due_day_counts_and_ties_go_to_the_earlier() -> None:
    registry = enrolled()
    assess(registry, "2024-03-06", "2024-03-10", "2024-07-01", "2024-07-09", "2024-04-20")
    registry.derive("2025-01-01", "registry.follow_up")
    assert registry.lines(
        "select assessed_on, visit, nearest_visit, is_counted from registry.follow_up order by 1"
    ) == [
        "2024-03-06 | month_2 | month_2 | True",
        "2024-03-10 | month_2 | month_2 | False",
        "2024-04-20 | outside_window | month_2 | False",
        "2024-07-01 | month_6 | month_6 | False",
        "2024-07-09 | month_6 | month_6 | True",
    ]


def test_a_death_ends_the_visits_whose_window_had_not_closed() -> None:
    registry = enrolled()
    happen(registry, "death", "2024-06-01")
    assert visits(registry, "2025-06-01") == [
        "month_2 | missed | -",
        "month_6 | ended | dead",
        "month_12 | ended | dead",
    ]


def test_a_visit_done_before_the_death_stays_done() -> None:
    registry = enrolled()
    assess(registry, "2024-06-01")
    happen(registry, "death", "2024-06-02")
    assert visits(registry, "2025-06-01")[1] == "month_6 | done | -"


def test_who_asks_for_no_contact_leaves_the_visits_to_come() -> None:
    registry = enrolled()
    assess(registry, "2024-03-08")
    happen(registry, "withdrawal_request", "2024-06-01", "no_contact")
    assert visits(registry, "2025-06-01") == [
        "month_2 | done | -",
        "month_6 | ended | withdrawn",
        "month_12 | ended | withdrawn",
    ]


def test_a_request_against_further_use_ends_every_visit() -> None:
    registry = enrolled()
    assess(registry, "2024-03-08")
    registry.decide("withdraw", "2024-06-01", patient_id="AMC-1", scope="no_further_use")
    assert visits(registry, "2025-06-01")[0] == "month_2 | ended | withdrawn"


def test_the_lost_stay_due_until_they_are_seen_again() -> None:
    registry = enrolled()
    happen(registry, "lost_to_follow_up", "2024-06-01")
    assert visits(registry, "2024-09-01")[:2] == ["month_2 | missed | -", "month_6 | overdue | lost_to_follow_up"]
    assess(registry, "2024-12-20")
    assert visits(registry, "2024-12-31") == ["month_2 | missed | -", "month_6 | missed | -", "month_12 | done | -"]


def test_without_a_day_to_count_from_nothing_is_due_and_the_reason_says_so() -> None:
    registry = SqlRegistry()
    registry.add("enrolment", "sent | patient_id | side | initial_treatment\n2024-01-10 AMC | AMC-1 | left | surgical")
    assess(registry, "2024-03-08")
    assert visits(registry, "2025-06-01")[0] == "month_2 | not_yet_due | no_anchor"
    assert registry.lines("select visit, is_counted from registry.follow_up") == ["no_anchor | False"]
    assert [result.audit for result in registry.derive("2025-06-01").audit() if result.is_bad] == []


def test_the_end_of_february_is_a_due_day_too() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2023-12-31
        """,
    )
    registry.derive("2024-02-01", "registry.schedule")
    assert registry.lines("select due_on from registry.schedule where visit_no <= 2 order by visit_no") == [
        "2024-02-29",
        "2024-06-30",
    ]


def test_measures_are_done_where_the_visit_expects_them_and_asked_where_it_is_open() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total | eq5d_mobility | return_to_sport
        2024-03-08 AMC | AMC-1      | left | 2024-03-08  | 50         | 1             | #refused
        """,
    )
    registry.add("imaging", "sent | patient_id | side | mri_on\n2025-01-05 AMC | AMC-1 | left | 2025-01-05")
    registry.derive("2025-02-01", "registry.schedule")
    assert registry.lines(
        "select visit, has_phat, has_eq5d, has_return_to_sport, has_tegner, has_mri from registry.schedule "
        "where visit in ('month_2', 'month_12') order by visit_no"
    ) == ["month_2 | True | False | False | - | -", "month_12 | False | False | False | False | True"]
    assert registry.lines("select visit, measures_to_ask from registry.schedule where measures_to_ask is not null") == [
        "month_12 | ['phat', 'tegner', 'eq5d', 'return_to_sport', 'straight_leg_raise', 'knee_extension', "
        "'strength', 'would_choose_same_treatment']"
    ]
