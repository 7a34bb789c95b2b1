"""How completeness runs over time: a point a quarter or year, its size beside it, and the median of all as a line.

It draws what `told_clinics.py` tells; a period that is withheld leaves a gap.
"""

from collections.abc import Sequence
from statistics import median
from typing import Any

from pipelines.reports.palette import GREY, INK
from pipelines.reports.picture import marks_of
from pipelines.reports.told_clinics import Period

LEVEL_LABELS = 6
"""More labels than this overlap unless they are turned."""


def run_chart(periods: Sequence[Period], titles: tuple[str, str]) -> Any:
    """Give the chart; `titles` are those of the periods and of the percentage."""
    import altair as alt

    names = [period.name for period in periods]
    known = [period.percent for period in periods if period.percent is not None]
    rows = [{"period": p.name, "y": p.percent, "n": f"{p.n_done}/{p.n_due}"} for p in periods]
    turned = alt.Axis(title=titles[0], labelAngle=-45 if len(names) > LEVEL_LABELS else 0, labelOverlap=False)
    x = alt.X("period:N", sort=names, scale=alt.Scale(domain=names), axis=turned)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(title=titles[1], values=[0, 25, 50, 75, 100]))
    base = marks_of(rows)
    shown = base.transform_filter("isValid(datum.y)")
    layers = [
        marks_of([{"y": median(known)}]).mark_rule(stroke=GREY, strokeDash=[4, 3]).encode(y),
        base.mark_line(stroke=INK, strokeWidth=1.5).encode(x, y),
        shown.mark_point(size=55, filled=True, fill=INK, opacity=1).encode(x, y),
        shown.mark_text(dy=14, fontSize=9).encode(x, y, alt.Text("n:N")),
    ]
    return alt.layer(*layers).properties(width=560, height=140)
