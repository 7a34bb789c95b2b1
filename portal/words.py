"""The words of the pages, in every language: one file a page in `portal/words/`, on top of the reports' own words."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipelines.reports.words import LANGUAGES, Words
from pipelines.reports.words import read_words as read_report_words

FOLDER = Path(__file__).with_name("words")


@cache
def read_words(language: str) -> Words:
    """The catalogue in a language, English where that is unknown: `words("page.name", n=3)`."""
    chosen = language if language in LANGUAGES else "en"
    own = {name: texts[chosen] for name, texts in read_catalogue().items()}
    return Words(chosen, {**read_report_words(chosen).texts, **own})


@cache
def read_catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every text of the pages by `file.name`, in all languages."""
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
    return {f"{file}.{name}": texts for file, entries in files.items() for name, texts in entries.items()}
