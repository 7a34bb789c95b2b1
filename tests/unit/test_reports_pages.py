"""The registry's and a clinic's report: self-contained, limits said, nothing small told, tables from the told rows."""

import re
from datetime import datetime
from functools import cache
from html import unescape

import pytest

from pipelines.release.disclosure import is_small
from pipelines.reports.clinic_report import clinic_page
from pipelines.reports.registry_report import registry_page, told_arms
from pipelines.reports.registry_rows import RegistryRows
from pipelines.reports.source import Source
from pipelines.reports.told_arms import key_of, parts_of
from pipelines.reports.words import read_words
from tests.support.report_registry import small_registry

WORDS = read_words("en")
SOURCE = Source("20260101T000000000000Z", "release", datetime(2026, 1, 1), True, "Trial")


ALTERNATIVE = re.compile(r'<svg [^>]*role="img" aria-labelledby=[^>]*><title[^>]*>.+?</title><desc[^>]*>.+?</desc>')


@cache
def registry() -> str:
    return registry_page(small_registry(), SOURCE, WORDS)


@cache
def clinic() -> str:
    return clinic_page(small_registry(), "AMC", "Amsterdam", SOURCE, WORDS)


def test_both_pages_stand_alone_and_name_their_release() -> None:
    for page in (registry(), clinic()):
        assert re.findall(r'(?:src|href)="(?!#)', page) == []
        assert "<script" not in page
        assert f"registry release {SOURCE.id}" in page
        assert "SYNTHETIC" in page


def test_both_pages_say_the_limits_before_any_outcome() -> None:
    for page in (registry(), clinic()):
        assert page.index("59 adults") < page.index("PHAT, 0 to 100")
        assert "In the registry too, treatment was chosen" in page
        assert "Withheld is not zero" in page


def test_every_picture_has_an_alternative_and_ids_of_its_own() -> None:
    for page in (registry(), clinic()):
        pictures = re.findall(
            r'<svg [^>]*role="img" aria-labelledby=[^>]*><title[^>]*>.+?</title><desc[^>]*>.+?</desc>', page
        )
        assert len(pictures) == page.count("<svg ") >= 3
        assert page.count(' role="') == len(pictures)
        assert re.findall(r"<th[^>]*></th>", page) == []
        assert page.count("<main>") == 1
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert all(picture.count('class="mark-') > 1 for picture in page.split("<svg ")[1:])


def test_the_registry_s_page_names_no_clinic() -> None:
    assert [name for name in ("AMC", "BRG", "LKE") if name in registry()] == []


def test_a_clinic_s_page_names_no_other_clinic() -> None:
    assert "AMC" in clinic()
    assert [name for name in ("BRG", "LKE") if name in clinic()] == []


def test_a_small_count_is_withheld_on_the_page_and_is_not_zero() -> None:
    row = re.search(r"operated later.*?no surgery</th><td[^>]*>(\d+)</td><td[^>]*>(\w+)<", registry(), re.DOTALL)
    assert row is not None
    assert row.groups() == ("75", "withheld")


def test_the_subtracting_clinic_finds_nobody_in_the_told_rows() -> None:
    rows = small_registry()
    parts = parts_of([*rows["clinics"], *rows["baselines"]])
    told = [
        row for row in told_arms(rows) if row["n_events"] is not None and row["category"] not in ("any", "any_sporting")
    ]
    assert len(told) > 5
    for row in told:
        clinics = parts[key_of(row)]
        n, k = sum(c["n"] for c in clinics), sum(c["n_events"] for c in clinics)
        for own in clinics:
            rest_n, rest_k = n - own["n"], k - own["n_events"]
            assert not any(is_small(count) for count in (rest_n, rest_k, rest_n - rest_k))


def test_a_clinic_reads_its_own_counts_exactly() -> None:
    assert "Overdue, at one year: 3." in clinic()
    assert re.search(
        r"of which lost</th>.*?at one year</th>(?:<td[^>]*>\d+</td>){5}<td[^>]*>2</td>", clinic(), re.DOTALL
    )
    assert "Your adjusted mean is" in clinic()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", 'PHAT total: "…" is not a number.'),
        ("nl", 'PHAT-totaal: "…" is geen getal.'),
        ("de", 'PHAT-Gesamtwert: "…" ist keine Zahl.'),
    ],
)
def test_a_clinic_reads_what_was_found_in_words_and_no_cell_s_text(language: str, said: str) -> None:
    words = read_words(language)
    page = unescape(clinic_page(small_registry(), "AMC", "Amsterdam", SOURCE, words))
    table = page[page.index(words("report.findings")) :]
    table = table[: table.index("</table>")]
    assert re.findall(r'class="number">(\d+)<', table) == ["3", "2"]
    assert f"{words('report.finding_error')}</strong> {said}" in table
    assert re.search(r"(?:lies before|ligt voor|liegt vor) [^{}]*…\.", table)
    assert not re.search(r"[{}]|surgery_on|phat_total", table)


def test_a_clinic_with_many_findings_reads_how_many_are_not_listed() -> None:
    rows = small_registry()
    many = [{**rows["findings"][0], "column": f"column_{number}"} for number in range(10)]
    page = clinic_page(RegistryRows({**rows.tables, "findings": many}, rows.today), "AMC", "", SOURCE, WORDS)
    assert "Other findings, not listed here: 6." in page


def test_no_verdict_is_told_where_subtracting_would_find_few() -> None:
    rows = small_registry()
    few = [row | {"n_adjusted": 3, "verdict": "too_few"} if row["clinic"] == "LKE" else row for row in rows["clinics"]]
    only = [row | {"n_adjusted": 0} if row["clinic"] == "BRG" else row for row in few]
    page = clinic_page(RegistryRows({**rows.tables, "clinics": only}, rows.today), "AMC", "Amsterdam", SOURCE, WORDS)
    assert "Nothing is told here" in page
    assert "Your adjusted mean is" not in page


def test_quotes_from_the_data_are_escaped() -> None:
    page = clinic_page(small_registry(), "AMC", "<i>Amsterdam</i>", SOURCE, WORDS)
    assert "<i>Amsterdam" not in page


@pytest.mark.parametrize("language", ["nl", "de"])
def test_both_pages_can_be_had_in_another_language_with_no_english_left(language: str) -> None:
    words = read_words(language)
    english = [
        text
        for name, text in WORDS.texts.items()
        if name.startswith(("report.", "definition.", "verdict.")) and len(text) > 20 and "{" not in text
    ]
    for page in (
        registry_page(small_registry(), SOURCE, words),
        clinic_page(small_registry(), "AMC", "Amsterdam", SOURCE, words),
    ):
        assert f'<html lang="{language}">' in page
        assert [text for text in english if text in page] == []
        assert " to " not in re.sub(r"<ol.*?</ol>|<footer.*", "", page, flags=re.DOTALL)
