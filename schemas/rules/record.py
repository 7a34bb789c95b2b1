"""How a rule is written down: its words in three languages beside its scope, severity and Kahn category."""

import re
from collections.abc import Mapping
from typing import Any

from schemas.records import Row, Rule
from schemas.vocabulary import LANGUAGES

_LANGUAGE = re.compile(r"^ *(en|nl|de): ", flags=re.MULTILINE)


def rule(rule_id: str, marks: str, words: str, *, forms: str = "", columns: str = "", **more: Any) -> Rule:
    """A rule.

    `marks` is `scope severity kahn`; `words` holds a paragraph a language, `en: what is wrong // what to do`; forms and
    columns are separated by blanks.
    """
    scope, severity, kahn = marks.split()
    sentences, remedies = _read_words(words)
    return Rule(
        id=rule_id,
        kahn=kahn,
        severity=severity,
        scope=scope,
        forms=tuple(forms.split()),
        columns=tuple(columns.split()),
        sentence=sentences,
        remedy=remedies,
        **more,
    )


def row(form: str, **changes: str) -> Row:
    """A row as sent: the form's example row with changes; `''` blanks a cell."""
    changed: Mapping[str, str] = changes
    return (form, changed)


def _read_words(words: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    _, *parts = _LANGUAGE.split(words)
    paragraphs = {language: " ".join(text.split()) for language, text in zip(parts[::2], parts[1::2], strict=True)}
    pairs = {language: paragraphs[language].partition(" // ") for language in LANGUAGES}
    return {key: pair[0] for key, pair in pairs.items()}, {key: pair[2] for key, pair in pairs.items()}
