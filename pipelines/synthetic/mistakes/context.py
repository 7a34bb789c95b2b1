"""What is known of each row's episode in other forms, as columns that begin with an underscore."""

from collections.abc import Mapping

import polars as pl

EPISODE = ("patient_id", "side", "injury_no")
AS_MEANT = pl.col("_slip").is_in(["", "mended"])


def with_context(sent: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The forms' rows, in their order, with the context that `queries` asks for and a number `_row`."""
    episodes = _episodes(sent)
    return {
        form: (frame if form == "screening" else _joined(form, frame, episodes)).with_row_index("_row")
        for form, frame in sent.items()
    }


def _joined(form: str, frame: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(episodes, on=EPISODE, how="left", maintain_order="left")
    if form != "follow_up":
        return joined
    before = pl.col("phat_total").shift().over(EPISODE, order_by=["assessed_on", "_batch"])
    return joined.with_columns(before.alias("_phat_before"))


def _episodes(sent: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an episode: its injury, anchor, arm, sport level and what other forms hold of it."""
    is_surgical = pl.col("initial_treatment") == "surgical"
    enrolled = sent["enrolment"].filter(AS_MEANT).unique(EPISODE, keep="first", maintain_order=True)
    episodes = enrolled.select(
        *EPISODE,
        pl.col("injured_on").str.to_date("%Y-%m-%d", strict=False).alias("_injured"),
        pl.when(is_surgical).then("surgery_on").otherwise("decision_on").alias("_anchor"),
        pl.col("initial_treatment").alias("_arm"),
        pl.col("sport_level").alias("_sport_level"),
        pl.col("side").n_unique().over("patient_id").alias("_sides"),
    )
    visits = (
        sent["follow_up"]
        .group_by(EPISODE)
        .agg(pl.col("assessed_on").max().alias("_last_assessed"), pl.col("_batch").min().alias("_first_follow_up"))
    )
    crossed = sent["treatment"].select(EPISODE).unique().with_columns(_is_crossed=True)
    joined = episodes.join(visits, on=EPISODE, how="left").join(crossed, on=EPISODE, how="left")
    return joined.with_columns(pl.col("_is_crossed").fill_null(False))
