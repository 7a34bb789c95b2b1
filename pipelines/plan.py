"""What a snapshot is derived by: the SQL models, the computed models, their audits, seeds and the dictionary's tables.

Reads the project's own files and nothing of a registry home.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import dbt_like_sql
from pipelines.benchmark.catalogue import computed_models
from schemas.dictionary import Dictionary, read_dictionary
from schemas.render.duckdb_ddl import column_texts, dictionary_records
from warehouse.derive import Plan
from warehouse.model import Model, read_audits, read_closure, read_models

if TYPE_CHECKING:
    import pyarrow as pa

SQL_FOLDER = Path(dbt_like_sql.__file__).parent


@cache
def build_plan() -> Plan:
    """The plan of this version of the project."""
    dictionary = read_dictionary()
    return Plan(
        models=(*read_models(SQL_FOLDER), *computed_models()),
        seeds=SQL_FOLDER / "seeds",
        audits=read_audits(SQL_FOLDER / "audits"),
        records=dictionary_tables(dictionary),
        column_texts=column_texts(dictionary),
    )


@cache
def version_models() -> tuple[Model, ...]:
    """The models that tell what became of each form's rows, with what they rest on: all that an intake asks."""
    return read_closure(SQL_FOLDER, [f"ops.{form}_version" for form in read_dictionary().forms])


def dictionary_tables(dictionary: Dictionary) -> Mapping[str, "pa.Table"]:
    """The dictionary's own tables, so that a snapshot explains itself."""
    import pyarrow as pa

    return {name: pa.Table.from_pylist(rows) for name, rows in dictionary_records(dictionary).items()}
