"""The treatment form: treatments after the initial one, one row each. The initial one belongs to the enrolment."""

from schemas import fields

FORM = fields.form(
    "treatment",
    ("Later treatment", "Latere behandeling", "Spätere Behandlung"),
    "A later treatment: surgery after a conservative course, or a reoperation. It never moves an arm.",
    *fields.episode(),
    fields.integer(
        "treatment_no",
        ("Treatment number", "Behandelnummer", "Behandlungsnummer"),
        "2 for the first treatment after the initial one, then 3, 4.",
        2,
        example="2",
        is_key=True,
        is_required=True,
    ),
    fields.code(
        "treatment_kind",
        "treatment_kind",
        ("Kind of treatment", "Soort behandeling", "Art der Behandlung"),
        "What was done.",
        example="surgery_after_conservative",
        is_required=True,
    ),
    fields.date(
        "treated_on",
        ("Date of treatment", "Datum behandeling", "Datum der Behandlung"),
        "Day of the treatment.",
        example="2024-11-05",
        is_required=True,
    ),
    fields.code(
        "treatment_reason",
        "treatment_reason",
        ("Reason for treatment", "Reden van behandeling", "Grund der Behandlung"),
        "Why it was done.",
        example="persistent_symptoms",
    ),
)
