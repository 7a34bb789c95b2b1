"""Rows of one file with one key: those that contradict each other, answer by answer, and those that say the same."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import polars as pl

from pipelines.intake.draft import Draft, collect

ROWS_CONTRADICT = "rows_contradict"
ROW_TWICE = "row_twice"
_ORIGIN = ("#draft", "#row", "#line")
_FILE = "#file"


def name_repetitions(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts of a file, with a finding for each answer that another row contradicts and each row that is a twin."""
    named: list[Draft] = []
    for _, group in groupby(sorted(drafts, key=_form_name), key=_form_name):
        named += _named(list(group))
    return sorted(named, key=lambda draft: draft.number)


def _named(drafts: list[Draft]) -> list[Draft]:
    form = drafts[0].form
    is_stack = any(draft.table.layers is not None for draft in drafts)
    key = [*form.key, _FILE] if is_stack else list(form.key)  # rows of two files do not contradict each other
    values = [field.name for field in form.fields if not field.is_key]
    repeated = _repeated(drafts, key, values)
    if repeated.is_empty():
        return drafts
    marks, twins = _contradictions(repeated, key, values), _twins(repeated, key, values)
    return [replace(draft, findings=_with_marks(draft, marks, twins)) for draft in drafts]


def _form_name(draft: Draft) -> str:
    return draft.form.name


def _contradictions(repeated: pl.DataFrame, key: list[str], values: Sequence[str]) -> pl.DataFrame:
    """`#draft`, `#row`, `column` of each contradicted answer, and `lines`, all lines that answer for the key."""
    differing = repeated.unique([*key, *values, *_reason_names(values)], keep="any")
    differing = differing.filter(differing.select(key).is_duplicated())
    answers = [pl.coalesce("#" + pl.col(why), pl.col(name).cast(pl.String)).alias(name) for name, why in _pairs(values)]
    several = [(pl.col(name).drop_nulls().n_unique() > 1).alias(name) for name in values]
    verdicts = differing.select(*key, *answers).group_by(key).agg(several)
    lines = repeated.join(verdicts, on=key, how="semi").group_by(key).agg(pl.col("#line").sort().alias("lines"))
    marked = repeated.select(*_ORIGIN, *key).join(verdicts, on=key).join(lines, on=key)
    long = marked.unpivot(values, index=[*_ORIGIN, "lines"], variable_name="column", value_name="differs")
    return long.filter("differs")


def _twins(repeated: pl.DataFrame, key: list[str], values: Sequence[str]) -> pl.DataFrame:
    """`#draft` and `#row` of each row that repeats an earlier one, and `first`, the earlier one's line."""
    same = [*key, *values, *_reason_names(values)]
    groups = repeated.group_by(same, maintain_order=True).agg("#draft", "#row", "#line")
    later = [pl.col(name).list.slice(1) for name in ("#draft", "#row")]
    several = groups.filter(pl.col("#row").list.len() > 1)
    return several.select(*later, pl.col("#line").list.first().alias("first")).explode("#draft", "#row")


def _repeated(drafts: Sequence[Draft], key: list[str], values: Sequence[str]) -> pl.DataFrame:
    """The rows whose key another row has too; the hash first, because nearly all rows are alone."""
    hashes = pl.concat([_with_file(draft).select(key).hash_rows() for draft in drafts])
    is_shared = hashes.is_duplicated()
    if not is_shared.any():
        return pl.DataFrame()
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
        _own_lines(draft).gather(rows).alias("#line"),
    ]
    return _with_file(draft)[rows].with_columns(reasons).with_columns(origin)


def _with_file(draft: Draft) -> pl.DataFrame:
    """The rows, with the file of each where several were read as one."""
    layers = draft.table.layers
    return draft.flat if layers is None else draft.flat.with_columns(layers["file"].alias(_FILE))


def _own_lines(draft: Draft) -> pl.Series:
    return draft.table.frame["line"] if draft.table.layers is None else draft.table.layers["own"]


def _pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(values, _reason_names(values), strict=True))


def _reason_names(values: Sequence[str]) -> list[str]:
    return [f"{name}#" for name in values]


def _with_marks(draft: Draft, marks: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """The draft's findings with its contradictions and twins; `expected` names the other lines."""
    others = pl.col("lines").list.set_difference(pl.concat_list("#line")).cast(pl.List(pl.String)).list.join(", ")
    wrong = [
        _finding(str(name), ROWS_CONTRADICT, "error", others, draft.texts(str(name), group["#row"]), group)
        for (name,), group in marks.filter(pl.col("#draft") == draft.number).group_by("column")
    ]
    mine = twins.filter(pl.col("#draft") == draft.number)
    none = draft.texts("", mine["#row"])
    return collect(
        [draft.findings, *wrong, _finding("", ROW_TWICE, "note", pl.col("first").cast(pl.String), none, mine)]
    )


def _finding(
    column: str, rule: str, severity: str, expected: pl.Expr, found: pl.Series, rows: pl.DataFrame
) -> pl.DataFrame:
    return rows.select(
        pl.col("#row").cast(pl.UInt32).alias("row"),
        pl.lit(column).alias("column"),
        pl.lit(rule).alias("rule"),
        pl.lit(severity).alias("severity"),
        found.alias("found"),
        expected.alias("expected"),
    )
