"""The catalogue: whatever a patient reads is there in every language, with the same places to fill."""

import string

import pytest

from pipelines.benchmark.rules import RULES
from pipelines.reports.counsel import Question, answer
from pipelines.reports.counsel_page import counsel_lines, counsel_page
from pipelines.reports.patient_card import patient_page
from pipelines.reports.source import Source
from pipelines.reports.study_rows import seed_frame
from pipelines.reports.words import LANGUAGES, _catalogue, read_words
from tests.support.report_rows import episode_rows

EVERY_LANGUAGE = (
    "arm", "visit", "study", "measure", "category", "figure", "page", "counsel", "source", "side", "event",
    "comparability", "card", "rule", "held", "verdict", "term", "term_unit", "report", "definition", "brief",
    "brief_measure",
)  # fmt: skip


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_what_is_read_is_there_in_every_language_with_the_same_places() -> None:
    wrong = [
        name
        for name, texts in _catalogue().items()
        if name.split(".")[0] in EVERY_LANGUAGE
        and (tuple(texts) != LANGUAGES or len({frozenset(places(text)) for text in texts.values()}) > 1)
    ]
    assert wrong == []


def test_every_rule_of_comparability_has_its_words() -> None:
    assert [code for code in RULES if f"rule.{code}" not in _catalogue()] == []


def test_a_language_that_is_not_there_is_english() -> None:
    assert read_words("fr").language == "en"
    assert read_words("de")("card.you") == "Sie"


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "raadt geen behandeling aan"), ("de", "empfiehlt keine Behandlung")]
)
def test_the_talk_before_treatment_can_be_had_in_another_language(language: str, words: str) -> None:
    question = Question(16, 70, "one")
    answers = answer(question, seed_frame())
    text = "\n".join(counsel_lines(question, answers, None, read_words(language)))
    assert words in text
    page = counsel_page(question, answers, None, None, read_words(language))
    assert f'<html lang="{language}">' in page
    assert "recommends" not in page


def test_a_patient_reads_the_card_in_the_clinic_s_language() -> None:
    page = patient_page([episode_rows({"phat_total": 20.0})], Source("x", "snapshot"), read_words("nl"))
    assert "Uw score na een jaar is 20 van 100. Dat is lager dan" in page
