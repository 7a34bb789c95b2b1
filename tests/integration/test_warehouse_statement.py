"""The dependencies that DuckDB's parser gives are those an independent parser finds."""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from pipelines.plan import SQL_FOLDER
from warehouse.model import read_model

# The largest are left out: the independent parser needs a second for each.
MAX_BYTES = 9_000
PATHS = [path for path in sorted(SQL_FOLDER.glob("*/*.sql")) if path.parent.name != "audits"]
SMALL = [path for path in PATHS if path.stat().st_size <= MAX_BYTES]


@pytest.mark.parametrize("path", SMALL, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_two_parsers_find_the_same_tables(path: Path) -> None:
    model = read_model(path)
    tables = sqlglot.parse_one(model.query, dialect="duckdb").find_all(exp.Table)
    assert set(model.upstream) == {f"{table.db}.{table.name}" for table in tables if table.db}


def test_most_models_are_compared() -> None:
    assert len(SMALL) > 0.7 * len(PATHS)
