"""How a form and its columns are declared, and the columns that several forms share, defined once.

The forms themselves stand in `schemas/forms/`; what Pandera checks of them is made in `schemas/models.py`.
"""

from collections.abc import Mapping
from typing import Any

from schemas.records import Field, Form
from schemas.vocabulary import translated

Labels = tuple[str, str, str]  # English, Dutch, German


def form(name: str, labels: Labels, description: str, *fields: Field) -> Form:
    """A form; its key are the fields that say so."""
    return Form(name, translated(*labels), description, tuple(field.name for field in fields if field.is_key), fields)


def column(name: str, kind: str, labels: Labels, description: str, **marks: Any) -> Field:
    """A column of that kind. `marks` are other attributes of `schemas.dictionary.Field`."""
    return Field(name, kind, translated(*labels), description, **marks)


def code(name: str, vocabulary: str, labels: Labels, description: str, **marks: Any) -> Field:
    """A coded value."""
    return column(name, "code", labels, description, vocabulary=vocabulary, **marks)


def integer(name: str, labels: Labels, description: str, low: int, high: int | None = None, **marks: Any) -> Field:
    """A whole number in a closed range."""
    return column(name, "integer", labels, description, minimum=low, maximum=high, **marks)


def decimal(name: str, labels: Labels, description: str, low: float, high: float, decimals: int, **marks: Any) -> Field:
    """A number in a closed range, kept to so many decimals."""
    return column(name, "decimal", labels, description, minimum=low, maximum=high, decimals=decimals, **marks)


def date(name: str, labels: Labels, description: str, **marks: Any) -> Field:
    """A day. Every date points to a person for somebody who was there."""
    return column(name, "date", labels, description, is_identifying=True, **marks)


def boolean(name: str, labels: Labels, description: str, **marks: Any) -> Field:
    """Yes or no."""
    return column(name, "boolean", labels, description, **marks)


def episode() -> tuple[Field, Field, Field]:
    """Whose row it is: patient, leg and injury, the key of every form but that of counts."""
    return _patient_id(), _side(), _injury_no()


def _patient_id() -> Field:
    """The pseudonym: `AMC-0015` and a check character."""
    return column(
        "patient_id",
        "id",
        ("Patient number", "Patiëntnummer", "Patientennummer"),
        "Pseudonym the clinic gave: its code, a number and a check character. Never a hospital number or a name.",
        example="AMC-0015W",
        is_key=True,
        is_required=True,
        is_identifying=True,
    )


def _side() -> Field:
    """Which leg."""
    return code(
        "side",
        "side",
        ("Injured side", "Aangedane zijde", "Verletzte Seite"),
        "The leg with the avulsion.",
        example="left",
        is_key=True,
        is_required=True,
    )


def _injury_no() -> Field:
    """1 unless the same side is injured anew."""
    return integer(
        "injury_no",
        ("Injury number", "Letselnummer", "Verletzungsnummer"),
        "1 for the first avulsion of this side in the registry, 2 where the same side is injured anew. Blank means 1.",
        1,
        example="1",
        is_key=True,
    )


def eq5d_version(prefix: str = "") -> Field:
    """Which EQ-5D was asked."""
    return code(
        _named("eq5d_version", prefix),
        "eq5d_version",
        _at_baseline(prefix, ("EQ-5D version", "EQ-5D-versie", "EQ-5D-Version")),
        "Version of the EQ-5D that was asked. A 5L is never compared with a 3L.",
        example="3L",
    )


_DOMAINS: Mapping[str, Labels] = {
    "mobility": ("mobility", "mobiliteit", "Beweglichkeit"),
    "self_care": ("self-care", "zelfzorg", "Selbstversorgung"),
    "usual_activities": ("usual activities", "dagelijkse activiteiten", "alltägliche Tätigkeiten"),
    "pain": ("pain or discomfort", "pijn of klachten", "Schmerzen oder Beschwerden"),
    "anxiety": ("anxiety or depression", "angst of somberheid", "Angst oder Niedergeschlagenheit"),
}


def eq5d_level(domain: str, prefix: str = "") -> Field:
    """The level of one EQ-5D domain: 1 is no problems."""
    labels = tuple(f"EQ-5D {label}" for label in _DOMAINS[domain])
    return integer(
        _named(f"eq5d_{domain}", prefix),
        _at_baseline(prefix, (labels[0], labels[1], labels[2])),
        f"Level of {_DOMAINS[domain][0]}: 1 is no problems; 3 is the highest of a 3L, 5 of a 5L.",
        1,
        5,
        example="2" if domain == "pain" else "1",
        is_outcome=not prefix,
    )


def eq5d_vas(prefix: str = "") -> Field:
    """Own health today."""
    return integer(
        _named("eq5d_vas", prefix),
        _at_baseline(prefix, ("EQ-5D health today", "EQ-5D gezondheid vandaag", "EQ-5D Gesundheit heute")),
        "The patient's own mark for health today, 0 the worst, 100 the best.",
        0,
        100,
        example="80",
        is_outcome=not prefix,
    )


def phat_total(prefix: str = "") -> Field:
    """PHAT total."""
    return decimal(
        _named("phat_total", prefix),
        _at_baseline(prefix, ("PHAT total", "PHAT-totaal", "PHAT-Gesamtwert")),
        "Total of the Perth Hamstring Assessment Tool, higher is better. Its items are its authors' and not asked.",
        0,
        100,
        1,
        unit="points",
        example="32.0" if prefix else "80.5",
        is_outcome=not prefix,
    )


def phat_items_answered(prefix: str = "") -> Field:
    """How many PHAT items the total rests on."""
    return integer(
        _named("phat_items_answered", prefix),
        _at_baseline(prefix, ("PHAT items answered", "PHAT-vragen beantwoord", "PHAT-Fragen beantwortet")),
        "How many items the total rests on. Under 8 it loads and is not benchmarked.",
        0,
        20,
        example="9",
    )


def retraction(name: str, labels: Labels, description: str, **marks: Any) -> Field:
    """Distance from the bone, in millimetres."""
    return integer(name, labels, description, 0, 200, unit="mm", **marks)


def mri_on(*, is_key: bool = False, example: str) -> Field:
    """Day of an MRI: of the injury in the enrolment, of a later one in imaging."""
    labels = ("Date of MRI", "Datum MRI", "Datum der MRT")
    return date(
        "mri_on", labels, "Day of the MRI that this row speaks of.", example=example, is_key=is_key, is_required=is_key
    )


def _named(name: str, prefix: str) -> str:
    return f"{prefix}_{name}" if prefix else name


def _at_baseline(prefix: str, labels: Labels) -> Labels:
    if not prefix:
        return labels
    words = (" at baseline", " bij aanvang", " zu Beginn")
    return (labels[0] + words[0], labels[1] + words[1], labels[2] + words[2])
