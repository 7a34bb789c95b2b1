"""The follow-up form: one row per visit of an episode. Only the key and one outcome are compulsory."""

import pandera.polars as pa
import polars as pl

from schemas import fields
from schemas.fields import Labels

POSITIONS = ("prone_0_90", "prone_0_15", "supine_90_90")
_POSITION_LABELS = {
    "prone_0_90": ("prone 0/90", "buiklig 0/90", "Bauchlage 0/90"),
    "prone_0_15": ("prone 0/15", "buiklig 0/15", "Bauchlage 0/15"),
    "supine_90_90": ("supine 90/90", "ruglig 90/90", "Rückenlage 90/90"),
}
_LEG_LABELS = {"left": ("left", "links", "links"), "right": ("right", "rechts", "rechts")}


def _joined(*parts: Labels) -> Labels:
    return (" ".join(p[0] for p in parts), " ".join(p[1] for p in parts), " ".join(p[2] for p in parts))


def _angle(labels: Labels, what: str, leg: str, low: float, example: str) -> pl.Float64:
    angle: pl.Float64 = fields.decimal(
        _joined(labels, _LEG_LABELS[leg]),
        f"{what}, {leg} leg.",
        low,
        180,
        1,
        unit="degrees",
        example=example,
        is_outcome=True,
    )
    return angle


def _raise(leg: str, example: str) -> pl.Float64:
    labels = ("Straight leg raise", "Gestrekt heffen", "Gestrecktes Anheben")
    return _angle(labels, "Passive straight leg raise, hip flexion", leg, 0, example)


def _extension(leg: str, example: str) -> pl.Float64:
    labels = ("Knee extension", "Kniestrekking", "Kniestreckung")
    return _angle(labels, "Active knee extension with the hip at 90 degrees", leg, -90, example)


def _strength(position: str, leg: str, example: str) -> pl.Float64:
    strength: pl.Float64 = fields.decimal(
        _joined(("Strength", "Kracht", "Kraft"), _POSITION_LABELS[position], _LEG_LABELS[leg]),
        f"Isometric strength {position.replace('_', ' ')} (hip and knee flexion angle), {leg} leg, in the unit given.",
        0,
        2000,
        2,
        unit="strength_unit",
        example=example,
        is_outcome=True,
    )
    return strength


def _percent(position: str, example: str) -> pl.Float64:
    percent: pl.Float64 = fields.decimal(
        _joined(("Strength", "Kracht", "Kraft"), _POSITION_LABELS[position], ("percent", "procent", "Prozent")),
        f"Isometric strength {position.replace('_', ' ')}, injured leg as percent of the other leg.",
        0,
        300,
        1,
        unit="%",
        example=example,
        is_outcome=True,
    )
    return percent


class FollowUp(pa.DataFrameModel):
    """A visit after treatment: scores, return to sport, mobility and strength."""

    patient_id: pl.String = fields.patient_id()
    side: pl.String = fields.side()
    injury_no: pl.Int64 = fields.injury_no()
    assessed_on: pl.Date = fields.date(
        ("Date of assessment", "Datum meting", "Datum der Untersuchung"),
        "Day of the visit. The visit it counts for is derived from it.",
        example="2025-03-18",
        is_key=True,
        is_required=True,
    )
    visit: pl.String = fields.code(
        "visit",
        ("Visit", "Bezoek", "Besuch"),
        "The visit as the clinic calls it: optional, checked against the date.",
        example="month_12",
    )
    replaces_on: pl.Date = fields.date(
        ("Replaces the assessment of", "Vervangt de meting van", "Ersetzt die Untersuchung vom"),
        "The wrong date under which this visit was sent before.",
    )
    phat_total: pl.Float64 = fields.phat_total()
    phat_items_answered: pl.Int64 = fields.phat_items_answered()
    tegner: pl.Int64 = fields.integer(
        ("Tegner", "Tegner nu", "Tegner jetzt"),
        "Tegner activity level at the visit.",
        0,
        10,
        example="4",
        is_outcome=True,
    )
    eq5d_version: pl.String = fields.eq5d_version()
    eq5d_mobility: pl.Int64 = fields.eq5d_level("mobility")
    eq5d_self_care: pl.Int64 = fields.eq5d_level("self_care")
    eq5d_usual_activities: pl.Int64 = fields.eq5d_level("usual_activities")
    eq5d_pain: pl.Int64 = fields.eq5d_level("pain")
    eq5d_anxiety: pl.Int64 = fields.eq5d_level("anxiety")
    eq5d_vas: pl.Int64 = fields.eq5d_vas()
    return_to_sport: pl.String = fields.code(
        "return_to_sport",
        ("Return to sport", "Terugkeer naar sport", "Rückkehr zum Sport"),
        "Whether and how the patient is back in sport at this visit.",
        example="different_level",
        is_outcome=True,
    )
    returned_to_sport_on: pl.Date = fields.date(
        ("Date of return to sport", "Datum terugkeer naar sport", "Datum der Rückkehr zum Sport"),
        "First day back in sport of any kind.",
        example="2024-10-01",
    )
    straight_leg_raise_left_deg: pl.Float64 = _raise("left", "78")
    straight_leg_raise_right_deg: pl.Float64 = _raise("right", "80")
    knee_extension_left_deg: pl.Float64 = _extension("left", "12")
    knee_extension_right_deg: pl.Float64 = _extension("right", "10")
    strength_unit: pl.String = fields.code(
        "strength_unit",
        ("Strength unit", "Eenheid kracht", "Einheit der Kraft"),
        "Unit of the strength of left and right.",
        example="N",
    )
    strength_prone_0_90_left: pl.Float64 = _strength("prone_0_90", "left", "110")
    strength_prone_0_90_right: pl.Float64 = _strength("prone_0_90", "right", "150")
    strength_prone_0_90_percent: pl.Float64 = _percent("prone_0_90", "73.3")
    strength_prone_0_15_left: pl.Float64 = _strength("prone_0_15", "left", "120")
    strength_prone_0_15_right: pl.Float64 = _strength("prone_0_15", "right", "160")
    strength_prone_0_15_percent: pl.Float64 = _percent("prone_0_15", "75")
    strength_supine_90_90_left: pl.Float64 = _strength("supine_90_90", "left", "130")
    strength_supine_90_90_right: pl.Float64 = _strength("supine_90_90", "right", "150")
    strength_supine_90_90_percent: pl.Float64 = _percent("supine_90_90", "86.7")
    would_choose_same_treatment: pl.Boolean = fields.boolean(
        ("Would choose the same treatment", "Zou dezelfde behandeling kiezen", "Würde dieselbe Behandlung wählen"),
        "Whether the patient would choose the same treatment again.",
        example="yes",
        is_outcome=True,
    )

    class Config:
        """What the dictionary says of the form."""

        name = "follow_up"
        title = "Follow-up|Controle|Nachuntersuchung"
