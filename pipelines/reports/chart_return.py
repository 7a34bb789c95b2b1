"""Return to sport over time: the registry's curve of each arm as steps, the study's counts at its visits as points.

It draws told steps and printed counts; nothing joins the study's points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.palette import arm_colour, is_hollow
from pipelines.reports.picture import marks_of
from pipelines.reports.told_return import Step

SHAPES = {False: ("square", "triangle-up"), True: ("circle", "diamond")}
"""By whether an arm is hollow: of the first study, of the second."""

WEEKS_A_MONTH = 30.4375 / 7


@dataclass(frozen=True)
class Seen:
    """How many of a study's arm had returned at a visit, of those who did sport before."""

    study: str
    arm: str
    months: float
    k: int
    n: int


def return_chart(curves: Mapping[str, Sequence[Step]], seen: Sequence[Seen], titles: tuple[str, str]) -> Any:
    """Give the chart; `titles` are those of the weeks and of the share returned."""
    import altair as alt

    arms = list(dict.fromkeys([*curves, *(point.arm for point in seen)]))
    weeks = [step.week for steps in curves.values() for step in steps]
    last = max([52, *weeks, *(point.months * WEEKS_A_MONTH for point in seen)])
    x = alt.X("week:Q", scale=alt.Scale(domain=[0, last + 2], nice=False), axis=alt.Axis(title=titles[0], tickCount=8))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=titles[1], format="%", tickCount=5))
    layers = [layer for arm, steps in curves.items() for layer in _curve(arm, steps, arms, x, y)]
    return alt.layer(*layers, *_seen(seen, arms, x, y)).properties(width=560, height=230)


def _curve(arm: str, steps: Sequence[Step], arms: Sequence[str], x: Any, y: Any) -> list[Any]:
    import altair as alt

    # A withheld step stays in as nothing, so that the line breaks there.
    rows = [{"week": step.week, "y": step.share, "lower": step.lower, "upper": step.upper} for step in steps]
    colour = arm_colour(arm, arms)
    dash = [6, 3] if is_hollow(arm) else [1, 0]
    band = marks_of(rows).mark_area(interpolate="step-after", fill=colour, fillOpacity=0.12)
    line = marks_of(rows).mark_line(interpolate="step-after", stroke=colour, strokeWidth=2.5, strokeDash=dash)
    return [band.encode(x, alt.Y("lower:Q"), alt.Y2("upper:Q")), line.encode(x, y)] if rows else []


def _seen(seen: Sequence[Seen], arms: Sequence[str], x: Any, y: Any) -> list[Any]:
    import altair as alt

    studies = list(dict.fromkeys(point.study for point in seen))
    rows = [
        {
            "week": point.months * WEEKS_A_MONTH,
            "y": point.k / point.n,
            "text": f"{point.k}/{point.n}",
            "colour": arm_colour(point.arm, arms),
            "fill": "#ffffff" if is_hollow(point.arm) else arm_colour(point.arm, arms),
            "is_hollow": is_hollow(point.arm),
            "shape": SHAPES[is_hollow(point.arm)][studies.index(point.study) % 2],
        }
        for point in seen
    ]
    base = marks_of(rows)
    look = alt.Stroke("colour:N", scale=None), alt.Fill("fill:N", scale=None), alt.Shape("shape:N", scale=None)
    mark = base.mark_point(size=90, strokeWidth=2, opacity=1).encode(x, y, *look)
    above, below = (base.transform_filter(f"datum.is_hollow === {flag}") for flag in ("true", "false"))
    text = alt.Text("text:N")
    labels = [
        above.mark_text(dy=-11, fontSize=9).encode(x, y, text),
        below.mark_text(dy=13, fontSize=9).encode(x, y, text),
    ]
    return [mark, *labels] if rows else []
