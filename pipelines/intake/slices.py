"""Long frames worked on slice by slice, where each row is judged by itself: memory that was used is used again.

A million rows at once take fresh memory for every step, which costs more time than the step. What is done is the
caller's to say; it must not rest on other rows.
"""

from collections.abc import Callable

import polars as pl

SLICE = 150_000  # rows: a long file's stretch is one slice


def by_slices(frame: pl.DataFrame, act: Callable[[pl.DataFrame], pl.DataFrame], size: int = SLICE) -> pl.DataFrame:
    """What `act` makes of the frame, asked of one slice of its rows after the other."""
    if frame.height <= size:
        return act(frame)
    return pl.concat(act(frame.slice(start, size)) for start in range(0, frame.height, size))
