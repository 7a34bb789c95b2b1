"""Which columns a model's columns are made of, read from its SQL alone. Nothing is bound or run."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from warehouse.model import Model

Source = tuple[str, str]  # schema.table, column


def read_lineage(model: Model) -> Mapping[str, tuple[Source, ...]]:
    """Column -> the columns of other tables in its expression, through common tables; a computed condition counts."""
    return _read(model.query)


@cache
def _read(query: str) -> Mapping[str, tuple[Source, ...]]:
    from sqlglot import parse_one
    from sqlglot.optimizer.scope import build_scope

    scope: Any = build_scope(parse_one(query, read="duckdb"))
    if scope is None:
        return {}
    names = [projection.alias_or_name for projection in scope.expression.selects]
    return {name: tuple(sorted(set(_sources(scope, name)))) for name in names if name and name != "*"}


def _sources(scope: Any, name: str) -> Iterator[Source]:
    """Where one column of a SELECT comes from; of a UNION, where it comes from in each part."""
    from sqlglot import exp

    if scope.union_scopes:
        place = [projection.alias_or_name for projection in scope.expression.selects].index(name)
        for part in scope.union_scopes:
            yield from _sources(part, part.expression.selects[place].alias_or_name)
        return
    for projection in scope.expression.selects:
        if projection.alias_or_name == name:
            for column in projection.find_all(exp.Column):
                yield from _follow(scope, column)


def _follow(scope: Any, column: Any) -> Iterator[Source]:
    from sqlglot import exp

    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table):
        yield f"{source.db}.{source.name}", column.name
    elif source is not None and column.name in [each.alias_or_name for each in source.expression.selects]:
        yield from _sources(source, column.name)
