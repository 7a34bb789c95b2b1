"""The cases: what of ours is held against what, at which size, and the ratio it must reach."""

from dataclasses import dataclass

from bench.measure import Step

BULK = 1_000_000
SMALL, MIDDLE = 10_000, 100_000
HAMREG = ("{python}", "-m", "pipelines.cli")
RUN = (*HAMREG, "--home", "{folder}/copy", "run")


@dataclass(frozen=True)
class Case:
    """Ours beside another; `goal` is the most that ours may take of it, or with `is_faster` how much faster it must be.

    sizes: rows in the usual run, from small to large; `long` those that only `--long` takes, for minutes each; the
    quick run takes `quick_rows` (None: no part). repeats: how often each side is measured.
    """

    name: str
    text: str
    ours: Step
    other: Step
    goal: float
    is_faster: bool = False
    sizes: tuple[int, ...] = (SMALL, MIDDLE)
    long: tuple[int, ...] = ()
    quick_rows: int | None = 20_000
    repeats: int = 5
    homes: tuple[str, ...] = ("enrolled",)

    def ratio(self, ours: float, other: float) -> float:
        """Ours over the other's seconds, or how many times faster ours is."""
        return other / ours if self.is_faster else ours / other

    def is_met(self, ratio: float) -> bool:
        """Whether the goal is reached."""
        return ratio >= self.goal if self.is_faster else ratio <= self.goal


def ours(name: str, **more: object) -> Step:
    """A step of `bench.ours`."""
    return Step(name, "ours", name, **more)  # type: ignore[arg-type]


def peer(name: str) -> Step:
    """A step of `bench.peers`."""
    return Step(name, "peers", name)


def command(name: str, *words: str, before: str = "") -> Step:
    """A whole process."""
    return Step(name, "ours", command=words, before=before)


QUERY = "select count(*) from registry.follow_up"
IMPORT_VALIDATION = "import pandera.polars"
IMPORT_INTAKE = "import pipelines.intake.submission, pipelines.run, pandera.polars"
DUCKDB_QUERY = (
    "import duckdb; duckdb.connect('{folder}/derived/snapshots/current/registry.duckdb', read_only=True)"
    f".execute('{QUERY}').fetchall()"
)

CASES = (
    Case(
        "bulk",
        "one follow_up file, 1 % faulty cells: hand-in to facts, findings, receipt | DuckDB's typed "
        "read_csv of its clean twin",
        ours("bulk"),
        peer("duckdb_typed"),
        3.0,
        sizes=(SMALL, MIDDLE, BULK),
    ),
    Case(
        "bulk_pandas",
        "the same | pandas with errors='coerce', pandera.pandas lazily, rows into DuckDB",
        ours("bulk"),
        peer("pandas_pandera"),
        2,
        is_faster=True,
        sizes=(MIDDLE,),
        long=(BULK,),
    ),
    Case(
        "cells",
        "cells to findings alone | ten expectations of Great Expectations on a pandas frame",
        ours("judge"),
        peer("great_expectations"),
        3,
        is_faster=True,
        sizes=(MIDDLE,),
        long=(BULK,),
    ),
    Case(
        "derive",
        "derive of the SQL models, audits included | the same SELECTs run bare by DuckDB",
        ours("derive"),
        peer("bare_selects"),
        1.3,
        homes=("loaded",),
        long=(BULK,),
    ),
    Case(
        "derive_dbt",
        "derive, whole process | dbt-core with dbt-duckdb on the same models, whole process",
        Step("derive", command=("{python}", "-m", "bench.step", "ours", "derive", "{folder}", "0")),
        Step(
            "dbt",
            "dbt",
            before="project",
            command=(
                "{folder}/../dbt-venv/bin/dbt",
                "run",
                "--quiet",
                "--project-dir",
                "{folder}/dbt",
                "--profiles-dir",
                "{folder}/dbt",
            ),
        ),
        3,
        is_faster=True,
        quick_rows=None,
        homes=("loaded",),
    ),
    Case(
        "backlog",
        "1,000 files of 50 rows in one run | the same 50,000 rows as one file",
        ours("backlog"),
        ours("backlog_as_one"),
        8,
        sizes=(50_000,),
    ),
    Case(
        "one_more",
        "one more file of 50 rows, file to receipt | the same beside none",
        ours("one_file"),
        ours("one_file_beside_none"),
        1.5,
        homes=("loaded",),
        long=(BULK,),
    ),
    Case(
        "one_alone",
        "one file of 50 rows in a fresh process, file to receipt | the import of its libraries",
        command("one file", "{python}", "-c", "from bench.ours import cold; cold('{folder}')", before="fresh_home"),
        command("import", "{python}", "-c", IMPORT_INTAKE),
        1.3,
        quick_rows=1000,
        sizes=(1000,),
    ),
    Case(
        "run_more",
        "one more file, whole `hamreg run` with derive | the same beside none",
        command("beside all", *RUN, before="small_waits"),
        command("beside none", *RUN, before="small_waits_alone"),
        4,
        homes=("derived",),
        sizes=(SMALL,),
        long=(MIDDLE, BULK),
    ),
    Case(
        "national",
        "`hamreg run` of 6,000 patients, 300 clinics, files to snapshot | the same core without Dagster",
        command("with Dagster", *RUN, before="national_waits"),
        ours("national_run"),
        1.5,
        quick_rows=None,
        repeats=1,
        sizes=(),
        long=(20_000,),
    ),
    Case(
        "check",
        "`hamreg check` of 200 rows, whole process | import of the validation library alone",
        command("check", *HAMREG, "check", "{folder}/clean.csv"),
        command("import", "{python}", "-c", IMPORT_VALIDATION),
        1.5,
        quick_rows=200,
        sizes=(200,),
    ),
    Case(
        "patient",
        "`hamreg benchmark PATIENT`, whole process | import duckdb and one query on the same file",
        command("benchmark", *HAMREG, "--home", "{folder}/derived", "benchmark", "BULK-0001E"),
        command("duckdb", "{python}", "-c", DUCKDB_QUERY),
        3,
        homes=("derived",),
        sizes=(SMALL,),
        long=(MIDDLE,),
    ),
    Case(
        "query",
        "`hamreg query`, whole process | import duckdb and one query on the same file",
        command("query", *HAMREG, "--home", "{folder}/derived", "query", QUERY),
        command("duckdb", "{python}", "-c", DUCKDB_QUERY),
        3,
        homes=("derived",),
        sizes=(SMALL,),
        long=(MIDDLE,),
    ),
    Case(
        "placements",
        "patient benchmark of every episode, all measures, both arms | scipy's t CDF and interval over as many values",
        ours("patient_benchmark"),
        peer("t_distribution"),
        10,
        homes=("derived",),
        sizes=(SMALL,),
        long=(MIDDLE, 5 * MIDDLE),
    ),
    Case(
        "release",
        "release | DuckDB's COPY FROM DATABASE and Parquet COPY",
        ours("release"),
        peer("copy_from_database"),
        2,
        homes=("derived",),
        sizes=(SMALL,),
        long=(MIDDLE, BULK),
    ),
    Case(
        "portal",
        "a clinic's pages with 5,000 patients, four browsers at once, the time that 95 of 100 answers keep | a bare "
        "Starlette page of as many bytes",
        Step("pages", "pages", "pages"),
        Step("bare", "pages", "bare"),
        50,
        quick_rows=5_000,
        repeats=3,
        homes=("derived",),
        sizes=(25_000,),
    ),
    Case(
        "memory",
        "peak memory of a bulk file of 10,000,000 rows | of 1,000,000",
        ours("bulk", rows=10 * BULK),
        ours("bulk"),
        3,
        quick_rows=None,
        repeats=1,
        sizes=(),
        long=(BULK,),
    ),
)
