"""The SQL models give what a slow and obvious oracle gives, whatever was sent and in which order it was processed."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.property.sql_oracle import FIELDS, Oracle
from tests.property.sql_worlds import World, load, worlds
from tests.support.sql_registry import SqlRegistry, models
from warehouse.model import closure

WANTED = ("ops.row_version", "ops.submission", "mart.completeness")
FEW = settings(  # an example is a derivation or two, so few of them, and no shrinking for minutes
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@pytest.fixture(scope="module")
def registry() -> Iterator[SqlRegistry]:
    made = SqlRegistry()
    yield made
    made.close()


@FEW
@given(world=worlds())
def test_the_models_equal_the_oracle(registry: SqlRegistry, world: World) -> None:
    load(registry, world).derive(str(world.today))
    assert [result.audit for result in registry.audit() if result.is_bad] == []
    oracle = Oracle(world.sent, world.decisions, world.today)
    assert versions(registry) == expected_versions(oracle)
    assert states(registry) == expected_states(oracle)
    assert episodes(registry) == oracle.episodes()
    assert follow_ups(registry) == oracle.follow_ups()
    assert schedule(registry) == oracle.schedule()
    assert completeness(registry) == oracle.completeness()


@FEW
@given(world=worlds(), data=st.data())
def test_the_order_of_processing_does_not_matter(registry: SqlRegistry, world: World, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(world.sent))))
    names = [model.name for model in closure(models(), (*WANTED, "ops.query"))]
    tables = []
    for places in (None, order):
        load(registry, world, places).derive(str(world.today), *names)
        tables.append({name: registry.lines(f"select * from {name} order by all") for name in names})
    assert tables[0] == tables[1]


def versions(registry: SqlRegistry) -> set[tuple[object, ...]]:
    rows = registry.rows(
        "select form, submission, line, row_key, row_state, held_because, list_sort(changed_fields)::varchar, "
        "superseded_at from ops.row_version"
    )
    return set(rows)


def expected_versions(oracle: Oracle) -> set[tuple[object, ...]]:
    return {
        (
            version.form,
            version.submission,
            version.line,
            " ".join(version.key),
            version.row_state,
            version.held_because,
            f"[{', '.join(version.changed)}]",
            version.superseded_at,
        )
        for form in FIELDS
        for version in oracle.versions[form]
    }


def states(registry: SqlRegistry) -> set[tuple[object, ...]]:
    parts = (
        f"select '{form}', submission, line, {field!r}, coalesce({field}.value::varchar, '#' || {field}.missing) "
        f"from ops.{form}_version where row_state <> 'held' and {field} is not null"
        for form, fields in FIELDS.items()
        for field in fields
    )
    return set(registry.rows(" union all ".join(parts)))


def expected_states(oracle: Oracle) -> set[tuple[object, ...]]:
    return {
        (form, version.submission, version.line, field, "#erased" if text == "#erase" else text)
        for form in FIELDS
        for version in oracle.versions[form]
        for field, text in version.state.items()
    }


def episodes(registry: SqlRegistry) -> dict[object, object]:
    rows = registry.rows(
        "select patient_id, side, injury_no::varchar, arm, anchor_on, crossed_over_on from registry.episode"
    )
    return {row[:3]: row[3:] for row in rows}


def follow_ups(registry: SqlRegistry) -> dict[object, object]:
    rows = registry.rows(
        "select patient_id, side, injury_no::varchar, assessed_on::varchar, visit, is_counted from registry.follow_up"
    )
    return {row[:4]: row[4:] for row in rows}


def schedule(registry: SqlRegistry) -> dict[object, object]:
    rows = registry.rows("select patient_id, side, injury_no::varchar, visit, status from registry.schedule")
    return {row[:4]: row[4] for row in rows}


def completeness(registry: SqlRegistry) -> dict[object, object]:
    """Per visit, over all clinics."""
    rows = registry.rows(
        "select visit, sum(n_enrolled)::int, sum(n_dead_or_withdrawn)::int, sum(n_not_yet_due)::int, "
        "sum(n_open)::int, sum(n_due)::int, sum(n_done)::int from mart.completeness group by visit"
    )
    return {row[0]: row[1:] for row in rows}
