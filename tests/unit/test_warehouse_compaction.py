"""Taking rows out of the facts for good."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import connection as warehouse_connection
from warehouse import faults
from warehouse.compaction import compact, part_of
from warehouse.connection import writer
from warehouse.errors import HomeError, QueryError
from warehouse.layout import Home
from warehouse.snapshots import heal

PATIENT = "AMC-0042-who-wants-to-be-forgotten"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home whose facts name the secret, in a file in which text can be found."""
    plain = {**warehouse_connection.CONFIG, "force_compression": "uncompressed"}
    monkeypatch.setattr(warehouse_connection, "CONFIG", plain)
    home = Home(tmp_path / "home")
    home.create()
    with writer(home, "test") as connection:
        connection.execute("create table facts.visit (submission varchar, line integer, patient_id varchar)")
        connection.execute(
            f"insert into facts.visit select 's', i, if(i % 100 = 7, '{PATIENT}', 'other') from range(5000) t (i)"
        )
        connection.execute("insert into facts.visit values ('s', -1, null)")
        connection.execute(
            "insert into facts.raw_row (submission, section, line, cells, is_rejected) "
            "select submission, 1, line, [patient_id, 'x'], false from facts.visit"
        )
        connection.execute("insert into facts.settings values ('1', '{}')")
    yield home
    faults.install(None)


def occurrences(home: Home) -> dict[str, int]:
    found = {path.name: path.read_bytes().count(PATIENT.encode()) for path in home.path.iterdir() if path.is_file()}
    return {name: count for name, count in found.items() if count}


DROP = {
    "visit": f"patient_id = '{PATIENT}'",
    "raw_row": f"(submission, line) in (select submission, line from facts.visit where patient_id = '{PATIENT}')",
}


def test_a_deleted_row_survives_in_the_file_and_a_compacted_one_does_not(home: Home) -> None:
    assert occurrences(home)["facts.duckdb"] >= 1, "the positive control: the text can be found at all"
    assert compact(home, DROP) == {"visit": 50, "raw_row": 50}
    assert occurrences(home) == {}


def test_what_stays_is_as_it_was(home: Home) -> None:
    compact(home, DROP)
    with writer(home, "test") as connection:
        assert connection.execute("select count(*), count(patient_id) from facts.visit").fetchall() == [(4951, 4950)]
        assert connection.execute("select version from facts.settings").fetchall() == [("1",)]
        lines = [line for (line,) in connection.execute("select line from facts.visit").fetchall()]
        assert lines == [line for line in range(5000) if line % 100 != 7] + [-1]
    with pytest.raises(QueryError), writer(home, "test") as connection, warehouse_connection.translated("x"):
        connection.execute("insert into facts.settings values ('1', '{}')")
    assert home.facts_path.stat().st_mode & 0o777 == 0o600


def test_dropping_nothing_keeps_everything(home: Home) -> None:
    assert compact(home, {}) == {}
    assert occurrences(home)["facts.duckdb"] >= 1


@pytest.mark.parametrize("point", ["compact.write", "compact.swap"])
def test_killed_on_the_way_the_facts_are_the_old_or_the_new_ones(home: Home, point: str) -> None:
    def stop(name: str) -> None:
        if name == point:
            raise KeyboardInterrupt

    faults.install(stop)
    with pytest.raises(KeyboardInterrupt):
        compact(home, DROP)
    faults.install(None)
    with writer(home, "test") as connection:
        rows = connection.execute("select count(*) from facts.visit").fetchall()
    assert rows == [(5001 if point == "compact.write" else 4951,)]
    heal(home)
    assert not part_of(home).exists()
    compact(home, DROP)
    assert occurrences(home) == {}


def test_a_condition_that_is_no_sql_changes_nothing(home: Home) -> None:
    with pytest.raises(QueryError, match="nowhere"):
        compact(home, {"visit": "nowhere = 1"})
    assert occurrences(home)["facts.duckdb"] >= 1


def test_facts_that_are_open_are_not_rewritten(home: Home) -> None:
    with writer(home, "test"), pytest.raises(HomeError):
        compact(home, DROP)
