"""Charts on Dagster's page, as images in Markdown: a table at a glance, in counts per clinic. Draws no patient."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from warehouse.connection import reader
from warehouse.layout import Home

ORANGE, BLUE, GREY, LIGHT = "#d55e00", "#0072b2", "#7f7f7f", "#cfcfcf"


@dataclass(frozen=True)
class Chart:
    """Bars of each clinic, stacked by kind. `sql` gives clinic, kind and how many; `colours` are the kinds in order."""

    text: str
    counted: str
    colours: Mapping[str, str]
    sql: str


CHARTS = {
    "mart.completeness": Chart(
        "Visits of each clinic by their state",
        "visits",
        {"done": BLUE, "overdue": ORANGE, "missed": GREY, "window open": LIGHT},
        """
        select clinic, state, n from (
            select
                clinic, sum(n_done)::bigint as done, sum(n_overdue)::bigint as overdue,
                sum(n_missed)::bigint as missed, sum(n_open)::bigint as "window open"
            from mart.completeness group by clinic
        ) unpivot (n for state in (done, overdue, missed, "window open")) order by clinic
        """,
    ),
    "mart.overdue": Chart(
        "Overdue visits of each clinic by how long they are overdue",
        "visits",
        {"up to a month": LIGHT, "up to three months": GREY, "longer": ORANGE},
        """
        select
            clinic,
            case when days_overdue <= 31 then 'up to a month'
                when days_overdue <= 92 then 'up to three months' else 'longer' end as age,
            count(*)
        from mart.overdue group by all order by all
        """,
    ),
    "ops.finding": Chart(
        "Findings in each clinic's files by how grave they are",
        "findings",
        {"error": ORANGE, "warning": BLUE, "note": LIGHT},
        "select clinic, severity, count(*) from ops.finding group by all order by all",
    ),
}


def draw_table(home: Home, table: str) -> Mapping[str, Any]:
    """The chart of a table that has one; nothing for any other, and where there is no snapshot or nothing to count."""
    chart = CHARTS.get(table)
    if chart is None or not home.registry_path.exists():
        return {}
    with reader(home.registry_path) as connection:
        counted = connection.execute(chart.sql).fetchall()
    return {"chart": dg.MetadataValue.md(as_image(chart.text, _bars(chart, counted)))} if counted else {}


def as_image(text: str, specification: Mapping[str, Any]) -> str:
    """A Vega-Lite chart as a Markdown image that holds its own bytes: nothing is fetched."""
    import vl_convert

    picture = base64.b64encode(vl_convert.vegalite_to_png(dict(specification), allowed_base_urls=[])).decode()
    return f"![{text}](data:image/png;base64,{picture})"


def _bars(chart: Chart, counted: Sequence[tuple[str, str, int]]) -> Mapping[str, Any]:
    kinds = list(chart.colours)
    rows = [{"clinic": clinic, "kind": kind, "place": kinds.index(kind), "n": n} for clinic, kind, n in counted]
    return {
        "data": {"values": rows},
        "mark": "bar",
        "width": 420,
        "encoding": {
            "y": {"field": "clinic", "type": "nominal", "title": None},
            "x": {
                "field": "n",
                "type": "quantitative",
                "aggregate": "sum",
                "title": chart.counted,
                "axis": {"tickMinStep": 1},
            },
            "color": {
                "field": "kind",
                "type": "nominal",
                "title": None,
                "scale": {"domain": kinds, "range": list(chart.colours.values())},
            },
            "order": {"field": "place"},
        },
    }
