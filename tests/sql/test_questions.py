"""Open questions: they close by themselves when the facts change, or when the clinic says that it is so."""

from tests.support.sql_registry import SqlRegistry

ASKED = 'select rule, form, row_key, "column", found, expected from ops.query order by all'


def enrolled() -> SqlRegistry:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | injured_on | injured_on_precision | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left | 2024-01-05 | day                  | conservative      | 2024-01-08
        """,
    )
    return registry


def assess(registry: SqlRegistry, column: str, day: str, cell: str) -> None:
    """The assessment of 9 June again, received on that day, with one answer."""
    row = f"{day} AMC | AMC-1 | left | 2024-06-09 | {cell}"
    registry.add("follow_up", f"sent | patient_id | side | assessed_on | {column}\n{row}")


def asked(registry: SqlRegistry, today: str = "2025-01-01") -> list[str]:
    return registry.derive(today, "ops.query").lines(ASKED)


def test_a_query_closes_when_another_file_changes_the_facts() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | returned_to_sport_on
        2024-06-10 AMC | AMC-1      | left | 2024-06-09  | 2024-01-03
        """,
    )
    query = (
        "returned_before_injury | follow_up | AMC-1 left 1 2024-06-09 | returned_to_sport_on | 2024-01-03 | 2024-01-05"
    )
    assert asked(registry) == [query]
    registry.add("enrolment", "sent | patient_id | side | injured_on\n2024-07-10 AMC | AMC-1 | left | 2024-01-02")
    assert asked(registry) == []
    assert asked(registry, today="2024-07-01") == [query], "as known before"


def test_a_confirmed_value_is_asked_about_again_when_it_changes() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | returned_to_sport_on
        2024-06-10 AMC | AMC-1      | left | 2024-06-09  | 2024-01-03
        """,
    )
    registry.decide(
        "confirm",
        "2024-06-11",
        patient_id="AMC-1",
        side="left",
        injury_no=1,
        form="follow_up",
        column="returned_to_sport_on",
        rule="returned_before_injury",
        found="2024-01-03",
    )
    assert asked(registry) == []
    assess(registry, "returned_to_sport_on", "2024-07-10", "2024-01-04")
    assert [line.split(" | ")[4] for line in asked(registry)] == ["2024-01-04"]


def test_a_warning_of_a_file_is_open_until_its_column_is_corrected() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total | tegner
        2024-06-10 AMC | AMC-1      | left | 2024-06-09  | 5          | 3
        """,
    )
    registry.add_finding("follow_up", "2024-06-10 AMC", line=2, column="phat_total", rule="unusual", found="5")
    registry.add_finding("follow_up", "2024-06-10 AMC", line=2, column="tegner", rule="noted", severity="note")
    query = "unusual | follow_up | AMC-1 left 1 2024-06-09 | phat_total | 5 | "
    assert asked(registry) == [query]
    assess(registry, "tegner", "2024-06-11", "4")
    assert asked(registry) == [query], "another column changes nothing"
    assess(registry, "phat_total", "2024-06-12", "50")
    assert asked(registry) == []


def test_an_old_value_that_comes_back_is_asked_about_until_it_is_corrected() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total
        2024-06-10 AMC | AMC-1      | left | 2024-06-09  | 50
        2024-06-11 AMC | AMC-1      | left | 2024-06-09  | 60
        2024-06-12 AMC | AMC-1      | left | 2024-06-09  | 50
        """,
    )
    assert asked(registry, "2024-06-11") == []
    assert asked(registry, "2024-06-12") == [
        "old_value_returned | follow_up | AMC-1 left 1 2024-06-09 | phat_total | 50.0 | 60.0"
    ]
    assess(registry, "phat_total", "2024-06-13", "70")
    assert asked(registry) == []


def test_every_change_is_told_with_the_value_before_and_after() -> None:
    registry = enrolled()
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | replaces_on | phat_total | would_choose_same_treatment
        2024-06-10 AMC | AMC-1      | left | 2024-06-09  |             | 50         | true
        2024-06-11 AMC | AMC-1      | left | 2024-06-08  | 2024-06-09  | #refused   |
        """,
    )
    registry.derive("2025-01-01", "ops.change")
    assert registry.lines("select row_key, field, value_before, value_after from ops.change order by field") == [
        "AMC-1 left 1 2024-06-08 | assessed_on | 2024-06-09 | 2024-06-08",
        "AMC-1 left 1 2024-06-08 | phat_total | 50.0 | #refused",
    ]
