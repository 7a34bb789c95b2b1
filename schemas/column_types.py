"""Which polars type a column of each kind has once its texts are read."""

from collections.abc import Mapping

import polars as pl

TYPES: Mapping[str, pl.DataType] = {
    "id": pl.String(),
    "code": pl.String(),
    "text": pl.String(),
    "integer": pl.Int64(),
    "decimal": pl.Float64(),
    "date": pl.Date(),
    "partial_date": pl.Date(),
    "month": pl.Date(),
    "boolean": pl.Boolean(),
}
