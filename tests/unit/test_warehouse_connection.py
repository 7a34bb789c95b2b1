"""Connections, locks and literals of the warehouse."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import warehouse.connection
from warehouse.connection import identifier, literal, open_memory, reader, translated, writer
from warehouse.errors import HomeError, LockedError, QueryError
from warehouse.layout import Home, instant_id, read_instant_id
from warehouse.lock import lock, read_holder

ROOT = Path(__file__).parents[2]
HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from warehouse.layout import Home
from warehouse.connection import writer
with writer(Home(Path(sys.argv[1])), "hamreg run") as connection:
    connection.execute("begin")
    connection.execute("insert into facts.settings values ('1', '{}')")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def make_snapshot(path: Path, value: int) -> Path:
    path.mkdir()
    with open_memory() as connection:
        connection.execute(f"attach {literal(path / 'registry.duckdb')} as registry")
        connection.execute(f"create table registry.episode as select {value} as n")
    return path / "registry.duckdb"


def test_the_home_is_readable_by_its_owner_alone(home: Home) -> None:
    with writer(home, "test"):
        pass
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert home.facts_path.stat().st_mode & 0o777 == 0o600
    assert home.lock_path.stat().st_mode & 0o777 == 0o600


def test_a_second_writer_hears_who_writes_and_since_when(home: Home) -> None:
    with writer(home, "hamreg run"), pytest.raises(LockedError) as caught, writer(home, "other", patience_seconds=0):
        pass
    assert f"`hamreg run` (process {os.getpid()} on " in caught.value.message
    assert ", since 20" in caught.value.message


def test_the_lock_is_free_after_a_writer_that_failed(home: Home) -> None:
    with pytest.raises(ZeroDivisionError), writer(home, "first"):
        raise ZeroDivisionError
    assert read_holder(home) is None
    with writer(home, "second"):
        holder = read_holder(home)
        assert holder is not None
        assert holder.command == "second"


def test_a_killed_writer_leaves_the_lock_free_and_no_half_transaction(home: Home) -> None:
    command = [sys.executable, "-c", HOLD_THE_LOCK, str(home.path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(LockedError, match="hamreg run"), lock(home, "other", patience_seconds=0):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with writer(home, "other") as connection:
        assert connection.execute("select count(*) from facts.settings").fetchall() == [(0,)]


def test_a_lock_file_left_by_a_killed_writer_names_nobody(home: Home) -> None:
    home.lock_path.write_text(json.dumps({"pid": 1, "host": "x", "since": "y", "command": "z"}))
    assert read_holder(home) is None


def test_without_a_home_the_remedy_is_init(tmp_path: Path) -> None:
    with pytest.raises(HomeError) as caught, writer(Home(tmp_path / "nowhere"), "test"):
        pass
    assert "hamreg init" in caught.value.remedy


def test_a_damaged_facts_file_is_one_clear_error(home: Home) -> None:
    home.facts_path.write_bytes(b"not a database" * 1000)
    with pytest.raises(HomeError, match=r"facts\.duckdb cannot be opened"), writer(home, "test"):
        pass


def test_a_reader_follows_the_link_once(tmp_path: Path) -> None:
    make_snapshot(tmp_path / "a", 1)
    make_snapshot(tmp_path / "b", 2)
    current = tmp_path / "current"
    current.symlink_to("a")
    with reader(current / "registry.duckdb") as first:
        current.unlink()
        current.symlink_to("b")
        with reader(current / "registry.duckdb") as second:
            assert first.execute("select n from registry.episode").fetchall() == [(1,)]
            assert second.execute("select n from episode").fetchall() == [(2,)]


def test_a_small_snapshot_is_asked_on_one_core_and_a_large_one_on_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cores = make_snapshot(tmp_path / "a", 1), "select current_setting('threads')"
    with reader(path) as small:
        assert small.execute(cores).fetchone() == (1,)
    monkeypatch.setattr(warehouse.connection, "SMALL_SNAPSHOT_BYTES", 0)
    with reader(path) as large, open_memory() as every:
        assert large.execute(cores).fetchone() == every.execute(cores).fetchone()


@pytest.mark.parametrize(
    "statement",
    [
        "create table registry.x (n integer)",
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/x.duckdb'",
        "copy episode to 'x.csv'",
        "set enable_external_access = true",
    ],
)
def test_a_reader_can_neither_write_nor_reach_other_files(tmp_path: Path, statement: str) -> None:
    with reader(make_snapshot(tmp_path / "a", 1)) as connection, pytest.raises(QueryError), translated("query"):
        connection.execute(statement)


def test_a_missing_snapshot_is_a_home_error(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="no snapshot yet"), reader(tmp_path / "registry.duckdb"):
        pass


def test_an_error_that_could_quote_a_row_says_its_kind_alone() -> None:
    with open_memory() as connection, pytest.raises(QueryError) as caught, translated("The query failed"):
        connection.execute("select p::integer from (select 'AMC-0015' as p)")
    assert "AMC" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_an_error_in_the_statement_is_shown() -> None:
    with open_memory() as connection, pytest.raises(QueryError, match="nowhere"), translated("The query failed"):
        connection.execute("select * from nowhere")


@pytest.mark.parametrize(
    "value",
    [
        "it's",
        'a "quote"',
        "",
        "\0x\0",
        "é☃",
        "a; drop table x --",
        1,
        -5,
        2.5,
        1e300,
        True,
        False,
        None,
        date(2024, 2, 29),
    ],
)
def test_a_literal_comes_back_as_it_was(value: object) -> None:
    with open_memory() as connection:
        assert connection.execute(f"select {literal(value)}").fetchall() == [(value,)]


def test_literals_nest_and_instants_are_utc() -> None:
    aware = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
    with open_memory() as connection:
        row = connection.execute(f"select {literal({'a': [1, 2], 'b': aware})}").fetchall()[0][0]
    assert row == {"a": [1, 2], "b": datetime(2026, 3, 1, 12, 0, 0, 1)}


def test_a_value_without_a_literal_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        literal(object())


def test_an_identifier_is_quoted() -> None:
    assert identifier('a"b') == '"a""b"'


def test_instant_ids_sort_by_time_and_read_back() -> None:
    early, late = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert instant_id(early) < instant_id(late)
    assert read_instant_id(instant_id(late)) == datetime(2026, 3, 1, 10)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant_id(datetime(2026, 3, 1))


def test_reading_loads_no_frame_library(tmp_path: Path) -> None:
    snapshot = make_snapshot(tmp_path / "a", 1)
    script = (
        "import sys; from pathlib import Path; from warehouse.connection import reader\n"
        f"with reader(Path({str(snapshot)!r})) as c: c.execute('from episode').fetchall()\n"
        "print(sorted({'pandas', 'polars', 'pyarrow', 'sqlglot', 'numpy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert found.stdout == "[]\n", found.stderr
