"""How a form's column is declared, and the columns that several forms share, defined once.

A column is a `pandera.polars` field whose metadata holds what Pandera has no word for; the forms themselves stand in
`schemas/forms/`.
"""

from collections.abc import Mapping
from typing import Any

import pandera.polars as pa
import polars as pl

from schemas.dictionary import EARLIEST_DATE
from schemas.vocabulary import VOCABULARIES

Labels = tuple[str, str, str]  # English, Dutch, German

# kind -> type of the typed column
TYPES: Mapping[str, Any] = {
    "id": pl.String,
    "code": pl.String,
    "integer": pl.Int64,
    "decimal": pl.Float64,
    "date": pl.Date,
    "partial_date": pl.Date,
    "month": pl.Date,
    "boolean": pl.Boolean,
    "text": pl.String,
}


def column(
    kind: str, labels: Labels, description: str, *, example: str = "", is_key: bool = False, **marks: Any
) -> Any:
    """A column of that kind. `marks` are other attributes of `schemas.dictionary.Field`."""
    metadata = {"kind": kind, "labels": labels, "example": example, "is_key": is_key, **marks}
    checks = {name: bound for name, bound in _checks(kind, marks).items() if bound is not None}
    return pa.Field(nullable=not is_key, title=labels[0], description=description, metadata=metadata, **checks)


def _checks(kind: str, marks: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind == "code":
        return {"isin": [code.code for code in VOCABULARIES[marks["vocabulary"]]]}
    if kind == "text":
        return {"str_length": {"max_value": marks["maximum"]}}
    if kind in ("date", "partial_date", "month"):
        return {"ge": EARLIEST_DATE}
    return {"ge": marks.get("minimum"), "le": marks.get("maximum")}


def code(vocabulary: str, labels: Labels, description: str, **marks: Any) -> Any:
    """A coded value."""
    return column("code", labels, description, vocabulary=vocabulary, **marks)


def integer(labels: Labels, description: str, low: int, high: int | None = None, **marks: Any) -> Any:
    """A whole number in a closed range."""
    return column("integer", labels, description, minimum=low, maximum=high, **marks)


def decimal(labels: Labels, description: str, low: float, high: float, decimals: int, **marks: Any) -> Any:
    """A number in a closed range, kept to so many decimals."""
    return column("decimal", labels, description, minimum=low, maximum=high, decimals=decimals, **marks)


def date(labels: Labels, description: str, **marks: Any) -> Any:
    """A day. Every date points to a person for somebody who was there."""
    return column("date", labels, description, is_identifying=True, **marks)


def boolean(labels: Labels, description: str, **marks: Any) -> Any:
    """Yes or no."""
    return column("boolean", labels, description, **marks)


def patient_id() -> Any:
    """The pseudonym: `AMC-0015` and a check character."""
    return column(
        "id",
        ("Patient number", "Patiëntnummer", "Patientennummer"),
        "Pseudonym the clinic gave: its code, a number and a check character. Never a hospital number or a name.",
        example="AMC-0015W",
        is_key=True,
        is_required=True,
        is_identifying=True,
    )


def side() -> Any:
    """Which leg."""
    return code(
        "side",
        ("Injured side", "Aangedane zijde", "Verletzte Seite"),
        "The leg with the avulsion.",
        example="left",
        is_key=True,
        is_required=True,
    )


def injury_no() -> Any:
    """1 unless the same side is injured anew."""
    return integer(
        ("Injury number", "Letselnummer", "Verletzungsnummer"),
        "1 for the first avulsion of this side in the registry, 2 where the same side is injured anew. Blank means 1.",
        1,
        example="1",
        is_key=True,
    )


def eq5d_version(prefix: str = "") -> Any:
    """Which EQ-5D was asked."""
    return code(
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


def eq5d_level(domain: str, prefix: str = "") -> Any:
    """The level of one EQ-5D domain: 1 is no problems."""
    labels = tuple(f"EQ-5D {label}" for label in _DOMAINS[domain])
    return integer(
        _at_baseline(prefix, (labels[0], labels[1], labels[2])),
        f"Level of {_DOMAINS[domain][0]}: 1 is no problems; 3 is the highest of a 3L, 5 of a 5L.",
        1,
        5,
        example="2" if domain == "pain" else "1",
        is_outcome=not prefix,
    )


def eq5d_vas(prefix: str = "") -> Any:
    """Own health today."""
    return integer(
        _at_baseline(prefix, ("EQ-5D health today", "EQ-5D gezondheid vandaag", "EQ-5D Gesundheit heute")),
        "The patient's own mark for health today, 0 the worst, 100 the best.",
        0,
        100,
        example="80",
        is_outcome=not prefix,
    )


def phat_total(prefix: str = "") -> Any:
    """PHAT total."""
    return decimal(
        _at_baseline(prefix, ("PHAT total", "PHAT-totaal", "PHAT-Gesamtwert")),
        "Total of the Perth Hamstring Assessment Tool, higher is better. Its items are its authors' and not asked.",
        0,
        100,
        1,
        unit="points",
        example="32.0" if prefix else "80.5",
        is_outcome=not prefix,
    )


def phat_items_answered(prefix: str = "") -> Any:
    """How many PHAT items the total rests on."""
    return integer(
        _at_baseline(prefix, ("PHAT items answered", "PHAT-vragen beantwoord", "PHAT-Fragen beantwortet")),
        "How many items the total rests on. Under 8 it loads and is not benchmarked.",
        0,
        20,
        example="9",
    )


def retraction(labels: Labels, description: str, **marks: Any) -> Any:
    """Distance from the bone, in millimetres."""
    return integer(labels, description, 0, 200, unit="mm", **marks)


def mri_on(*, is_key: bool = False, example: str) -> Any:
    """Day of an MRI: of the injury in the enrolment, of a later one in imaging."""
    labels = ("Date of MRI", "Datum MRI", "Datum der MRT")
    return date(labels, "Day of the MRI that this row speaks of.", example=example, is_key=is_key, is_required=is_key)


def _at_baseline(prefix: str, labels: Labels) -> Labels:
    if not prefix:
        return labels
    words = (" at baseline", " bij aanvang", " zu Beginn")
    return (labels[0] + words[0], labels[1] + words[1], labels[2] + words[2])
