"""What a row that arrives does to what is known: new, corrected, already known or held."""

from tests.support.sql_registry import SqlRegistry

FOLLOW_UPS = "ops.follow_up_version"
STATES = "select phat_total.value, tegner.value, row_state, changed_fields, superseded_at::date from {} order by {}"
IN_ORDER = "received_at, line"


def enrolled() -> SqlRegistry:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | injured_on | injured_on_precision | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left | 2024-01-01 | day                  | conservative      | 2024-01-09
        """,
    )
    return registry


def states(registry: SqlRegistry) -> list[str]:
    registry.derive("2025-01-01", FOLLOW_UPS)
    return registry.lines(STATES.format(FOLLOW_UPS, IN_ORDER))


def test_a_blank_keeps_what_is_known_and_a_value_supersedes_field_by_field() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total | tegner
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  | 50         |
        2024-03-11 AMC | AMC-1      | left | 2024-03-09  |            | 3
        2024-03-12 AMC | AMC-1      | left | 2024-03-09  | 55         | 3
        """,
    )
    assert states(registry) == [
        "50.0 | - | new | [] | 2024-03-11",
        "50.0 | 3 | corrected | ['tegner'] | 2024-03-12",
        "55.0 | 3 | corrected | ['phat_total'] | -",
    ]


def test_a_row_equal_to_what_is_known_changes_nothing() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total | tegner
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  | 50         | 3
        2024-03-11 AMC | AMC-1      | left | 2024-03-09  | 50         | 3
        2024-03-12 AMC | AMC-1      | left | 2024-03-09  |            | 3
        2024-03-13 AMC | AMC-1      | left | 2024-03-09  | 60         | 3
        """,
    )
    assert states(registry) == [
        "50.0 | 3 | new | [] | 2024-03-13",
        "50.0 | 3 | already_known | [] | 2024-03-13",
        "50.0 | 3 | already_known | [] | 2024-03-13",
        "60.0 | 3 | corrected | ['phat_total'] | -",
    ]


def test_a_row_sent_again_unchanged_is_already_known() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  | 50
        2024-03-11 AMC | AMC-1      | left | 2024-03-09  | 50
        """,
    )
    assert states(registry) == ["50.0 | - | new | [] | -", "50.0 | - | already_known | [] | -"]


def test_a_reason_and_an_erasure_supersede_a_value() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total | tegner
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  | 50         | 3
        2024-03-11 AMC | AMC-1      | left | 2024-03-09  | #refused   | #erase
        """,
    )
    registry.derive("2025-01-01", "registry.follow_up")
    assert registry.lines("select phat_total, phat_total_missing, tegner, tegner_missing from registry.follow_up") == [
        "- | refused | - | -"
    ]


def test_rows_of_one_file_count_in_the_order_of_their_lines() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  | 50
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  | 51
        """,
    )
    assert states(registry) == ["50.0 | - | new | [] | 2024-03-10", "51.0 | - | corrected | ['phat_total'] | -"]


def test_a_follow_up_waits_for_its_enrolment_and_for_leave_with_the_same_words() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side  | assessed_on | phat_total
        2024-03-10 AMC | AMC-2      | left  | 2024-03-09  | 50
        2024-03-11 AMC | AMC-1      | right | 2024-03-09  | 51
        2024-03-12 FYS | AMC-1      | left  | 2024-03-09  | 52
        """,
    )
    registry.derive("2025-01-01", FOLLOW_UPS)
    assert registry.lines(f"select row_state, held_because from {FOLLOW_UPS}") == ["held | not_known_here"] * 3


def test_held_rows_load_by_themselves_when_the_enrolment_or_the_agreement_comes() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side  | assessed_on | phat_total
        2024-03-11 AMC | AMC-1      | right | 2024-03-09  | 51
        2024-03-12 FYS | AMC-1      | left  | 2024-03-09  | 52
        """,
    )
    registry.add("enrolment", "sent | patient_id | side\n2024-04-01 AMC | AMC-1 | right")
    registry.decide("share", "2024-04-02", patient_id="AMC-1", side="left", injury_no=1, clinic="FYS")
    registry.derive("2024-04-01", FOLLOW_UPS)
    by_side = f"select side, row_state from {FOLLOW_UPS} order by side"
    assert registry.lines(by_side) == ["left | held", "right | new"]
    registry.derive("2024-04-02", FOLLOW_UPS)
    assert registry.lines(by_side) == ["left | new", "right | new"]


def test_a_clinic_cannot_enrol_the_patient_of_another() -> None:
    registry = SqlRegistry()
    registry.add("screening", "sent | month_on\n2024-01-01 AMC | 2024-01-01")
    registry.add("enrolment", "sent | patient_id | side\n2024-01-10 FYS | AMC-9 | left")
    registry.derive("2025-01-01", "ops.enrolment_version")
    assert registry.lines("select row_state from ops.enrolment_version") == ["held"]


def test_an_id_without_a_clinics_prefix_belongs_to_who_enrolled_it_first() -> None:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side
        2024-01-11 FYS | 40012345   | left
        2024-01-10 AMC | 40012345   | left
        """,
    )
    registry.derive("2025-01-01", "ops.enrolment_version")
    assert registry.lines("select clinic, row_state from ops.enrolment_version order by 1") == [
        "AMC | new",
        "FYS | held",
    ]


def test_an_injury_date_more_than_60_days_off_waits_and_corrects_nothing() -> None:
    registry = enrolled()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | injured_on | injured_on_precision
        2024-02-10 AMC | AMC-1      | left | 2024-03-01 | day
        2024-02-11 AMC | AMC-1      | left | 2024-03-02 | day
        2024-02-12 AMC | AMC-1      | left | 2024-01-01 | year
        """,
    )
    registry.derive("2025-01-01", "ops.enrolment_version", "registry.episode")
    assert registry.lines(
        "select injured_on.value, row_state, held_because from ops.enrolment_version order by received_at"
    ) == [
        "2024-01-01 | new | -",
        "2024-03-01 | corrected | -",
        "2024-03-02 | held | another_injury",
        "2024-01-01 | corrected | -",
    ]


def test_undo_puts_back_what_was_replaced() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  | 50
        2024-03-11 AMC | AMC-1      | left | 2024-03-09  | 5
        """,
    )
    wrong, _, _ = registry.add_submission("2024-03-11 AMC")
    registry.decide("undo", "2024-03-12", submission=wrong)
    assert states(registry) == ["50.0 | - | new | [] | -"]
    registry.derive("2024-03-11", FOLLOW_UPS)
    assert len(registry.rows(f"select 1 from {FOLLOW_UPS}")) == 2, "as known before the undo"


def test_the_same_bytes_again_change_nothing_unless_they_were_undone() -> None:
    registry = enrolled()
    sent = [registry.add_submission(f"2024-03-{day} AMC", digest="same")[0] for day in (10, 12, 14)]
    for day in (10, 12, 14):
        registry.add(
            "follow_up",
            f"sent | patient_id | side | assessed_on | phat_total\n2024-03-{day} AMC | AMC-1 | left | 2024-03-09 | 50",
        )
    registry.decide("undo", "2024-03-13", submission=sent[0])
    registry.derive("2025-01-01", "ops.submission")
    assert registry.lines("select submission[:8], is_resend, n_accepted, n_undone from ops.submission order by 1") == [
        "20240110 | False | 1 | 0",
        "20240310 | False | 0 | 1",
        "20240312 | True | 0 | 0",
        "20240314 | False | 1 | 0",
    ]


def test_a_later_row_corrects_the_date_of_an_assessment() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | replaces_on | phat_total | tegner
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  |             | 50         | 3
        2024-03-11 AMC | AMC-1      | left | 2024-03-08  | 2024-03-09  |            | 4
        """,
    )
    registry.derive("2025-01-01", FOLLOW_UPS)
    assert registry.lines(
        "select assessed_on, assessed_on_as_sent, phat_total.value, row_state, changed_fields "
        f"from {FOLLOW_UPS} order by line"
    ) == [
        "2024-03-08 | 2024-03-09 | 50.0 | new | []",
        "2024-03-08 | 2024-03-08 | 50.0 | corrected | ['assessed_on', 'tegner']",
    ]


def test_corrected_dates_are_followed_to_their_end_and_a_later_row_is_an_assessment_of_its_own() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | replaces_on | phat_total
        2024-03-10 AMC | AMC-1      | left | 2024-03-01  |             | 50
        2024-03-11 AMC | AMC-1      | left | 2024-03-02  | 2024-03-01  |
        2024-03-12 AMC | AMC-1      | left | 2024-03-03  | 2024-03-02  |
        2024-03-13 AMC | AMC-1      | left | 2024-03-01  |             | 70
        """,
    )
    registry.derive("2025-01-01", "registry.follow_up")
    assert registry.lines("select assessed_on, phat_total from registry.follow_up order by 1") == [
        "2024-03-01 | 70.0",
        "2024-03-03 | 50.0",
    ]


def test_linked_ids_are_one_patient_and_both_clinics_may_send() -> None:
    registry = enrolled()
    registry.add("enrolment", "sent | patient_id | side | sport\n2024-01-05 FYS | FYS-7 | left | football")
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total
        2024-03-10 FYS | FYS-7      | left | 2024-03-09  | 50
        2024-03-11 AMC | AMC-1      | left | 2024-03-09  | 51
        """,
    )
    registry.decide("link", "2024-05-01", patient_id="AMC-1", other_patient_id="FYS-7")
    registry.derive("2025-01-01", "registry.follow_up", "registry.episode")
    assert registry.lines("select patient_id, clinic, sport, arm from registry.episode") == [
        "AMC-1 | AMC | football | conservative"
    ]
    assert registry.lines("select patient_id, phat_total from registry.follow_up") == ["AMC-1 | 51.0"]


def test_a_request_against_further_use_freezes_the_patient_and_can_itself_be_corrected() -> None:
    registry = enrolled()
    registry.add(
        "event",
        """
        sent           | patient_id | side | event_no | event_kind         | withdrawal_scope
        2024-03-01 AMC | AMC-1      | left | 1        | withdrawal_request | no_further_use
        2024-05-01 AMC | AMC-1      | left | 1        |                    | no_contact
        """,
    )
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total
        2024-02-10 AMC | AMC-1      | left | 2024-02-09  | 50
        2024-03-10 AMC | AMC-1      | left | 2024-03-09  | 51
        """,
    )
    held = f"select phat_total.value, held_because from {FOLLOW_UPS} order by 1"
    assert registry.derive("2024-04-01", FOLLOW_UPS).lines(held) == ["50.0 | -", "51.0 | withdrawn"]
    assert registry.derive("2024-06-01", FOLLOW_UPS).lines(held) == ["50.0 | -", "51.0 | -"]


def test_an_enrolment_that_comes_after_the_request_is_there_for_the_request_to_end_it() -> None:
    registry = SqlRegistry()
    registry.add(
        "event",
        """
        sent           | patient_id | side | event_no | event_kind         | withdrawal_scope
        2024-03-01 AMC | AMC-1      | left | 1        | withdrawal_request | no_further_use
        """,
    )
    registry.add("enrolment", "sent | patient_id | side | sport\n2024-04-01 AMC | AMC-1 | left | football")
    registry.add("enrolment", "sent | patient_id | side | sport\n2024-05-01 AMC | AMC-1 | left | hockey")
    registry.derive("2025-01-01", "registry.schedule")
    assert registry.lines("select sport, is_usable from registry.episode") == ["football | False"]
    assert registry.lines("select distinct status, reason from registry.schedule") == ["ended | withdrawn"]


def test_every_file_adds_up() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side  | assessed_on | phat_total
        2024-03-10 AMC | AMC-1      | left  | 2024-03-09  | 50
        2024-03-11 AMC | AMC-1      | left  | 2024-03-09  | 50
        2024-03-11 AMC | AMC-1      | left  | 2024-03-09  | 51
        2024-03-11 AMC | AMC-1      | right | 2024-03-09  | 50
        """,
    )
    registry.add_submission("2024-03-12 AMC", refused="empty_file")
    registry.derive("2025-01-01", "ops.submission")
    assert registry.lines(
        "select received_at::date, refused, n_rows, n_accepted, n_corrected, n_held, n_already_known "
        "from ops.submission order by 1"
    ) == [
        "2024-01-10 | - | 1 | 1 | 0 | 0 | 0",
        "2024-03-10 | - | 1 | 1 | 0 | 0 | 0",
        "2024-03-11 | - | 3 | 1 | 1 | 1 | 1",
        "2024-03-12 | empty_file | 0 | 0 | 0 | 0 | 0",
    ]
