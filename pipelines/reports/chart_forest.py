"""Differences with their intervals, one under the other: the registry less the study, by measure and arm.

It draws told rows of `mart.arm_benchmark`; a row without a difference is not drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.palette import INK, arm_colour, is_hollow
from pipelines.reports.picture import marks_of

LINE_HEIGHT = 26


@dataclass(frozen=True)
class Difference:
    """One difference with its 95 % interval, in the panel's unit."""

    label: str
    arm: str
    estimate: float
    lower: float
    upper: float


def forest_chart(differences: Sequence[Difference], title: str, margin: float | None = None) -> Any:
    """Give the chart of differences in one unit; `margin` draws the band within which they count as equivalent."""
    import altair as alt

    labels = list(dict.fromkeys(difference.label for difference in differences))
    arms = [difference.arm for difference in differences]
    order = sorted(set(arms), key=lambda arm: (arm != "surgical", arm))
    rows = [_row(difference, labels, order, arms) for difference in differences]
    ends = [end for row in rows for end in (row["x"], row["x2"], 1.4 * (margin or 0.0), -1.4 * (margin or 0.0))]
    x = alt.X("x:Q", scale=alt.Scale(domain=[min(ends), max(ends)], nice=True), axis=alt.Axis(title=title))
    names = "[" + ", ".join(repr(label) for label in labels) + "]"
    look: dict[str, Any] = {"title": None, "grid": False, "ticks": False, "domain": False}
    look |= {"labelLimit": 330, "labelOverlap": False, "labelExpr": f"{names}[floor(datum.value)]"}
    axis = alt.Axis(values=[i + 0.5 for i in range(len(labels))], **look)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[len(labels), 0], nice=False), axis=axis)
    layers = [*_band(margin, x, y, len(labels)), *_marks(rows, x, y)]
    return alt.layer(*layers).properties(width=330, height=LINE_HEIGHT * len(labels))


def _row(difference: Difference, labels: Sequence[str], order: Sequence[str], arms: Sequence[str]) -> dict[str, Any]:
    place = (order.index(difference.arm) + 1) / (len(order) + 1)
    look = {"colour": arm_colour(difference.arm, arms), "fill": "#ffffff" if is_hollow(difference.arm) else None}
    return {
        "x": difference.lower,
        "x2": difference.upper,
        "middle": difference.estimate,
        "y": labels.index(difference.label) + place,
        "colour": look["colour"],
        "fill": look["fill"] or look["colour"],
        "shape": "circle" if is_hollow(difference.arm) else "square",
    }


def _band(margin: float | None, x: Any, y: Any, n: int) -> list[Any]:
    import altair as alt

    y2 = alt.Y2("y2:Q")
    zero = marks_of([{"x": 0, "y": 0, "y2": n}]).mark_rule(stroke=INK, strokeWidth=1).encode(x, y, y2)
    if margin is None:
        return [zero]
    band = marks_of([{"x": -margin, "x2": margin, "y": 0, "y2": n}])
    return [band.mark_rect(fill="#e8e8e8", opacity=0.7).encode(x, alt.X2("x2:Q"), y, y2), zero]


def _marks(rows: Sequence[dict[str, Any]], x: Any, y: Any) -> list[Any]:
    import altair as alt

    base = marks_of(rows)
    colour = alt.Stroke("colour:N", scale=None)
    fill, shape = alt.Fill("fill:N", scale=None), alt.Shape("shape:N", scale=None)
    middle = alt.X("middle:Q")
    return [
        base.mark_rule(strokeWidth=2).encode(x, alt.X2("x2:Q"), y, colour),
        base.mark_point(size=60, strokeWidth=2, opacity=1).encode(middle, y, colour, fill, shape),
    ]
