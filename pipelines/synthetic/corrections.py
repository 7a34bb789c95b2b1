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
    """`share` of the rows that `fits` are first sent with the column `wrong`; `right` is added to the mended row."""

    name: str
    share: float
    wrong: pl.Expr
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
        name = slip.wrong.meta.output_name()
        first = first.with_columns(
            pl.when(is_slip).then(slip.wrong).otherwise(pl.col(name)).alias(name),
            pl.when(is_slip).then(pl.lit(slip.name)).otherwise(pl.col("_slip")).alias("_slip"),
        )
    return pl.concat([first, *mended])


def slips() -> Mapping[str, tuple[Slip, ...]]:
    """The slips of each form."""
    share = choices.CORRECTION_SHARE
    fat, phat = pl.col("fatty_infiltration"), pl.col("phat_total")
    early = (pl.col("assessed_on") - pl.duration(days=7)).alias("assessed_on")
    unfinished = (
        pl.when(False).then(pl.col("completed_on")).alias("completed_on"),
        pl.col("completed_on").is_not_null(),
    )
    return {
        "enrolment": (
            Slip(
                "one millimetre less", share, pl.col("conjoint_retraction_mm") - 1, pl.col("conjoint_retraction_mm") > 1
            ),
        ),
        "follow_up": (
            Slip("digits swapped", share, _swapped_digits(phat), phat.is_not_null()),
            Slip(
                "a week early",
                choices.REDATED_SHARE,
                early,
                pl.col("returned_to_sport_on").is_null(),
                early.alias("replaces_on"),
            ),
        ),
        "imaging": (Slip("one grade more", share, fat + 1, fat < 4),),
        "rehabilitation": (Slip("unfinished", choices.UNFINISHED_PHASE_SHARE, *unfinished),),
    }


def _swapped_digits(score: pl.Expr) -> pl.Expr:
    """67.3 for 76.3; 5 more or less where both digits are the same."""
    tens, ones = (score / 10).floor() % 10, score.floor() % 10
    other = pl.when(tens == ones).then(5 - ones % 2 * 10).otherwise((ones - tens) * 9)
    return (score + other).clip(0, 99.9).round(1)
