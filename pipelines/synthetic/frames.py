"""Arrays to polars columns: blanks where a mask says so, days to dates, indices to codes. No meaning, no drawing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def known(values: NDArray[Any] | pl.Series, where: Mask | None = None) -> pl.Series:
    """The values, null where the mask is false."""
    series = values if isinstance(values, pl.Series) else pl.Series(values)
    if where is None:
        return series
    return pl.select(pl.when(pl.Series(where)).then(series)).to_series()


def dates(days: NDArray[Any], where: Mask | None = None) -> pl.Series:
    """Dates from days since 1970-01-01."""
    return known(pl.Series(np.asarray(days).astype(np.int32)).cast(pl.Date), where)


def codes(indices: NDArray[Any], names: Sequence[str], where: Mask | None = None) -> pl.Series:
    """Codes by their index."""
    return known(pl.Series(list(names), dtype=pl.String).gather(pl.Series(indices.astype(np.uint32))), where)


def whole(values: NDArray[Any], where: Mask | None = None) -> pl.Series:
    """Whole numbers."""
    return known(pl.Series(np.asarray(values).astype(np.int32)), where)


def rounded(values: NDArray[Any], decimals: int, where: Mask | None = None) -> pl.Series:
    """Decimals, rounded."""
    return known(pl.Series(np.round(np.asarray(values, dtype=np.float64), decimals)), where)
