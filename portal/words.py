"""The words of the pages, in every language: one file a page in `portal/words/`, on top of the reports' own words."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipelines.reports.words import LANGUAGES, Words
from pipelines.reports.words import read_words as read_report_words

FOLDER = Path(__file__).with_name("words")
RANGE = re.compile(r"([a-z]{2})(?:-[a-z0-9-]+)?(?:\s*;\s*q=([01](?:\.\d{1,3})?))?")


@cache
def read_words(language: str) -> Words:
    """The catalogue in a language, English where that is unknown: `words("page.name", n=3)`."""
    chosen = language if language in LANGUAGES else "en"
    own = {name: texts[chosen] for name, texts in read_catalogue().items()}
    return Words(chosen, {**read_report_words(chosen).texts, **own})


def preferred_language(header: str) -> str:
    """The one of our languages that a browser would rather have; English where it names none of them.

    Source: Accept-Language of RFC 9110, 12.5.4: ranges with weights `q`, of which 0 is "not that".
    """
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        wanted = RANGE.fullmatch(part.strip())
        if wanted and wanted[1] in LANGUAGES:
            weights[wanted[1]] = max(weights.get(wanted[1], 0.0), float(wanted[2] or 1))
    best = max(weights, key=lambda language: weights[language], default="en")
    return best if weights.get(best) else "en"


@cache
def read_catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every text of the pages by `file.name`, in all languages."""
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
    return {f"{file}.{name}": texts for file, entries in files.items() for name, texts in entries.items()}
