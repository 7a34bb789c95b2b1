"""The lineage that is read from DuckDB's tree is what an independent parser finds."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import build_scope

from pipelines.plan import SQL_FOLDER
from warehouse.lineage import Source, read_lineage
from warehouse.model import Model, read_models


@pytest.mark.parametrize("model", read_models(SQL_FOLDER), ids=lambda model: str(model.name))
def test_two_parsers_find_the_same_lineage(model: Model) -> None:
    scope: Any = build_scope(sqlglot.parse_one(model.query, read="duckdb"))
    names = [projection.alias_or_name for projection in scope.expression.selects]
    found = {name: tuple(sorted(set(sources(scope, name)))) for name in names if name and name != "*"}
    assert read_lineage(model) == found


def sources(scope: Any, name: str) -> Iterator[Source]:
    """Where one column of a SELECT comes from; of a UNION, where it comes from in each part."""
    if scope.union_scopes:
        place = [projection.alias_or_name for projection in scope.expression.selects].index(name)
        for part in scope.union_scopes:
            yield from sources(part, part.expression.selects[place].alias_or_name)
        return
    for projection in scope.expression.selects:
        if projection.alias_or_name == name:
            for column in projection.find_all(exp.Column):
                yield from follow(scope, column)


def follow(scope: Any, column: Any) -> Iterator[Source]:
    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table):
        yield f"{source.db}.{source.name}", column.name
    elif source is not None and column.name in [each.alias_or_name for each in source.expression.selects]:
        yield from sources(source, column.name)
