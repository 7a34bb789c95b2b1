"""What Pandera says of the cells of a column, or of the rows that a rule reads: of each value once in a process.

An answer rests on the values alone, and the same faults come again in every stretch and every file. Pandera's errors
quote rows, so they end here.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandera.errors
import pandera.polars as pa
import polars as pl

from pipelines.intake.draft import FAILURE_SCHEMA
from schemas.models import model_of

Values = tuple[Any, ...]  # of one row, in the order of the columns asked about
Failed = tuple[tuple[str | None, str], ...]  # column (None: the whole row) and check

_MOST = 20_000  # values whose answers are kept, of one question


@dataclass(frozen=True)
class Question:
    """A column's checks, or one rule's, and the answers that are known."""

    schema: pa.DataFrameSchema
    known: MutableMapping[Values, Failed] = field(default_factory=dict)

    def ask(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What fails in a frame that has a column `row`, the place of each of its rows (FAILURE_SCHEMA)."""
        said = [name for name in frame.columns if name != "row"]
        shown = frame.select(said).unique(maintain_order=True).with_row_index("#shown")
        found = [
            (number, column, check)
            for number, failed in enumerate(self._answers(shown.select(said)))
            for column, check in failed
        ]
        failures = pl.DataFrame(
            found, {"#shown": pl.UInt32(), "column": pl.String(), "check": pl.String()}, orient="row"
        )
        rows = frame.join(shown, on=said, how="left", nulls_equal=True, maintain_order="left").select("row", "#shown")
        return rows.join(failures, on="#shown", how="inner", maintain_order="left_right").select(list(FAILURE_SCHEMA))

    def _answers(self, shown: pl.DataFrame) -> Sequence[Failed]:
        """The answer to each row, in order. Several threads may ask at once."""
        values = shown.rows()
        known = [self.known.get(of_row) for of_row in values]
        new = [number for number, failed in enumerate(known) if failed is None]
        asked = dict(zip(new, _ask(self.schema, shown[new]), strict=True)) if new else {}
        if len(self.known) + len(new) > _MOST:
            self.known.clear()
        self.known.update((values[number], asked[number]) for number in new[:_MOST])
        return [asked[number] if failed is None else failed for number, failed in enumerate(known)]


@cache
def column_question(form: str, column: str) -> Question:
    """The question whether the cells of a column may be as they are."""
    return Question(pa.DataFrameSchema({column: model_of(form).columns[column]}))


@cache
def rule_questions(form: str) -> Mapping[str, Question]:
    """The question of each row rule of the form, by the rule's id, in the form's order."""
    return {str(check.name): Question(pa.DataFrameSchema(checks=[check])) for check in model_of(form).checks}


def _ask(schema: pa.DataFrameSchema, frame: pl.DataFrame) -> list[Failed]:
    """What fails in each row of the frame."""
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
    except pandera.errors.SchemaError as error:
        raise RuntimeError(f"checks did not run: {error.reason_code}") from None
    else:
        return [()] * frame.height
    if cases["index"].null_count():  # a check that could not run is a fault of the project, not of the file
        checks = cases.filter(pl.col("index").is_null())["check"].unique().sort().to_list()
        raise RuntimeError(f"checks did not run: {checks}") from None
    failed: list[list[tuple[str | None, str]]] = [[] for _ in range(frame.height)]
    for row, context, column, check in cases.select("index", "schema_context", "column", "check").iter_rows():
        failed[row].append((None if context == "DataFrameSchema" else column, check))
    return [tuple(found) for found in failed]
