"""The one pass that looks for suspects finds the very rows that Pandera finds a failure in."""

import datetime
import random

import pandera.polars as pa
import polars as pl
import pytest

from schemas.column_types import TYPES
from schemas.dictionary import FORM_NAMES, Field, read_dictionary
from schemas.models import model_of
from schemas.suspects import suspect_rows

DICTIONARY = read_dictionary()


def some_value(field: Field, random_: random.Random) -> object:
    """Mostly a value that may be, now and then one that may not, or none."""
    if random_.random() < 0.04:
        return None
    if field.kind == "code":
        codes = [code.code for code in DICTIONARY.vocabularies[field.vocabulary]]
        return random_.choice([*codes * 20, "neither"])
    if field.kind in ("date", "partial_date", "month"):
        return datetime.date(2024, 1, 1) + datetime.timedelta(days=random_.choice([*range(90), -20000]))
    if field.kind == "boolean":
        return random_.random() < 0.5
    if field.kind in ("integer", "decimal"):
        low, high = field.minimum or 0, field.maximum or 9
        number = random_.choice([low, high, (low + high) // 2, *[low + 1] * 20, low - 1, high + 1])
        return int(number) if field.kind == "integer" else float(number)
    return random_.choice(["2.1"] * 9 + ["x" * 30])


def some_frame(form: str, seed: int, n_rows: int = 60) -> pl.DataFrame:
    random_ = random.Random(seed)  # noqa: S311  # a test's rows, no secret
    return pl.DataFrame(
        [
            pl.Series(field.name, [some_value(field, random_) for _ in range(n_rows)], dtype=TYPES[field.kind])
            for field in DICTIONARY.forms[form].fields
        ]
    )


def rows_that_pandera_names(frame: pl.DataFrame, form: str) -> list[int]:
    try:
        model_of(form).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return sorted(set(errors.failure_cases["index"]))
    return []


@pytest.mark.parametrize("form", FORM_NAMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_suspects_are_the_rows_that_pandera_names(form: str, seed: int) -> None:
    frame = some_frame(form, seed)
    suspects = suspect_rows(frame, form).to_list()
    assert suspects == rows_that_pandera_names(frame, form)
    assert suspects


@pytest.mark.parametrize("form", FORM_NAMES)
def test_an_empty_frame_has_no_suspects(form: str) -> None:
    assert suspect_rows(some_frame(form, 1, 0), form).is_empty()


def test_a_reason_clears_a_row_whose_answer_is_asked_for() -> None:
    frame = some_frame("follow_up", 1, 1).with_columns(pl.lit(None, TYPES["decimal"]).alias("phat_total"))
    columns = [field.name for field in DICTIONARY.forms["follow_up"].fields if not field.is_key]
    blank = frame.with_columns(pl.lit(None, frame.schema[name]).alias(name) for name in columns)
    assert suspect_rows(blank, "follow_up").len() == 1
    assert suspect_rows(blank.with_columns(tegner_missing=pl.lit("refused")), "follow_up").is_empty()
