"""The clinics in a funnel about the registry's own value, with 95 and 99.8 % limits; the study is a line beside it.

It draws what `told_clinics.py` tells; limits follow from the told middle and spread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.palette import COLOURS, GREY, INK
from pipelines.reports.picture import marks_of
from pipelines.reports.told_clinics import Dot, Funnel

Z = {"95": 1.959963984540054, "998": 3.090232306167813}


@dataclass(frozen=True)
class StudyLine:
    """A study's mean with the ends of its 95 % interval, and how it is called."""

    label: str
    value: float
    lower: float
    upper: float


def funnel_chart(funnel: Funnel, lines: Sequence[StudyLine], titles: tuple[str, str], own: str = "") -> Any:
    """Give the chart; `lines` are the study's means, `titles` those of size and value, `own` is named."""
    import altair as alt

    last = max([30, *(dot.n * 1.1 for dot in funnel.dots)])
    x = alt.X("n:Q", scale=alt.Scale(domain=[0, last], nice=False), axis=alt.Axis(title=titles[0], grid=False))
    y = alt.Y("y:Q", scale=alt.Scale(domain=_ends(funnel), nice=False), axis=alt.Axis(title=titles[1]))
    layers = [*_lines(lines, _ends(funnel), last, x), *_limits(funnel, last, x, y), *_dots(funnel.dots, own, x, y)]
    return alt.layer(*layers).properties(width=450, height=250)


def _ends(funnel: Funnel) -> list[float]:
    values = [dot.value for dot in funnel.dots]
    reach = 3.3 * funnel.sd / 5**0.5
    return [max(0.0, min([funnel.theta - reach, *values]) - 2), min(100.0, max([funnel.theta + reach, *values]) + 2)]


def _limits(funnel: Funnel, last: float, x: Any, y: Any) -> list[Any]:
    from pipelines.benchmark.intervals import funnel_limits_mean

    low, high = _ends(funnel)
    layers = []
    for name, z in Z.items():
        sizes = [3 + i * (last - 3) / 60 for i in range(61)]
        ends = [funnel_limits_mean(funnel.theta, funnel.sd, n, z) for n in sizes]
        for side in (0, 1):
            rows = [{"n": n, "y": min(high, max(low, float(e[side])))} for n, e in zip(sizes, ends, strict=True)]
            dash = [1, 0] if name == "95" else [5, 3]
            layers.append(marks_of(rows).mark_line(stroke=GREY, strokeWidth=1.2, strokeDash=dash).encode(x, y))
    middle = marks_of([{"y": funnel.theta}]).mark_rule(stroke=GREY, strokeWidth=1.2).encode(y)
    return [*layers, middle]


def _lines(lines: Sequence[StudyLine], ends: Sequence[float], last: float, x: Any) -> list[Any]:
    """Draw each mean with its band; the label stands right of the plot, where no clinic is."""
    import altair as alt

    low, high = ends
    rows = [
        {"y": line.value, "low": max(low, line.lower), "high": min(high, line.upper), "n": last, "label": line.label}
        | {"at": at}
        for line, at in zip(lines, _apart([line.value for line in lines], (high - low) / 16), strict=True)
    ]
    base, scale = marks_of(rows), alt.Scale(domain=list(ends), nice=False, zero=False)
    low_end, middle, label = (alt.Y(f"{name}:Q", scale=scale) for name in ("low", "y", "at"))
    text = base.mark_text(align="left", dx=6, fontSize=10, color=COLOURS[0])
    return [
        base.mark_rect(fill=COLOURS[0], fillOpacity=0.1).encode(low_end, alt.Y2("high:Q")),
        base.mark_rule(stroke=COLOURS[0], strokeWidth=1.5, strokeDash=[2, 3]).encode(middle),
        text.encode(x, label, alt.Text("label:N")),
    ]


def _apart(values: Sequence[float], gap: float) -> list[float]:
    """Move values (rising) up until labels there do not overlap."""
    places: list[float] = []
    for value in values:
        places.append(max(value, places[-1] + gap) if places else value)
    return places


def _dots(dots: Sequence[Dot], own: str, x: Any, y: Any) -> list[Any]:
    import altair as alt

    rows = [{"n": dot.n, "y": dot.value, "name": dot.name, "is_own": bool(own) and dot.name == own} for dot in dots]
    base = marks_of(rows)
    fill = alt.condition("datum.is_own", alt.value(INK), alt.value("#ffffff"))
    size = alt.condition("datum.is_own", alt.value(130), alt.value(60))
    return [
        base.mark_point(stroke=INK, strokeWidth=1.5, opacity=1).encode(x, y, fill=fill, size=size),
        base.mark_text(dx=10, align="left", fontWeight="bold").encode(x, y, alt.Text("name:N")),
    ]
