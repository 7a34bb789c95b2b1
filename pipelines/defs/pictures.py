"""Charts on Dagster's page, as images in Markdown: a table at a glance, in counts per clinic. Draws no patient."""

import base64
from collections.abc import Mapping
from typing import Any

import dagster as dg

from warehouse.connection import reader
from warehouse.layout import Home

COMPLETENESS = "mart.completeness"
STATES = {"done": "#0072b2", "overdue": "#d55e00", "missed": "#7f7f7f", "window open": "#cfcfcf"}
COMPLETENESS_SQL = """
select clinic, sum(n_done)::bigint, sum(n_overdue)::bigint, sum(n_missed)::bigint, sum(n_open)::bigint
from mart.completeness group by clinic order by clinic
"""


def draw_table(home: Home, table: str) -> Mapping[str, Any]:
    """The chart of a table that has one; nothing for any other, or where there is no snapshot."""
    if table != COMPLETENESS or not home.registry_path.exists():
        return {}
    with reader(home.registry_path) as connection:
        counted = connection.execute(COMPLETENESS_SQL).fetchall()
    rows = [
        {"clinic": clinic, "state": state, "place": place, "visits": n}
        for clinic, *counts in counted
        for place, (state, n) in enumerate(zip(STATES, counts, strict=True))
    ]
    return {"chart": dg.MetadataValue.md(as_image("Visits of each clinic by their state", _bars(rows)))}


def as_image(text: str, specification: Mapping[str, Any]) -> str:
    """A Vega-Lite chart as a Markdown image that holds its own bytes: nothing is fetched."""
    import vl_convert

    picture = base64.b64encode(vl_convert.vegalite_to_png(dict(specification), allowed_base_urls=[])).decode()
    return f"![{text}](data:image/png;base64,{picture})"


def _bars(rows: list[dict[str, Any]]) -> Mapping[str, Any]:
    colour = {"domain": list(STATES), "range": list(STATES.values())}
    return {
        "data": {"values": rows},
        "mark": "bar",
        "width": 420,
        "encoding": {
            "y": {"field": "clinic", "type": "nominal", "title": None},
            "x": {"field": "visits", "type": "quantitative", "aggregate": "sum", "title": "visits"},
            "color": {"field": "state", "type": "nominal", "title": None, "scale": colour},
            "order": {"field": "place"},
        },
    }
