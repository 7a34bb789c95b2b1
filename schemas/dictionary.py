"""The pivot: forms, fields, codes and rules in one place. Every renderer, reader and rule report reads these."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property

from schemas.forms import FORMS
from schemas.records import EARLIEST_DATE, KINDS, Field, Form, Row, Rule
from schemas.rules import RULES
from schemas.vocabulary import VOCABULARIES, Code, normalise

__all__ = [
    "EARLIEST_DATE",
    "FORM_NAMES",
    "KINDS",
    "Code",
    "Dictionary",
    "Field",
    "Form",
    "Row",
    "Rule",
    "normalise",
    "read_dictionary",
]

FORM_NAMES = tuple(FORMS)


@dataclass(frozen=True)
class Dictionary:
    """All that a submission may contain."""

    forms: Mapping[str, Form]
    vocabularies: Mapping[str, tuple[Code, ...]]
    rules: Mapping[str, Rule]

    @cached_property
    def version(self) -> str:
        """The first 12 characters of the SHA-256 of its JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks."""
        return self._json

    @cached_property
    def _json(self) -> str:
        content = {"forms": self.forms, "vocabularies": self.vocabularies, "rules": self.rules}
        return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_as_json)


def _as_json(value: object) -> object:
    """What JSON does not know: plain records by their fields, and mappings that are no dict."""
    if isinstance(value, Mapping):
        return dict(value)
    return {each.name: getattr(value, each.name) for each in fields(value)}  # type: ignore[arg-type]  # or a TypeError


@cache
def read_dictionary() -> Dictionary:
    """The dictionary of this version of the project."""
    return Dictionary(FORMS, VOCABULARIES, {rule.id: rule for rule in RULES})
