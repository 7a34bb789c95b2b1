"""Deriving a snapshot: order, audits, comments, what was known, and putting it in place."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.support.visit_registry import TEXTS, VisitRegistry
from warehouse import faults
from warehouse.audit import read_offending
from warehouse.connection import reader, writer
from warehouse.derive import derive
from warehouse.errors import AuditError, HomeError, ModelError, QueryError
from warehouse.model import ComputedModel, read_models
from warehouse.snapshots import heal, read_names


@pytest.fixture
def registry(tmp_path: Path) -> VisitRegistry:
    registry = VisitRegistry(tmp_path)
    registry.send("s1", date(2026, 3, 1), ("A", date(2026, 2, 1), 50), ("B", date(2026, 2, 2), 60))
    return registry


@pytest.fixture
def stop_at() -> Iterator[list[str]]:
    points: list[str] = []

    def stop(name: str) -> None:
        if name in points:
            raise KeyboardInterrupt

    faults.install(stop)
    yield points
    faults.install(None)


def test_models_are_derived_in_order_into_a_new_file(registry: VisitRegistry) -> None:
    derivation = registry.publish()
    assert registry.query("select * from registry.visit order by 1") == [
        ("A", date(2026, 2, 1), 50.0),
        ("B", date(2026, 2, 2), 60.0),
    ]
    assert registry.query("select * from mart.total") == [(2, date(2026, 3, 31))]
    assert dict(derivation.tables)["registry.visit"] == 2
    assert derivation.path == registry.home.registry_path.resolve()
    assert [path.name for path in derivation.path.parent.iterdir()] == ["registry.duckdb"]
    assert derivation.path.stat().st_mode & 0o777 == 0o600


def test_seeds_are_text_and_a_folder_of_them_is_stacked(registry: VisitRegistry) -> None:
    registry.write(
        "reference/study",
        """/* Studies.\n\ngrain: study\n*/
select r.study, -- Study.
 r.value::double as n, r.file, -- File.
 r.line -- Line.
from seeds.reference as r""",
    )
    registry.publish()
    assert registry.query("select * from reference.study order by 1") == [
        ("one", 1.5, "one.csv", "2"),
        ("two", 1.5, "two.csv", "2"),
    ]
    assert registry.query("select * from registry.label order by 1") == [("a", "Ä thing"), ("b", None)]


def test_stacked_seeds_have_one_header(registry: VisitRegistry) -> None:
    (registry.sql / "seeds" / "reference" / "three.csv").write_text("study,worth\nx,1\n")
    with pytest.raises(ModelError, match=r"reference/three\.csv: its header differs"):
        registry.publish()


def test_a_seed_with_a_ragged_line_is_named(registry: VisitRegistry) -> None:
    (registry.sql / "seeds" / "label.csv").write_text("code,label\na,b,c\n")
    with pytest.raises(ModelError, match=r"label\.csv, line 2: 3 cells, the header has 2"):
        registry.publish()


def test_every_table_and_column_has_its_words(registry: VisitRegistry) -> None:
    records = {"dictionary.field": pa.table({"name": ["score"], "n": [1]})}
    texts = {**TEXTS, "dictionary.field": "Fields.", "dictionary.field.name": "Its name."}
    registry.publish(records=records, column_texts=texts)
    comments = registry.query("select table_name, column_name, comment from duckdb_columns() where not internal")
    assert [row for row in comments if not row[2]] == []
    found = {(table, column): comment for table, column, comment in comments}
    assert found["visit", "score"] == "Score, 0 to 100."
    assert found["visit_version", "submission"] == "Submission id."
    assert found["field", "name"] == "Its name."
    tables = registry.query("select table_name, comment from duckdb_tables() where not internal")
    assert ("total", "How many visits there are on the day of the snapshot.") in tables
    assert [row for row in tables if not row[1]] == []


def test_a_text_is_inherited_from_upstream(registry: VisitRegistry) -> None:
    registry.write(
        "mart/line", "/* Lines.\n\ngrain: line\n*/\nselect v.line from ops.visit_version as v where line = 2"
    )
    registry.publish()
    assert registry.query("select comment from duckdb_columns() where table_name = 'line'") == [("Line of the file.",)]


def test_every_column_without_words_is_named_at_once(registry: VisitRegistry) -> None:
    registry.write("mart/a", "/* A.\n\ngrain: one row\n*/\nselect 1 as x, 2 as y")
    registry.write("mart/b", "/* B.\n\ngrain: one row\n*/\nselect 1 as n, 2 as z")
    with pytest.raises(ModelError, match=r"mart\.a\.x has no text; mart\.a\.y has no text; mart\.b\.z has no text"):
        registry.publish()
    assert read_names(registry.home) == []


def test_a_computed_model_reads_and_writes_arrow(registry: VisitRegistry) -> None:
    def double(tables: Mapping[str, pa.Table]) -> pa.Table:
        rows = tables["registry.visit"].to_pylist()
        return pa.table({"patient_id": [row["patient_id"] for row in rows], "n": [row["score"] * 2 for row in rows]})

    upstream = ("registry.visit",)
    computed = ComputedModel("mart.double", "Twice.", ("patient_id",), {"n": "Twice."}, upstream, double, ("n < 110",))
    models = [computed, *read_models(registry.sql)]
    with pytest.raises(AuditError, match=r"mart\.double: n < 110 \(1 of 2 rows\)"):
        registry.publish(models=models)
    registry.publish(models=[replace(computed, checks=("n < 130",)), *read_models(registry.sql)])
    assert registry.query("select * from mart.double order by 1") == [("A", 100.0), ("B", 120.0)]


def test_a_computed_model_by_ranges_gives_what_it_gives_at_once(
    registry: VisitRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.send(
        "s2", date(2026, 3, 2), *((patient, date(2026, 2, 3), 10) for patient in "CDE"), ("A", date(2026, 3, 1), 9)
    )
    handed: list[list[str]] = []

    def keep(tables: Mapping[str, pa.Table]) -> pa.Table:
        assert tables["registry.label"].num_rows > 0
        handed.append(sorted(set(tables["registry.visit"]["patient_id"].to_pylist())))
        return tables["registry.visit"].select(["patient_id", "seen_on"])

    upstream = ("registry.visit", "registry.label")
    whole = ComputedModel("mart.seen", "Seen.", ("patient_id", "seen_on"), {}, upstream, keep)
    tables = []
    for model, size in ((whole, 1), (replace(whole, by="patient_id"), 2), (replace(whole, by="patient_id"), 1)):
        monkeypatch.setattr("warehouse.derive.VALUES_AT_ONCE", size)
        registry.publish(models=[model, *read_models(registry.sql)])
        tables.append(sorted(registry.query("select * from mart.seen")))
    assert tables[0] == tables[1] == tables[2]
    assert len(tables[0]) == 6
    assert handed == [[*"ABCDE"], [*"AB"], [*"CD"], ["E"], *([patient] for patient in "ABCDE")]


def test_a_fault_in_a_later_range_stops_the_derivation(
    registry: VisitRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def fail_later(tables: Mapping[str, pa.Table]) -> pa.Table:
        asked.append(tables["registry.visit"].num_rows)
        if len(asked) == 2:
            raise ValueError("no such day")
        return tables["registry.visit"].select(["patient_id", "seen_on"])

    monkeypatch.setattr("warehouse.derive.VALUES_AT_ONCE", 1)
    model = ComputedModel("mart.seen", "Seen.", ("patient_id",), {}, ("registry.visit",), fail_later, by="patient_id")
    registry.publish()
    with pytest.raises(ValueError, match="no such day"):
        registry.publish(models=[model, *read_models(registry.sql)])
    assert registry.query("select count(*) from registry.visit") == [(2,)]


def test_only_what_was_known_is_seen(registry: VisitRegistry) -> None:
    registry.send("s2", date(2026, 3, 20), ("A", date(2026, 2, 1), 70), ("C", date(2026, 3, 1), 10))
    registry.publish(date(2026, 3, 15))
    assert registry.query("select patient_id, score from registry.visit order by 1") == [("A", 50.0), ("B", 60.0)]
    registry.publish(date(2026, 3, 31))
    assert registry.query("select patient_id, score from registry.visit order by 1") == [
        ("A", 70.0),
        ("B", 60.0),
        ("C", 10.0),
    ]


def test_a_few_patients_can_be_derived_alone(registry: VisitRegistry, tmp_path: Path) -> None:
    at = datetime(2026, 3, 31, tzinfo=UTC)
    path = registry.home.facts_path
    found = derive(path, tmp_path, registry.plan(), known_at=at, today=date(2026, 3, 31), patients=["B"])
    with reader(found.path) as connection:
        assert connection.execute("select patient_id from registry.visit").fetchall() == [("B",)]


def test_deriving_twice_gives_the_same_tables(registry: VisitRegistry) -> None:
    tables = ("ops.visit_version", "registry.visit", "mart.total", "ops.known")
    seen = []
    for _ in range(2):
        registry.publish()
        seen.append([registry.query(f"from {table} order by all") for table in tables])
    assert seen[0] == seen[1]
    assert len(read_names(registry.home)) == 2


def test_a_failed_check_leaves_yesterdays_snapshot(registry: VisitRegistry) -> None:
    registry.publish()
    before = registry.home.current.resolve()
    registry.send("s2", date(2026, 3, 20), ("C", date(2026, 3, 1), 101))
    with pytest.raises(AuditError) as caught:
        registry.publish()
    assert "registry.visit: score between 0 and 100 (1 of 3 rows)" in caught.value.message
    assert "101" not in caught.value.message
    assert registry.home.current.resolve() == before
    assert [path.name for path in registry.home.snapshots.iterdir() if path.name.endswith(".part")] == []


def test_the_offending_rows_of_a_failed_audit_are_kept(registry: VisitRegistry) -> None:
    registry.send("s2", date(2026, 3, 20), ("C", date(2026, 3, 1), 101))
    with pytest.raises(AuditError):
        registry.publish()
    (kept,) = registry.home.audits.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    names, rows = read_offending(kept, "registry.visit: score between 0 and 100")
    assert names == ["patient_id", "seen_on", "score"]
    assert rows == [("C", date(2026, 3, 1), 101.0)]
    _, results = read_offending(kept, "audit")
    downstream = [row for row in results if row[1] == "mart.total"]
    assert downstream == [("mart.total: grain", "mart.total", "grain", "one row", "not_applicable", 0, 0)]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select 1 as n from facts.visit", r"mart\.bad: grain \(2 of 2 rows\)"),
        ("select null::int as n from facts.visit limit 1", r"mart\.bad: grain \(1 of 1 rows\)"),
        ("select n from (values (1), (2), (2), (null)) as t (n)", r"mart\.bad: grain \(3 of 4 rows\)"),
    ],
)
def test_a_key_is_unique_and_filled(registry: VisitRegistry, query: str, told: str) -> None:
    registry.write("mart/bad", f"/* Bad.\n\ngrain: n\n*/\n{query}")
    with pytest.raises(AuditError, match=told):
        registry.publish()


def test_a_key_column_may_be_declared_empty_and_stays_unique(registry: VisitRegistry) -> None:
    query = "select n from (values (1), (null)) as t (n)"
    registry.write("mart/open", f"/* Open.\n\ngrain: n?\n*/\n{query}")
    registry.publish()
    registry.write("mart/open", f"/* Open.\n\ngrain: n?\n*/\n{query} union all {query}")
    with pytest.raises(AuditError, match=r"mart\.open: grain \(4 of 4 rows\)"):
        registry.publish()


def test_a_table_of_one_row_has_one(registry: VisitRegistry) -> None:
    registry.write("mart/bad", "/* Bad.\n\ngrain: one row\n*/\nselect v.line as n from facts.visit as v")
    with pytest.raises(AuditError, match=r"mart\.bad: grain \(1 of 2 rows\)"):
        registry.publish()


def test_a_check_that_cannot_run_is_an_error_and_no_failure(registry: VisitRegistry) -> None:
    registry.write("mart/bad", "/* Bad.\n\ngrain: n\nchecks:\n  - nowhere > 1\n  - n > 0\n*/\nselect 1 as n")
    with pytest.raises(AuditError, match=r"1 of \d+ audits did not pass.*mart\.bad: nowhere > 1 \(could not run\)"):
        registry.publish()


def test_results_say_pass_or_not_applicable_and_stand_in_the_snapshot(registry: VisitRegistry) -> None:
    registry.write("mart/none", "/* None.\n\ngrain: n\nchecks:\n  - n > 0\n*/\nselect 1 as n where false")
    registry.write(
        "audits/nobody_is_z", "/* Nobody is called Z. */\nselect v.* from registry.visit as v where v.patient_id = 'Z'"
    )
    registry.publish()
    found = dict(registry.query("select audit, (result, n_offending, n_rows) from ops.audit"))
    assert found["mart.none: grain"] == ("not_applicable", 0, 0)
    assert found["mart.none: n > 0"] == ("not_applicable", 0, 0)
    assert found["registry.visit: grain"] == ("pass", 0, 2)
    assert found["audits.nobody_is_z"] == ("pass", 0, 2)


def test_an_audit_that_finds_rows_stops_the_snapshot(registry: VisitRegistry) -> None:
    registry.write(
        "audits/nobody_is_a", "/* Nobody is called A. */\nselect v.* from registry.visit as v where v.patient_id = 'A'"
    )
    with pytest.raises(AuditError, match=r"audits\.nobody_is_a \(1 of 2 rows\)"):
        registry.publish()


def test_a_model_that_fails_is_named_and_quotes_no_row(registry: VisitRegistry) -> None:
    registry.write("mart/bad", "/* Bad.\n\ngrain: n\n*/\nselect v.patient_id::int as n from facts.visit as v")
    with pytest.raises(QueryError) as caught:
        registry.publish()
    assert caught.value.message.startswith("mart.bad could not be derived: ConversionException")
    assert "'A'" not in caught.value.message
    assert list(registry.home.snapshots.iterdir()) == []


def test_the_facts_stay_closed_to_a_derive_inside_a_writer(registry: VisitRegistry) -> None:
    with writer(registry.home, "test"), pytest.raises(HomeError, match=r"facts\.duckdb cannot be opened"):
        registry.publish()


def test_only_the_newest_snapshots_are_kept(registry: VisitRegistry) -> None:
    for day in (1, 2, 3):
        registry.publish(date(2026, 4, day), keep=2)
    assert read_names(registry.home) == ["20260402T230000000000Z", "20260403T230000000000Z"]
    assert registry.home.current.resolve().name == "20260403T230000000000Z"
    assert registry.home.current.readlink() == Path("20260403T230000000000Z")


def test_a_clock_that_went_back_makes_no_older_snapshot(registry: VisitRegistry) -> None:
    registry.publish(date(2026, 4, 2))
    registry.publish(date(2026, 4, 1))
    assert read_names(registry.home) == ["20260402T230000000000Z", "20260402T230000000001Z"]
    assert registry.query("select today from ops.known") == [(date(2026, 4, 1),)]


def test_a_reader_keeps_its_snapshot_while_others_are_published_and_pruned(registry: VisitRegistry) -> None:
    registry.publish(keep=1)
    with reader(registry.home.registry_path) as connection:
        registry.send("s2", date(2026, 3, 20), ("C", date(2026, 3, 1), 10))
        registry.publish(keep=1)
        assert connection.execute("select count(*) from registry.visit").fetchall() == [(2,)]
        assert registry.query("select count(*) from registry.visit") == [(3,)]


@pytest.mark.parametrize(
    "point",
    [
        "publish.folder",
        "derive.prepare",
        "derive.model",
        "derive.build",
        "derive.close",
        "publish.sync",
        "publish.rename",
    ],
)
def test_stopped_anywhere_yesterdays_snapshot_stands_and_the_next_run_heals(
    registry: VisitRegistry, stop_at: list[str], point: str
) -> None:
    registry.publish(date(2026, 4, 1))
    stop_at.append(point)
    with pytest.raises(KeyboardInterrupt):
        registry.publish(date(2026, 4, 2))
    stop_at.clear()
    assert registry.query("select today from ops.known") == [(date(2026, 4, 1),)]
    registry.publish(date(2026, 4, 3))
    assert registry.query("select today from ops.known") == [(date(2026, 4, 3),)]
    assert [path.name for path in registry.home.snapshots.glob("*.part")] == []


def test_healing_removes_halves_and_points_to_the_newest_whole_snapshot(registry: VisitRegistry) -> None:
    registry.publish(date(2026, 4, 1))
    registry.publish(date(2026, 4, 2))
    half = registry.home.snapshots / "20260403T000000000000Z.part"
    half.mkdir()
    (half / "registry.duckdb").write_bytes(b"half")
    registry.home.current.unlink()
    registry.home.current.symlink_to("20260401T230000000000Z")
    heal(registry.home)
    assert not half.exists()
    assert registry.query("select today from ops.known") == [(date(2026, 4, 2),)]


def test_deriving_loads_no_pandas(registry: VisitRegistry) -> None:
    script = (
        "import sys, datetime as d; from pathlib import Path\n"
        "from warehouse.derive import Plan; from warehouse.snapshots import publish\n"
        "from warehouse.layout import Home; from warehouse.model import read_models\n"
        f"sql, home = Path({str(registry.sql)!r}), Home(Path({str(registry.home.path)!r}))\n"
        f"plan = Plan(read_models(sql), sql / 'seeds', column_texts={TEXTS!r})\n"
        "publish(home, plan, known_at=d.datetime(2026, 4, 1, tzinfo=d.UTC), today=d.date(2026, 4, 1))\n"
        "print(sorted({'pandas', 'polars', 'pyarrow', 'sqlglot', 'numpy', 'pytz'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=root)
    assert found.stdout == "[]\n", found.stderr
