"""Mistakes that only other files show: the demonstration's registry asks about every one that was not put right."""

import csv
from pathlib import Path

import duckdb

from schemas.dictionary import read_dictionary

TRUTH = Path(__file__).parents[2] / "examples" / "truth.csv"
Asked = set[tuple[str, int, str]]


def expected_queries() -> Asked:
    """File, line and rule of every planted mistake that loads, opens a query and stays as it is."""
    rules = read_dictionary().rules
    with TRUTH.open(encoding="utf-8", newline="") as file:
        return {
            (row["file"], int(row["line"]), row["rule"])
            for row in csv.DictReader(file)
            if rules[row["rule"]].severity == "warning"
            and rules[row["rule"]].scope in ("row", "query")
            and row["is_mended"] == "no"
        }


def open_queries(home: Path) -> tuple[Asked, set[str]]:
    """File, line and rule of every open query, and the files that were read."""
    with duckdb.connect(str(home / "snapshots" / "current" / "registry.duckdb"), read_only=True) as connection:
        queries = connection.execute(
            """
            select submission.clinic || '/' || submission.file, query.line, query.rule
            from ops.query as query inner join ops.submission as submission using (submission)
            """
        ).fetchall()
        read = connection.execute("select clinic || '/' || file from ops.submission where refused is null").fetchall()
    return {(str(file), int(line), str(rule)) for file, line, rule in queries}, {str(file) for (file,) in read}


def test_the_registry_asks_about_every_mistake_that_was_not_put_right(demo_home: Path) -> None:
    asked, read = open_queries(demo_home)
    expected = {place for place in expected_queries() if place[0] in read}
    assert len(expected) >= 8
    assert expected - asked == set()
