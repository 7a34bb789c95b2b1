"""The PHAT over time: a patient's course as a line, a study's arms as bars at the visits it printed, nothing between.

It draws rows of figures and points; it takes no mean and joins no bars.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.palette import INK, arm_colour, is_hollow
from pipelines.reports.picture import marks_of

DAYS_A_MONTH = 30.4375
BAR_MONTHS, GAP_MONTHS, MIDDLE_MONTHS = 0.62, 0.12, 0.5
VISITS = (0, 2, 6, 12, 24, 60)
HEIGHT = 190


@dataclass(frozen=True)
class Bar:
    """A study's arm at one visit: mean and SD, `months` after the start."""

    label: str
    arm: str
    months: float
    mean: float
    sd: float


@dataclass(frozen=True)
class Point:
    """One of the patient's scores."""

    months: float
    value: float
    is_compared: bool = True  # False: outside every window, or too few items


def time_scale(bars: Sequence[Bar], months: Sequence[float], title: str) -> Any:
    """Give the axis of months since the start, with a tick at each visit."""
    import altair as alt

    last = max([12.0, *months, *(bar.months for bar in bars)])
    axis = alt.Axis(values=[month for month in VISITS if month <= last + 1], grid=False, title=title)
    ends = [min([-1.9, *(month - 0.5 for month in months)]), last + 1.9]
    return alt.X("x:Q", scale=alt.Scale(domain=ends, nice=False), axis=axis)


def phat_chart(bars: Sequence[Bar], points: Sequence[Point], x: Any, title: str, width: int = 600) -> Any:
    """Give the chart on the time scale `x`; `title` is that of the score's axis."""
    import altair as alt

    y_axis = alt.Axis(values=[0, 25, 50, 75, 100], title=title)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=y_axis)
    layers = [*_bars(bars, x, y), *(_points(points, x, y) if points else [])]
    return alt.layer(*layers).properties(width=width, height=HEIGHT)


def _bars(bars: Sequence[Bar], x: Any, y: Any) -> list[Any]:
    import altair as alt

    labels = list(dict.fromkeys(bar.label for bar in bars))
    arms = [bar.arm for bar in bars]
    base = marks_of([_bar(bar, labels.index(bar.label), len(labels), arms) for bar in bars])
    x2, mean = alt.X2("x2:Q"), alt.Y("mean:Q")
    look = alt.Stroke("colour:N", scale=None), alt.Fill("colour:N", scale=None)
    opacity = alt.FillOpacity("fill:Q", scale=None, legend=None)
    return [
        base.mark_rect(strokeWidth=2).encode(x, x2, y, alt.Y2("y2:Q"), *look, opacity),
        base.mark_rule(stroke=INK, strokeWidth=2.5).encode(x, x2, mean),
        base.mark_text(dy=-8, fontSize=10).encode(alt.X("middle:Q"), mean, alt.Text("mean:Q")),
    ]


def _bar(bar: Bar, place: int, n_places: int, arms: Sequence[str]) -> Mapping[str, Any]:
    # Half of the bars stand before the visit's own place, half after it: the patient's point is between them.
    half = (n_places + 1) // 2
    step = BAR_MONTHS + GAP_MONTHS
    after = MIDDLE_MONTHS / 2 + (place - half) * step
    before = -MIDDLE_MONTHS / 2 - BAR_MONTHS + (place - half + 1) * step
    left = bar.months + (after if place >= half else before)
    ends = {"y": max(0.0, bar.mean - bar.sd), "y2": min(100.0, bar.mean + bar.sd)}
    look = {"colour": arm_colour(bar.arm, arms), "fill": 0.0 if is_hollow(bar.arm) else 0.45}
    middle = {"middle": left + BAR_MONTHS / 2, "mean": bar.mean}
    return {"x": left, "x2": left + BAR_MONTHS, **ends, **middle, **look}


def _points(points: Sequence[Point], x: Any, y: Any) -> list[Any]:
    import altair as alt

    base = marks_of([{"x": p.months, "y": p.value, "is_compared": p.is_compared} for p in points])
    fill = alt.condition("datum.is_compared", alt.value(INK), alt.value("white"))
    text = alt.Text("y:Q")
    label = {"dy": -13, "fontSize": 13, "fontWeight": "bold"}
    return [
        base.mark_line(stroke=INK, strokeWidth=2).encode(x, y),
        base.mark_point(size=80, filled=True, stroke=INK, strokeWidth=1.5, opacity=1).encode(x, y, fill=fill),
        base.mark_text(stroke="white", strokeWidth=3, **label).encode(x, y, text),
        base.mark_text(**label).encode(x, y, text),
    ]
