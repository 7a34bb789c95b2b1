"""Surgical less conservative over the score at the start, above where each arm's people began.

It draws told rows, only where both arms have people; the line is an association and the page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.palette import INK, arm_colour, is_hollow
from pipelines.reports.picture import marks_of

SHADE = "#e8e8e8"


@dataclass(frozen=True)
class At:
    """The difference at one score at the start, with its 95 % interval."""

    baseline: float
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Start:
    """Where an arm began: mean and SD of its scores."""

    label: str
    arm: str
    mean: float
    sd: float


def difference_chart(line: Sequence[At], starts: Sequence[Start], titles: tuple[str, str]) -> Any:
    """Give the chart; `titles` are those of the score at the start and of the difference."""
    import altair as alt

    scale = alt.Scale(domain=[0, 100], nice=False)
    bare, titled = alt.Axis(title=None, labels=False, ticks=False), alt.Axis(title=titles[0])
    upper = alt.layer(*_difference(line, alt.X("x:Q", scale=scale, axis=bare), titles[1]))
    lower = alt.layer(*_starts(starts, line, alt.X("x:Q", scale=scale, axis=titled)))
    return alt.vconcat(
        upper.properties(width=480, height=170), lower.properties(width=480, height=26 * len(starts)), spacing=8
    )


def _difference(line: Sequence[At], x: Any, title: str) -> list[Any]:
    import altair as alt

    rows = [{"x": at.baseline, "y": at.estimate, "lower": at.lower, "upper": at.upper} for at in line]
    y = alt.Y("y:Q", axis=alt.Axis(title=title))
    base = marks_of(rows)
    return [
        marks_of([{"y": 0}]).mark_rule(stroke=INK, strokeWidth=1).encode(y),
        base.mark_area(fill=SHADE, opacity=0.9).encode(x, alt.Y("lower:Q"), alt.Y2("upper:Q")),
        base.mark_line(stroke=INK, strokeWidth=2).encode(x, y),
        base.mark_point(size=40, filled=True, fill=INK, opacity=1).encode(x, y),
    ]


def _starts(starts: Sequence[Start], line: Sequence[At], x: Any) -> list[Any]:
    import altair as alt

    labels, arms = [start.label for start in starts], [start.arm for start in starts]
    rows = [
        {
            "x": max(0.0, start.mean - start.sd),
            "x2": min(100.0, start.mean + start.sd),
            "middle": start.mean,
            "label": start.label,
            "stroke": arm_colour(start.arm, arms),
            "fill": "#ffffff" if is_hollow(start.arm) else arm_colour(start.arm, arms),
        }
        for start in starts
    ]
    y = alt.Y("label:N", sort=labels, axis=alt.Axis(title=None, labelLimit=120, ticks=False, domain=False))
    look = alt.Stroke("stroke:N", scale=None), alt.Fill("fill:N", scale=None)
    ends = [{"x": line[0].baseline, "x2": line[-1].baseline}]
    base = marks_of(rows)
    return [
        marks_of(ends).mark_rect(fill=SHADE, opacity=0.9).encode(x, alt.X2("x2:Q")),
        base.mark_bar(height=12, strokeWidth=2, fillOpacity=0.45).encode(x, alt.X2("x2:Q"), y, *look),
        base.mark_tick(color=INK, thickness=2, size=12).encode(alt.X("middle:Q"), y),
    ]
