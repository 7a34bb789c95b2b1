"""The event form: one row per event of an episode, a request to withdraw included."""

import pandera.polars as pa
import polars as pl

from schemas import fields


class Event(pa.DataFrameModel):
    """Something that happened outside the schedule: a recurrence, a complication, a death, a loss, a withdrawal."""

    patient_id: pl.String = fields.patient_id()
    side: pl.String = fields.side()
    injury_no: pl.Int64 = fields.injury_no()
    event_no: pl.Int64 = fields.integer(
        ("Event number", "Nummer gebeurtenis", "Ereignisnummer"),
        "1 for the first event of this injury, then 2, 3.",
        1,
        example="1",
        is_key=True,
        is_required=True,
    )
    event_kind: pl.String = fields.code(
        "event_kind",
        ("Event", "Gebeurtenis", "Ereignis"),
        "What happened.",
        example="thrombosis",
        is_required=True,
    )
    occurred_on: pl.Date = fields.date(
        ("Date of event", "Datum gebeurtenis", "Datum des Ereignisses"),
        "Day it happened, or became known.",
        example="2024-04-15",
        is_required=True,
    )
    withdrawal_scope: pl.String = fields.code(
        "withdrawal_scope",
        ("Withdrawal covers", "Terugtrekking betreft", "Widerruf umfasst"),
        "How far a request to withdraw goes; blank for any other event.",
    )

    class Config:
        """What the dictionary says of the form."""

        name = "event"
        title = "Event|Gebeurtenis|Ereignis"
