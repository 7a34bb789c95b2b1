"""From rows and columns of numbers to typed frames: NaN becomes null, nothing else changes."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl


def table(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Make a frame of rows: a column that a row lacks is null."""
    plain = [{name: _plain(row.get(name)) for name in schema} for row in rows]
    return pl.DataFrame(plain, schema=schema)


def column(name: str, values: Any, dtype: Any) -> pl.Expr | pl.Series:
    """Make a column of a value a row, or of one for all rows."""
    if isinstance(values, pl.Series):
        return values.alias(name).cast(dtype)
    if isinstance(values, np.ndarray) and values.ndim:
        return pl.Series(name, values, nan_to_null=True).cast(dtype)
    return pl.lit(_plain(values)).cast(dtype).alias(name)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value
