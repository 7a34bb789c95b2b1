"""Every rule of the catalogue fires: on its own failing example, or on a small damaged file made for it.

A rule that nothing here or in the two tests of examples breaks is a failure: it could never fire.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.intake.erased import refuse_erased
from pipelines.intake.inbox import hand_in
from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Verdict
from pipelines.run import load_waiting
from pipelines.settings import Settings
from schemas.dictionary import Rule, read_dictionary
from schemas.render.template import render_template
from tests.support.rule_plants import CLINIC, FIRST, HEADER, ROW, SECOND, Plant, plants
from warehouse.layout import Home
from warehouse.lock import lock

DICTIONARY = read_dictionary()
PLANTS = plants()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME = ("clinic_unknown", "dates_shifted", "file_name_replaced", "row_held")
ELSEWHERE = (*HOME, "file_does_not_add_up", "patient_erased")
MOVED = {
    **{"injured_on": "2024-02-21", "first_visit_on": "2024-03-01", "mri_on": "2024-03-02"},
    **{"decision_on": "2024-03-04", "surgery_on": "2024-03-10", "baseline_on": "2024-03-04"},
    "consented_on": "2024-03-01",
}


def fires_on_its_example(rule: Rule) -> bool:
    """Whether its own failing example is judged in test_rules_intake or test_rules_query."""
    return bool(rule.fails) and (rule.scope in ("cell", "row", "rows") or rule.severity == "warning")


def judge(plant: Plant) -> Verdict:
    reading = read_file("file.csv", plant.content, DICTIONARY, plant.clinic, plant.limits)
    return validate("file.csv", reading, DICTIONARY, plant.clinic, None, plant.limits.max_findings)


def fired(verdict: Verdict) -> set[str]:
    if verdict.refusal:
        return {verdict.refusal.rule}
    return {rule for section in verdict.sections for rule in section.findings["rule"]}


def test_every_rule_has_something_that_breaks_it() -> None:
    by_example = {rule.id for rule in DICTIONARY.rules.values() if fires_on_its_example(rule)}
    assert by_example | PLANTS.keys() | set(ELSEWHERE) == set(DICTIONARY.rules)
    assert not by_example & {*PLANTS, *ELSEWHERE}, "once is enough"


@pytest.mark.parametrize("rule", sorted(PLANTS))
def test_a_rule_fires_on_the_file_planted_for_it(rule: str) -> None:
    assert rule in fired(judge(PLANTS[rule]))


def test_a_file_without_a_fault_breaks_none_of_them() -> None:
    asked = f"{HEADER},phat_items_answered"
    assert fired(judge(Plant(f"{asked}\n{ROW},8\n".encode()))) == set()


def test_records_that_a_reader_loses_do_not_add_up() -> None:
    reading = read_file("file.csv", f"{HEADER}\n{ROW}\n".encode(), DICTIONARY, CLINIC, PLANTS["line_total"].limits)
    (table,) = reading.tables
    lost = replace(reading, tables=(replace(table, frame=table.frame.clear()),))
    assert fired(validate("file.csv", lost, DICTIONARY, CLINIC)) == {"file_does_not_add_up"}


def test_a_row_of_an_erased_patient_is_named() -> None:
    verdict = judge(Plant(f"{HEADER}\n{ROW}\n".encode()))
    assert "patient_erased" in fired(refuse_erased(verdict, {}, DICTIONARY, lambda number: number == FIRST)[0])


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[str]]:
    """What a home that knows two patients says of each rule's file."""
    home = Home(tmp_path_factory.mktemp("rules") / "home")
    home.create()
    contents = {
        "": enrolments(),
        "clinic_unknown": f"{HEADER}\n{ROW}\n".encode(),
        "dates_shifted": enrolments(**MOVED),
        "file_name_replaced": f"{HEADER}\n{ROW}\n".encode(),
        "row_held": f"{HEADER}\n{ROW.replace('left', 'right')}\n".encode(),
    }
    sent = {}
    for hour, (rule, content) in enumerate(contents.items()):
        clinic = "NEW" if rule == "clinic_unknown" else "AMC"
        name = "Jan Jansen.csv" if rule == "file_name_replaced" else "file.csv"
        sent[hand_in(home, clinic, name, content, NOON + timedelta(hours=hour))] = rule
    with lock(home, "test"):
        done = load_waiting(home, Settings(clinics={"AMC": CLINIC}), NOON + timedelta(days=1))
    return {sent[submission]: rules_of(receipt) for submission, receipt in done.receipts.items()}


def enrolments(**changes: str) -> bytes:
    form = DICTIONARY.forms["enrolment"]
    rows = [form.example_row(patient_id=patient, **changes) for patient in (FIRST, SECOND)]
    return render_template(form, rows=rows).encode()


def rules_of(receipt: Any) -> set[str]:
    refused = {receipt["refusal"]["rule"]} if receipt["refusal"] else set()
    return refused | {rule for section in receipt["sections"] for rule in section["findings_by_rule"]}


@pytest.mark.parametrize("rule", HOME)
def test_a_rule_that_needs_the_facts_fires_on_its_file(rule: str, answered: Mapping[str, set[str]]) -> None:
    assert rule in answered[rule]
    assert rule not in answered[""]
