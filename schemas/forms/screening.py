"""The screening form: one row per clinic and month, counts only. It says how complete enrolment is."""

from schemas import fields

FORM = fields.form(
    "screening",
    ("Screening", "Screening", "Screening"),
    "How many patients a clinic saw in a month who could have been enrolled, and what became of them.",
    fields.column(
        "clinic",
        "text",
        ("Clinic", "Kliniek", "Klinik"),
        "Code of the clinic that sends the file. Blank means that clinic.",
        maximum=8,
        example="AMC",
        is_key=True,
    ),
    fields.column(
        "month_on",
        "month",
        ("Month", "Maand", "Monat"),
        "Calendar month (2024-03), kept as its first day.",
        example="2024-03",
        is_key=True,
        is_required=True,
    ),
    fields.integer(
        "n_eligible",
        ("Eligible", "In aanmerking", "Geeignet"),
        "Patients seen with an avulsion who could be enrolled.",
        0,
        example="7",
        is_required=True,
    ),
    fields.integer(
        "n_enrolled",
        ("Enrolled", "Geïncludeerd", "Aufgenommen"),
        "Of those, enrolled.",
        0,
        example="5",
        is_required=True,
    ),
    fields.integer(
        "n_declined",
        ("Declined", "Geweigerd", "Abgelehnt"),
        "Of those, asked and not willing.",
        0,
        example="1",
        is_required=True,
    ),
    fields.integer(
        "n_missed", ("Missed", "Gemist", "Verpasst"), "Of those, never asked.", 0, example="1", is_required=True
    ),
)
