from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sql_registry import ROOT, SqlRegistry, form_columns, read_queries, tables_of


@pytest.fixture(scope="module")
def empty() -> Iterator[SqlRegistry]:
    registry = SqlRegistry().derive("2025-01-01")
    yield registry
    registry.close()


def test_every_model_runs_on_a_registry_without_a_single_row(empty: SqlRegistry) -> None:
    counts = {name: empty.rows(f"select count(*) from {name}")[0][0] for name in read_queries()}
    assert {name for name, count in counts.items() if count} == {"registry.visit_schedule", "reference.outcome"}


@pytest.mark.parametrize("path", sorted((ROOT / "audits").glob("*.sql")), ids=lambda path: path.stem)
def test_every_audit_runs_and_finds_nothing_in_an_empty_registry(empty: SqlRegistry, path: Path) -> None:
    assert empty.rows(path.read_text()) == []


def test_every_field_of_a_form_reaches_its_versions(empty: SqlRegistry) -> None:
    for form in ("enrolment", "treatment", "follow_up", "imaging", "rehabilitation", "event", "screening"):
        described = empty.rows(f"describe ops.{form}_version")
        kinds = {str(row[0]): str(row[1]) for row in described}
        assert set(form_columns(form)) <= set(kinds), form


def test_every_table_is_written_with_its_schema() -> None:
    for name, query in read_queries().items():
        assert all(table.split(".")[0] in LAYERS_AND_SOURCES for table in tables_of(query)), name


LAYERS_AND_SOURCES = {"facts", "seeds", "ops", "registry", "reference", "mart"}
