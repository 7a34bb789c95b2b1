"""When rows are sent: each clinic's periods, late rows, late files, corrections and what is not sent yet.

Works on typed rows; a row gets the period (`_batch`) and the day (`_received`) of the file it travels in.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.synthetic import choices
from pipelines.synthetic.clinics import Profile
from pipelines.synthetic.corrections import first_sent_wrong
from pipelines.synthetic.forms import FORMS
from pipelines.synthetic.streams import Streams

Days = tuple[int, int]  # first and last, since 1970-01-01


def send_rows(
    forms: dict[str, pl.DataFrame], profiles: Sequence[Profile], streams: Streams, plan: pl.DataFrame, days: Days
) -> dict[str, pl.DataFrame]:
    """The rows of each form that have reached the registry by the last of `days`, with `_batch` and `_received`."""
    sent = {}
    for form, frame in forms.items():
        rng = streams.stream(f"sending {form}")
        rows = _into_batches(first_sent_wrong(form, _ready_to_send(form, frame, rng), rng), profiles, days[0])
        files = plan.filter(pl.col("_form") == form).drop("_form")
        rows = rows.join(files, on=["_clinic", "_batch"], maintain_order="left")
        sent[form] = rows.filter(pl.col("_received") <= days[1])
    return sent


def _ready_to_send(form: str, frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """`_sent`: the day a row is entered, for some much later than it was known."""
    lag = rng.integers(*choices.ENTRY_DAYS, frame.height)
    share = choices.LATE_ENROLMENT_SHARE if form == "enrolment" else choices.LATE_SHARE
    late = np.where(rng.random(frame.height) < share, rng.integers(*choices.LATE_DAYS, frame.height), 0)
    return frame.with_columns((pl.col("_ready") + pl.Series(lag + late)).cast(pl.Int32).alias("_sent"))


def _into_batches(rows: pl.DataFrame, profiles: Sequence[Profile], since: int) -> pl.DataFrame:
    """`_batch`: the first period of the clinic that ends on or after the day the row is entered."""
    periods = pl.DataFrame(
        {
            "_clinic": pl.Series(range(len(profiles)), dtype=pl.Int32),
            "_period": pl.Series([profile.period_days for profile in profiles], dtype=pl.Int32),
        }
    )
    batch = ((pl.col("_sent") - since) // pl.col("_period") + 1 + pl.col("_later")).cast(pl.Int32)
    return rows.join(periods, on="_clinic", maintain_order="left").with_columns(batch.alias("_batch")).drop("_period")


def plan_files(profiles: Sequence[Profile], streams: Streams, days: Days) -> pl.DataFrame:
    """A row a clinic, form and period: the day its file is received. A workbook is one file for all forms.

    A clinic's files of a form arrive in the order of their periods, late or not: a correction never comes first.
    """
    rng = streams.stream("plan")
    rows: list[tuple[int, str, int, int]] = []
    for clinic, profile in enumerate(profiles):
        for form in ("",) if profile.is_workbook else FORMS:
            day = 0
            for batch in range(1, (days[1] - days[0]) // profile.period_days + 2):
                day = max(day + 1, days[0] + batch * profile.period_days + _delay(rng))
                rows += [(clinic, name, batch, day) for name in ((form,) if form else FORMS)]
    types = {"_clinic": pl.Int32, "_form": pl.String, "_batch": pl.Int32, "_received": pl.Int32}
    return pl.DataFrame(rows, schema=types, orient="row")


def _delay(rng: np.random.Generator) -> int:
    is_late = rng.random() < choices.LATE_FILE_SHARE
    return int(rng.integers(*choices.LATE_FILE_DAYS) if is_late else rng.integers(1, 6))
