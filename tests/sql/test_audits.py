"""Each audit finds the fault it is there for: a sound registry passes, a planted fault fails."""

from collections.abc import Iterator

import pytest

from pipelines.plan import SQL_FOLDER
from tests.support.sql_registry import SqlRegistry
from warehouse.model import read_audits

AUDITS = {audit.name.removeprefix("audits."): audit for audit in read_audits(SQL_FOLDER / "audits")}

FAULTS = {
    "waterfall_sums": "update mart.completeness set n_due = n_due + 1 where visit = 'month_12'",
    "one_counted_follow_up_per_visit": "update registry.follow_up set is_counted = true",
    "every_row_has_a_state": "update ops.submission set n_accepted = n_accepted - 1",
    "one_current_version_per_key": "update ops.row_version set superseded_at = null where form = 'follow_up'",
    "every_row_has_an_episode": "delete from registry.episode where side = 'left'",
    "arms_are_frozen": "update registry.episode set arm = 'surgical'",
    "windows_do_not_overlap": "update ops.visit_window set window_opens_on = window_opens_on - 200",
    "every_visit_is_scheduled": "delete from registry.schedule where visit = 'month_6'",
    "withdrawn_patients_leave_the_marts": "update registry.patient set is_usable = false",
    "reference_figures_are_readable": "update seeds.reference set value = '8O' where line = '7'",
}

OF_NO_CLINIC = {"windows_do_not_overlap", "reference_figures_are_readable"}


@pytest.fixture
def sound() -> Iterator[SqlRegistry]:
    registry = SqlRegistry()
    registry.add(
        "enrolment",
        """
        sent           | patient_id | side | initial_treatment | decision_on
        2024-01-10 AMC | AMC-1      | left | conservative      | 2024-01-08
        """,
    )
    registry.add(
        "follow_up",
        """
        sent           | patient_id | side | assessed_on | phat_total
        2025-02-10 AMC | AMC-1      | left | 2025-01-08  | 50
        2025-02-11 AMC | AMC-1      | left | 2025-01-08  | 51
        2025-02-11 AMC | AMC-1      | left | 2025-01-09  | 51
        """,
    )
    yield registry.derive("2025-06-01")
    registry.close()


def test_every_audit_has_a_fault_that_it_must_find() -> None:
    assert set(FAULTS) == set(AUDITS)


def test_a_sound_registry_passes_every_grain_check_and_audit(sound: SqlRegistry) -> None:
    assert {result.result for result in sound.audit()} == {"pass", "not_applicable"}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_an_audit_finds_its_fault(sound: SqlRegistry, name: str) -> None:
    assert sound.rows(AUDITS[name].query) == []
    sound.connection.execute(FAULTS[name])
    assert sound.rows(AUDITS[name].query) != []


@pytest.mark.parametrize("name", sorted(AUDITS))
def test_an_audit_tells_whose_rows_they_are(sound: SqlRegistry, name: str) -> None:
    (result,) = (result for result in sound.audit() if result.audit == f"audits.{name}")
    assert {*result.clinics} == {"registry" if name in OF_NO_CLINIC else "AMC"}
    sound.connection.execute(FAULTS[name])
    found = sound.connection.execute(AUDITS[name].query)
    assert ("clinic" in [column[0] for column in found.description or ()]) == (name not in OF_NO_CLINIC)
