"""A patient's course in one picture: scores over time with the study's bars, and below them phases and return to sport.

Both parts share the time axis. What happened when is read elsewhere; here it is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.chart_phat import Bar, Point, phat_chart, time_scale
from pipelines.reports.palette import GREY, INK
from pipelines.reports.picture import marks_of

LANE_HEIGHT = 17


@dataclass(frozen=True)
class Span:
    """Something that lasted: `end` None where it lasts still, and then it is drawn to `until`."""

    lane: str
    start: float
    end: float | None
    until: float


@dataclass(frozen=True)
class Moment:
    """Something that happened."""

    lane: str
    months: float


def course_chart(
    bars: Sequence[Bar],
    points: Sequence[Point],
    spans: Sequence[Span],
    moments: Sequence[Moment],
    titles: tuple[str, str],
) -> Any:
    """Give the chart; `titles` are those of the time axis and of the score's axis. Times are months since the start."""
    import altair as alt

    months = [*(p.months for p in points), *(s.end or s.until for s in spans), *(m.months for m in moments)]
    scores = phat_chart(bars, points, months, titles, is_labelled=False)
    if not spans and not moments:
        return scores
    lanes = list(dict.fromkeys([*(s.lane for s in spans), *(m.lane for m in moments)]))
    hidden = time_scale(bars, months, titles[0])
    hidden.axis = alt.Axis(labels=False, ticks=False, title=None, grid=False, domain=False)
    line = alt.layer(*_spans(spans, hidden, lanes), *_moments(moments, hidden, lanes))
    line = line.properties(width=600, height=LANE_HEIGHT * len(lanes))
    return alt.vconcat(scores, line, spacing=6).resolve_scale(x="shared", y="independent")


def _lane(lanes: Sequence[str]) -> Any:
    import altair as alt

    axis = alt.Axis(title=None, grid=True, ticks=False, domain=False, labelLimit=130)
    return alt.Y("lane:N", sort=list(lanes), scale=alt.Scale(domain=list(lanes)), axis=axis)


def _spans(spans: Sequence[Span], x: Any, lanes: Sequence[str]) -> list[Any]:
    import altair as alt

    rows = [{"lane": s.lane, "x": s.start, "x2": s.end or s.until, "is_open": s.end is None} for s in spans]
    dash = alt.condition("datum.is_open", alt.value([3, 3]), alt.value([1, 0]))
    fill = alt.condition("datum.is_open", alt.value("#ffffff"), alt.value("#b9b9b9"))
    bar = marks_of(rows).mark_bar(stroke=GREY, strokeWidth=1, height=9)
    return [bar.encode(x, alt.X2("x2:Q"), _lane(lanes), fill=fill, strokeDash=dash)] if rows else []


def _moments(moments: Sequence[Moment], x: Any, lanes: Sequence[str]) -> list[Any]:
    rows = [{"lane": moment.lane, "x": moment.months} for moment in moments]
    mark = marks_of(rows).mark_point(shape="diamond", size=90, filled=True, fill=INK, opacity=1)
    return [mark.encode(x, _lane(lanes))] if rows else []
