"""The ledger: one submission, one transaction, nothing overwritten."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from warehouse import faults, ledger
from warehouse.connection import writer
from warehouse.errors import HomeError, QueryError
from warehouse.layout import Home
from warehouse.long_record import record_long
from warehouse.records import Decision, FormTable, SectionRecord, SubmissionRecord

EPISODE = (("patient_id", "varchar"), ("side", "varchar"), ("injury_no", "integer"))
FOLLOW_UP = FormTable(
    "follow_up", (*EPISODE, ("assessed_on", "date")), (("phat_total", "double"), ("visit", "varchar"))
)
SCREENING = FormTable("screening", (("clinic", "varchar"), ("month_on", "date")), (("n_eligible", "integer"),))
FIRST = SubmissionRecord(
    submission="20260301T100000000000Z~aaaaaaaaaaaa.csv",
    clinic="AMC",
    received_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
    loaded_at=datetime(2026, 3, 1, 11, tzinfo=UTC),
    file="follow-up.csv",
    digest="a" * 64,
    n_bytes=10,
    settings_version="s1",
    dictionary_version="d1",
    dialect={"kind": "csv", "separator": ";"},
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path / "home")
    home.create()
    with writer(home, "test") as connection:
        ledger.ensure_form_tables(connection, [FOLLOW_UP, SCREENING])
        yield connection


def follow_up(line: int, patient: str, on: date, **values: Any) -> dict[str, Any]:
    return {
        "line": line,
        "patient_id": patient,
        "side": "left",
        "injury_no": 1,
        "assessed_on": on,
        "phat_total": values.get("phat_total"),
        "visit": values.get("visit"),
    }


def section(rows: list[dict[str, Any]], form: str = "follow_up", **changes: Any) -> SectionRecord:
    raw = pa.table({"line": [2, 3], "cells": [["a", None], ["b", "c"]], "is_rejected": [False, True]})
    findings: Mapping[str, list[Any]] = {
        "line": [3],
        "column": ["phat_total"],
        "cell": ["B3"],
        "rule": ["phat_total.range"],
        "severity": ["error"],
        "found": ["101"],
        "expected": ["0 to 100"],
    }
    values: dict[str, Any] = {
        "number": 1,
        "form": form,
        "sheet": "",
        "header": ("Patient", "it's"),
        "physical": 3,
        "header_records": 1,
        "blank": 0,
        "furniture": 0,
        "rejected": 1,
        "cells_set_aside": 0,
        "rows": pa.Table.from_pylist(rows),
        "raw": raw,
        "findings": pa.table(findings),
    }
    return SectionRecord(**{**values, **changes})


def counts_of(section: SectionRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(section).items() if not isinstance(value, pa.Table)}


ROW = follow_up(2, "AMC-00154", date(2026, 2, 1), phat_total={"value": 71.5, "missing": None})


def record(
    connection: duckdb.DuckDBPyConnection,
    submission: SubmissionRecord,
    *sections: SectionRecord,
    decisions: Sequence[ledger.Decision] = (),
) -> None:
    versions = {"settings": '{"clinics": ["AMC"]}', "dictionary": "{}"}
    ledger.record(connection, submission, sections, decisions=decisions, **versions)


def test_a_submission_comes_back_as_it_was_recorded(connection: duckdb.DuckDBPyConnection) -> None:
    record(connection, FIRST, section([ROW]))
    assert ledger.find(connection, FIRST.submission) == FIRST
    (found,) = ledger.read_sections(connection, FIRST.submission)
    assert found.rows.to_pylist() == [ROW]
    assert found.findings.to_pylist() == section([ROW]).findings.to_pylist()
    assert found.raw.to_pylist() == [{**row, "record": None} for row in section([ROW]).raw.to_pylist()]
    assert counts_of(found) == counts_of(section([ROW]))


def test_rows_carry_their_submission_line_and_clinic(connection: duckdb.DuckDBPyConnection) -> None:
    record(connection, FIRST, section([ROW]))
    found = connection.execute(
        "select submission, section, line, clinic, received_at, phat_total.value, visit from facts.follow_up"
    ).fetchall()
    assert found == [(FIRST.submission, 1, 2, "AMC", datetime(2026, 3, 1, 10), 71.5, None)]


def test_a_key_column_named_clinic_is_the_submitting_clinic(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [{"line": 2, "clinic": "AMC", "month_on": date(2026, 2, 1), "n_eligible": {"value": 4, "missing": None}}]
    record(connection, FIRST, section(rows, form="screening"))
    assert connection.execute("select clinic, n_eligible.value from facts.screening").fetchall() == [("AMC", 4)]


def test_a_refused_file_leaves_one_row(connection: duckdb.DuckDBPyConnection) -> None:
    refused = replace(FIRST, refused="file.identifiers", refusal={"columns": ["name"], "lines": [1]})
    record(connection, refused)
    assert ledger.find(connection, FIRST.submission) == refused
    assert ledger.read_sections(connection, FIRST.submission) == ()


def test_versions_are_kept_once(connection: duckdb.DuckDBPyConnection) -> None:
    record(connection, FIRST)
    record(connection, replace(FIRST, submission="2", dictionary_version="d2"))
    assert connection.execute("select version from facts.settings").fetchall() == [("s1",)]
    assert connection.execute("select version from facts.dictionary order by 1").fetchall() == [("d1",), ("d2",)]


def test_the_same_submission_twice_is_refused_and_leaves_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    record(connection, FIRST, section([ROW]))
    with pytest.raises(QueryError, match=r"could not be recorded: ConstraintException"):
        record(connection, replace(FIRST, dictionary_version="d2"), section([ROW]))
    assert connection.execute("select count(*) from facts.follow_up").fetchall() == [(1,)]
    assert connection.execute("select count(*) from facts.dictionary").fetchall() == [(1,)]


@pytest.mark.parametrize("point", ["ledger.submission", "ledger.section", "ledger.confirmation"])
def test_a_fault_before_the_commit_leaves_nothing(connection: duckdb.DuckDBPyConnection, point: str) -> None:
    def stop(name: str) -> None:
        if name == point:
            raise KeyboardInterrupt

    faults.install(stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            record(connection, FIRST, section([ROW]), decisions=[ledger.Decision("confirm", FIRST.received_at, "AMC")])
    finally:
        faults.install(None)
    for table in ("submission", "settings", "section", "raw_row", "finding", "follow_up", "decision"):
        assert connection.execute(f"select count(*) from facts.{table}").fetchall() == [(0,)], table


def test_a_value_of_the_wrong_type_is_not_quoted(connection: duckdb.DuckDBPyConnection) -> None:
    row = {**ROW, "assessed_on": "secret"}
    with pytest.raises(QueryError) as caught:
        record(connection, FIRST, section([row]))
    assert "secret" not in str(caught.value)


def test_what_was_appended_is_not_held_while_more_is_added(connection: duckdb.DuckDBPyConnection) -> None:
    many = 1_000  # rows: what is held of one section is then far more than what else is counted
    with record_long(connection, FIRST.submission, FIRST.clinic, FIRST.received_at) as record:
        held = []
        for number in range(4):
            rows = [{**ROW, "line": 2 + number * many + at} for at in range(many)]
            sent = section(rows)
            record.add(sent)
            size = sent.rows.nbytes
            del sent
            gc.collect()
            held.append(pa.total_allocated_bytes())
        assert held[-1] - held[0] < size


def test_a_column_the_form_does_not_have_is_an_error(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match="nonsense"):
        record(connection, FIRST, section([{**ROW, "nonsense": 1}]))


def test_the_first_submission_of_the_same_bytes_is_the_original(connection: duckdb.DuckDBPyConnection) -> None:
    record(
        connection, replace(FIRST, submission="1", refused="file.empty", received_at=datetime(2026, 1, 1, tzinfo=UTC))
    )
    record(connection, FIRST)
    record(connection, replace(FIRST, submission="3", resend_of=FIRST.submission))
    assert ledger.find_by_digest(connection, "AMC", FIRST.digest) == FIRST
    assert ledger.find_by_digest(connection, "UMC", FIRST.digest) is None
    assert ledger.find_by_digest(connection, "AMC", FIRST.digest, datetime(2026, 2, 1, tzinfo=UTC)) is None


def test_an_undone_submission_is_no_original_from_then_on(connection: duckdb.DuckDBPyConnection) -> None:
    record(connection, FIRST)
    undone_at = datetime(2026, 3, 5, tzinfo=UTC)
    ledger.decide(connection, Decision("undo", undone_at, "coordinator", submission=FIRST.submission))
    assert ledger.find_by_digest(connection, "AMC", FIRST.digest) is None
    assert ledger.find_by_digest(connection, "AMC", FIRST.digest, datetime(2026, 3, 4, tzinfo=UTC)) == FIRST
    assert ledger.find_by_digest(connection, "AMC", FIRST.digest, datetime(2026, 3, 6, tzinfo=UTC)) is None


def test_a_file_sent_again_after_an_undo_is_new_whatever_came_before_the_undo(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    later = replace(FIRST, submission="2", received_at=datetime(2026, 3, 2, tzinfo=UTC))
    record(connection, later)  # loaded before the file that came first
    record(connection, FIRST)
    undo = Decision("undo", datetime(2026, 3, 5, tzinfo=UTC), "coordinator", submission=FIRST.submission)
    ledger.decide(connection, undo)
    assert ledger.find_by_digest(connection, "AMC", FIRST.digest, datetime(2026, 3, 4, tzinfo=UTC)) == FIRST
    assert ledger.find_by_digest(connection, "AMC", FIRST.digest, datetime(2026, 3, 6, tzinfo=UTC)) is None


def test_decisions_are_numbered_from_one(connection: duckdb.DuckDBPyConnection) -> None:
    at = datetime(2026, 3, 5, tzinfo=UTC)
    undo = Decision("undo", at, "coordinator", submission="x")
    share = Decision("share", at, "coordinator", patient_id="AMC-00154", side="left", injury_no=1, clinic="UMC")
    assert [ledger.decide(connection, undo), ledger.decide(connection, share)] == [1, 2]
    assert ledger.read_decisions(connection) == {1: undo, 2: share}


def test_a_new_field_becomes_a_column_and_old_rows_stay_blank(connection: duckdb.DuckDBPyConnection) -> None:
    record(connection, FIRST, section([ROW]))
    wider = replace(FOLLOW_UP, values=(*FOLLOW_UP.values, ("tegner", "integer")))
    ledger.ensure_form_tables(connection, [wider])
    ledger.ensure_form_tables(connection, [wider])
    assert connection.execute("select phat_total.value, tegner from facts.follow_up").fetchall() == [(71.5, None)]


def test_a_field_that_changes_its_type_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    changed = replace(FOLLOW_UP, values=(("phat_total", "integer"),))
    with pytest.raises(HomeError, match="another type for phat_total"):
        ledger.ensure_form_tables(connection, [changed])
