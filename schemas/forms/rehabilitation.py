"""The rehabilitation form: one row per phase of an episode. Phase I exists only where there is surgery."""

import pandera.polars as pa
import polars as pl

from schemas import fields


class Rehabilitation(pa.DataFrameModel):
    """A phase of rehabilitation: when it began, when it ended, and whether its criteria were met."""

    patient_id: pl.String = fields.patient_id()
    side: pl.String = fields.side()
    injury_no: pl.Int64 = fields.injury_no()
    phase: pl.String = fields.code(
        "phase",
        ("Phase", "Fase", "Phase der Rehabilitation"),
        "Phase of the criteria-based rehabilitation.",
        example="II",
        is_key=True,
        is_required=True,
    )
    started_on: pl.Date = fields.date(
        ("Date of start", "Datum begin", "Datum des Beginns"),
        "First day of the phase.",
        example="2024-04-20",
    )
    completed_on: pl.Date = fields.date(
        ("Date of completion", "Datum einde", "Datum des Abschlusses"),
        "Last day of the phase; blank while it goes on.",
        example="2024-06-01",
    )
    has_met_criteria: pl.Boolean = fields.boolean(
        ("Criteria met", "Criteria behaald", "Kriterien erfüllt"),
        "Whether the criteria to leave the phase were met.",
        example="yes",
    )

    class Config:
        """What the dictionary says of the form."""

        name = "rehabilitation"
        title = "Rehabilitation|Revalidatie|Rehabilitation"
