"""Coded values: code, label in three languages, meaning, known misspellings, and the words for yes, no and missing.

The codes as written down stand in `schemas/codes`, their lookup here. Which column uses which vocabulary stands in the
forms, and nothing here reads a file.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from schemas.codes.course import COURSE
from schemas.codes.injury import INJURY
from schemas.codes.record import Texts
from schemas.codes.words import WORDS

LANGUAGES = ("en", "nl", "de")
# What carries no meaning in a header or code. A leading minus and a decimal mark do: `-1` is not `1`, `1.5` not `15`.
_NOISE = re.compile(r"(?<![0-9])[.,]|[.,](?![0-9])|(?<!^)-|^-(?![0-9])|[^\w.,-]|_")


@dataclass(frozen=True)
class Code:
    """One coded value. `aliases` are abbreviations, translations and misspellings that mean nothing else."""

    vocabulary: str
    code: str
    labels: Mapping[str, str]
    meaning: str
    aliases: tuple[str, ...] = ()


def translated(en: str, nl: str, de: str) -> Mapping[str, str]:
    """One text in the three languages."""
    return {"en": en, "nl": nl, "de": de}


def normalise(text: str) -> str:
    """The letters and digits of a header, code or label in one case: `Return to sport ` becomes `returntosport`."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).strip().casefold())


_TEXTS: Texts = {**WORDS, **INJURY, **COURSE}


def _read_vocabulary(name: str) -> tuple[Code, ...]:
    return tuple(
        Code(name, code, translated(en, nl, de), meaning, tuple(filter(None, aliases.split("|"))))
        for code, (en, nl, de, meaning, aliases) in _TEXTS[name].items()
    )


VOCABULARIES: Mapping[str, tuple[Code, ...]] = {name: _read_vocabulary(name) for name in _TEXTS}
MISSING_REASONS = ("not_done", "refused", "not_applicable", "unknown")
ERASED = "erased"


@cache
def lookup(vocabulary: str) -> Mapping[str, str]:
    """Normalised code, label or alias -> code. A text that could mean two codes is not in it."""
    found: dict[str, set[str]] = {}
    for code in VOCABULARIES[vocabulary]:
        for text in (code.code, *code.labels.values(), *code.aliases):
            found.setdefault(normalise(text), set()).add(code.code)
    return {text: codes.pop() for text, codes in found.items() if len(codes) == 1}


def read_code(vocabulary: str, text: str) -> str | None:
    """The code that a text means: `links ` in `side` is `left`; None where it is none of them."""
    return lookup(vocabulary).get(normalise(text))


def read_missing(text: str) -> str | None:
    """The reason that a token gives: `#not_done` is `not_done`, `#erase` is `erased`; None for any other text."""
    return lookup("missing_reason").get(normalise(text)) if text.strip().startswith("#") else None
