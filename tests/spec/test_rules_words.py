"""Every rule has a stable id and whole sentences in three languages, with no blanks its finding cannot fill."""

import string
from pathlib import Path

import pytest

from schemas.dictionary import FORM_NAMES, Rule, read_dictionary
from schemas.messages import sentence
from schemas.rules import RULES
from schemas.vocabulary import LANGUAGES

GOLDEN = Path(__file__).parents[1] / "golden"
SCOPES = {"file", "section", "record", "cell", "row", "rows", "query"}


def rendered_ids() -> str:
    return "".join(f"{rule.id} {rule.scope} {rule.severity} {rule.kahn}\n" for rule in RULES)


def rendered_words() -> str:
    blocks = []
    for rule in RULES:
        lines = [rule.id]
        for language in LANGUAGES:
            said, remedy = sentence(rule.id, language, "COLUMN", "FOUND", "EXPECTED")
            lines += [f"  {language}: {said}", f"      {remedy}"]
        blocks.append("\n".join(lines))
    return "\n".join(blocks) + "\n"


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_ids_scopes_and_severities_are_those_agreed_on() -> None:
    assert rendered_ids() == (GOLDEN / "rule_ids.txt").read_text(encoding="utf-8")


def test_the_words_are_those_agreed_on() -> None:
    assert rendered_words() == (GOLDEN / "rule_words.txt").read_text(encoding="utf-8")


def test_an_id_is_used_once() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_whole(rule: Rule) -> None:
    assert rule.kahn in {"conformance", "completeness", "plausibility"}
    assert rule.severity in {"error", "warning", "note"}
    assert rule.scope in SCOPES
    assert set(rule.forms) <= set(FORM_NAMES)
    assert bool(rule.predicate) == (rule.scope == "row")
    fields = {field.name for form in rule.forms for field in read_dictionary().forms[form].fields}
    assert set(rule.columns) <= fields
    for _, row in (*rule.passes, *rule.fails):
        assert row.keys() <= {field.name for form in read_dictionary().forms.values() for field in form.fields}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_words_end_and_have_only_blanks_that_are_filled(rule: Rule, language: str) -> None:
    said, remedy = rule.sentence[language], rule.remedy[language]
    assert said.endswith(".")
    assert remedy.endswith((".", "?"))
    assert said[0] in "{(" or said[0].isupper()
    assert remedy[0].isupper()
    assert blanks(said) | blanks(remedy) <= {"column", "found", "expected"}
    assert blanks(said) == blanks(rule.sentence["en"])


def test_a_language_without_words_is_answered_in_english() -> None:
    assert sentence("file_empty", "fr", "", "", "") == sentence("file_empty", "en", "", "", "")


def test_a_value_with_braces_is_shown_as_it_is() -> None:
    said, _ = sentence("number_unreadable", "en", "Tegner", "{found}", "")
    assert said == 'Tegner: "{found}" is not a number.'
