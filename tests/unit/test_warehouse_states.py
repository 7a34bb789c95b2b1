"""What became of rows: derived by the ops models over the patients touched."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from warehouse import ledger, states
from warehouse.connection import writer
from warehouse.errors import QueryError
from warehouse.layout import Home
from warehouse.model import ComputedModel, Model, read_models
from warehouse.records import Decision, FormTable, SectionRecord, SectionStates, SubmissionRecord
from warehouse.statement import retarget
from warehouse.states import read_states

EMPTY = pa.table({"line": pa.array([], pa.int32())})
SCORE = FormTable("score", (("patient_id", "varchar"),), (("points", "integer"),))
COUNT = FormTable("tally", (("clinic", "varchar"),), (("n", "integer"),))
VERSION = """/* Each row, and whether it says anything new.

grain: submission, line
*/
with known as (select facts.* from facts.score as facts)
select
    known.submission,
    known.section,
    known.line,
    known.patient_id,
    case
        when known.patient_id not in (select patient_id from ops.enrolled) then 'held'
        when row_number() over so_far = 1 then 'new'
        when known.points is not distinct from lag(known.points) over so_far then 'already_known'
        else 'corrected'
    end as row_state,
    case when known.patient_id not in (select patient_id from ops.enrolled) then 'not_known_here' end as held_because
from known
window so_far as (partition by known.patient_id order by known.submission, known.line)
"""
ENROLLED = """/* Who is enrolled: those without a Z; links count.

grain: patient_id
*/
select distinct score.patient_id from facts.score as score where score.patient_id not like 'Z%'
"""
TALLY = """/* Each tally, new.

grain: submission
*/
select t.submission, t.section, t.line, 'new' as row_state, null as held_because from facts.tally as t
"""
BYSTANDER = "/* Not needed.\n\ngrain: n\n*/\nselect error('built in vain') as n from facts.score as score"


@pytest.fixture
def models(tmp_path: Path) -> tuple[Model, ...]:
    queries = {"score_version": VERSION, "enrolled": ENROLLED, "tally_version": TALLY, "bystander": BYSTANDER}
    for name, query in queries.items():
        (tmp_path / "ops").mkdir(exist_ok=True)
        (tmp_path / "ops" / f"{name}.sql").write_text(query)
    return read_models(tmp_path)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path / "home")
    home.create()
    with writer(home, "test") as connection:
        ledger.ensure_form_tables(connection, [SCORE, COUNT])
        yield connection


def send(connection: duckdb.DuckDBPyConnection, submission: str, form: str, *rows: tuple[str, int]) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    key, value = ("patient_id", "points") if form == "score" else ("clinic", "n")
    table = [
        {"line": line, key: text, value: {"value": number, "missing": None}}
        for line, (text, number) in enumerate(rows, 2)
    ]
    record = SubmissionRecord(submission, "AMC", at, at, "x.csv", submission, 1, "1", "1")
    section = SectionRecord(1, form, "", (), 1, 1, 0, 0, 0, 0, pa.Table.from_pylist(table), EMPTY, EMPTY)
    ledger.record(connection, record, [section], settings="{}", dictionary="{}")


def test_states_of_many_submissions_come_back_at_once(
    connection: duckdb.DuckDBPyConnection, models: tuple[Model, ...]
) -> None:
    send(connection, "1", "score", ("A", 1), ("B", 2))
    send(connection, "2", "score", ("A", 1), ("B", 3), ("Z", 1))
    send(connection, "3", "tally", ("AMC", 1))
    assert read_states(connection, models, ["1", "2", "3"]) == (
        SectionStates("1", 1, new=2, corrected=0, already_known=0, held=0),
        SectionStates("2", 1, new=0, corrected=1, already_known=1, held=1, unknown_lines=(4,)),
        SectionStates("3", 1, new=1, corrected=0, already_known=0, held=0),
    )
    assert read_states(connection, models, ["2"]) == (SectionStates("2", 1, 0, 1, 1, 1, (4,)),)


def test_many_rows_are_asked_on_every_core_and_say_the_same(
    connection: duckdb.DuckDBPyConnection, models: tuple[Model, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(connection, "1", "score", ("A", 1), ("B", 2))
    send(connection, "2", "score", ("A", 1), ("B", 3), ("Z", 1))
    alone = read_states(connection, models, ["1", "2"])
    monkeypatch.setattr(states, "_MANY", 0)
    assert read_states(connection, models, ["1", "2"]) == alone
    assert connection.execute("select current_setting('threads')").fetchone() == (1,)


def test_only_the_patients_touched_and_those_linked_to_them_are_looked_at(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    send(connection, "1", "score", ("A", 1), ("B", 2), ("C", 3))
    send(connection, "2", "score", ("B", 5))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    ledger.decide(connection, Decision("link", at, "coordinator", patient_id="C", other_patient_id="B"))
    row = "'2' as submission, 1 as section, 2 as line, 'new' as row_state, null::varchar as held_because"
    query = f"select {row} from facts.score as score"
    seen = Model("ops.score_version", "Each row that can be seen.", (), query, ("facts.score",))
    (found,) = read_states(connection, [seen], ["2"])
    assert found.new == 3


def test_nothing_is_left_behind_and_the_facts_stay_writable(
    connection: duckdb.DuckDBPyConnection, models: tuple[Model, ...]
) -> None:
    send(connection, "1", "score", ("A", 1))
    read_states(connection, models, ["1"])
    names = connection.execute("select database_name from duckdb_databases() where not internal order by 1").fetchall()
    assert names == [("facts",), ("memory",)]
    send(connection, "2", "score", ("A", 1))


def test_submissions_without_rows_have_no_states(
    connection: duckdb.DuckDBPyConnection, models: tuple[Model, ...]
) -> None:
    send(connection, "1", "score")
    assert read_states(connection, models, ["1", "nowhere"]) == ()
    assert read_states(connection, models, []) == ()


def test_a_fault_in_a_model_quotes_no_row_and_leaves_the_connection_whole(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    send(connection, "1", "score", ("secret", 1))
    broken = Model("ops.score_version", "Broken.", (), "select s.patient_id::int from facts.score s", ("facts.score",))
    with pytest.raises(QueryError) as caught:
        read_states(connection, [broken], ["1"])
    assert "secret" not in str(caught.value)
    send(connection, "2", "score", ("A", 1))


def test_a_computed_model_cannot_decide_a_rows_state(connection: duckdb.DuckDBPyConnection) -> None:
    send(connection, "1", "score", ("A", 1))
    computed = ComputedModel("ops.score_version", "No.", (), {}, (), lambda _: EMPTY)
    with pytest.raises(TypeError, match="rests on SQL alone"):
        read_states(connection, [computed], ["1"])


def test_only_the_tables_named_are_read_from_elsewhere() -> None:
    query = "select 'facts.é' as n, facts.a from facts.t as facts join other.t on exists (from facts.u)"
    expected = "select 'facts.é' as n, facts.a from seen.t as facts join other.t on exists (from x as \"u\")"
    assert retarget(query, {"facts.t": "seen.t", "facts.u": "x"}) == expected
