from collections.abc import Iterator

import pytest

from schemas.dictionary import FORM_NAMES
from tests.support.sql_registry import SqlRegistry, form_columns, models


@pytest.fixture(scope="module")
def empty() -> Iterator[SqlRegistry]:
    registry = SqlRegistry().derive("2025-01-01")
    yield registry
    registry.close()


def test_every_model_runs_on_a_registry_without_a_single_row(empty: SqlRegistry) -> None:
    filled = {model.name for model in models() if empty.rows(f"select 1 from {model.name} limit 1")}
    assert filled == {"registry.visit_schedule", "reference.outcome"}


def test_every_check_of_an_empty_registry_passes_or_has_nothing_to_look_at(empty: SqlRegistry) -> None:
    assert [result.audit for result in empty.audit() if result.result not in ("pass", "not_applicable")] == []


def test_every_field_of_a_form_reaches_its_versions(empty: SqlRegistry) -> None:
    for form in FORM_NAMES:
        described = empty.rows(f"describe ops.{form}_version")
        assert set(form_columns(form)) <= {str(row[0]) for row in described}, form
