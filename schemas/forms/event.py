"""The event form: one row per event of an episode, a request to withdraw included."""

from schemas import fields

FORM = fields.form(
    "event",
    ("Event", "Gebeurtenis", "Ereignis"),
    "Something that happened outside the schedule: a recurrence, a complication, a death, a loss, a withdrawal.",
    *fields.episode(),
    fields.integer(
        "event_no",
        ("Event number", "Nummer gebeurtenis", "Ereignisnummer"),
        "1 for the first event of this injury, then 2, 3.",
        1,
        example="1",
        is_key=True,
        is_required=True,
    ),
    fields.code(
        "event_kind",
        "event_kind",
        ("Event", "Gebeurtenis", "Ereignis"),
        "What happened.",
        example="thrombosis",
        is_required=True,
    ),
    fields.date(
        "occurred_on",
        ("Date of event", "Datum gebeurtenis", "Datum des Ereignisses"),
        "Day it happened, or became known.",
        example="2024-04-15",
        is_required=True,
    ),
    fields.code(
        "withdrawal_scope",
        "withdrawal_scope",
        ("Withdrawal covers", "Terugtrekking betreft", "Widerruf umfasst"),
        "How far a request to withdraw goes; blank for any other event.",
    ),
)
