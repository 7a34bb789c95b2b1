"""The table of measures: a label, the patient's value, a picture and each arm's figure in words, from one set of rows.

A study's rows and a patient's rows (`mart.patient_benchmark`) are read alike; every note of the study comes along.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.reports.chart_measure import measure_chart, scale_of
from pipelines.reports.palette import in_order
from pipelines.reports.picture import Picture, draw
from pipelines.reports.source import Row
from pipelines.reports.study_rows import NO_SPORT, RETURNED, returned
from pipelines.reports.words import Words

MEASURES = (
    "phat_total", "return_to_sport", "weeks_to_return_to_sport", "recurrence", "strength_prone_0_90_percent",
    "strength_prone_0_15_percent", "strength_supine_90_90_percent", "passive_straight_leg_raise_difference_deg",
    "active_knee_extension_difference_deg", "eq5d_mobility_no_problems", "eq5d_self_care_no_problems",
    "eq5d_usual_activities_no_problems", "eq5d_pain_no_problems", "eq5d_anxiety_no_problems", "eq5d_vas", "tegner",
    "mri_tendon_continuity", "would_choose_same_treatment",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One arm's figure in words, with what it rests on."""

    arm: str
    arm_name: str
    text: str
    n: str
    detail: str = ""
    notes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """One measure of the table."""

    measure: str
    label: str
    cells: tuple[Cell, ...]
    value: str = ""
    picture: Picture | None = None


@dataclass
class Notes:
    """The study's notes, numbered in the order in which they are met."""

    texts: list[str] = field(default_factory=list)

    def number(self, row: Row) -> tuple[int, ...]:
        """Give the number of the row's source and note, the same for the same text."""
        text = "; ".join(str(part) for part in (row["source"], row["note"]) if part)
        if not text:
            return ()
        if text not in self.texts:
            self.texts.append(text)
        return (self.texts.index(text) + 1,)


def measure_lines(rows: Sequence[Row], words: Words, notes: Notes, name: str = "") -> list[Line]:
    """Give the table's lines, in the order of MEASURES, for the rows of one study at one timepoint.

    `name` begins the pictures' names and must be the table's own in its page; without it nothing is drawn.
    """
    lines = []
    for measure in MEASURES:
        own = [row for row in rows if row["measure"] == measure and row["statistic"]]
        if own:
            build = _return_line if measure == "return_to_sport" else _line
            lines.append(build(own, words, notes, f"{name}-{measure.replace('_', '-')}" if name else ""))
    return lines


def _line(rows: Sequence[Row], words: Words, notes: Notes, name: str) -> Line:
    rows = _ordered(rows)
    label = words.code("measure", rows[0]["measure"])
    cells = tuple(cell_of(row, words, notes) for row in rows)
    value = _value(rows[0], words)
    description = "; ".join(f"{cell.arm_name}: {cell.text}" for cell in cells)
    drawn = rows[0].get("value") if rows[0]["statistic"] not in ("count", "proportion_above") else None
    drawn = None if rows[0]["measure"].endswith("_difference_deg") else drawn  # the study's sign is not known
    picture = draw(measure_chart(rows, drawn, scale_of(rows, drawn)), name, label, description) if name else None
    return Line(rows[0]["measure"], label, cells, value, picture)


def _return_line(rows: Sequence[Row], words: Words, notes: Notes, name: str) -> Line:
    """Return to sport: any return beside its two denominators, and the patient's own category."""
    label = words.code("measure", "return_to_sport")
    counts = returned(rows)
    cells, bars = [], []
    for arm in in_order([row["reference_arm"] for row in rows]):
        own = next(row for row in rows if row["reference_arm"] == arm)
        found = counts[own["study"], arm]
        places = {"k": found.k, "n": found.n, "n_sporting": found.n_sporting, "percent": _percent(found.k / found.n)}
        detail = ", ".join(
            f"{words.code('category', row['category'])} {row['reference_value']:.0f}"
            for row in sorted(rows, key=lambda row: CATEGORIES.index(row["category"])) if row["reference_arm"] == arm
        )  # fmt: skip
        cells.append(
            Cell(arm, words.code("arm", arm), words("figure.returned", **places), "", detail, notes.number(own))
        )
        bars.append({**own, "reference_proportion": found.k / found.n} | dict.fromkeys(WILSON))
    own_category = [row["category"] for row in rows if row.get("has_outcome")]
    value = words.code("category", own_category[0]) if own_category else ""
    description = "; ".join(f"{cell.arm_name}: {cell.text}" for cell in cells)
    picture = draw(measure_chart(bars, None, (0.0, 1.0)), name, label, description) if name else None
    return Line("return_to_sport", label, tuple(cells), value, picture)


CATEGORIES = (*RETURNED, "no_return", NO_SPORT)
WILSON = ("reference_proportion_lower", "reference_proportion_upper")


def _ordered(rows: Sequence[Row]) -> list[Row]:
    order = in_order([row["reference_arm"] for row in rows])
    return sorted(rows, key=lambda row: order.index(row["reference_arm"]))


def cell_of(row: Row, words: Words, notes: Notes) -> Cell:
    """An arm's figure in words, its n and its notes."""
    name = words.code("arm", row["reference_arm"])
    if row["statistic"] == "count":  # its n is in the words
        return Cell(row["reference_arm"], name, figure_text(row, words), "", "", notes.number(row))
    n = words("figure.n_of", n=round(row["reference_n"])) if row["reference_n"] else words("figure.n_unknown")
    return Cell(row["reference_arm"], name, figure_text(row, words), n, "", notes.number(row))


def figure_text(row: Row, words: Words, style: str = "figure") -> str:
    """A study's figure in words, by its kind of statistic; `style` is figure (for patients) or brief (for tables)."""
    value = row["reference_value"]
    match row["statistic"]:
        case "count":
            n = round(row["reference_n"])
            return words(f"{style}.count", k=f"{value:.0f}", n=n, percent=_percent(value / n))
        case "proportion_above":
            return words(f"{style}.above", percent=_percent(value))
        case "median_iqr":
            lower, upper = _number(row["reference_lower"]), _number(row["reference_upper"])
            return words(f"{style}.quartiles", value=_number(value), lower=lower, upper=upper)
        case "mean_ci95":
            lower, upper = _number(row["reference_lower"]), _number(row["reference_upper"])
            return words(f"{style}.mean_ci", value=_number(value), lower=lower, upper=upper)
        case "mean_sd":
            return words(f"{style}.mean_sd", value=_number(value), sd=_number(row["reference_sd"]))
    return words("figure.none")


def _value(row: Row, words: Words) -> str:
    """The patient's value in words; empty where there is none."""
    if row.get("value") is None:
        return ""
    if row["statistic"] in ("count", "proportion_above"):
        return words("figure.yes" if row["has_outcome"] else "figure.no")
    text = _number(round(row["value"], 1))
    if row["measure"].endswith("_deg"):
        return words("figure.degrees", value=text)
    return words("figure.percent", value=text) if row["measure"].endswith("_percent") else text


def _percent(share: float) -> int:
    return round(100 * share)


def _number(value: Any) -> str:
    return f"{value:g}"
