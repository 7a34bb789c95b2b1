"""Every rule that reads several files opens its query on the failing example, and none on the passing one.

All examples stand in one registry: each is a patient of its own, and each of its rows came on a day of its own.
"""

from collections.abc import Iterator

import pytest

from schemas.dictionary import Row, Rule, read_dictionary
from tests.support.sql_registry import SqlRegistry, quoted

DICTIONARY = read_dictionary()
QUERY_RULES = [rule for rule in DICTIONARY.rules.values() if rule.scope == "query" and rule.severity == "warning"]
KINDS = ("passes", "fails", "mended")  # mended: what failed, and its last file undone


def patient_of(rule: Rule, kind: str) -> str:
    return f"AMC-{QUERY_RULES.index(rule):03}{KINDS.index(kind)}X"


def send(registry: SqlRegistry, patient_id: str, rows: tuple[Row, ...], time: str = "") -> str:
    """The last file of those that a patient's rows came in."""
    sent = ""
    for day, (form, changes) in enumerate(rows, start=1):
        sent = f"2025-06-{day:02}{time} AMC"
        texts = {
            **DICTIONARY.forms[form].example_row(**changes),
            "patient_id": patient_id,
            "sent": sent,
        }
        cells = {
            name: {"yes": "true", "no": "false"}.get(text, text) for name, text in texts.items() if name != "injury_no"
        }
        cells["injury_no"] = texts["injury_no"]
        registry.add(form, " | ".join(cells) + "\n" + " | ".join(cells.values()))
    return registry.add_submission(sent)[0]


@pytest.fixture(scope="module")
def registry() -> Iterator[SqlRegistry]:
    registry = SqlRegistry()
    for number, rule in enumerate(QUERY_RULES):
        send(registry, patient_of(rule, "passes"), rule.passes)
        send(registry, patient_of(rule, "fails"), rule.fails)
        last = send(registry, patient_of(rule, "mended"), rule.fails, f" 08:{number:02}")
        registry.decide("undo", "2025-06-30", submission=last)
    yield registry.derive("2025-07-01")
    registry.close()


@pytest.mark.parametrize("rule", QUERY_RULES, ids=lambda rule: rule.id)
def test_a_query_opens_on_the_failing_example_only(registry: SqlRegistry, rule: Rule) -> None:
    opened = {
        kind: {
            row[0]
            for row in registry.rows(f"select rule from ops.query where patient_id = {quoted(patient_of(rule, kind))}")
        }
        for kind in KINDS
    }
    assert rule.id not in opened["passes"]
    assert rule.id in opened["fails"]
    assert rule.id not in opened["mended"], "it closes by itself"


def test_a_query_says_which_value_it_is_about(registry: SqlRegistry) -> None:
    rule = DICTIONARY.rules["phat_fell_at_pre_injury_level"]
    patient_id = quoted(patient_of(rule, "fails"))
    asked = registry.rows(f'select "column", found, expected, clinic from ops.query where patient_id = {patient_id}')
    assert asked == [("phat_total", "30.0", "90.0", "AMC")]
