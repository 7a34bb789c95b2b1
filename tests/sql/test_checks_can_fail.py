"""Every check that a table's header asks can fail: values that break it are looked for, planted and found.

A check that no values break would be green for ever. A new check is planted here without a line being written for it.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pytest

from pipelines.plan import build_plan
from warehouse.audit import FAIL, run_audits
from warehouse.derive import place
from warehouse.layout import Home
from warehouse.model import AnyModel

MODELS = {model.name: model for model in build_plan().models}
CHECKS = [(model.name, check) for model in MODELS.values() for check in model.checks]
MOST_VALUES = 7  # a column

VALUES: Mapping[str, tuple[str, ...]] = {
    "BOOLEAN": ("true", "false"),
    "VARCHAR": ("'no such code'", "''"),
    "DATE": ("date '1900-01-01'", "date '2100-01-01'"),
    "TIMESTAMP": ("timestamp '1900-01-01'", "timestamp '2100-01-01'"),
}
NUMBERS = ("-1", "0", "1", "2", "1000000")


@pytest.fixture(scope="module")
def registry(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demonstration's snapshot, to plant faults in."""
    path = tmp_path_factory.mktemp("checks") / "registry.duckdb"
    shutil.copy(Home(demo_home).registry_path.resolve(), path)
    connection = duckdb.connect()
    connection.execute(f"attach '{path}' as registry")
    connection.execute("use registry")
    yield connection
    connection.close()


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe {place(table)}").fetchall()}


def values_for(kind: str, check: str) -> list[str]:
    """Values to try in a column: the check's own words and numbers, those beside them, and nothing."""
    if kind == "VARCHAR":
        named = re.findall(r"'[^']*'", check)
        return [*list(dict.fromkeys([*VALUES[kind], *named]))[:MOST_VALUES], "null"]
    if kind in VALUES:
        return [*VALUES[kind], "null"]
    if kind.endswith("[]"):
        return ["[]", "['no such code']", "null"]
    near = [str(int(float(number)) + step) for number in re.findall(r"\b\d+\b", check) for step in (-1, 1)]
    return [*list(dict.fromkeys([*NUMBERS, *near]))[:MOST_VALUES], "null"]


def find_breach(connection: duckdb.DuckDBPyConnection, table: str, check: str) -> dict[str, str]:
    """Values of the columns in a check that make it false, as SQL; nothing where no combination does."""
    columns = {name: kind for name, kind in columns_of(connection, table).items() if re.search(rf"\b{name}\b", check)}
    tried = [
        f"(select unnest([{', '.join(f'cast({value} as {kind})' for value in values_for(kind, check))}]) as {name})"
        for name, kind in columns.items()
    ]
    found = connection.execute(
        f"select * from {' cross join '.join(tried)} where ({check}) is false limit 1"
    ).fetchone()
    pairs = zip(columns.items(), found or (None,) * len(columns), strict=True)
    return {name: f"cast({quoted(value)} as {kind})" for (name, kind), value in pairs} if found else {}


def quoted(value: object) -> str:
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"


def outcome(connection: duckdb.DuckDBPyConnection, model: AnyModel, planted: str, audit: str) -> str:
    """How one check comes out with a row planted, which is taken back."""
    connection.execute("begin")
    try:
        connection.execute(planted)
        return {result.audit: result.result for result in run_audits(connection, [model], [])}[audit]
    finally:
        connection.execute("rollback")


@pytest.mark.parametrize("table", sorted(MODELS))
def test_a_row_without_a_key_or_a_second_one_breaks_the_grain(table: str, registry: duckdb.DuckDBPyConnection) -> None:
    model = MODELS[table]
    first = next(iter(columns_of(registry, table)))
    planted = f"insert into {place(table)} ({first}) values (null), (null)"
    assert outcome(registry, model, planted, f"{table}: grain") == FAIL


@pytest.mark.parametrize(("table", "check"), CHECKS, ids=[f"{table}: {check}" for table, check in CHECKS])
def test_a_check_finds_the_values_that_break_it(table: str, check: str, registry: duckdb.DuckDBPyConnection) -> None:
    breach = find_breach(registry, table, check)
    assert breach, "no values break this check: it can never fail"
    planted = f"insert into {place(table)} ({', '.join(breach)}) values ({', '.join(breach.values())})"
    assert outcome(registry, MODELS[table], planted, f"{table}: {check}") == FAIL


def test_the_search_finds_no_values_for_a_check_that_cannot_fail(registry: duckdb.DuckDBPyConnection) -> None:
    assert find_breach(registry, "mart.completeness", "n_done <= n_due or n_done > n_due") == {}
    assert find_breach(registry, "mart.completeness", "n_done <= n_due") != {}
