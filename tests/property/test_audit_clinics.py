"""A check by clinic has the numerators and denominators of counting row by row, and they sum to its own."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.audit import run_audits, write_results
from warehouse.connection import literal
from warehouse.model import Audit, Model

Row: TypeAlias = tuple[str | None, int | None, int | None]  # clinic, number, score
Split: TypeAlias = Mapping[str, tuple[int, int]]

WHOLE = "registry"
SPLIT = Model("registry.visit", "Visits.", ("number",), "", ("facts.visit",), ("score >= 0", "number < 3"))
PLAIN = Model("mart.plain", "The same, of no clinic.", ("number",), "", SPLIT.upstream, SPLIT.checks)
NEGATIVE = "select {columns} from registry.visit where score < 0"
AUDITS = (
    Audit("audits.told", "By clinic.", NEGATIVE.format(columns="clinic, number"), (), SPLIT.name),
    Audit("audits.untold", "Of no clinic.", NEGATIVE.format(columns="number"), (), SPLIT.name),
    Audit("audits.of_plain", "Of a table of no clinic.", NEGATIVE.format(columns="clinic"), (), PLAIN.name),
)
SUMS_DIFFER = """
select audit, n_offending, n_rows from ops.audit except
select audit, sum(n_offending), sum(n_rows) from ops.audit_clinic group by audit
"""
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["AMC", "UMCU", "BRG", None]),
        st.one_of(st.none(), st.integers(0, 4)),
        st.one_of(st.none(), st.integers(-1, 2)),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    made = duckdb.connect()
    made.execute("attach ':memory:' as registry; use registry; create schema mart; create schema ops")
    made.execute("create table visit (clinic varchar, number integer, score integer)")
    made.execute("create view mart.plain as select number, score from visit")
    yield made
    made.close()


@settings(deadline=None)
@given(rows=ROWS)
def test_counts_by_clinic_are_those_of_counting_by_hand(connection: duckdb.DuckDBPyConnection, rows: list[Row]) -> None:
    connection.execute("delete from visit; drop table if exists ops.audit; drop table if exists ops.audit_clinic")
    for row in rows:
        connection.execute(f"insert into visit values ({', '.join(map(literal, row))})")
    results = run_audits(connection, [SPLIT, PLAIN], AUDITS)
    found = {result.audit: result.clinics for result in results}
    for table, is_split in ((SPLIT.name, True), (PLAIN.name, False)):
        assert found[f"{table}: grain"] == split(rows, broken_keys(rows), is_split)
        assert found[f"{table}: score >= 0"] == split(rows, negative(rows), is_split)
        assert found[f"{table}: number < 3"] == split(rows, [row for row in rows if (row[1] or 0) >= 3], is_split)
    assert found["audits.told"] == (split(rows, negative(rows), True) or {WHOLE: (0, 0)})
    assert found["audits.untold"] == found["audits.of_plain"] == split(rows, negative(rows), False)
    write_results(connection, results, "ops")
    assert connection.execute(SUMS_DIFFER).fetchall() == []


def split(rows: Sequence[Row], offending: Sequence[Row], is_split: bool) -> Split:
    """Clinic -> (rows that offend, rows), counted one by one."""
    if not is_split:
        return {WHOLE: (len(offending), len(rows))}
    counted = Counter(clinic or WHOLE for clinic, *_ in offending)
    return {clinic: (counted[clinic], n) for clinic, n in Counter(row[0] or WHOLE for row in rows).items()}


def broken_keys(rows: Sequence[Row]) -> list[Row]:
    """Rows without a number, or with one that another row has too, whosever it is."""
    times = Counter(number for _, number, _ in rows)
    return [row for row in rows if row[1] is None or times[row[1]] > 1]


def negative(rows: Sequence[Row]) -> list[Row]:
    """Rows with a score below zero."""
    return [row for row in rows if row[2] is not None and row[2] < 0]
