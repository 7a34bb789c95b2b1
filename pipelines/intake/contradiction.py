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
    repeated = _repeated(drafts, key, values)
    differing = repeated.unique([*key, *values, *_reason_names(values)], keep="any")
    differing = differing.filter(differing.select(key).is_duplicated())
    answers = [pl.coalesce("#" + pl.col(why), pl.col(name).cast(pl.String)).alias(name) for name, why in _pairs(values)]
    several = [(pl.col(name).drop_nulls().n_unique() > 1).alias(name) for name in values]
    verdicts = differing.select(*key, *answers).group_by(key).agg(several)
    lines = repeated.join(verdicts, on=key, how="semi").group_by(key).agg(pl.col("#line").sort().alias("lines"))
    marked = repeated.select(*_ORIGIN, *key).join(verdicts, on=key).join(lines, on=key)
    return marked.unpivot(values, index=[*_ORIGIN, "lines"], variable_name="column", value_name="differs").filter(
        "differs"
    )


def _repeated(drafts: Sequence[Draft], key: list[str], values: Sequence[str]) -> pl.DataFrame:
    """The rows whose key another row has too; the hash first, because nearly all rows are alone."""
    hashes = pl.concat([draft.flat.select(key).hash_rows() for draft in drafts])
    is_shared = hashes.is_duplicated()
    start, parts = 0, []
    for draft in drafts:
        rows = is_shared.slice(start, draft.flat.height).arg_true()
        parts.append(_answers(draft, rows, values).drop_nulls(key))
        start += draft.flat.height
    shared = pl.concat(parts)
    return shared.filter(shared.select(key).is_duplicated())


def _answers(draft: Draft, rows: pl.Series, values: Sequence[str]) -> pl.DataFrame:
    """Those rows of a draft with their origin and a column of reasons for each answer."""
    none = pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
    reasons = [
        (draft.reasons[name].gather(rows) if name in draft.reasons else none).rename(f"{name}#") for name in values
    ]
    origin = [
        pl.lit(draft.number, pl.Int32).alias("#draft"),
        rows.cast(pl.UInt32).alias("#row"),
        draft.table.frame["line"].gather(rows).alias("#line"),
    ]
    return draft.flat[rows].with_columns(reasons).with_columns(origin)


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
