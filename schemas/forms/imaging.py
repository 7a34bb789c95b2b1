"""The imaging form: one row per MRI after treatment. The MRI of the injury belongs to the enrolment."""

import pandera.polars as pa
import polars as pl

from schemas import fields


class Imaging(pa.DataFrameModel):
    """What a later MRI shows of the tendons and the muscle."""

    patient_id: pl.String = fields.patient_id()
    side: pl.String = fields.side()
    injury_no: pl.Int64 = fields.injury_no()
    mri_on: pl.Date = fields.mri_on(is_key=True, example="2025-03-18")
    proximal_continuity: pl.Boolean = fields.boolean(
        ("Proximal continuity", "Proximale continuïteit", "Proximale Kontinuität"),
        "Whether the tendons, or new tendon tissue, are continuous with the bone.",
        example="yes",
        is_outcome=True,
    )
    has_shared_neotendon: pl.Boolean = fields.boolean(
        ("Shared neotendon", "Gezamenlijke neopees", "Gemeinsame Neosehne"),
        "Whether both tendons attach through one newly formed tendon.",
        example="no",
        is_outcome=True,
    )
    retraction_mm: pl.Int64 = fields.retraction(
        ("Retraction", "Retractie", "Retraktion"),
        "Distance of the tendon furthest from the ischial tuberosity.",
        example="0",
        is_outcome=True,
    )
    fatty_infiltration: pl.Int64 = fields.integer(
        ("Fatty infiltration (Goutallier)", "Vervetting (Goutallier)", "Verfettung (Goutallier)"),
        "Goutallier grade of the hamstring muscles, 0 none to 4 more fat than muscle.",
        0,
        4,
        example="1",
        is_outcome=True,
    )

    class Config:
        """What the dictionary says of the form."""

        name = "imaging"
        title = "Imaging|Beeldvorming|Bildgebung"
