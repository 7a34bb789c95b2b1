"""From a template and what it shows to text. Every value is escaped; a missing one is an error."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2

from portal.answer_words import form_words


def render(template: str, context: Mapping[str, Any]) -> str:
    """Render a template of `portal/templates`."""
    return environment().get_template(template).render(context)


@cache
def environment() -> jinja2.Environment:
    """Where templates come from and how they are read."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("portal"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["form_words"] = form_words
    return made
