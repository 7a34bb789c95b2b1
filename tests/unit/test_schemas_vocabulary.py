"""A code is known by its label in three languages and by its misspellings, and by nothing that could mean two."""

import pytest

from schemas.vocabulary import LANGUAGES, VOCABULARIES, normalise, read_code, read_missing


@pytest.mark.parametrize(
    ("vocabulary", "text", "code"),
    [
        ("side", "left", "left"),
        ("side", " Links ", "left"),
        ("side", "RE", "right"),
        ("sex", "v", "female"),
        ("sex", "männlich", "male"),
        ("boolean", "ja", "true"),
        ("boolean", "nein", "false"),
        ("boolean", "0", "false"),
        ("boolean", "-1", None),
        ("boolean", "1.5", None),
        ("visit", "12 mnd", "month_12"),
        ("visit", "Month 6", "month_6"),
        ("eq5d_version", "EQ-5D-3L", "3L"),
        ("strength_unit", "Nm/kg", "Nm_per_kg"),
        ("treatment", "non-operative", "conservative"),
        ("phase", "fase II", "II"),
        ("side", "both", None),
        ("side", "", None),
    ],
)
def test_a_text_means_a_code_or_none(vocabulary: str, text: str, code: str | None) -> None:
    assert read_code(vocabulary, text) == code


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_no_text_of_a_vocabulary_means_two_codes(vocabulary: str) -> None:
    meanings: dict[str, set[str]] = {}
    for code in VOCABULARIES[vocabulary]:
        assert set(code.labels) == set(LANGUAGES)
        for text in (code.code, *code.labels.values(), *code.aliases):
            meanings.setdefault(normalise(text), set()).add(code.code)
    assert {text: codes for text, codes in meanings.items() if len(codes) > 1} == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#not_done", "not_done"),
        ("#Refused ", "refused"),
        ("#nvt", "not_applicable"),
        ("#onbekend", "unknown"),
        ("#erase", "erased"),
        ("#N/A", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_missing_token_starts_with_a_hash(text: str, reason: str | None) -> None:
    assert read_missing(text) == reason
