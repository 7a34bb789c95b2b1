"""Patient numbers for whole columns at once, by the rule of `schemas.patient_id` (ISO 7064 MOD 37,36)."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def patient_ids(clinic: str, numbers: NDArray[np.int64]) -> pl.Series:
    """`<CLINIC>-<number, at least four digits><check character>` for each number."""
    width = np.maximum(4, np.floor(np.log10(np.maximum(numbers, 1))).astype(np.int64) + 1)
    texts = pl.Series(numbers).cast(pl.String).str.zfill(4)
    checks = pl.Series(list(ALPHABET)).gather(pl.Series(_checks(clinic, numbers, width).astype(np.uint32)))
    return (clinic + "-" + texts + checks).alias("patient_id")


def own_ids(template: str, numbers: NDArray[np.int64]) -> pl.Series:
    """Numbers in a clinic's own format, such as `FYS-{:06d}`."""
    head, _, width = template.partition("{:0")
    return (head + pl.Series(numbers).cast(pl.String).str.zfill(int(width.rstrip("d}")))).alias("patient_id")


def _checks(clinic: str, numbers: NDArray[np.int64], width: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index of the check character: the recursion over code and digits, digits beyond a number's width left out."""
    start = 36
    for character in clinic:
        start = _step(start, ALPHABET.index(character))
    state = np.full(numbers.shape, start, dtype=np.int64)
    for place in range(int(width.max(initial=4)) - 1, -1, -1):
        total = (state + numbers // 10**place % 10) % 36
        state = np.where(place < width, np.where(total == 0, 36, total) * 2 % 37, state)
    return (1 - state) % 36


def _step(state: int, value: int) -> int:
    return ((state + value) % 36 or 36) * 2 % 37
