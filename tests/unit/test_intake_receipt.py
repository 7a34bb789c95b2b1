"""A receipt says what happened in the clinic's words, as data and as a page that nothing in the file can break."""

from zoneinfo import ZoneInfo

import polars as pl
import pytest

from pipelines.intake.outcome import list_findings
from pipelines.intake.receipt import Receipt, check_receipt, is_clean
from pipelines.intake.receipt_page import render_page, words_in
from pipelines.intake.verdict import FINDING_SCHEMA, RAW_SCHEMA, Records, Refusal, Section, Verdict
from schemas.dictionary import read_dictionary

DICTIONARY = read_dictionary()
ZONE = ZoneInfo("Europe/Amsterdam")
TAGS = '<script>alert("1")</script>'


def findings(*rows: tuple[int, str, str, str, str, str]) -> pl.DataFrame:
    """line, column, rule, severity, found, expected"""
    texts = [(line, column, f"G{line}", *others) for line, column, *others in rows]
    return pl.DataFrame(texts, schema=dict(FINDING_SCHEMA), orient="row")


def receipt(*rows: tuple[int, str, str, str, str, str], language: str = "en", limit: int = 1_000) -> Receipt:
    section = Section(
        number=1,
        form="follow_up",
        sheet="",
        header=("patient_id",),
        records=Records(physical=5, header=1, blank=1, furniture=0),
        rows=pl.DataFrame({"line": [2, 3]}),
        raw=pl.DataFrame(schema=dict(RAW_SCHEMA)),
        findings=findings(*rows),
        cells_set_aside=len(rows),
    )
    verdict = Verdict("march.csv", "AMC", None, None, (section,))
    return check_receipt(verdict, DICTIONARY, language, limit)


OUT_OF_RANGE = (3, "tegner", "out_of_range", "error", "11", "0–10")


def test_the_receipt_of_a_checked_file_has_the_agreed_parts() -> None:
    assert receipt(OUT_OF_RANGE) == {
        "submission": None,
        "file": "march.csv",
        "clinic": "AMC",
        "refused": None,
        "refusal": None,
        "resend_of": None,
        "received_at": None,
        "sections": [
            {
                "form": "follow_up",
                "sheet": "",
                "records": {
                    "physical": 5,
                    "header": 1,
                    "blank": 1,
                    "furniture": 0,
                    "accepted": 2,
                    "rejected": 1,
                    "held": 0,
                    "already_known": 0,
                    "corrected": 0,
                },
                "cells_set_aside": 1,
                "findings": [
                    {
                        "line": 3,
                        "column": "tegner",
                        "cell": "G3",
                        "rule": "out_of_range",
                        "severity": "error",
                        "message": "Tegner: 11 lies outside the range 0–10.",
                        "remedy": "Correct the value, or give a reason such as #unknown.",
                    }
                ],
                "findings_omitted": 0,
                "findings_by_rule": {"out_of_range": 1},
            }
        ],
    }


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", '"both" is none of the answers Left, Right.'),
        ("nl", '"both" is geen van de antwoorden Links, Rechts.'),
        ("de", '"both" ist keine der Antworten Links, Rechts.'),
    ],
)
def test_codes_are_named_by_their_labels(language: str, message: str) -> None:
    found = receipt((2, "side", "code_unknown", "error", "both", "left, right"), language=language)
    assert found["sections"][0]["findings"][0]["message"].endswith(message)


def test_the_gravest_findings_are_listed_and_the_others_counted() -> None:
    notes = [(line, "tegner", "number_unit", "note", "4 x", "4") for line in range(2, 12)]
    section = receipt(*notes, (50, "tegner", "out_of_range", "error", "11", "0–10"), limit=3)["sections"][0]
    assert [finding["line"] for finding in section["findings"]] == [2, 3, 50]
    assert section["findings_omitted"] == 8
    assert section["findings_by_rule"] == {"number_unit": 10, "out_of_range": 1}


def test_findings_are_listed_in_the_order_of_the_file() -> None:
    rows = findings((3, "b", "r", "note", "", ""), (2, "a", "r", "note", "", ""), (3, "b", "r", "error", "", ""))
    assert list_findings(rows, 10).select("line", "severity").rows() == [(2, "note"), (3, "error"), (3, "note")]


def test_notes_ask_for_nothing() -> None:
    assert is_clean(receipt((2, "tegner", "number_unit", "note", "4 x", "4")))
    assert not is_clean(receipt(OUT_OF_RANGE))


def test_a_refusal_says_why_and_what_to_do() -> None:
    verdict = Verdict(
        "x.csv", "AMC", None, Refusal("identifier_column", columns=("Naam",), lines=(1,), is_stored=False)
    )
    refused = check_receipt(verdict, DICTIONARY, "nl", 10)
    assert "Naam" in refused["refused"]
    assert refused["refusal"]["columns"] == ["Naam"]
    assert refused["sections"] == []
    assert not is_clean(refused)


@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_the_page_escapes_whatever_the_clinic_sent(language: str) -> None:
    content = receipt((3, "tegner", "number_unreadable", "error", TAGS, ""), language=language)
    page = render_page(
        {**content, "file": TAGS, "received_at": "2026-03-01T12:00:00+00:00"}, DICTIONARY, language, ZONE
    )
    assert TAGS not in page
    assert "&lt;script&gt;" in page
    assert "2026-03-01 13:00" in page


def test_the_page_refers_to_nothing_outside_itself() -> None:
    page = render_page(receipt(OUT_OF_RANGE), DICTIONARY, "en", ZONE)
    assert "http" not in page
    assert "src=" not in page
    assert "<script" not in page


def test_the_page_of_a_resend_says_that_nothing_changed() -> None:
    page = render_page({**receipt(), "resend_of": "an-older-one"}, DICTIONARY, "en", ZONE)
    assert "nothing has changed" in page
    assert "an-older-one" in page


def test_every_word_of_the_page_has_three_languages() -> None:
    assert words_in("en").keys() == words_in("nl").keys() == words_in("de").keys()
    assert words_in("fr") == words_in("en")
