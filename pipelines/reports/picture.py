"""From an Altair chart to an SVG that stands in a page: its own ids, a title and a description for who cannot see it.

What a chart shows is decided in the chart modules; nothing is fetched and no browser runs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pipelines.reports.palette import CONFIG

SIZE = re.compile(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"[^>]*>')

MARK_LABEL = re.compile(r' (?:role|aria-(?:label|roledescription))="[^"]*"')
"""What Vega says of every mark and axis: in English, with all digits. The picture's own description stands instead, and
a mark without words must not be announced as one."""


@dataclass(frozen=True)
class Picture:
    """An SVG for a page. `svg` is safe to put in as it is: every text in it is escaped."""

    name: str
    svg: str
    title: str
    description: str

    def __html__(self) -> str:
        """Tell Jinja that this is markup."""
        return self.svg


@dataclass(frozen=True)
class Sketch:
    """A picture before it is drawn, which takes time: its words are known, `chart` gives what is drawn."""

    title: str
    description: str
    chart: Callable[[], Any]

    @property
    def alternative(self) -> str:
        """What stands for the picture where it cannot be seen."""
        return f"{self.title}. {self.description}"

    def drawn(self, name: str) -> Picture:
        """Draw it; `name` is the picture's own within a page."""
        return draw(self.chart(), name, self.title, self.description)


def marks_of(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Give an Altair chart of these rows, to put marks on."""
    import altair

    data: Any = altair.Data
    return altair.Chart(data(values=[dict(row) for row in rows]))


def draw(chart: Any, name: str, title: str, description: str) -> Picture:
    """Draw an Altair chart, or its specification. `name` is the picture's own within a page: its ids begin with it."""
    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    spec = {**(chart if isinstance(chart, dict) else chart.to_dict()), "config": dict(CONFIG)}
    svg = MARK_LABEL.sub("", vl_convert.vegalite_to_svg(spec, vl_version=version, allowed_base_urls=[]))
    return Picture(name, _with_alternative(_with_own_ids(svg, name), name, title, description), title, description)


def _with_own_ids(svg: str, name: str) -> str:
    """Two pictures in a page must not share ids: the second would be cut by the first one's frame."""
    return re.sub(r'(?<= id=")|(?<=url\(#)', f"{name}-", svg)


def _with_alternative(svg: str, name: str, title: str, description: str) -> str:
    found = SIZE.search(svg)
    if found is None:
        raise ValueError("the drawing has no size")
    width, height = found.groups()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return svg[: found.start()] + head + svg[found.end() :]
