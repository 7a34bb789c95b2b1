"""The words of the pages: every text in every language, with the same places, and used by some page."""

import re
from pathlib import Path

from pipelines.reports.words import LANGUAGES
from portal.words import FOLDER, read_catalogue, read_words

PORTAL = FOLDER.parent
REPORTS = PORTAL.parent / "pipelines" / "reports"
PLACE = re.compile(r"{(\w+)")


def test_every_text_has_every_language_and_the_same_places() -> None:
    catalogue = read_catalogue()
    assert len(catalogue) > 40
    for name, texts in catalogue.items():
        assert set(texts) == set(LANGUAGES), name
        assert len({frozenset(PLACE.findall(text)) for text in texts.values()}) == 1, name


def test_no_text_is_left_over() -> None:
    sources = [*PORTAL.rglob("*.py"), *PORTAL.rglob("*.html")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    prefixes = set(re.findall(r'words\("(\w+\.(?:\w+_)?)" ~', text)) | set(re.findall(r'f"(\w+\.(?:\w+_)?){', text))
    counted = set(re.findall(r'words\.count\("([\w.]+)"', text))  # each has a text for one
    names = [name for name in read_catalogue() if f'"{name}"' not in text and name.removesuffix("_one") not in counted]
    assert [name for name in names if not name.startswith(tuple(prefixes))] == []


def test_what_is_counted_has_a_text_for_one_in_every_language() -> None:
    sources = [*PORTAL.rglob("*.py"), *PORTAL.rglob("*.html"), *REPORTS.rglob("*.py"), *REPORTS.rglob("*.html")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    counted = set(re.findall(r'words\.count\("([\w.]+)"', text))
    assert counted
    for language in LANGUAGES:
        words = read_words(language)
        for name in counted:
            assert {f"{name}_one", name} <= set(words.texts), name
            assert words.texts[f"{name}_one"] != words.texts[name], (name, language)


def test_an_unknown_language_is_answered_in_english() -> None:
    assert read_words("fr")("shell.start") == read_words("en")("shell.start")


def test_templates_hold_no_words_of_their_own() -> None:
    for path in Path(PORTAL / "templates").rglob("*.html"):
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.findall(r"[A-Za-z]{3,}", text) == [], path.name
