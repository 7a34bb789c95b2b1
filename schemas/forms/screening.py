"""The screening form: one row per clinic and month, counts only. It says how complete enrolment is."""

import pandera.polars as pa
import polars as pl

from schemas import fields


class Screening(pa.DataFrameModel):
    """How many patients a clinic saw in a month who could have been enrolled, and what became of them."""

    clinic: pl.String = fields.column(
        "text",
        ("Clinic", "Kliniek", "Klinik"),
        "Code of the clinic that sends the file. Blank means that clinic.",
        maximum=8,
        example="AMC",
        is_key=True,
    )
    month_on: pl.Date = fields.column(
        "month",
        ("Month", "Maand", "Monat"),
        "Calendar month (2024-03), kept as its first day.",
        example="2024-03",
        is_key=True,
        is_required=True,
    )
    n_eligible: pl.Int64 = fields.integer(
        ("Eligible", "In aanmerking", "Geeignet"),
        "Patients seen with an avulsion who could be enrolled.",
        0,
        example="7",
        is_required=True,
    )
    n_enrolled: pl.Int64 = fields.integer(
        ("Enrolled", "Geïncludeerd", "Aufgenommen"), "Of those, enrolled.", 0, example="5", is_required=True
    )
    n_declined: pl.Int64 = fields.integer(
        ("Declined", "Geweigerd", "Abgelehnt"), "Of those, asked and not willing.", 0, example="1", is_required=True
    )
    n_missed: pl.Int64 = fields.integer(
        ("Missed", "Gemist", "Verpasst"), "Of those, never asked.", 0, example="1", is_required=True
    )

    class Config:
        """What the dictionary says of the form."""

        name = "screening"
        title = "Screening|Screening|Screening"
