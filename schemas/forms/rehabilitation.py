"""The rehabilitation form: one row per phase of an episode. Phase I exists only where there is surgery."""

from schemas import fields

FORM = fields.form(
    "rehabilitation",
    ("Rehabilitation", "Revalidatie", "Rehabilitation"),
    "A phase of rehabilitation: when it began, when it ended, and whether its criteria were met.",
    *fields.episode(),
    fields.code(
        "phase",
        "phase",
        ("Phase", "Fase", "Phase der Rehabilitation"),
        "Phase of the criteria-based rehabilitation.",
        example="II",
        is_key=True,
        is_required=True,
    ),
    fields.date(
        "started_on",
        ("Date of start", "Datum begin", "Datum des Beginns"),
        "First day of the phase.",
        example="2024-04-20",
    ),
    fields.date(
        "completed_on",
        ("Date of completion", "Datum einde", "Datum des Abschlusses"),
        "Last day of the phase; blank while it goes on.",
        example="2024-06-01",
    ),
    fields.boolean(
        "has_met_criteria",
        ("Criteria met", "Criteria behaald", "Kriterien erfüllt"),
        "Whether the criteria to leave the phase were met.",
        example="yes",
    ),
)
