"""The imaging form: one row per MRI after treatment. The MRI of the injury belongs to the enrolment."""

from schemas import fields

FORM = fields.form(
    "imaging",
    ("Imaging", "Beeldvorming", "Bildgebung"),
    "What a later MRI shows of the tendons and the muscle.",
    *fields.episode(),
    fields.mri_on(is_key=True, example="2025-03-18"),
    fields.boolean(
        "proximal_continuity",
        ("Proximal continuity", "Proximale continuïteit", "Proximale Kontinuität"),
        "Whether the tendons, or new tendon tissue, are continuous with the bone.",
        example="yes",
        is_outcome=True,
    ),
    fields.boolean(
        "has_shared_neotendon",
        ("Shared neotendon", "Gezamenlijke neopees", "Gemeinsame Neosehne"),
        "Whether both tendons attach through one newly formed tendon.",
        example="no",
        is_outcome=True,
    ),
    fields.retraction(
        "retraction_mm",
        ("Retraction", "Retractie", "Retraktion"),
        "Distance of the tendon furthest from the ischial tuberosity.",
        example="0",
        is_outcome=True,
    ),
    fields.integer(
        "fatty_infiltration",
        ("Fatty infiltration (Goutallier)", "Vervetting (Goutallier)", "Verfettung (Goutallier)"),
        "Goutallier grade of the hamstring muscles, 0 none to 4 more fat than muscle.",
        0,
        4,
        example="1",
        is_outcome=True,
    ),
)
