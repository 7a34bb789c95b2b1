"""The talk before treatment: limits first, both arms, no recommendation, and age and tendons move no figure."""

import re
from datetime import datetime
from functools import cache

import polars as pl
import pytest

from pipelines.reports.counsel import Question, StudyAnswer, answer
from pipelines.reports.counsel_local import near, tell_local
from pipelines.reports.counsel_page import counsel_lines, counsel_page
from pipelines.reports.source import Source
from pipelines.reports.study_rows import seed_frame
from pipelines.reports.words import read_words

WORDS = read_words("en")
SOURCE = Source("20260101T000000000000Z", "snapshot", datetime(2026, 1, 1), True, "Demonstration")


def ask(age: int = 52, phat: float = 38, tendons: str = "two") -> StudyAnswer:
    return answer(Question(age, phat, tendons), seed_frame())[0]


@cache
def usual_page() -> str:
    return counsel_page(Question(52, 38, "two"), [ask()], None, SOURCE, WORDS)


def test_both_arms_expect_what_the_study_implies_for_this_start() -> None:
    surgical, conservative = ask().arms
    assert (surgical.arm, conservative.arm) == ("surgical", "conservative")
    assert [found.correlation for found in surgical.expected] == pytest.approx([0.370, 0.2, 0.5], abs=0.001)
    expected = surgical.expected[0].expected
    assert expected == pytest.approx(80 + 0.370 * 19 / 16 * (38 - 32), abs=0.01)
    assert surgical.expected[0].upper == 100
    assert surgical.expected[0].is_cut


@pytest.mark.parametrize(("age", "tendons"), [(25, "one"), (80, "unknown"), (16, "three")])
def test_age_and_tendons_move_no_figure(age: int, tendons: str) -> None:
    usual, other = ask(), ask(age, tendons=tendons)
    assert other.rows == usual.rows
    assert [arm.expected for arm in other.arms] == [arm.expected for arm in usual.arms]


@pytest.mark.parametrize(
    ("age", "tendons", "surgical", "conservative"),
    [
        (52, "two", ((), ()), ((), ())),
        (52, "three", ((), ()), ((), ())),
        (52, "one", (("one_tendon",), ()), ((), ("one_tendon_as_few",))),
        (16, "two", (("under_18",), ("age_outside_quartiles",)), (("under_18",), ("age_outside_quartiles",))),
        (52, "unknown", ((), ("tendons_unknown",)), ((), ("tendons_unknown",))),
    ],
)
def test_age_and_tendons_decide_who_compares(
    age: int, tendons: str, surgical: tuple[object, ...], conservative: tuple[object, ...]
) -> None:
    found = [(arm.reasons, arm.flags) for arm in ask(age, tendons=tendons).arms]
    assert found == [surgical, conservative]


def test_nothing_is_expected_beyond_the_baselines_of_an_arm() -> None:
    surgical, conservative = ask(phat=70).arms
    assert surgical.is_beyond
    assert surgical.expected[0].expected is None
    assert not conservative.is_beyond
    assert conservative.expected[0].expected is not None


@pytest.mark.parametrize(
    ("language", "outcomes"),
    [("en", "at two years"), ("nl", "na twee jaar"), ("de", "nach zwei Jahren")],
)
def test_a_second_study_stands_beside_the_first_at_its_own_visit(language: str, outcomes: str) -> None:
    first, words = seed_frame(), read_words(language)
    second = first.filter(pl.col("timepoint").is_in(["baseline", "month_12"]), measure="phat_total").with_columns(
        study=pl.lit("later_2031"), n=pl.lit(40), timepoint=pl.col("timepoint").replace("month_12", "month_24")
    )
    question = Question(52, 38, "two")
    answers = answer(question, pl.concat([first, second.cast(first.schema)]))
    page = counsel_page(question, answers, None, None, words)
    assert [(study.name, study.visit) for study in answers] == [
        ("van_der_made_2022", "month_12"),
        ("later_2031", "month_24"),
    ]
    assert words("study.other_limits", n=80, study="later_2031") in page
    assert words("counsel.outcomes_title", visit=words("visit.month_24")) in page
    assert outcomes in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_page_stands_alone_and_says_the_limits_before_any_figure() -> None:
    page = usual_page()
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert "<script" not in page
    assert page.index("59 adults") < page.index("PHAT score") < page.index("19 of 26")
    assert "recommends no treatment" in page
    assert "They change no figure below" in page
    assert "SYNTHETIC" in page
    assert SOURCE.id in page


def test_every_picture_has_a_title_a_description_and_ids_of_its_own() -> None:
    page = counsel_page(Question(52, 38, "two"), [ask()], None, SOURCE, WORDS)
    pictures = re.findall(
        r"<svg [^>]*role=\"img\"[^>]*aria-labelledby=[^>]*><title[^>]*>(.+?)</title><desc[^>]*>(.+?)<", page
    )
    assert len(pictures) == page.count("<svg ") > 10
    assert all(picture.count('class="mark-') > 1 for picture in page.split("<svg ")[1:])
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_lines_for_a_terminal_say_the_same() -> None:
    text = "\n".join(counsel_lines(Question(16, 38, "one"), [ask(16, tendons="one")], None, WORDS))
    assert "no: its people differ in what matters" in text
    assert "19 of the 25 who did sport before" in text
    assert "recommends no treatment" in text


def test_scores_close_to_each_other_ask_for_the_same_people() -> None:
    assert {near(phat) for phat in (36, 38, 40.5, 44)} == {(30, 50)}
    assert len({near(tenth / 10) for tenth in range(1001)}) == 11
    assert (near(0), near(97)) == ((0, 10), (90, 100))


def test_the_registry_tells_only_what_points_at_nobody() -> None:
    def people(arm: str, clinic: str, n: int) -> list[dict[str, object]]:
        person = {"arm": arm, "clinic": clinic, "phat_total": 82.4, "return_to_sport": "different_level"}
        return [dict(person) for _ in range(n)]

    rows = people("surgical", "AMC", 12) + people("surgical", "BRG", 11) + people("conservative", "AMC", 12)
    surgical, conservative = tell_local(
        rows + people("conservative", "BRG", 3), 28, 48, ["conservative", "surgical"]
    ).arms
    assert (surgical.arm, surgical.n, surgical.mean) == ("surgical", 25, 82)
    assert (surgical.sport.k, surgical.sport.n) == (25, 25)
    assert (conservative.n, conservative.mean, conservative.sport.reason) == (None, None, "suppressed")
