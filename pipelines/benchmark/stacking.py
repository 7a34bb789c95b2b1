"""From blocks of columns, a block a figure, to one frame of typed columns whose rows lie by patient.

It knows no measure and no study; a text that a column holds few of travels as its place in a list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.benchmark.comparability import COMPARABILITY, code_lists
from pipelines.benchmark.patient_columns import SCHEMA
from pipelines.benchmark.placement import BANDS, Columns
from pipelines.benchmark.tables import table
from pipelines.benchmark.verdict import BASES, VERDICTS

Places: TypeAlias = npt.NDArray[np.intp]

OF_PEOPLE = ("patient_id", "side", "injury_no", "clinic", "arm", "assessed_on")
CODED: Mapping[str, Sequence[str | None]] = {
    "comparability": COMPARABILITY,
    "band": BANDS,
    "verdict": VERDICTS,
    "verdict_basis": BASES,
}
"""Columns that hold places in a list."""

MASKS = {"reasons": True, "flags": False}
"""Columns made of `masks`: the codes that exclude, and the others."""

NEIGHBOURS = 100
"""Patients whose rows lie together, figure by figure: a look-up of one reads little, and equal values side by side
take a third less room than rows strictly by patient."""


@dataclass(frozen=True)
class Block:
    """One figure's columns: a value a row of the timepoint's frame, or one for all. `rows` are those to keep."""

    timepoint: str
    rows: Places
    columns: Columns

    def kept(self, name: str) -> Any:
        """Give the column's values in the rows to keep, or its one value; None where there are none."""
        values: Any = self.columns.get(name)
        return values[self.rows] if _is_by_row(values) else values


@dataclass(frozen=True)
class Layout:
    """Where the rows of blocks lie: `places` of each block's rows in the table, and by row its block and person."""

    blocks: Sequence[Block]
    places: Sequence[Places]
    block: Places
    person: Places
    order: Places  # which row of the blocks one after the other comes first, second, ...


def stack(blocks: Sequence[Block], timepoints: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Give the rows of all blocks as one frame in SCHEMA, neighbours (by patient_id) together."""
    if not blocks:
        return pl.DataFrame(schema=SCHEMA)
    people = pl.concat(
        [frame.select(pl.col(name).cast(SCHEMA[name]) for name in OF_PEOPLE) for frame in timepoints.values()]
    )
    layout = _lay_out(blocks, timepoints, people["patient_id"])
    fixed = table(
        [{name: value for name, value in block.columns.items() if not _is_by_row(value)} for block in blocks], SCHEMA
    )
    return pl.DataFrame([_column(name, layout, people, fixed) for name in SCHEMA])


def _is_by_row(values: Any) -> bool:
    return isinstance(values, pl.Series) or (isinstance(values, np.ndarray) and values.ndim > 0)


def _lay_out(blocks: Sequence[Block], timepoints: Mapping[str, pl.DataFrame], patients: pl.Series) -> Layout:
    ends = np.cumsum([frame.height for frame in timepoints.values()])
    starts = dict(zip(timepoints, (0, *ends), strict=False))
    sizes = [len(block.rows) for block in blocks]
    person = np.concatenate([block.rows + starts[block.timepoint] for block in blocks])
    group = (patients.cast(pl.String).rank("dense").to_numpy() - 1) // NEIGHBOURS
    order = np.argsort(group[person], kind="stable")
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    of_block = np.split(places, np.cumsum(sizes)[:-1])
    return Layout(blocks, of_block, np.repeat(np.arange(len(blocks)), sizes)[order], person[order], order)


def _column(name: str, layout: Layout, people: pl.DataFrame, fixed: pl.DataFrame) -> pl.Series:
    if name in OF_PEOPLE:
        return people[name].gather(layout.person)
    if name in MASKS:
        return code_lists(_numbers("masks", layout, np.uint64), excluding=MASKS[name]).alias(name)
    if name in CODED:
        codes = pl.Series(_numbers(name, layout), nan_to_null=True).cast(pl.UInt32)
        return pl.Series(name, CODED[name], SCHEMA[name]).gather(codes)
    if name == "value_missing":
        return _texts(name, layout)
    if any(_is_by_row(block.columns.get(name)) for block in layout.blocks):
        return pl.Series(name, _numbers(name, layout), nan_to_null=True).cast(SCHEMA[name])
    return fixed[name].gather(layout.block)


def _numbers(name: str, layout: Layout, dtype: Any = np.float64) -> npt.NDArray[Any]:
    """Give a column of numbers; NaN where a block has none."""
    made = np.full(len(layout.block), np.nan if dtype is np.float64 else 0, dtype)
    for block, places in zip(layout.blocks, layout.places, strict=True):
        if (values := block.kept(name)) is not None:
            made[places] = values
    return made


def _texts(name: str, layout: Layout) -> pl.Series:
    """Give a column of texts; null where a block has none."""
    found = [(block.columns.get(name), block.rows) for block in layout.blocks]
    texts = [
        pl.repeat(None, len(rows), dtype=pl.String, eager=True) if values is None else values.gather(rows)
        for values, rows in found
    ]
    return pl.concat(texts).alias(name).cast(SCHEMA[name]).gather(layout.order)
