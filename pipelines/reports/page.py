"""From a template and what it shows to one self-contained HTML page: no script, nothing from outside, prints on A4."""

from functools import cache
from typing import Any

from pipelines.reports.words import Words


def render_page(template: str, words: Words, **context: Any) -> str:
    """Render a template of `pipelines/reports/templates`; every value is escaped, a missing one is an error."""
    page: str = _environment().get_template(template).render(words=words, **context)
    return page


@cache
def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
