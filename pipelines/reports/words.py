"""The words of reports, in every language, from the catalogues `words*.toml`. It formats text and knows no figure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CATALOGUES = tuple(Path(__file__).with_name(name) for name in ("words.toml", "words_report.toml"))
"""What patients read, and what stands in the reports on arms and clinics; no table is in both."""

LANGUAGES = ("en", "nl", "de")


@dataclass(frozen=True)
class Words:
    """The catalogue in one language: `words("name", n=3)` gives the text with its places filled."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, name: str, /, **places: object) -> str:
        """Give the text of that name; an unknown name or place is a programmer's error (KeyError)."""
        return self.texts[name].format_map(places)

    def count(self, name: str, n: int, /, **places: object) -> str:
        """Give the text that counts n things; of one thing it is that of `<name>_one`."""
        return self(f"{name}_one" if n == 1 else name, n=f"{n:,}", **places)

    def code(self, kind: str, code: str | None) -> str:
        """Give a code's words (`kind.code` in the catalogue), or the code itself with spaces where there are none."""
        return self.texts.get(f"{kind}.{code}") or (code or "").replace("_", " ")


def read_words(language: str = "en") -> Words:
    """Give the catalogue in a language; English where a text, or all of it, lacks the language."""
    chosen = language if language in LANGUAGES else "en"
    return Words(chosen, {name: texts.get(chosen, texts["en"]) for name, texts in _catalogue().items()})


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    read = (tomllib.loads(file.read_text(encoding="utf-8")) for file in CATALOGUES)
    return {
        f"{table}.{name}": texts
        for tables in read
        for table, entries in tables.items()
        for name, texts in entries.items()
    }
