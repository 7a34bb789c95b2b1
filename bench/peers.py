"""What a case is held against: the limit of the machine, or what people would use instead.

Each does no more than its text says; none of them keeps history, findings or receipts.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bench.place import LATER, Place

Timed = Callable[[], object]
FORM = "follow_up"
SQL_TYPES = {"integer": "INTEGER", "decimal": "DOUBLE", "date": "DATE", "boolean": "BOOLEAN"}


def duckdb_typed(place: Place) -> Timed:
    """DuckDB's typed `read_csv` of the clean file into a database file; nothing is checked but types."""
    import duckdb

    types = {name: SQL_TYPES.get(kind, "VARCHAR") for name, kind in _kinds(place).items()}
    path = place.fresh("peer") / "typed.duckdb"

    def timed() -> None:
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                f"create table follow_up as from read_csv('{place.clean}', auto_detect = false, header = true, "
                f"delim = ',', quote = '\"', columns = {types})"
            )

    return timed


def pandas_pandera(place: Place) -> Timed:
    """Read as text, types by pandas with `errors="coerce"`, `pandera.pandas` lazily, good rows into DuckDB."""
    import duckdb
    import pandas as pd
    import pandera.pandas as pa

    kinds, schema = _kinds(place), _pandas_schema(place)
    path = place.fresh("peer") / "pandas.duckdb"

    def timed() -> None:
        frame = pd.read_csv(place.faulty, dtype=str)
        for name, kind in kinds.items():
            if kind in ("integer", "decimal"):
                frame[name] = pd.to_numeric(frame[name], errors="coerce")
            elif kind == "date":
                frame[name] = pd.to_datetime(frame[name], errors="coerce", format="%Y-%m-%d")
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as found:
            bad = found.failure_cases["index"].dropna().unique()
            frame = frame.drop(index=bad)
        with duckdb.connect(str(path)) as connection:
            connection.register("frame", frame)
            connection.execute("create table follow_up as from frame")

    return timed


def great_expectations(place: Place) -> Timed:
    """Ten expectations of Great Expectations on a pandas frame that is typed already."""
    import logging

    import great_expectations as gx
    import pandas as pd

    logging.disable(logging.CRITICAL)
    frame = pd.read_csv(place.faulty, dtype=str)
    for name in ("phat_total", "tegner", "eq5d_vas"):
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
    context = gx.get_context(mode="ephemeral")
    batch = (
        context.data_sources.add_pandas("bench").add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    )
    e: Any = gx.expectations
    expectations = [
        *(e.ExpectColumnValuesToNotBeNull(column=name) for name in ("patient_id", "side", "assessed_on")),
        e.ExpectColumnValuesToMatchRegex(column="patient_id", regex=r"^BULK-\d{4,}[A-Z]$"),
        e.ExpectColumnValuesToMatchRegex(column="assessed_on", regex=r"^\d{4}-\d\d-\d\d$"),
        e.ExpectColumnValuesToBeInSet(column="side", value_set=["left", "right"]),
        e.ExpectColumnValuesToBeBetween(column="phat_total", min_value=0, max_value=100),
        e.ExpectColumnValuesToBeBetween(column="tegner", min_value=0, max_value=10),
        e.ExpectColumnValuesToBeBetween(column="eq5d_vas", min_value=0, max_value=100),
        e.ExpectCompoundColumnsToBeUnique(column_list=["patient_id", "side", "assessed_on"]),
    ]
    suite = gx.ExpectationSuite(name="ten", expectations=expectations)
    return lambda: batch.get_batch({"dataframe": frame}).validate(suite)


def bare_selects(place: Place) -> Timed:
    """The SELECTs of the same SQL models run by DuckDB into a new file: no checks, no comments, no macros."""
    from pipelines.plan import SQL_FOLDER, build_plan
    from warehouse.connection import open_memory
    from warehouse.derive import place as place_of
    from warehouse.derive import write_arrow
    from warehouse.known import expose_facts, load_seeds, set_known
    from warehouse.model import Model, order_models, read_models

    plan = build_plan()
    models = [model for model in order_models(read_models(SQL_FOLDER), plan.records) if isinstance(model, Model)]
    facts, path = place.home("loaded").facts_path, place.fresh("peer") / "bare.duckdb"

    def timed() -> None:
        with open_memory() as connection:
            connection.execute(f"attach '{path}' as registry; use registry")
            expose_facts(connection, facts, LATER)
            load_seeds(connection, plan.seeds)
            for schema in ("ops", "mart", "reference", "dictionary"):
                connection.execute(f"create schema {schema}")
            for name, table in plan.records.items():
                write_arrow(connection, name, table)
            set_known(connection, LATER, LATER.date())
            for model in models:
                connection.execute(f"create table {place_of(model.name)} as {model.query}")

    return timed


def t_distribution(place: Place) -> Timed:
    """One vectorised call of scipy's t distribution and its interval over as many values as the benchmark places."""
    import numpy as np
    from scipy import stats

    from warehouse.connection import reader

    with reader(place.home("derived").registry_path) as connection:
        count = connection.execute("select count(*) from mart.patient_benchmark where value is not null").fetchone()
    values = np.random.default_rng(1).normal(size=int(count[0]) if count else 1)
    stats.t.cdf(values[:10], 25)
    return lambda: (stats.t.cdf(values, 25), stats.t.interval(0.95, 25, loc=values, scale=1.0))


def copy_from_database(place: Place) -> Timed:
    """DuckDB's `COPY FROM DATABASE` of the snapshot and a Parquet `COPY` of each of its tables."""
    import duckdb

    source, target = place.home("derived").registry_path, place.fresh("peer")

    def timed() -> None:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{source}' as source (read_only)")
            connection.execute(f"attach '{target / 'copy.duckdb'}' as target")
            connection.execute("copy from database source to target")
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'target'"
            ).fetchall()
            for schema, table in tables:
                file = target / f"{schema}.{table}.parquet"
                connection.execute(f"copy target.{schema}.{table} to '{file}' (format parquet)")

    return timed


def _kinds(place: Place) -> Mapping[str, str]:
    """Each column of the file with the kind of its field."""
    from schemas.dictionary import read_dictionary

    form = read_dictionary().forms[FORM]
    header = place.clean.open(encoding="utf-8").readline().strip().split(",")
    return {name: form.field(name).kind for name in header}


@cache
def _codes(vocabulary: str) -> list[str]:
    from schemas.vocabulary import VOCABULARIES

    return [code.code for code in VOCABULARIES[vocabulary]]


def _pandas_schema(place: Place) -> Any:
    """The dictionary's ranges and codes as checks of `pandera.pandas`."""
    import pandera.pandas as pa

    from schemas.dictionary import read_dictionary

    form = read_dictionary().forms[FORM]
    columns = {}
    for name in _kinds(place):
        field, checks = form.field(name), []
        if field.kind in ("integer", "decimal"):
            low, high = (
                bound if bound is not None else end for bound, end in ((field.minimum, -1e9), (field.maximum, 1e9))
            )
            checks = [pa.Check.in_range(low, high)]
        elif field.vocabulary:
            checks = [pa.Check.isin(_codes(field.vocabulary))]
        columns[name] = pa.Column(None, checks, nullable=not field.is_required)
    return pa.DataFrameSchema(columns)
