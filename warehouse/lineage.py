"""Which columns a model's columns are made of, read from its SQL alone. Nothing is bound or run."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

from warehouse.model import Model
from warehouse.statement import read_tree

Source = tuple[str, str]  # schema.table, column
Columns: TypeAlias = Mapping[str, frozenset[Source]]  # of a SELECT, each with what it is made of
Table: TypeAlias = str | Columns  # a table by its name, or a SELECT that stands for one

_NOWHERE = 2**64 - 1  # the place of what the parser added


def read_lineage(model: Model) -> Mapping[str, tuple[Source, ...]]:
    """Column -> the columns of other tables in its expression, through common tables; a computed condition counts."""
    return _read(model.query)


@cache
def _read(query: str) -> Mapping[str, tuple[Source, ...]]:
    return {name: tuple(sorted(sources)) for name, sources in _columns(read_tree(query), {}) if name}


def _columns(node: Mapping[str, Any], known: Mapping[str, Table]) -> list[tuple[str, frozenset[Source]]]:
    """The columns of a SELECT by place, '' where nobody named one; of a UNION, with what both parts make them of.

    `known` are the common tables that may be read.
    """
    for entry in node["cte_map"]["map"]:
        known = {**known, entry["key"]: dict(_columns(entry["value"]["query"]["node"], known))}
    if "select_list" in node:
        tables = {**known, **dict(_tables(node["from_table"], known))}
        end = min(_places(node["from_table"]), default=_NOWHERE)
        return [(_name(column), frozenset(_sources(column, tables, end))) for column in node["select_list"]]
    first = _columns(node["left"], known)
    if node["type"] == "RECURSIVE_CTE_NODE":  # what it reads of itself began in its first part
        known = {**known, node["cte_name"]: dict(first)}
    second = _columns(node["right"], known)
    return [(name, sources | more) for (name, sources), (_, more) in zip(first, second, strict=False)]


def _tables(node: Mapping[str, Any], known: Mapping[str, Table]) -> Iterator[tuple[str, Table]]:
    """The tables of a FROM clause by the names that columns are written with."""
    if node["type"] == "JOIN":
        yield from _tables(node["left"], known)
        yield from _tables(node["right"], known)
    elif node["type"] == "SUBQUERY":
        yield node["alias"], dict(_columns(node["subquery"]["node"], known))
    elif node["type"] == "BASE_TABLE":
        schema, name = node["schema_name"], node["table_name"]
        yield node["alias"] or name, f"{schema}.{name}" if schema else known.get(name, {})


def _name(column: Mapping[str, Any]) -> str:
    return str(column["alias"] or column.get("column_names", [""])[-1])


def _places(node: Any) -> Iterator[int]:
    """Where the parts of a piece of the tree are written, in bytes."""
    for part in _parts(node):
        if part.get("query_location", _NOWHERE) != _NOWHERE:
            yield part["query_location"]


def _sources(column: Any, tables: Mapping[str, Table], end: int) -> Iterator[Source]:
    """Where the columns in an expression come from, as far as they are written with their table.

    The parser lays a window that has a name into the expression, but its keys stand behind the FROM, at `end`.
    """
    for part in _parts(column):
        names = part.get("column_names", ())
        if len(names) > 1 and part["query_location"] < end:
            table = tables.get(names[-2], {})
            yield from [(table, names[-1])] if isinstance(table, str) else table.get(names[-1], ())


def _parts(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a piece of the tree."""
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _parts(value)
