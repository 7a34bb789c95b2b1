"""The treatment form: treatments after the initial one, one row each. The initial one belongs to the enrolment."""

import pandera.polars as pa
import polars as pl

from schemas import fields


class Treatment(pa.DataFrameModel):
    """A later treatment: surgery after a conservative course, or a reoperation. It never moves an arm."""

    patient_id: pl.String = fields.patient_id()
    side: pl.String = fields.side()
    injury_no: pl.Int64 = fields.injury_no()
    treatment_no: pl.Int64 = fields.integer(
        ("Treatment number", "Behandelnummer", "Behandlungsnummer"),
        "2 for the first treatment after the initial one, then 3, 4.",
        2,
        example="2",
        is_key=True,
        is_required=True,
    )
    treatment_kind: pl.String = fields.code(
        "treatment_kind",
        ("Kind of treatment", "Soort behandeling", "Art der Behandlung"),
        "What was done.",
        example="surgery_after_conservative",
        is_required=True,
    )
    treated_on: pl.Date = fields.date(
        ("Date of treatment", "Datum behandeling", "Datum der Behandlung"),
        "Day of the treatment.",
        example="2024-11-05",
        is_required=True,
    )
    treatment_reason: pl.String = fields.code(
        "treatment_reason",
        ("Reason for treatment", "Reden van behandeling", "Grund der Behandlung"),
        "Why it was done.",
        example="persistent_symptoms",
    )

    class Config:
        """What the dictionary says of the form."""

        name = "treatment"
        title = "Later treatment|Latere behandeling|Spätere Behandlung"
