"""What researchers and coordinators read: completeness, overdue, one year, trajectory, participation, phases."""

from tests.support.sql_registry import SqlRegistry

DECIDED = "initial_treatment | decision_on | surgery_on"


def enrol(registry: SqlRegistry, *rows: str, columns: str = DECIDED) -> None:
    table = "\n".join(f"2024-01-10 {row}" for row in rows)
    registry.add("enrolment", f"sent | patient_id | side | {columns}\n{table}")


def assess(registry: SqlRegistry, *rows: str, columns: str = "phat_total") -> None:
    table = "\n".join(f"2025-06-01 {row}" for row in rows)
    registry.add("follow_up", f"sent | patient_id | side | assessed_on | {columns}\n{table}")


def test_ten_closed_windows_six_done_and_five_open_ones_done_early_are_six_of_ten() -> None:
    registry = SqlRegistry()
    enrol(registry, *(f"AMC | AMC-{n} | left | conservative | 2024-01-08 |" for n in range(10)))
    enrol(registry, *(f"AMC | AMC-{n} | left | conservative | 2025-01-08 |" for n in range(10, 15)))
    assess(registry, *(f"AMC | AMC-{n} | left | 2025-01-08 | 80" for n in range(6)))
    assess(registry, *(f"AMC | AMC-{n} | left | 2025-12-20 | 80" for n in range(10, 15)))
    registry.derive("2026-01-01", "mart.completeness")
    assert registry.lines(
        "select n_enrolled, n_dead_or_withdrawn, n_not_yet_due, n_open, n_done_early, n_due, n_due_lost, n_done "
        "from mart.completeness where visit = 'month_12'"
    ) == ["15 | 0 | 0 | 5 | 5 | 10 | 0 | 6"]


def test_the_waterfall_sums_with_the_dead_the_withdrawn_and_the_lost() -> None:
    registry = SqlRegistry()
    enrol(registry, *(f"AMC | AMC-{n} | left | conservative | 2024-01-08 |" for n in range(6)))
    enrol(registry, "AMC | AMC-6 | left | conservative | 2025-05-01 |", "AMC | AMC-7 | left | surgical | 2024-01-08 |")
    registry.add(
        "event",
        """
        sent           | patient_id | side | event_no | event_kind        | occurred_on
        2024-06-01 AMC | AMC-0      | left | 1        | death             | 2024-05-30
        2024-06-01 AMC | AMC-1      | left | 1        | lost_to_follow_up | 2024-05-30
        """,
    )
    registry.decide("withdraw", "2024-06-01", patient_id="AMC-2", scope="no_contact")
    assess(registry, "AMC | AMC-3 | left | 2025-01-08 | 80")
    registry.derive("2025-06-01", "mart.completeness")
    assert registry.lines(
        "select n_enrolled, n_dead_or_withdrawn, n_not_yet_due, n_open, n_due, n_due_lost, n_done, n_overdue "
        "from mart.completeness where visit = 'month_12'"
    ) == ["8 | 2 | 2 | 0 | 4 | 1 | 1 | 3"]


def test_the_overdue_list_says_who_which_visit_since_when_and_what_to_ask() -> None:
    registry = SqlRegistry()
    enrol(registry, "AMC | AMC-1 | left | conservative | 2024-01-08 |")
    registry.derive("2024-04-10", "mart.overdue")
    listed = registry.lines("select patient_id, visit, overdue_since, days_overdue, measures_to_ask from mart.overdue")
    assert listed == ["AMC-1 | month_2 | 2024-04-08 | 3 | ['phat', 'eq5d', 'return_to_sport']"]


def test_one_year_holds_the_counted_assessment_beside_the_baseline() -> None:
    registry = SqlRegistry()
    enrol(
        registry,
        "AMC | AMC-1 | right | surgical | 2024-01-08 | 2024-01-15 | 2024-01-01 | day | 2024-01-05 | 2024-01-08 | 30"
        " | avulsed | partial",
        columns=f"{DECIDED} | injured_on | injured_on_precision | first_visit_on | baseline_on | baseline_phat_total"
        " | conjoint_state | semimembranosus_state",
    )
    assess(
        registry,
        "AMC | AMC-1 | right | 2025-01-20 | 75.5 | 80 | 90 | 100 | 80 | pre_injury_level | 2024-09-09",
        "AMC | AMC-1 | right | 2025-02-20 | 99 | | | | | |",
        columns="phat_total | straight_leg_raise_left_deg | straight_leg_raise_right_deg | strength_prone_0_90_left"
        " | strength_prone_0_90_right | return_to_sport | returned_to_sport_on",
    )
    registry.derive("2025-06-01", "mart.one_year")
    assert registry.lines(
        "select arm, assessed_on, is_in_window, visit_status, phat_total, phat_change, days_injury_to_visit, "
        "days_injury_to_surgery, is_baseline_before_treatment, n_tendons_avulsed from mart.one_year"
    ) == ["surgical | 2025-01-20 | True | done | 75.5 | 45.5 | 4 | 14 | True | 1"]
    assert registry.lines(
        "select straight_leg_raise_difference_deg, strength_prone_0_90_percent, weeks_to_return_to_sport, "
        "has_recurrence from mart.one_year"
    ) == ["10.0 | 80.0 | 36.0 | False"]


def test_an_assessment_outside_the_window_is_kept_in_one_year_and_marked() -> None:
    registry = SqlRegistry()
    enrol(
        registry, "AMC | AMC-1 | left | conservative | 2024-01-08 |", "AMC | AMC-2 | left | conservative | 2024-01-08 |"
    )
    assess(registry, "AMC | AMC-1 | left | 2025-04-01 | 70", "AMC | AMC-1 | left | 2025-05-01 | 75")
    registry.derive("2025-06-01", "mart.one_year")
    assert registry.lines(
        "select patient_id, assessed_on, is_in_window, visit_status, phat_total from mart.one_year order by 1"
    ) == ["AMC-1 | 2025-04-01 | False | overdue | 70.0", "AMC-2 | - | - | overdue | -"]


def test_a_crossover_by_the_one_year_assessment_is_received_surgery_and_stays_in_its_arm() -> None:
    registry = SqlRegistry()
    enrol(registry, *(f"AMC | AMC-{n} | left | conservative | 2024-01-08 |" for n in range(1, 4)))
    assess(registry, *(f"AMC | AMC-{n} | left | 2025-01-08 | 70" for n in range(1, 4)))
    registry.add(
        "treatment",
        """
        sent           | patient_id | side | treatment_no | treatment_kind             | treated_on
        2024-06-10 AMC | AMC-1      | left | 2            | surgery_after_conservative | 2024-06-08
        2025-06-10 AMC | AMC-2      | left | 2            | surgery_after_conservative | 2025-06-08
        2025-06-10 AMC | AMC-3      | left | 2            | surgery_after_conservative | #unknown
        """,
    )
    registry.derive("2025-12-01", "mart.one_year", "mart.as_treated")
    assert registry.lines(
        "select patient_id, arm, received_treatment_at_month_12, is_crossed_over from mart.one_year order by 1"
    ) == [
        "AMC-1 | conservative | surgical | True",
        "AMC-2 | conservative | conservative | False",
        "AMC-3 | conservative | - | True",
    ]
    assert registry.lines(
        "select analysis, received_treatment_at_month_12, arm from mart.as_treated order by patient_id"
    ) == ["as treated | surgical | conservative", "as treated | conservative | conservative"]


def test_who_forbids_further_use_leaves_one_year_and_the_trajectory() -> None:
    registry = SqlRegistry()
    enrol(
        registry, "AMC | AMC-1 | left | conservative | 2024-01-08 |", "AMC | AMC-2 | left | conservative | 2024-01-08 |"
    )
    assess(registry, "AMC | AMC-1 | left | 2025-01-08 | 70", "AMC | AMC-2 | left | 2025-01-08 | 70")
    registry.decide("withdraw", "2025-06-01", patient_id="AMC-1", scope="no_further_use")
    registry.derive("2025-12-01", "mart.one_year", "mart.trajectory")
    assert registry.lines("select patient_id from mart.one_year union all select patient_id from mart.trajectory") == [
        "AMC-2",
        "AMC-2",
    ]


def test_the_trajectory_begins_at_the_baseline_and_knows_the_phase_reached() -> None:
    registry = SqlRegistry()
    enrol(
        registry,
        "AMC | AMC-1 | left | surgical | 2024-01-08 | 2024-01-10 | 2024-01-08 | 30",
        columns=f"{DECIDED} | baseline_on | baseline_phat_total",
    )
    assess(registry, "AMC | AMC-1 | left | 2024-03-10 | 45", "AMC | AMC-1 | left | 2025-01-10 | 80")
    registry.add(
        "rehabilitation",
        """
        sent           | patient_id | side | phase | started_on
        2025-01-10 AMC | AMC-1      | left | II    | 2024-02-20
        2025-01-10 AMC | AMC-1      | left | IV    | 2024-06-20
        """,
    )
    registry.derive("2025-06-01", "mart.trajectory")
    assert registry.lines(
        "select visit, days_anchor_to_assessment, phat_total, phat_change_from_baseline, phase from mart.trajectory "
        "order by assessed_on"
    ) == ["baseline | -2 | 30.0 | - | -", "month_2 | 60 | 45.0 | 15.0 | II", "month_12 | 366 | 80.0 | 50.0 | IV"]


def test_enrolled_stands_beside_eligible_and_a_month_without_a_form_is_not_a_month_without_patients() -> None:
    registry = SqlRegistry()
    enrol(
        registry, "AMC | AMC-1 | left | conservative | 2024-01-08 |", "AMC | AMC-2 | left | conservative | 2024-02-08 |"
    )
    registry.add(
        "screening",
        """
        sent           | month_on   | n_eligible | n_enrolled | n_declined | n_missed
        2024-02-01 AMC | 2024-01-01 | 3          | 1          | 1          | 1
        2024-04-01 AMC | 2024-03-01 | 2          | 0          | 2          | 0
        """,
    )
    registry.derive("2025-06-01", "mart.participation")
    assert registry.lines("select month_on, n_episodes, n_eligible, n_declined from mart.participation order by 1") == [
        "2024-01-01 | 1 | 3 | 1",
        "2024-02-01 | 1 | - | -",
        "2024-03-01 | 0 | 2 | 2",
    ]


def test_phases_have_their_durations_per_arm() -> None:
    registry = SqlRegistry()
    enrol(
        registry, "AMC | AMC-1 | left | conservative | 2024-01-01 |", "AMC | AMC-2 | left | conservative | 2024-01-01 |"
    )
    registry.add(
        "rehabilitation",
        """
        sent           | patient_id | side | phase | started_on | completed_on | has_met_criteria
        2025-01-10 AMC | AMC-1      | left | II    | 2024-01-11 | 2024-01-21   | true
        2025-01-10 AMC | AMC-2      | left | II    | 2024-01-11 | 2024-01-31   |
        2025-01-10 AMC | AMC-2      | left | III   | 2024-01-31 |              |
        """,
    )
    registry.derive("2025-06-01", "mart.rehabilitation")
    assert registry.lines(
        "select phase, n_started, n_completed, n_criteria_met, median_days, median_days_from_anchor "
        "from mart.rehabilitation order by phase"
    ) == ["II | 2 | 2 | 1 | 15.0 | 25.0", "III | 1 | 0 | 0 | - | -"]


def test_a_return_to_sport_is_dated_or_lies_between_two_visits_and_is_never_dated_by_one() -> None:
    registry = SqlRegistry()
    rows = (f"AMC | AMC-{n} | left | conservative | 2024-01-08 | | 2024-01-01 | day" for n in range(1, 8))
    enrol(registry, *rows, columns=f"{DECIDED} | injured_on | injured_on_precision")
    assess(
        registry,
        "AMC | AMC-7 | left | 2024-03-08 | different_level |",
        "AMC | AMC-7 | left | 2024-07-08 | different_level | 2024-05-01",
        "AMC | AMC-1 | left | 2024-07-08 | different_level | 2024-05-01",
        "AMC | AMC-2 | left | 2024-03-08 | no_return |",
        "AMC | AMC-2 | left | 2024-07-08 | different_sport |",
        "AMC | AMC-2 | left | 2025-01-08 | pre_injury_level |",
        "AMC | AMC-3 | left | 2024-07-08 | no_return |",
        "AMC | AMC-4 | left | 2024-07-08 | no_sport_before_injury |",
        "AMC | AMC-5 | left | 2024-03-08 | no_return |",
        columns="return_to_sport | returned_to_sport_on",
    )
    registry.add(
        "event",
        """
        sent           | patient_id | side | event_no | event_kind | occurred_on
        2024-06-01 AMC | AMC-5      | left | 1        | death      | 2024-05-30
        """,
    )
    registry.derive("2025-06-01", "mart.return_to_sport")
    told = "select patient_id, return_state, lower_days, upper_days from mart.return_to_sport where return_kind = '{}'"
    assert registry.lines(told.format("any") + " order by 1") == [
        "AMC-1 | exact | 121 | 121",
        "AMC-2 | interval | 67 | 189",
        "AMC-3 | not_returned | 189 | -",
        "AMC-4 | not_at_risk | - | -",
        "AMC-5 | dead | 150 | 150",
        "AMC-6 | never_seen | - | -",
        "AMC-7 | interval | 0 | 67",
    ]
    assert registry.lines(told.format("pre_injury_level") + " and return_state = 'interval'") == [
        "AMC-2 | interval | 189 | 373"
    ]
