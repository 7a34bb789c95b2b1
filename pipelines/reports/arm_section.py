"""The part of a report that sets the registry's arms beside the study: table, forest plots, equivalence."""

from collections.abc import Sequence
from typing import Any

from pipelines.reports.chart_forest import Difference, forest_chart
from pipelines.reports.figure_text import SHARES, difference_text, registry_text, told_count
from pipelines.reports.measure_table import MEASURES, Notes, figure_text
from pipelines.reports.palette import in_order
from pipelines.reports.picture import Picture, draw
from pipelines.reports.source import Row, Rows
from pipelines.reports.study_rows import NO_SPORT, RETURNED
from pipelines.reports.told_arms import ANY
from pipelines.reports.words import Words

AT_START = ("age_years", "days_injury_to_visit", "two_tendon_avulsion", "phat_total")
CATEGORIES = ("", ANY, f"{ANY}_sporting", *RETURNED, "no_return", NO_SPORT)


def in_reading_order(rows: Sequence[Row]) -> Rows:
    """Rows by measure, category and arm, in the order that holds in every table."""
    order = (*AT_START[:3], "phat_total", "phat_change", *MEASURES[1:])
    arms = in_order([row["arm"] for row in rows])
    known = [dict(row) for row in rows if row["measure"] in order]
    return sorted(
        known, key=lambda r: (order.index(r["measure"]), CATEGORIES.index(r["category"]), arms.index(r["arm"]))
    )


def arm_table(rows: Sequence[Row], words: Words, notes: Notes) -> list[dict[str, Any]]:
    """Give the table's lines: registry beside study for each measure and arm."""
    return [
        {
            "label": label_of(row, words),
            "code": row["arm"],
            "arm": words.code("arm", row["arm"]),
            "registry": registry_text(row, words),
            "n": told_count(row["n"], words),
            "missing": told_count(row["n_missing"], words),
            "study": figure_text(row, words, "brief"),
            "study_n": "" if row["reference_n"] is None else f"{row['reference_n']:.0f}",
            "notes": notes.number(row),
            "difference": difference_text(row, words),
        }
        for row in in_reading_order(rows)
    ]


def label_of(row: Row, words: Words) -> str:
    """A measure in words, with its category."""
    label = words.code("brief_measure", row["measure"])
    return f"{label}: {words.code('category', row['category'])}" if row["category"] else label


def forests(rows: Sequence[Row], words: Words, name: str) -> list[Picture]:
    """Draw the differences: scores in points, shares in percentage points."""
    ordered = [row for row in in_reading_order(rows) if difference_text(row, words)]
    points = [row for row in ordered if row["statistic"] not in SHARES]
    shares = [row for row in ordered if row["statistic"] in SHARES and row["category"] not in RETURNED[1:]]
    panels = ((points, "points", 1.0, _margin(points)), (shares, "percent", 100.0, None))
    return [_forest(rows, unit, scale, margin, words, f"{name}-{unit}") for rows, unit, scale, margin in panels if rows]


def _margin(rows: Sequence[Row]) -> float | None:
    return next((row["equivalence_margin"] for row in rows if row["equivalence_margin"]), None)


def _forest(rows: Sequence[Row], unit: str, scale: float, margin: float | None, words: Words, name: str) -> Picture:
    differences = [
        Difference(
            label_of(row, words),
            row["arm"],
            *(scale * row[f"difference{end}"] for end in ("", "_lower", "_upper")),
        )
        for row in rows
    ]
    chart = forest_chart(differences, words(f"report.difference_{unit}"), margin)
    texts = [f"{label_of(row, words)}, {words.code('arm', row['arm'])}: {difference_text(row, words)}" for row in rows]
    return draw(chart, name, words("report.forest"), "; ".join(texts))


def equivalences(rows: Sequence[Row], words: Words) -> list[str]:
    """Say for each arm whether the registry's PHAT is shown to be within the margin of the study's."""
    found = [row for row in in_reading_order(rows) if row["measure"] == "phat_total" and row["equivalence"]]
    return [_equivalence(row, words) for row in found]


def _equivalence(row: Row, words: Words) -> str:
    arm, code = words.code("arm", row["arm"]), row["equivalence"].replace(" ", "_")
    if row["equivalence_power"] is None or row["equivalence_power"] != row["equivalence_power"]:
        return words("report.equivalence_not_estimable", arm=arm)
    places = {
        "margin": f"{row['equivalence_margin']:.0f}",
        "lower": f"{row['equivalence_lower']:+.0f}",
        "upper": f"{row['equivalence_upper']:+.0f}",
        "power": f"{100 * row['equivalence_power']:.0f}",
    }
    return words(f"report.equivalence_{code}", arm=arm, **places)
