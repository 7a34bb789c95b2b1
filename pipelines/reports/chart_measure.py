"""One measure in one small picture: a strip, a box of quartiles or a proportion bar for each arm, by kind of statistic.

It draws rows of `mart.patient_benchmark` or of the study's figures as they are; words stand beside it in the page.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any, TypeAlias

from pipelines.reports.palette import INK, PALE, arm_colour, is_hollow
from pipelines.reports.picture import marks_of

Row: TypeAlias = Mapping[str, Any]
Mark: TypeAlias = dict[str, Any]

WIDTH, ARM_HEIGHT = 190, 15
SHARES = ("count", "proportion_above")


def measure_chart(rows: Sequence[Row], value: float | None, scale: tuple[float, float]) -> dict[str, Any]:
    """Draw one measure as a Vega-Lite specification: marks for each arm, and the patient's value on each of them.

    `value` None draws no patient; `scale` holds all that is drawn.
    """
    arms = [str(row["reference_arm"]) for row in rows]
    marks: list[Mark] = []
    for place, row in enumerate(rows):
        marks += _placed(MARKS[row["statistic"]](row), arms[place], arms, ARM_HEIGHT * place)
        if value is not None:
            marks.append({"mark": "dot", "x": value, "middle": ARM_HEIGHT * (place + 0.5)})
    spec = deepcopy(_specification(rows[0]["statistic"] in SHARES))
    spec["data"] = {"values": marks}
    spec["height"] = ARM_HEIGHT * len(rows)
    spec["layer"][0]["encoding"]["x"]["scale"]["domain"] = list(scale)
    return spec


def scale_of(rows: Sequence[Row], value: float | None) -> tuple[float, float]:
    """Give a scale that holds the arms' figures and the value: 0 to 1 for shares, else a little beyond the extremes."""
    if rows[0]["statistic"] in SHARES:
        return 0.0, 1.0
    numbers = [end for row in rows for end in ends_of(row)] + ([] if value is None else [value])
    low, high = min(numbers), max(numbers)
    if low >= 0 and 60 < high <= 100:
        return 0.0, 100.0
    margin = 0.08 * (high - low or 1.0)
    return (0.0 if low >= 0 else low - margin), high + margin


def ends_of(row: Row) -> tuple[float, float]:
    """Give the ends of an arm's strip: usual for one patient where known, else a mean's interval, quartiles or SD."""
    for names in (("prediction_lower", "prediction_upper"), ("reference_lower", "reference_upper")):
        lower, upper = (row.get(name) for name in names)
        if lower is not None and upper is not None:
            return lower, upper
    return row["reference_value"] - row["reference_sd"], row["reference_value"] + row["reference_sd"]


def _strip(row: Row) -> Iterator[Mark]:
    lower, upper = ends_of(row)
    yield {"mark": "line", "x": lower, "x2": upper}
    yield {"mark": "tick", "x": row["reference_value"]}


def _box(row: Row) -> Iterator[Mark]:
    yield {"mark": "bar", "x": row["reference_lower"], "x2": row["reference_upper"]}
    yield {"mark": "tick", "x": row["reference_value"]}


def _share(row: Row) -> Iterator[Mark]:
    yield {"mark": "ground", "x": 0.0, "x2": 1.0}
    yield {"mark": "bar", "x": 0.0, "x2": row["reference_proportion"]}
    lower, upper = row.get("reference_proportion_lower"), row.get("reference_proportion_upper")
    if lower is not None and upper is not None:
        yield {"mark": "whisker", "x": lower, "x2": upper}


MARKS: Mapping[str, Callable[[Row], Iterator[Mark]]] = {
    "mean_sd": _strip,
    "mean_ci95": _strip,
    "median_iqr": _box,
    "count": _share,
    "proportion_above": _share,
}


def _placed(marks: Iterator[Mark], arm: str, arms: Sequence[str], top: float) -> Iterator[Mark]:
    """Give marks their place, colour and shape: an arm drawn as an outline has no fill, its line is dashed."""
    place = {"top": top + 3, "bottom": top + ARM_HEIGHT - 3, "middle": top + ARM_HEIGHT / 2}
    ticks = {"tick_top": top + 1.5, "tick_bottom": top + ARM_HEIGHT - 1.5}
    look = {"colour": arm_colour(arm, arms), "fill": 0.0 if is_hollow(arm) else 0.45, "is_hollow": is_hollow(arm)}
    for mark in marks:
        yield {**mark, **place, **ticks, **look}


@cache
def _specification(is_share: bool) -> dict[str, Any]:
    """The specification without its rows: made once, for Altair checks every part of it at length."""
    import altair as alt

    settings: dict[str, Any] = {"title": None, "grid": False, "labelFontSize": 9, "tickSize": 3}
    settings |= {"values": [0, 0.5, 1], "format": "%"} if is_share else {"tickCount": 4}
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=alt.Axis(**settings))
    spec = alt.layer(*_layers(x)).properties(width=WIDTH, height=ARM_HEIGHT).to_dict()
    for layer in spec["layer"]:
        layer.pop("data", None)  # the rows come later, once for all layers
    return dict(spec)


def _layers(x: Any) -> list[Any]:
    import altair as alt

    def y(name: str) -> Any:
        return alt.Y(f"{name}:Q", scale=None, axis=None)

    def only(mark: str) -> Any:
        return marks_of([]).transform_filter(f"datum.mark === '{mark}'")

    x2, bottom = alt.X2("x2:Q"), alt.Y2("bottom:Q")
    colour, fill = alt.Stroke("colour:N", scale=None), alt.Fill("colour:N", scale=None)
    opacity = alt.FillOpacity("fill:Q", scale=None, legend=None)
    dash = alt.condition("datum.is_hollow", alt.value([4, 2]), alt.value([1, 0]))
    return [
        only("ground").mark_rect(fill=PALE, fillOpacity=0.5).encode(x, x2, y("top"), bottom),
        only("bar").mark_rect(strokeWidth=1.5).encode(x, x2, y("top"), bottom, colour, fill, opacity),
        only("line").mark_rule(strokeWidth=3).encode(x, x2, y("middle"), colour, strokeDash=dash),
        only("whisker").mark_rule(stroke=INK, strokeWidth=1).encode(x, x2, y("middle")),
        only("tick").mark_rule(stroke=INK, strokeWidth=2).encode(x, y("tick_top"), alt.Y2("tick_bottom:Q")),
        only("dot").mark_point(**DOT).encode(x, y("middle")),
    ]


DOT: Mapping[str, Any] = {
    "size": 52, "filled": True, "fill": INK, "stroke": "white", "strokeWidth": 1, "opacity": 1
}  # fmt: skip
