"""The registry as it was: macros in the snapshot, and a draft derived for the occasion."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from warehouse import ledger
from warehouse.connection import literal, reader, writer
from warehouse.derive import Plan
from warehouse.errors import LockedError
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.model import read_models
from warehouse.records import Decision, FormTable, SectionRecord, SubmissionRecord
from warehouse.snapshots import DRAFT_PREFIX, heal, open_as_of, publish
from warehouse.statement import read_tables_of

EMPTY = pa.table({"line": pa.array([], pa.int32())})
VISIT = FormTable("visit", (("patient_id", "varchar"),), (("score", "integer"),))
MODELS = {
    "ops/visit_version": """/* Versions.

grain: submission, line
*/
select
    visit.submission, -- Submission.
    visit.line, -- Line.
    visit.received_at, -- Received.
    visit.patient_id, -- Patient.
    visit.score, -- Score.
    lead(visit.received_at) over (partition by visit.patient_id order by visit.received_at) as superseded_at -- Until.
from facts.visit as visit
""",
    "ops/decision": """/* Decisions.

grain: decision
*/
select
    decision.decision, -- Number.
    decision.kind, -- Kind.
    decision.decided_at, -- When.
    decision.patient_id -- Patient.
from facts.decision as decision
""",
    "ops/gone": """/* Who withdrew, of those seen.

grain: patient_id
*/
select distinct decision.patient_id
from facts.decision
join ops.visit_version using (patient_id)
where decision.kind = 'withdraw'
""",
    "registry/patient": """/* Patients who have not withdrawn.

grain: patient_id
*/
select distinct visit_version.patient_id
from ops.visit_version
where visit_version.patient_id not in (from ops.gone)
""",
    "registry/visit": """/* The last word.

grain: patient_id
*/
with current as (select * from ops.visit_version as version where version.superseded_at is null)
select
    patient.patient_id,
    current.score.value as score, -- Score.
    known.today - cast(current.received_at as date) as days -- Days since.
from registry.patient
join current on patient.patient_id = current.patient_id
cross join ops.known as known
""",
    "mart/total": """/* The sum.

grain: one row
*/
select cast(sum(visit.score) as integer) as total -- Sum.
from registry.visit as visit
""",
}


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


class Registry:
    """A home in which two patients' scores change, and one patient withdraws."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.home.create()
        for name, text in MODELS.items():
            path = folder / "sql" / f"{name}.sql"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (folder / "sql" / "seeds").mkdir()
        self.plan = Plan(read_models(folder / "sql"), folder / "sql" / "seeds")
        self._fill()

    def _fill(self) -> None:
        with writer(self.home, "test") as connection:
            ledger.ensure_form_tables(connection, [VISIT])
            send(connection, at(1, 10), ("A", 1), ("B", 10))
            send(connection, at(2, 10), ("A", 2))
            send(connection, at(3, 10, 23), ("A", 3), ("C", 100))
            ledger.decide(connection, Decision("withdraw", at(4, 10), "coordinator", patient_id="B"))

    def publish(self, zone: str = "UTC") -> None:
        publish(self.home, self.plan, known_at=at(5, 1), today=date(2026, 5, 1), zone=zone)


def send(connection: duckdb.DuckDBPyConnection, when: datetime, *rows: tuple[str, int]) -> None:
    table = [
        {"line": line, "patient_id": patient, "score": {"value": score, "missing": None}}
        for line, (patient, score) in enumerate(rows, 2)
    ]
    name = f"{when:%m%d}"
    record = SubmissionRecord(name, "AMC", when, when, "x.csv", name, 1, "1", "1")
    section = SectionRecord(1, "visit", "", (), 1, 1, 0, 0, 0, 0, pa.Table.from_pylist(table), EMPTY, EMPTY)
    ledger.record(connection, record, [section], settings="{}", dictionary="{}")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


@pytest.fixture
def snapshot(registry: Registry) -> Iterator[duckdb.DuckDBPyConnection]:
    registry.publish()
    with reader(registry.home.registry_path) as connection:
        yield connection


def scores(connection: duckdb.DuckDBPyConnection, instant: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"select patient_id, score from registry.visit_as_of({instant}) order by 1").fetchall()


def test_a_macro_answers_as_of_any_instant(snapshot: duckdb.DuckDBPyConnection) -> None:
    assert scores(snapshot, "timestamp '2026-01-01'") == []
    assert scores(snapshot, "timestamp '2026-02-10 11:59:59'") == [("A", 1), ("B", 10)]
    assert scores(snapshot, "timestamp '2026-02-10 12:00:00'") == [("A", 2), ("B", 10)]
    assert scores(snapshot, "timestamp '2026-04-01'") == [("A", 3), ("B", 10), ("C", 100)]
    assert scores(snapshot, "timestamp '2026-05-01'") == [("A", 3), ("C", 100)]


def test_a_date_means_the_end_of_its_day(snapshot: duckdb.DuckDBPyConnection) -> None:
    assert scores(snapshot, "date '2026-03-09'") == [("A", 2), ("B", 10)]
    assert scores(snapshot, "date '2026-03-10'") == [("A", 3), ("B", 10), ("C", 100)]
    assert scores(snapshot, "'2026-03-10'") == [("A", 3), ("B", 10), ("C", 100)]


def test_a_day_ends_in_the_registrys_zone(registry: Registry) -> None:
    registry.publish(zone="Europe/Amsterdam")
    with reader(registry.home.registry_path) as connection:
        assert scores(connection, "date '2026-03-10'") == [("A", 2), ("B", 10)]
        assert scores(connection, "date '2026-03-11'") == [("A", 3), ("B", 10), ("C", 100)]


def test_a_macro_counts_days_up_to_its_instant(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = snapshot.execute("select days from registry.visit_as_of(date '2026-01-15') where patient_id = 'A'")
    assert found.fetchall() == [(5,)]


def test_a_macro_has_the_columns_and_at_the_end_the_rows_of_its_table(snapshot: duckdb.DuckDBPyConnection) -> None:
    for table in ("patient", "visit"):
        now = snapshot.execute(f"select * from registry.{table} order by all").to_arrow_table()
        then = snapshot.execute(f"select * from registry.{table}_as_of('2026-05-01') order by all").to_arrow_table()
        assert now.equals(then)


@pytest.mark.parametrize("is_used", [True, False])
def test_a_macro_works_however_the_file_is_opened(registry: Registry, is_used: bool) -> None:
    registry.publish()
    path = registry.home.registry_path.resolve()
    with duckdb.connect(path, read_only=True) as connection:
        assert scores(connection, "timestamp '2026-04-01'")[0] == ("A", 3)
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(path)} as registry (read_only)")
        if is_used:
            connection.execute("use registry")
        assert scores(connection, "timestamp '2026-04-01'")[0] == ("A", 3)


def test_a_macro_explains_itself(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = snapshot.execute("select comment from duckdb_functions() where function_name = 'visit_as_of'").fetchall()
    assert found[0][0].startswith("registry.visit as of the instant t")


def test_a_draft_knows_what_was_known_marts_included(registry: Registry) -> None:
    with open_as_of(registry.home, registry.plan, known_at=at(2, 15), today=date(2026, 2, 15)) as connection:
        assert connection.execute("select total from mart.total").fetchall() == [(12,)]
        assert connection.execute("select days from registry.visit order by patient_id").fetchall() == [(5,), (36,)]
    assert list(registry.home.scratch.iterdir()) == []


def test_a_draft_holds_what_is_wanted_and_what_that_rests_on(registry: Registry) -> None:
    wanted = read_tables_of("select * from registry.visit where patient_id in (select 'A')")
    assert wanted == frozenset({"registry.visit"})
    draft = open_as_of(registry.home, registry.plan, known_at=at(5, 1), today=date(2026, 5, 1), wanted=wanted)
    with draft as connection:
        tables = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    assert tables == [("gone",), ("known",), ("patient",), ("visit",), ("visit_version",)]


@pytest.mark.parametrize("query", ["select 1; select 2", "from visit", "create table x (n int)", "select * frm x"])
def test_a_query_that_names_no_tables_wants_them_all(query: str) -> None:
    assert read_tables_of(query) is None


def test_a_draft_waits_for_no_writer(registry: Registry) -> None:
    draft = open_as_of(registry.home, registry.plan, known_at=at(5, 1), today=date(2026, 5, 1))
    with lock(registry.home, "hamreg run"), pytest.raises(LockedError, match="hamreg run"), draft:
        pass


def test_reading_a_draft_keeps_nobody_from_writing(registry: Registry) -> None:
    with open_as_of(registry.home, registry.plan, known_at=at(5, 1), today=date(2026, 5, 1)) as connection:
        registry.publish()
        assert list(registry.home.scratch.iterdir()) == []
        assert connection.execute("select total from mart.total").fetchall() == [(103,)]


def test_a_draft_left_by_a_crash_is_removed(registry: Registry) -> None:
    (registry.home.scratch / f"{DRAFT_PREFIX}x").mkdir()
    heal(registry.home)
    assert list(registry.home.scratch.iterdir()) == []
