"""Deriving a snapshot: order, audits, comments, what was known, and putting it in place."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from warehouse import faults, ledger
from warehouse.audit import read_offending
from warehouse.connection import reader, writer
from warehouse.derive import Derivation, Plan, derive
from warehouse.errors import AuditError, HomeError, ModelError, QueryError
from warehouse.layout import Home
from warehouse.model import ComputedModel, read_audits, read_models
from warehouse.records import FormTable, SectionRecord, SubmissionRecord
from warehouse.snapshots import heal, publish, read_names

VISIT = FormTable("visit", (("patient_id", "varchar"), ("seen_on", "date")), (("score", "double"),))
EMPTY = pa.table({"line": pa.array([], pa.int32())})
TEXTS = {"patient_id": "Pseudonym.", "seen_on": "Day of the visit.", "score": "Score, 0 to 100.", "n": "How many."}
MODELS = {
    "ops/visit_version": """/* Every visit as sent.

grain: submission, line
*/
select
    visit.submission,  -- Submission id.
    visit.line,        -- Line of the file.
    visit.received_at, -- When it came.
    visit.patient_id,
    visit.seen_on,
    visit.score,
    lead(visit.received_at) over again as superseded_at  -- When the next one came.
from facts.visit as visit
window again as (partition by visit.patient_id, visit.seen_on order by visit.submission)
""",
    "registry/visit": """/* The last word on each visit.

grain: patient_id, seen_on
checks:
  - score between 0 and 100
*/
select
    version.patient_id,
    version.seen_on,
    arg_max(version.score."value", version.submission) as score
from ops.visit_version as version
group by version.patient_id, version.seen_on
""",
    "registry/label": """/* Labels from the seeds.

grain: code
*/
select
    label.code,            -- The code.
    label.label as words   -- Its words.
from seeds.label as label
""",
    "mart/total": """/* How many visits there are on the day of the snapshot.

grain: one row
*/
select
    count(*) as n,
    (select known.today from ops.known as known) as today  -- The day.
from registry.visit as visit
""",
}


class Registry:
    """A home with a few models and one form, `visit`."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.home.create()
        self.sql = folder / "sql"
        (self.sql / "seeds" / "reference").mkdir(parents=True)
        (self.sql / "seeds" / "label.csv").write_text("code,label\na,Ä thing\nb,\n", encoding="utf-8")
        for name in ("one", "two"):
            (self.sql / "seeds" / "reference" / f"{name}.csv").write_text(f"study,value\n{name},1.5\n")
        for name, text in MODELS.items():
            self.write(name, text)
        with writer(self.home, "test") as connection:
            ledger.ensure_form_tables(connection, [VISIT])

    def write(self, name: str, text: str) -> None:
        path = self.sql / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def send(self, submission: str, on: date, *visits: tuple[str, date, float | None]) -> None:
        rows = [
            {"line": line, "patient_id": patient, "seen_on": seen, "score": {"value": score, "missing": None}}
            for line, (patient, seen, score) in enumerate(visits, 2)
        ]
        at = datetime(on.year, on.month, on.day, 10, tzinfo=UTC)
        record = SubmissionRecord(submission, "AMC", at, at, "visit.csv", submission, 1, "1", "1")
        section = SectionRecord(1, "visit", "", (), 1, 1, 0, 0, 0, 0, pa.Table.from_pylist(rows), EMPTY, EMPTY)
        with writer(self.home, "test") as connection:
            ledger.record(connection, record, [section], settings="{}", dictionary="{}")

    def plan(self, **changes: Any) -> Plan:
        plan = Plan(read_models(self.sql), self.sql / "seeds", read_audits(self.sql / "audits"), {}, TEXTS)
        return replace(plan, **changes)

    def publish(self, on: date = date(2026, 3, 31), **changes: Any) -> Derivation:
        at = datetime(on.year, on.month, on.day, 23, tzinfo=UTC)
        keep = changes.pop("keep", 5)
        return publish(self.home, self.plan(**changes), known_at=at, today=on, keep=keep)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with reader(self.home.registry_path) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    registry = Registry(tmp_path)
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


def test_models_are_derived_in_order_into_a_new_file(registry: Registry) -> None:
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


def test_seeds_are_text_and_a_folder_of_them_is_stacked(registry: Registry) -> None:
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


def test_stacked_seeds_have_one_header(registry: Registry) -> None:
    (registry.sql / "seeds" / "reference" / "three.csv").write_text("study,worth\nx,1\n")
    with pytest.raises(ModelError, match=r"reference/three\.csv: its header differs"):
        registry.publish()


def test_a_seed_with_a_ragged_line_is_named(registry: Registry) -> None:
    (registry.sql / "seeds" / "label.csv").write_text("code,label\na,b,c\n")
    with pytest.raises(ModelError, match=r"label\.csv, line 2: 3 cells, the header has 2"):
        registry.publish()


def test_every_table_and_column_has_its_words(registry: Registry) -> None:
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


def test_a_text_is_inherited_from_upstream(registry: Registry) -> None:
    registry.write(
        "mart/line", "/* Lines.\n\ngrain: line\n*/\nselect v.line from ops.visit_version as v where line = 2"
    )
    registry.publish()
    assert registry.query("select comment from duckdb_columns() where table_name = 'line'") == [("Line of the file.",)]


def test_every_column_without_words_is_named_at_once(registry: Registry) -> None:
    registry.write("mart/a", "/* A.\n\ngrain: one row\n*/\nselect 1 as x, 2 as y")
    registry.write("mart/b", "/* B.\n\ngrain: one row\n*/\nselect 1 as n, 2 as z")
    with pytest.raises(ModelError, match=r"mart\.a\.x has no text; mart\.a\.y has no text; mart\.b\.z has no text"):
        registry.publish()
    assert read_names(registry.home) == []


def test_a_computed_model_reads_and_writes_arrow(registry: Registry) -> None:
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


def test_only_what_was_known_is_seen(registry: Registry) -> None:
    registry.send("s2", date(2026, 3, 20), ("A", date(2026, 2, 1), 70), ("C", date(2026, 3, 1), 10))
    registry.publish(date(2026, 3, 15))
    assert registry.query("select patient_id, score from registry.visit order by 1") == [("A", 50.0), ("B", 60.0)]
    registry.publish(date(2026, 3, 31))
    assert registry.query("select patient_id, score from registry.visit order by 1") == [
        ("A", 70.0),
        ("B", 60.0),
        ("C", 10.0),
    ]


def test_a_few_patients_can_be_derived_alone(registry: Registry, tmp_path: Path) -> None:
    at = datetime(2026, 3, 31, tzinfo=UTC)
    path = registry.home.facts_path
    found = derive(path, tmp_path, registry.plan(), known_at=at, today=date(2026, 3, 31), patients=["B"])
    with reader(found.path) as connection:
        assert connection.execute("select patient_id from registry.visit").fetchall() == [("B",)]


def test_deriving_twice_gives_the_same_tables(registry: Registry) -> None:
    tables = ("ops.visit_version", "registry.visit", "mart.total", "ops.known")
    seen = []
    for _ in range(2):
        registry.publish()
        seen.append([registry.query(f"from {table} order by all") for table in tables])
    assert seen[0] == seen[1]
    assert len(read_names(registry.home)) == 2


def test_a_failed_check_leaves_yesterdays_snapshot(registry: Registry) -> None:
    registry.publish()
    before = registry.home.current.resolve()
    registry.send("s2", date(2026, 3, 20), ("C", date(2026, 3, 1), 101))
    with pytest.raises(AuditError) as caught:
        registry.publish()
    assert "registry.visit: score between 0 and 100 (1 of 3 rows)" in caught.value.message
    assert "101" not in caught.value.message
    assert registry.home.current.resolve() == before
    assert [path.name for path in registry.home.snapshots.iterdir() if path.name.endswith(".part")] == []


def test_the_offending_rows_of_a_failed_audit_are_kept(registry: Registry) -> None:
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
def test_a_key_is_unique_and_filled(registry: Registry, query: str, told: str) -> None:
    registry.write("mart/bad", f"/* Bad.\n\ngrain: n\n*/\n{query}")
    with pytest.raises(AuditError, match=told):
        registry.publish()


def test_a_key_column_may_be_declared_empty_and_stays_unique(registry: Registry) -> None:
    query = "select n from (values (1), (null)) as t (n)"
    registry.write("mart/open", f"/* Open.\n\ngrain: n?\n*/\n{query}")
    registry.publish()
    registry.write("mart/open", f"/* Open.\n\ngrain: n?\n*/\n{query} union all {query}")
    with pytest.raises(AuditError, match=r"mart\.open: grain \(4 of 4 rows\)"):
        registry.publish()


def test_a_table_of_one_row_has_one(registry: Registry) -> None:
    registry.write("mart/bad", "/* Bad.\n\ngrain: one row\n*/\nselect v.line as n from facts.visit as v")
    with pytest.raises(AuditError, match=r"mart\.bad: grain \(1 of 2 rows\)"):
        registry.publish()


def test_a_check_that_cannot_run_is_an_error_and_no_failure(registry: Registry) -> None:
    registry.write("mart/bad", "/* Bad.\n\ngrain: n\nchecks:\n  - nowhere > 1\n  - n > 0\n*/\nselect 1 as n")
    with pytest.raises(AuditError, match=r"1 of \d+ audits did not pass.*mart\.bad: nowhere > 1 \(could not run\)"):
        registry.publish()


def test_results_say_pass_or_not_applicable_and_stand_in_the_snapshot(registry: Registry) -> None:
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


def test_an_audit_that_finds_rows_stops_the_snapshot(registry: Registry) -> None:
    registry.write(
        "audits/nobody_is_a", "/* Nobody is called A. */\nselect v.* from registry.visit as v where v.patient_id = 'A'"
    )
    with pytest.raises(AuditError, match=r"audits\.nobody_is_a \(1 of 2 rows\)"):
        registry.publish()


def test_a_model_that_fails_is_named_and_quotes_no_row(registry: Registry) -> None:
    registry.write("mart/bad", "/* Bad.\n\ngrain: n\n*/\nselect v.patient_id::int as n from facts.visit as v")
    with pytest.raises(QueryError) as caught:
        registry.publish()
    assert caught.value.message.startswith("mart.bad could not be derived: ConversionException")
    assert "'A'" not in caught.value.message
    assert list(registry.home.snapshots.iterdir()) == []


def test_the_facts_stay_closed_to_a_derive_inside_a_writer(registry: Registry) -> None:
    with writer(registry.home, "test"), pytest.raises(HomeError, match=r"facts\.duckdb cannot be opened"):
        registry.publish()


def test_only_the_newest_snapshots_are_kept(registry: Registry) -> None:
    for day in (1, 2, 3):
        registry.publish(date(2026, 4, day), keep=2)
    assert read_names(registry.home) == ["20260402T230000000000Z", "20260403T230000000000Z"]
    assert registry.home.current.resolve().name == "20260403T230000000000Z"
    assert registry.home.current.readlink() == Path("20260403T230000000000Z")


def test_a_clock_that_went_back_makes_no_older_snapshot(registry: Registry) -> None:
    registry.publish(date(2026, 4, 2))
    registry.publish(date(2026, 4, 1))
    assert read_names(registry.home) == ["20260402T230000000000Z", "20260402T230000000001Z"]
    assert registry.query("select today from ops.known") == [(date(2026, 4, 1),)]


def test_a_reader_keeps_its_snapshot_while_others_are_published_and_pruned(registry: Registry) -> None:
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
    registry: Registry, stop_at: list[str], point: str
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


def test_healing_removes_halves_and_points_to_the_newest_whole_snapshot(registry: Registry) -> None:
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


def test_deriving_loads_no_pandas(registry: Registry) -> None:
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
