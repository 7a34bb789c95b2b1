"""What DuckDB's own parser says of a SELECT: its tables, its functions, its columns' trailing comments.

Nothing is bound or run, so a model can be read without any table being there.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb

from warehouse.connection import literal, open_memory

_TABLE = re.compile(r'"schema_name":"([^"]*)","table_name":"((?:[^"\\]|\\.)*)"[^{}]*?"catalog_name":"([^"]*)"')
_PLACE = re.compile(
    r'"BASE_TABLE","alias":"([^"]*)","sample":[^{}]*?"query_location":(\d+),"schema_name":"([^"]*)","table_name":"([^"]*)"'
)
_TABLE_NAME = re.compile(rb'(?:"[^"]*"|\w+)\s*\.\s*(?:"[^"]*"|\w+)')
_COMMON_TABLE = re.compile(r'\{"key":"([^"]*)","value":\{"aliases":')
_FUNCTION = re.compile(r'"function_name":"([^"]*)"')
_BARE_COLUMN = re.compile(r'"column_names":\["([^"]*)"\]')
_TRAILING = re.compile(rb"(?:\"[^\"]*\"|'(?:[^']|'')*'|\w+|.)[ \t]*--[ \t]?(.*)")
_WORD = re.compile(rb'"[^"]*"|\w+|.', flags=re.DOTALL)
_OPENING, _CLOSING = frozenset((b"(", b"[", b"{")), frozenset((b")", b"]", b"}"))
_COMMENT_LINE = re.compile(rb"[ \t]*--[ \t]?(.*)")
_ENDS_COLUMNS = {"from", "where", "group", "having", "window", "qualify", "order", "limit", "union", "intersect"}


@dataclass(frozen=True)
class Statement:
    """One SELECT as parsed. `tables` are (catalog, schema, table) as written, '' where left out, without CTEs."""

    tables: tuple[tuple[str, str, str], ...]
    functions: frozenset[str]  # functions that are called, lower case
    columns: frozenset[str]  # columns written without a table, lower case


class StatementError(Exception):
    """The text is not one SELECT. `offset` is the byte where the parser gave up, None where it gives no place."""

    def __init__(self, why: str, offset: int | None) -> None:
        super().__init__(why)
        self.why = why
        self.offset = offset


@dataclass(frozen=True)
class _Token:
    start: int  # byte
    text: str  # lower case, as far as it is a word or an operator


def parse(query: str) -> Statement:
    """Read one SELECT; `StatementError` where it is something else."""
    tree = _serialize(query)
    common = {("", "", name) for name in _COMMON_TABLE.findall(tree)}
    tables = {(catalog, schema, table) for schema, table, catalog in _TABLE.findall(tree)}
    return Statement(
        tables=tuple(sorted(tables - common)),
        functions=frozenset(name.lower() for name in _FUNCTION.findall(tree)),
        columns=frozenset(name.lower() for name in _BARE_COLUMN.findall(tree)),
    )


def read_tree(query: str) -> Mapping[str, Any]:
    """One SELECT as DuckDB's parser sees it; `StatementError` where it is something else."""
    tree: Mapping[str, Any] = json.loads(_serialize(query))["statements"][0]["node"]
    return tree


def read_tables_of(query: str) -> frozenset[str] | None:
    """The tables that somebody's own query reads, as `schema.table`; None where it is not one SELECT of such tables."""
    try:
        tables = parse(query).tables
    except StatementError:
        return None
    is_plain = all(schema and not catalog for catalog, schema, _ in tables)
    return frozenset(f"{schema}.{table}" for _, schema, table in tables) if is_plain else None


def retarget(query: str, targets: Mapping[str, str]) -> str:
    """The same query, reading tables from elsewhere: `schema.table` -> the SQL that names the other one.

    A table without an alias gets its own name as one, so that its columns are still found.
    """
    content = query.encode()
    found = {int(start): (alias, schema, table) for alias, start, schema, table in _PLACE.findall(_serialize(query))}
    for start, (alias, schema, table) in sorted(found.items(), reverse=True):
        target = targets.get(f"{schema}.{table}")
        written = _TABLE_NAME.match(content, start)
        if target is not None and written:
            new = target if alias else f'{target} as "{table}"'
            content = content[:start] + new.encode() + content[written.end() :]
    return content.decode()


@lru_cache(maxsize=1)
def _parser() -> duckdb.DuckDBPyConnection:
    return open_memory(1)


@lru_cache(maxsize=256)  # a model is read once to know its tables, and once more to read them from elsewhere
def _serialize(query: str) -> str:
    row = _parser().execute(f"select json_serialize_sql({literal(query)})").fetchone()
    tree = str(row[0]) if row else ""
    if tree.startswith('{"error":true'):
        error = json.loads(tree)
        place = error.get("position")
        raise StatementError(str(error["error_message"]), int(place) if place is not None else None)
    if len(duckdb.extract_statements(query)) != 1:
        raise StatementError("there is more than one statement", None)
    return tree


def read_comments(query: str) -> Mapping[str, str]:
    """The trailing comments of the output columns, by the column's name."""
    content = query.encode()
    comments = {}
    for column in _output_columns(_outer_tokens(content)):
        has_comma = column[-1].text == "," and len(column) > 1
        name = column[-2] if has_comma else column[-1]
        text = _comment_behind(content, column[-1].start) or _comment_behind(content, name.start)
        if text:
            comments[name.text] = text
    return comments


def _outer_tokens(content: bytes) -> list[_Token]:
    """The tokens outside every bracket, the brackets themselves included."""
    tokens, depth = [], 0
    for start, _ in duckdb.tokenize(content.decode()):
        first = content[start : start + 1]
        depth -= first in _CLOSING
        if depth == 0:
            found = _WORD.match(content, start)
            text = found[0].decode(errors="replace").strip('"').lower() if found else ""
            tokens.append(_Token(start, text))
        depth += first in _OPENING
    return tokens


def _output_columns(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """The outer tokens of each column of the outermost SELECT (of a union, the first), its comma included."""
    start = next((place for place, token in enumerate(tokens) if token.text == "select"), len(tokens))
    column: list[_Token] = []
    for place in range(start + 1, len(tokens)):
        token, before = tokens[place], tokens[place - 1].text
        is_comparison = token.text == "from" and before == "distinct" and len(column) > 1
        is_ordered_set = token.text == "group" and before == "within"
        if token.text in _ENDS_COLUMNS and not is_comparison and not is_ordered_set:
            break
        column.append(token)
        if token.text == ",":
            yield column
            column = []
    if column:
        yield column


def _comment_behind(content: bytes, start: int) -> str:
    """The comment on the token's line, with the comment lines below it that begin in the same place."""
    line_start = content.rfind(b"\n", 0, start) + 1
    found = _TRAILING.match(content, start)
    if not found:
        return ""
    place = found.start(1) - line_start
    texts = [found[1]]
    for line in content[found.end() + 1 :].split(b"\n"):
        more = _COMMENT_LINE.fullmatch(line)
        if not more or more.start(1) != place:
            break
        texts.append(more[1])
    return " ".join(text.decode().strip() for text in texts)
