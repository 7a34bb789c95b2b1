"""The follow-up form: one row per visit of an episode. Only the key and one outcome are compulsory."""

from schemas import fields
from schemas.fields import Labels
from schemas.records import Field

POSITIONS = ("prone_0_90", "prone_0_15", "supine_90_90")
_POSITION_LABELS = {
    "prone_0_90": ("prone 0/90", "buiklig 0/90", "Bauchlage 0/90"),
    "prone_0_15": ("prone 0/15", "buiklig 0/15", "Bauchlage 0/15"),
    "supine_90_90": ("supine 90/90", "ruglig 90/90", "Rückenlage 90/90"),
}
_LEG_LABELS = {"left": ("left", "links", "links"), "right": ("right", "rechts", "rechts")}


def _joined(*parts: Labels) -> Labels:
    return (" ".join(p[0] for p in parts), " ".join(p[1] for p in parts), " ".join(p[2] for p in parts))


def _angle(name: str, labels: Labels, what: str, leg: str, low: float, example: str) -> Field:
    return fields.decimal(
        f"{name}_{leg}_deg",
        _joined(labels, _LEG_LABELS[leg]),
        f"{what}, {leg} leg.",
        low,
        180,
        1,
        unit="degrees",
        example=example,
        is_outcome=True,
    )


def _raise(leg: str, example: str) -> Field:
    labels = ("Straight leg raise", "Gestrekt heffen", "Gestrecktes Anheben")
    return _angle("straight_leg_raise", labels, "Passive straight leg raise, hip flexion", leg, 0, example)


def _extension(leg: str, example: str) -> Field:
    labels = ("Knee extension", "Kniestrekking", "Kniestreckung")
    return _angle("knee_extension", labels, "Active knee extension with the hip at 90 degrees", leg, -90, example)


def _strength(position: str, leg: str, example: str) -> Field:
    return fields.decimal(
        f"strength_{position}_{leg}",
        _joined(("Strength", "Kracht", "Kraft"), _POSITION_LABELS[position], _LEG_LABELS[leg]),
        f"Isometric strength {position.replace('_', ' ')} (hip and knee flexion angle), {leg} leg, in the unit given.",
        0,
        2000,
        2,
        unit="strength_unit",
        example=example,
        is_outcome=True,
    )


def _percent(position: str, example: str) -> Field:
    return fields.decimal(
        f"strength_{position}_percent",
        _joined(("Strength", "Kracht", "Kraft"), _POSITION_LABELS[position], ("percent", "procent", "Prozent")),
        f"Isometric strength {position.replace('_', ' ')}, injured leg as percent of the other leg.",
        0,
        300,
        1,
        unit="%",
        example=example,
        is_outcome=True,
    )


FORM = fields.form(
    "follow_up",
    ("Follow-up", "Controle", "Nachuntersuchung"),
    "A visit after treatment: scores, return to sport, mobility and strength.",
    *fields.episode(),
    fields.date(
        "assessed_on",
        ("Date of assessment", "Datum meting", "Datum der Untersuchung"),
        "Day of the visit. The visit it counts for is derived from it.",
        example="2025-03-18",
        is_key=True,
        is_required=True,
    ),
    fields.code(
        "visit",
        "visit",
        ("Visit", "Bezoek", "Besuch"),
        "The visit as the clinic calls it: optional, checked against the date.",
        example="month_12",
    ),
    fields.date(
        "replaces_on",
        ("Replaces the assessment of", "Vervangt de meting van", "Ersetzt die Untersuchung vom"),
        "The wrong date under which this visit was sent before.",
    ),
    fields.phat_total(),
    fields.phat_items_answered(),
    fields.integer(
        "tegner",
        ("Tegner", "Tegner nu", "Tegner jetzt"),
        "Tegner activity level at the visit.",
        0,
        10,
        example="4",
        is_outcome=True,
    ),
    fields.eq5d_version(),
    fields.eq5d_level("mobility"),
    fields.eq5d_level("self_care"),
    fields.eq5d_level("usual_activities"),
    fields.eq5d_level("pain"),
    fields.eq5d_level("anxiety"),
    fields.eq5d_vas(),
    fields.code(
        "return_to_sport",
        "return_to_sport",
        ("Return to sport", "Terugkeer naar sport", "Rückkehr zum Sport"),
        "Whether and how the patient is back in sport at this visit.",
        example="different_level",
        is_outcome=True,
    ),
    fields.date(
        "returned_to_sport_on",
        ("Date of return to sport", "Datum terugkeer naar sport", "Datum der Rückkehr zum Sport"),
        "First day back in sport of any kind.",
        example="2024-10-01",
    ),
    _raise("left", "78"),
    _raise("right", "80"),
    _extension("left", "12"),
    _extension("right", "10"),
    fields.code(
        "strength_unit",
        "strength_unit",
        ("Strength unit", "Eenheid kracht", "Einheit der Kraft"),
        "Unit of the strength of left and right.",
        example="N",
    ),
    _strength("prone_0_90", "left", "110"),
    _strength("prone_0_90", "right", "150"),
    _percent("prone_0_90", "73.3"),
    _strength("prone_0_15", "left", "120"),
    _strength("prone_0_15", "right", "160"),
    _percent("prone_0_15", "75"),
    _strength("supine_90_90", "left", "130"),
    _strength("supine_90_90", "right", "150"),
    _percent("supine_90_90", "86.7"),
    fields.boolean(
        "would_choose_same_treatment",
        ("Would choose the same treatment", "Zou dezelfde behandeling kiezen", "Würde dieselbe Behandlung wählen"),
        "Whether the patient would choose the same treatment again.",
        example="yes",
        is_outcome=True,
    ),
)
