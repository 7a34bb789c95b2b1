"""How a rule is written down: its words in three languages beside its scope, severity and Kahn category."""

from collections.abc import Mapping
from typing import Any

from schemas.dictionary import Row, Rule
from schemas.vocabulary import translated

Words = tuple[str, str, str]  # English, Dutch, German


def rule(
    rule_id: str,
    marks: str,
    sentence: Words,
    remedy: Words,
    *,
    forms: str = "",
    columns: str = "",
    **more: Any,
) -> Rule:
    """A rule. `marks` is `scope severity kahn`; forms and columns are separated by blanks."""
    scope, severity, kahn = marks.split()
    return Rule(
        id=rule_id,
        kahn=kahn,
        severity=severity,
        scope=scope,
        forms=tuple(forms.split()),
        columns=tuple(columns.split()),
        sentence=translated(*sentence),
        remedy=translated(*remedy),
        **more,
    )


def row(form: str, **changes: str) -> Row:
    """A row as sent: the form's example row with changes; `''` blanks a cell."""
    changed: Mapping[str, str] = changes
    return (form, changed)
