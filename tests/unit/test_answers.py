"""Answers wait as files until a run takes them: once each, whole, and no more once their patient is erased."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.answers import forget_answers, keep_answer, read_answers, take_answers, take_back
from tests.support.filled_home import make_home
from warehouse import faults, ledger
from warehouse.connection import open_facts
from warehouse.layout import Home
from warehouse.records import Decision

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ANSWER = Decision(
    "confirm",
    NOON,
    "anna",
    patient_id="AMC-0015W",
    side="left",
    injury_no=1,
    form="follow_up",
    column="tegner",
    rule="tegner_high",
    found="9",
    reason="a runner",
)


class Stop(BaseException):
    pass


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


def decisions(home: Home) -> list[Decision]:
    with open_facts(home) as connection:
        return list(ledger.read_decisions(connection).values())


def test_an_answer_is_taken_once_as_it_was_given(home: Home) -> None:
    later = replace(ANSWER, decided_at=NOON + timedelta(minutes=1), reason=None)
    names = [keep_answer(home, answer) for answer in (later, ANSWER)]
    assert list(read_answers(home).values()) == [ANSWER, later]
    assert {(home.answers / name).stat().st_mode & 0o777 for name in names} == {0o600}
    with open_facts(home) as connection:
        assert take_answers(home, connection) == 2
        assert take_answers(home, connection) == 0
    assert decisions(home) == [ANSWER, later]


def test_a_run_that_is_cut_off_between_taking_and_removing_takes_nothing_twice(home: Home) -> None:
    keep_answer(home, ANSWER)

    def stop(name: str) -> None:
        if name == "ledger.decision":
            raise Stop

    faults.install(stop)
    try:
        with open_facts(home) as connection, pytest.raises(Stop):
            take_answers(home, connection)
    finally:
        faults.install(None)
    assert len(read_answers(home)) == 1
    with open_facts(home) as connection:
        take_answers(home, connection)
    assert (decisions(home), read_answers(home)) == ([ANSWER], {})


def test_an_answer_can_be_taken_back_and_one_that_a_run_took_before_is_no_fault(home: Home) -> None:
    name = keep_answer(home, ANSWER)
    for _ in range(2):
        take_back(home, name)
    assert read_answers(home) == {}


def test_answers_about_an_erased_patient_are_forgotten_and_others_stay(home: Home) -> None:
    other = replace(ANSWER, patient_id="AMC-0023K")
    for answer in (ANSWER, other):
        keep_answer(home, answer)
    forget_answers(home, lambda number: number == "AMC-0015W")
    assert list(read_answers(home).values()) == [other]


def test_half_an_answer_whose_writer_died_is_removed_and_one_under_way_stays(home: Home) -> None:
    keep_answer(home, ANSWER)
    dead, alive = (home.answers / f".20260301T120000000000Z~a.{pid}.json.part" for pid in (2**22 + 1, os.getpid()))
    for part in (dead, alive):
        part.touch()
    with open_facts(home) as connection:
        take_answers(home, connection)
    assert list(home.answers.iterdir()) == [alive]
