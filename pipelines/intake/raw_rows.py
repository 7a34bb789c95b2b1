"""Records as sent, as frames of cells and as the ledger keeps them: one text each, where a text can hold the cells.

Which cells are kept is decided elsewhere.
"""

from typing import TYPE_CHECKING

import polars as pl

from pipelines.intake.slices import by_slices
from warehouse.records import BETWEEN_CELLS

if TYPE_CHECKING:
    import pyarrow as pa


def as_stored(raw: pl.DataFrame) -> pl.DataFrame:
    """Records (RAW_SCHEMA) with `record`, all cells as one text, and `cells` only where a text cannot hold them.

    That is a record of no cells, one with a cell that is not kept (null), and one with the mark itself in a cell.
    """
    return by_slices(raw, _as_stored)


def _as_stored(raw: pl.DataFrame) -> pl.DataFrame:
    text = raw["cells"].list.join(BETWEEN_CELLS, ignore_nulls=False)
    is_whole = text.str.count_matches(BETWEEN_CELLS, literal=True) + 1 == raw["cells"].list.len()
    told = raw.with_columns(text.alias("record"), is_whole.alias("is_whole"))
    told = told.with_columns(pl.when("is_whole").then("record").alias("record")).drop("is_whole")
    is_odd = told["record"].is_null()
    return told.with_columns(spread(told["cells"].filter(is_odd), is_odd).alias("cells"))


def spread(values: pl.Series, where: pl.Series) -> pl.Series:
    """The values, in order, where it is true, and null elsewhere."""
    places = (where.cast(pl.UInt32).cum_sum() - 1).to_frame("place").select(pl.when(where).then("place")).to_series()
    return values.gather(places)


def as_sent(raw: "pa.Table") -> pl.DataFrame:
    """Records of the ledger (`line`, `cells`, `is_rejected` and perhaps `record`) with all their cells."""
    frame = pl.DataFrame(raw).with_columns(pl.col("line").cast(pl.Int32))
    if "record" not in frame.columns:
        return frame
    return frame.with_columns(pl.coalesce("cells", pl.col("record").str.split(BETWEEN_CELLS)).alias("cells")).drop(
        "record"
    )
