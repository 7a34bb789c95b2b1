"""The PHAT over time: a patient's course as a line, a study's arms as bars at the visits it printed, nothing between.

It draws rows of figures and points; it takes no mean and joins no bars.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.palette import INK, arm_colour, is_hollow
from pipelines.reports.picture import marks_of

DAYS_A_MONTH = 30.4375
BAR, GAP, MIDDLE = 0.039, 0.008, 0.032  # widths as shares of the time axis
VISITS = (0, 2, 6, 12, 24, 60)
HEIGHT = 170


@dataclass(frozen=True)
class Bar:
    """A study's arm at one visit: mean and SD, `months` after the start."""

    label: str
    arm: str
    months: float
    mean: float
    sd: float
    mark: str = ""  # a word above the bar: which study's it is, where there are several


@dataclass(frozen=True)
class Point:
    """One of the patient's scores."""

    months: float
    value: float
    is_compared: bool = True  # False: outside every window, or too few items


def time_scale(bars: Sequence[Bar], months: Sequence[float], title: str) -> Any:
    """Give the axis of months since the start, with a tick at each visit."""
    import altair as alt

    ends = time_ends(bars, months)
    axis = alt.Axis(values=[month for month in VISITS if month < ends[1]], grid=False, title=title)
    return alt.X("x:Q", scale=alt.Scale(domain=list(ends), nice=False), axis=axis)


def time_ends(bars: Sequence[Bar], months: Sequence[float]) -> tuple[float, float]:
    """Give the ends of the time axis: from before the start to after a year, or after what came last."""
    last = max([12.0, *months, *(bar.months for bar in bars)])
    return min(-last / 8, *(month - 0.5 for month in [0.0, *months])), last * 1.14


def phat_chart(
    bars: Sequence[Bar], points: Sequence[Point], months: Sequence[float], titles: tuple[str, str], is_labelled: bool
) -> Any:
    """Give the chart; `months` are all that the time axis must hold, `titles` those of time and score.

    is_labelled: the means stand beside their bars, where no patient's line crosses them.
    """
    import altair as alt

    x = time_scale(bars, months, titles[0])
    y_axis = alt.Axis(values=[0, 25, 50, 75, 100], title=titles[1])
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=y_axis)
    ends = time_ends(bars, months)
    layers = [*_bars(bars, x, y, ends[1] - ends[0], is_labelled), *(_points(points, x, y) if points else [])]
    return alt.layer(*layers).properties(width=600, height=HEIGHT)


def _bars(bars: Sequence[Bar], x: Any, y: Any, length: float, is_labelled: bool) -> list[Any]:
    import altair as alt

    arms = [bar.arm for bar in bars]
    places = [[other.label for other in bars if other.months == bar.months] for bar in bars]
    base = marks_of(
        [_bar(bar, here.index(bar.label), len(here), arms, length) for bar, here in zip(bars, places, strict=True)]
    )
    x2, mean = alt.X2("x2:Q"), alt.Y("mean:Q")
    look = alt.Stroke("colour:N", scale=None), alt.Fill("colour:N", scale=None)
    opacity = alt.FillOpacity("fill:Q", scale=None, legend=None)
    middle = alt.X("middle:Q")
    text = base.mark_text(dy=-8, fontSize=10).encode(middle, mean, alt.Text("mean:Q"))
    mark = base.mark_text(dy=8, fontSize=10, fontWeight="bold").encode(middle, alt.Y("y2:Q"), alt.Text("mark:N"))
    return [
        base.mark_rect(strokeWidth=2).encode(x, x2, y, alt.Y2("y2:Q"), *look, opacity),
        base.mark_rule(stroke=INK, strokeWidth=2.5).encode(x, x2, mean),
        *([text] if is_labelled else []),
        *([mark] if any(bar.mark for bar in bars) else []),
    ]


def _bar(bar: Bar, place: int, n_places: int, arms: Sequence[str], length: float) -> Mapping[str, Any]:
    # Half of the bars stand before the visit's own place, half after it: the patient's point is between them. However
    # many there are, they take the room of two.
    half = (n_places + 1) // 2
    wide, gap = BAR / half, GAP / half
    after = MIDDLE / 2 + (place - half) * (wide + gap)
    before = -MIDDLE / 2 - wide + (place - half + 1) * (wide + gap)
    left = bar.months + length * (after if place >= half else before)
    width = length * wide
    ends = {"y": max(0.0, bar.mean - bar.sd), "y2": min(100.0, bar.mean + bar.sd)}
    look = {"colour": arm_colour(bar.arm, arms), "fill": 0.0 if is_hollow(bar.arm) else 0.45}
    middle = {"middle": left + width / 2, "mean": bar.mean, "mark": bar.mark}
    return {"x": left, "x2": left + width, **ends, **middle, **look}


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
