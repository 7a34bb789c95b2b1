"""Rows of one file that contradict each other for one key, and in which answers. Twins and complements are fine."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import polars as pl

from pipelines.intake.draft import Draft, collect

ROWS_CONTRADICT = "rows_contradict"
_ORIGIN = ("#draft", "#row", "#line")


def name_contradictions(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts of a file, each with a finding for every answer that another row of the file contradicts."""
    named: list[Draft] = []
    for _, group in groupby(sorted(drafts, key=_form_name), key=_form_name):
        same_form = list(group)
        marks = _contradictions(same_form)
        named += [replace(draft, findings=_with_marks(draft, marks)) for draft in same_form]
    return sorted(named, key=lambda draft: draft.number)


def _form_name(draft: Draft) -> str:
    return draft.form.name


def _contradictions(drafts: Sequence[Draft]) -> pl.DataFrame:
    """`#draft`, `#row`, `column` of each contradicted answer, and `lines`, all lines that answer for the key."""
    form = drafts[0].form
    key, values = list(form.key), [field.name for field in form.fields if not field.is_key]
    rows = pl.concat([_answers(draft) for draft in drafts]).drop_nulls(key)
    repeated = rows.filter(rows.select(key).is_duplicated())
    differing = repeated.unique([*key, *values, *_reason_names(values)], keep="any")
    differing = differing.filter(differing.select(key).is_duplicated())
    texts = [
        pl.coalesce("#" + pl.col(reason), pl.col(name).cast(pl.String)).alias(name) for name, reason in _pairs(values)
    ]
    several = [(pl.col(name).drop_nulls().n_unique() > 1).alias(name) for name in values]
    verdicts = differing.select(*key, *texts).group_by(key).agg(several)
    lines = (
        repeated.join(verdicts.select(key), on=key, how="semi").group_by(key).agg(pl.col("#line").sort().alias("lines"))
    )
    marked = repeated.select(*_ORIGIN, *key).join(verdicts, on=key).join(lines, on=key)
    long = marked.unpivot(
        values, index=["#draft", "#row", "#line", "lines"], variable_name="column", value_name="differs"
    )
    return long.filter("differs")


def _answers(draft: Draft) -> pl.DataFrame:
    """The draft's rows with their origin and a column of reasons for each answer."""
    values = [field.name for field in draft.form.fields if not field.is_key]
    none = pl.Series([None], dtype=pl.String).new_from_index(0, draft.flat.height)
    reasons = [draft.reasons.get(name, none).rename(f"{name}#") for name in values]
    number, line = pl.lit(draft.number, pl.Int32).alias("#draft"), draft.table.frame["line"].alias("#line")
    return draft.flat.with_columns(reasons).with_columns(number, line).with_row_index("#row")


def _pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(values, _reason_names(values), strict=True))


def _reason_names(values: Sequence[str]) -> list[str]:
    return [f"{name}#" for name in values]


def _with_marks(draft: Draft, marks: pl.DataFrame) -> pl.DataFrame:
    """The draft's findings and its contradictions; `expected` names the other lines."""
    mine = marks.filter(pl.col("#draft") == draft.number)
    others = pl.col("lines").list.set_difference(pl.concat_list("#line")).cast(pl.List(pl.String)).list.join(", ")
    wrong = [
        group.select(
            pl.col("#row").cast(pl.UInt32).alias("row"),
            "column",
            pl.lit(ROWS_CONTRADICT).alias("rule"),
            pl.lit("error").alias("severity"),
            draft.texts(str(name), group["#row"]).alias("found"),
            others.alias("expected"),
        )
        for (name,), group in mine.group_by("column")
    ]
    return collect([draft.findings, *wrong])
