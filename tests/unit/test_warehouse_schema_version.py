"""Migrations of the facts: in order, each once, after a backup, all that are due or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.support.crash_world import lay_facts
from warehouse import faults
from warehouse.connection import attach, identifier, literal, open_facts, open_memory, reader, writer
from warehouse.errors import HomeError
from warehouse.layout import Home
from warehouse.schema_version import migrate, read_migrations, read_version

EARLIER = range(1, len(read_migrations()))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def test_migrations_are_applied_once(home: Home) -> None:
    for _ in range(2):
        with writer(home, "test") as connection:
            versions = connection.execute("select version from facts.schema_version order by 1").fetchall()
    assert versions[0] == (1,)
    assert not list(home.backups.iterdir())


def test_newer_facts_are_refused(home: Home) -> None:
    with writer(home, "test") as connection:
        connection.execute("insert into facts.schema_version values (999, 'from the future')")
    with pytest.raises(HomeError, match="schema 999"), writer(home, "test"):
        pass


def test_facts_are_backed_up_before_they_are_migrated(home: Home, tmp_path: Path) -> None:
    steps = tmp_path / "migrations"
    steps.mkdir()
    (steps / "0001_facts.sql").write_text("create table t (n integer); insert into t values (1);")
    with open_memory() as connection:
        connection.execute(f"attach {literal(home.facts_path)} as facts")
        migrate(connection, home, steps)
        (steps / "0002_more.sql").write_text("alter table t add column more varchar;")
        migrate(connection, home, steps)
        assert connection.execute("from facts.t").fetchall() == [(1, None)]
    with reader(home.backups / "facts-schema-0001.duckdb") as connection:
        assert connection.execute("from t").fetchall() == [(1,)]


@pytest.mark.parametrize("version", EARLIER)
def test_facts_of_every_earlier_schema_are_migrated_after_a_backup_and_lose_no_row(home: Home, version: int) -> None:
    lay_facts(home, version)
    before = count_rows(home.facts_path)
    assert before["submission"] > 0
    with open_facts(home) as connection:
        assert read_version(connection) == len(read_migrations())
    after = count_rows(home.facts_path)
    grown = {"schema_version": before["schema_version"] + len(read_migrations()) - version}
    assert {name: after[name] for name in before} == before | grown
    (backup,) = home.backups.glob("*.duckdb")
    assert backup.name == f"facts-schema-{version:04d}.duckdb"
    assert count_rows(backup) == before


def count_rows(path: Path) -> dict[str, int]:
    with open_memory() as connection:
        attach(connection, path, "told", is_read_only=True)
        tables = connection.execute("select table_name from duckdb_tables() where database_name = 'told'").fetchall()
        counts = [connection.execute(f"select count(*) from told.{identifier(name)}").fetchone() for (name,) in tables]
        return {name: count[0] for (name,), count in zip(tables, counts, strict=True) if count}


def test_a_migration_that_fails_changes_nothing_and_quotes_nothing(home: Home, tmp_path: Path) -> None:
    steps = tmp_path / "migrations"
    steps.mkdir()
    (steps / "0001_facts.sql").write_text("create table t (n varchar); insert into t values ('secret');")
    with open_memory() as connection:
        connection.execute(f"attach {literal(home.facts_path)} as facts")
        migrate(connection, home, steps)
        (steps / "0002_typed.sql").write_text("create table u as select n::integer as n from t;")
        with pytest.raises(HomeError) as caught:
            migrate(connection, home, steps)
        assert "secret" not in str(caught.value)
        assert connection.execute("select max(version) from facts.schema_version").fetchall() == [(1,)]


def test_a_migration_cut_off_between_its_steps_begins_again_from_what_was_backed_up(home: Home, tmp_path: Path) -> None:
    steps = tmp_path / "migrations"
    steps.mkdir()
    (steps / "0001_facts.sql").write_text("create table t (n integer); insert into t values (1);")
    with facts_of(home) as connection:
        migrate(connection, home, steps)
    (steps / "0002_more.sql").write_text("alter table t add column more varchar;")
    (steps / "0003_again.sql").write_text("alter table t add column again varchar; update t set again = 'x';")
    passed: list[str] = []

    def stop(name: str) -> None:
        passed.append(name)
        if passed.count("migrate.step") == 2:
            raise InterruptedError

    faults.install(stop)
    with facts_of(home) as connection, pytest.raises(InterruptedError):
        migrate(connection, home, steps)
    faults.install(None)
    with facts_of(home) as connection:
        assert connection.execute("from facts.t").fetchall() == [(1,)]
        migrate(connection, home, steps)
        assert connection.execute("from facts.t").fetchall() == [(1, None, "x")]
    assert [path.name for path in home.backups.iterdir()] == ["facts-schema-0001.duckdb"]


@contextmanager
def facts_of(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The facts attached as they are: a step is the test's own."""
    with open_memory() as connection:
        connection.execute(f"attach {literal(home.facts_path)} as facts")
        yield connection


def test_migrations_have_no_gaps(home: Home, tmp_path: Path) -> None:
    (tmp_path / "0002_late.sql").write_text("select 1")
    with open_memory() as connection, pytest.raises(ValueError, match="not numbered"):
        migrate(connection, home, tmp_path)
