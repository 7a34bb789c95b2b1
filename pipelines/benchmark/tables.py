"""From rows and columns of numbers to typed frames: NaN becomes null, nothing else changes."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl


def table(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Make a frame of rows: a column that a row lacks is null."""
    plain = [{name: _plain(row.get(name)) for name in schema} for row in rows]
    return pl.DataFrame(plain, schema=schema)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value
