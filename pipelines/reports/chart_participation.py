"""Whom a clinic screened, month by month: bars of those enrolled, who declined, who were missed. It only draws.

Lightness tells the parts apart on a grey print, and their order is that of the legend.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reports.palette import COLOURS, GREY
from pipelines.reports.picture import marks_of

FILLS = (COLOURS[0], COLOURS[1], "#ffffff")


def participation_chart(
    months: Sequence[str], parts: Mapping[str, Sequence[int | None]], titles: tuple[str, str]
) -> Any:
    """Give the chart. `parts`: label -> a count a month, None where no form came; `titles` of months and counts."""
    import altair as alt

    names = list(parts)
    rows = [
        {"month": month, "part": name, "n": n, "order": names.index(name)}
        for name, counts in parts.items()
        for month, n in zip(months, counts, strict=True)
        if n is not None
    ]
    axis = alt.Axis(title=titles[0], labelAngle=-45, labelOverlap=False)
    x = alt.X("month:N", scale=alt.Scale(domain=list(months)), axis=axis)
    y = alt.Y("n:Q", axis=alt.Axis(title=titles[1], tickMinStep=1))
    fill = alt.Color(
        "part:N", scale=alt.Scale(domain=names, range=list(FILLS)), legend=alt.Legend(title=None, orient="top")
    )
    bars = marks_of(rows).mark_bar(stroke=GREY, strokeWidth=1).encode(x, y, fill, order="order:Q")
    return bars.properties(width=560, height=140)
