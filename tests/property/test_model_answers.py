"""What is remembered of Pandera's answers is what it says of the whole frame, whatever was asked before."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake import model_answers
from pipelines.intake.model_answers import Question, column_question, rule_questions
from schemas.dictionary import FORM_NAMES, read_dictionary
from schemas.models import model_of
from tests.property.test_schemas_suspects import some_frame

ROWS = 40
PICKS = st.lists(st.lists(st.integers(0, ROWS - 1), max_size=ROWS), max_size=4)


def frames_of(form: str, frame: pl.DataFrame) -> list[tuple[Question, pl.DataFrame]]:
    """Each question of a form, as if nothing were known, with the columns it is asked about."""
    columns = [(column_question(form, field.name), [field.name]) for field in read_dictionary().forms[form].fields]
    rules = [(question, frame.columns) for question in rule_questions(form).values()]
    return [(Question(question.schema), frame.select(names)) for question, names in [*columns, *rules]]


def said_of(question: Question, frame: pl.DataFrame) -> list[tuple[int, str | None, str]]:
    return sorted(question.ask(frame.with_row_index("row")).rows(), key=str)


@given(picks=PICKS, seed=st.integers(1, 5), which=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_what_was_asked_before_changes_no_answer(picks: list[list[int]], seed: int, which: int) -> None:
    questions = frames_of("follow_up", some_frame("follow_up", seed, ROWS))
    question, frame = questions[which % len(questions)]
    anew = said_of(Question(question.schema), frame)
    for rows in picks:
        question.ask(frame[rows].with_row_index("row"))
    assert said_of(question, frame) == anew
    assert said_of(question, frame) == anew


@pytest.mark.parametrize("form", FORM_NAMES)
def test_all_questions_together_say_what_the_schema_says(form: str) -> None:
    frame = some_frame(form, 3, ROWS)
    told = [row for question, part in frames_of(form, frame) for row in said_of(question, part)]
    whole = Question(model_of(form))
    assert sorted(told, key=str) == said_of(whole, frame)
    assert told


def test_what_is_remembered_is_no_more_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_answers, "_MOST", 3)
    question = Question(column_question("follow_up", "tegner").schema)
    for start in range(0, 40, 5):
        frame = pl.DataFrame({"tegner": range(start, start + 5)}, schema={"tegner": pl.Int64})
        assert [row for row, _, _ in said_of(question, frame)] == [at for at in range(5) if start + at > 10]
        assert len(question.known) <= 3
