"""Dates that the facts hold of some patients, one a row, for a comparison with a new file. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb

from warehouse.connection import identifier, literal, translated
from warehouse.form_tables import read_columns

if TYPE_CHECKING:
    import pyarrow as pa


def read_known_dates(
    connection: duckdb.DuckDBPyConnection, forms: Mapping[str, Sequence[str]], patients: pa.Table
) -> pa.Table:
    """`patient_id`, `side`, `injury_no`, `what` and `on`: every date sent of the patients in column `patient_id`."""
    selects = [
        f'select patient_id, side, injury_no, {literal(column)} as what, {_value(column, kind)} as "on" '
        f"from facts.{identifier(form)} where patient_id in (select patient_id from asked)"
        for form, columns in forms.items()
        for column, kind in read_columns(connection, form).items()
        if column in columns
    ]
    connection.register("asked", patients)
    try:
        with translated("The known dates could not be read"):
            union = " union all ".join(selects)
            return connection.execute(f'select distinct * from ({union}) where "on" is not null').to_arrow_table()
    finally:
        connection.unregister("asked")


def _value(column: str, kind: str) -> str:
    return identifier(column) if kind == "DATE" else f'{identifier(column)}."value"'
