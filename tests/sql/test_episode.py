"""Arms, anchors and crossovers: what the first follow-up freezes, and what later treatments never move."""

from tests.support.sql_registry import SqlRegistry

EPISODES = "select patient_id, side, injury_no, arm, anchor_on, crossed_over_on from registry.episode order by all"


def episodes(registry: SqlRegistry) -> list[str]:
    return registry.derive("2026-01-01", "registry.episode").lines(EPISODES)


def test_visits_count_from_the_surgery_or_from_the_decision() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on | surgery_on
        2024-01-10 AMC | AMC-1      | left | surgical          | 2024-01-08  | 2024-01-12
        2024-01-10 AMC | AMC-2      | left | conservative      | 2024-01-08  |
        2024-01-10 AMC | AMC-3      | left | surgical          | 2024-01-08  |
        2024-01-10 AMC | AMC-4      | left |                   | 2024-01-08  |
        """,
    )
    assert episodes(registry) == [
        "AMC-1 | left | 1 | surgical | 2024-01-12 | -",
        "AMC-2 | left | 1 | conservative | 2024-01-08 | -",
        "AMC-3 | left | 1 | surgical | - | -",
        "AMC-4 | left | 1 | - | - | -",
    ]


def test_two_sides_and_a_new_injury_of_one_side_are_episodes_of_their_own() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side  | injury_no | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left  | 1         | conservative      | 2024-01-08
        2024-01-10 AMC | AMC-1      | left  | 2         | conservative      | 2025-01-08
        2024-01-10 AMC | AMC-1      | right | 1         | conservative      | 2024-01-08
        """,
    )
    assert len(episodes(registry)) == 3


def test_the_first_follow_up_freezes_the_arm_and_the_change_opens_a_query() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on | surgery_on
        2024-01-10 AMC | AMC-1      | left | surgical          | 2024-01-08  |
        2024-02-10 AMC | AMC-1      | left | conservative      |             |
        2024-04-10 AMC | AMC-1      | left | surgical          |             | 2024-04-01
        """,
    )
    registry.add("follow_up", "sent | patient_id | side | assessed_on\n2024-03-10 AMC | AMC-1 | left | 2024-03-09")
    registry.derive("2026-01-01", "registry.episode", "ops.query")
    assert registry.lines(EPISODES) == ["AMC-1 | left | 1 | conservative | 2024-01-08 | -"]
    asked = "select found, expected from ops.query where rule = 'treatment_changed_after_follow_up'"
    assert registry.lines(asked) == ["surgical | conservative"]


def test_before_a_follow_up_a_correction_of_the_treatment_moves_the_arm() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on | surgery_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2024-01-08  |
        2024-02-10 AMC | AMC-1      | left | surgical          |             | 2024-01-20
        """,
    )
    assert episodes(registry) == ["AMC-1 | left | 1 | surgical | 2024-01-20 | -"]


def test_a_treatment_first_told_after_the_follow_up_is_the_arm() -> None:
    registry = SqlRegistry()
    registry.add("follow_up", "sent | patient_id | side | assessed_on\n2024-03-10 AMC | AMC-1 | left | 2024-03-09")
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left |                   | 2024-01-08
        2024-04-10 AMC | AMC-1      | left | conservative      |
        2024-05-10 AMC | AMC-1      | left | surgical          |
        """,
    )
    assert episodes(registry) == ["AMC-1 | left | 1 | conservative | 2024-01-08 | -"]


def test_a_treatment_corrected_in_the_file_of_the_first_follow_up_is_the_arm() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on | surgery_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2024-01-08  |
        2024-03-10 AMC | AMC-1      | left | surgical          |             | 2024-01-20
        """,
    )
    registry.add("follow_up", "sent | patient_id | side | assessed_on\n2024-03-10 AMC | AMC-1 | left | 2024-03-09")
    assert episodes(registry) == ["AMC-1 | left | 1 | surgical | 2024-01-20 | -"]


def test_undoing_the_only_follow_up_thaws_the_arm() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on | surgery_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2024-01-08  |
        2024-04-10 AMC | AMC-1      | left | surgical          |             | 2024-01-20
        """,
    )
    registry.add("follow_up", "sent | patient_id | side | assessed_on\n2024-03-10 AMC | AMC-1 | left | 2024-03-09")
    registry.decide("undo", "2024-05-01", submission=registry.add_submission("2024-03-10 AMC")[0])
    assert episodes(registry) == ["AMC-1 | left | 1 | surgical | 2024-01-20 | -"]


def test_surgery_after_a_conservative_course_moves_neither_arm_nor_anchor() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on | surgery_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2024-01-08  |
        2024-01-10 AMC | AMC-2      | left | surgical          | 2024-01-08  | 2024-01-09
        """,
    )
    registry.add(
        "treatment",
        """
        sent           | patient_id | side | treatment_no | treatment_kind             | treated_on
        2024-06-10 AMC | AMC-1      | left | 2            | surgery_after_conservative | 2024-06-08
        2024-09-10 AMC | AMC-1      | left | 3            | reoperation                | 2024-09-08
        2024-06-10 AMC | AMC-2      | left | 2            | reoperation                | 2024-06-08
        """,
    )
    assert episodes(registry) == [
        "AMC-1 | left | 1 | conservative | 2024-01-08 | 2024-06-08",
        "AMC-2 | left | 1 | surgical | 2024-01-09 | -",
    ]


def moved(registry: SqlRegistry) -> SqlRegistry:
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2024-01-08
        """,
    )
    registry.add(
        "event",
        """
        sent           | patient_id | side | event_no | event_kind | occurred_on
        2024-05-10 AMC | AMC-1      | left | 1        | moved      | 2024-05-01
        """,
    )
    return registry


def share(registry: SqlRegistry, day: str, clinic: str) -> None:
    registry.decide("share", day, patient_id="AMC-1", side="left", injury_no=1, clinic=clinic)


def test_after_a_move_the_clinic_it_is_shared_with_answers_for_the_visits_to_come() -> None:
    registry = moved(SqlRegistry())
    share(registry, "2024-05-11", "FYS")
    registry.derive("2026-01-01", "registry.schedule")
    assert registry.lines("select clinic, followed_by from registry.episode") == ["AMC | FYS"]
    assert registry.lines("select visit, clinic from registry.schedule where visit_no < 4 order by visit_no") == [
        "month_2 | AMC",
        "month_6 | FYS",
        "month_12 | FYS",
    ]


def test_a_patient_who_is_shared_and_did_not_move_stays_with_the_clinic_that_enrolled() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2024-01-08
        """,
    )
    share(registry, "2024-05-11", "FYS")
    registry.derive("2026-01-01", "registry.schedule")
    assert registry.lines("select distinct clinic from registry.schedule") == ["AMC"]


SIGHT = "select clinic, sees_until from ops.sight order by clinic"


def test_after_a_move_the_clinic_that_enrolled_sees_nothing_later_unless_it_is_shared_with_it_again() -> None:
    registry = moved(SqlRegistry())
    assert registry.derive("2026-01-01", "ops.sight").lines(SIGHT) == ["AMC | -"], "nobody follows the patient yet"
    share(registry, "2024-03-01", "UMC")  # shared before the move: a second clinic, not the new one
    share(registry, "2024-05-11", "FYS")
    found = registry.derive("2026-01-01", "ops.sight").lines(SIGHT)
    assert found == ["AMC | 2024-05-01", "FYS | -", "UMC | -"]
    share(registry, "2024-06-01", "AMC")
    assert registry.derive("2026-01-01", "ops.sight").lines(SIGHT) == ["AMC | -", "FYS | -", "UMC | -"]
