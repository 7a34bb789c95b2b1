"""Slips that a clinic puts right later: the wrong row first, the right one in a later file.

A slip is a plausible value, so no rule can know it; `mistakes` plants what the rules do know.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.synthetic import choices


@dataclass(frozen=True)
class Slip:
    """`share` of the rows that `fits` are first sent with the columns `wrong`; `right` is added to the mended row."""

    name: str
    share: float
    wrong: tuple[pl.Expr, ...]
    fits: pl.Expr
    right: pl.Expr | None = None


def first_sent_wrong(form: str, rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The rows, some of them twice. `_slip` names the slip of the first, `_later` says how many files later it is."""
    first = rows.with_columns(pl.lit("").alias("_slip"), pl.lit(0, pl.Int32).alias("_later"))
    mended = []
    for slip in slips().get(form, ()):
        drawn = pl.Series("_drawn", rng.random(rows.height) < slip.share)
        later = pl.Series("_later", rng.integers(1, 3, rows.height), dtype=pl.Int32)
        is_slip = drawn & first.select(slip.fits & (pl.col("_slip") == "")).to_series().fill_null(False)
        again = first.with_columns(later, pl.lit("mended").alias("_slip"))
        mended.append((again if slip.right is None else again.with_columns(slip.right)).filter(is_slip))
        names = [wrong.meta.output_name() for wrong in slip.wrong]
        first = first.with_columns(
            *(pl.when(is_slip).then(new).otherwise(pl.col(name)) for new, name in zip(slip.wrong, names, strict=True)),
            pl.when(is_slip).then(pl.lit(slip.name)).otherwise(pl.col("_slip")).alias("_slip"),
        )
    return pl.concat([first, *mended])


def slips() -> Mapping[str, tuple[Slip, ...]]:
    """The slips of each form."""
    share = choices.CORRECTION_SHARE
    fat, phat, retraction = pl.col("fatty_infiltration"), pl.col("phat_total"), pl.col("conjoint_retraction_mm")
    early = (pl.col("assessed_on") - pl.duration(days=7)).alias("assessed_on")
    not_back = pl.col("returned_to_sport_on").is_null()
    redated = Slip("a week early", choices.REDATED_SHARE, (early,), not_back, early.alias("replaces_on"))
    done = pl.col("completed_on").is_not_null()
    unfinished = (_blank("completed_on"), _blank("has_met_criteria"))
    return {
        "enrolment": (Slip("one millimetre less", share, (retraction - 1,), retraction > 1),),
        "follow_up": (Slip("digits swapped", share, (_swapped_digits(phat),), phat.is_not_null()), redated),
        "imaging": (Slip("one grade more", share, (fat + 1,), fat < 4),),
        "rehabilitation": (Slip("unfinished", choices.UNFINISHED_PHASE_SHARE, unfinished, done),),
    }


def _blank(column: str) -> pl.Expr:
    return pl.when(pl.lit(False)).then(pl.col(column)).alias(column)


def _swapped_digits(score: pl.Expr) -> pl.Expr:
    """67.3 for 76.3; 5 more or less where both digits are the same."""
    tens, ones = (score / 10).floor() % 10, score.floor() % 10
    other = pl.when(tens == ones).then(5 - ones % 2 * 10).otherwise((ones - tens) * 9)
    return (score + other).clip(0, 99.9).round(1)
