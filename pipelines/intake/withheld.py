"""Single cells and lines that tell who somebody is, in a file that is otherwise read: named, and taken out of all that
is kept. A column of them refuses the file, which is decided in `identifiers`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import polars as pl

from pipelines.intake.draft import ROW_FINDING_SCHEMA, Draft, collect
from pipelines.intake.findings import Remark, findings_of
from pipelines.intake.grid import lists_of
from pipelines.intake.identifier_values import SUSPECT
from pipelines.intake.slices import by_slices
from pipelines.intake.telling import CELL, LINE, kind_of_answer, kind_of_cell, kind_of_record
from pipelines.intake.verdict import TextTable
from schemas.dictionary import Dictionary, Rule

_MOST_LOOKED_AT = 5_000  # different texts of a column
# What such a cell says is that there is no answer.
_ABSENT = ("key_missing", "cell_undeclared_missing", "cell_spreadsheet_error")
Places = dict[int, set[int]]  # line -> columns of the file


def name_identifying_cells(draft: Draft, rules: Mapping[str, Rule], own_formats: Sequence[str]) -> Draft:
    """The draft, each cell that is no answer and tells who somebody is named as that and as nothing else."""
    is_asked = (pl.col("severity") == "error") & ~pl.col("rule").is_in(_ABSENT)
    errors = draft.findings.filter(is_asked).select("row", "column").unique()
    parts = [_of_column(draft, str(name), group["row"], own_formats) for (name,), group in errors.group_by("column")]
    texts = [field.name for field in draft.form.fields if field.kind == "text"]
    parts += [_of_column(draft, name, _filled(draft, name), own_formats) for name in texts]
    found = pl.concat(parts).unique() if parts else pl.DataFrame()
    if found.is_empty():
        return draft
    said = found.with_columns(rule=pl.lit(CELL), severity=pl.lit(rules[CELL].severity), expected=pl.lit(""))
    others = draft.findings.join(found, on=["row", "column"], how="anti", maintain_order="left")
    return replace(draft, findings=collect([others, said.select(draft.findings.columns)]))


def with_withheld(draft: Draft) -> Draft:
    """The draft, each cell that was taken out when the file came still named as that, and as nothing else."""
    places = pl.int_range(draft.table.frame.height, dtype=pl.UInt32, eager=True).alias("row")
    rows = draft.table.frame.select("line", places)
    is_cell = (pl.col("rule") == CELL) & pl.col("column").is_in(list(draft.table.positions))
    said = draft.table.findings.filter(is_cell).join(rows, on="line", how="inner", maintain_order="left")
    if said.is_empty():
        return draft
    table = replace(
        draft.table,
        findings=draft.table.findings.join(said, on=["line", "column", "rule"], how="anti", maintain_order="left"),
    )
    others = draft.findings.join(said, on=["row", "column"], how="anti", maintain_order="left")
    return replace(draft, table=table, findings=collect([others, said.select(list(ROW_FINDING_SCHEMA))]))


def _filled(draft: Draft, name: str) -> pl.Series:
    frame = draft.table.frame
    is_filled = frame[name].is_not_null() if name in frame.columns else pl.Series([], dtype=pl.Boolean)
    return is_filled.arg_true().cast(pl.UInt32)


def _of_column(draft: Draft, name: str, rows: pl.Series, own_formats: Sequence[str]) -> pl.DataFrame:
    """`row`, `column` and `found`, the kind, of the cells among these rows that tell who somebody is."""
    texts = pl.DataFrame({"row": rows, "text": draft.texts(name, rows)})
    field_kind = draft.form.field(name).kind
    kinds = _kinds(texts["text"].unique(), texts["text"], lambda text: kind_of_answer(text, field_kind, own_formats))
    named = texts.with_columns(kinds.alias("found"), pl.lit(name).alias("column"))
    return named.filter(pl.col("found") != "").select(pl.col("row").cast(pl.UInt32), "column", "found")


def _kinds(suspects: Iterable[str], texts: pl.Series, kind_of: Callable[[str], str]) -> pl.Series:
    """The kind of each text; each of the suspects among them is looked at once, and of very many the first."""
    looked_at = iter(suspects)
    first, rest = list(islice(looked_at, _MOST_LOOKED_AT)), list(looked_at)
    known = {text: kind for text in first if (kind := kind_of(text))}
    if rest and known:  # as many that are no answers may hold more of the same
        known |= dict.fromkeys(rest, Counter(known.values()).most_common(1)[0][0])
    return texts.replace_strict(known, default="", return_dtype=pl.String) if known else texts.str.slice(0, 0)


def withhold(drafts: Sequence[Draft], dictionary: Dictionary, own_formats: Sequence[str]) -> list[Draft]:
    """The drafts without the cells and lines that tell who somebody is: a table of an export shares its records."""
    kinds = [_identifying_lines(draft.table, own_formats) for draft in drafts]
    places: dict[tuple[str, int], Places] = {}
    for draft, lines in zip(drafts, kinds, strict=True):
        mine = places.setdefault(_sheet_of(draft), {})
        for line, columns in _places(draft):
            mine.setdefault(line, set()).update(columns)
        for line in lines:
            mine.setdefault(line, set()).update(range(len(_cells(draft.table, line))))
    return [
        replace(draft, table=_without(draft.table, places[_sheet_of(draft)], lines, dictionary))
        for draft, lines in zip(drafts, kinds, strict=True)
    ]


def _sheet_of(draft: Draft) -> tuple[str, int]:
    return draft.table.sheet, draft.table.header_line


def _places(draft: Draft) -> Iterable[tuple[int, set[int]]]:
    found = draft.findings.filter(pl.col("rule") == CELL).select("row", "column")
    for row, column in found.iter_rows():
        yield draft.table.frame["line"][row], {draft.table.positions[column]}


def _identifying_lines(table: TextTable, own_formats: Sequence[str]) -> dict[int, str]:
    """Records that could not be read as rows, and the kind of identifier in each that holds one."""
    kinds = {line: kind_of_record(_cells(table, line), own_formats) for line in table.unsplit}
    return {line: kind for line, kind in kinds.items() if kind}


def _cells(table: TextTable, line: int) -> Sequence[str | None]:
    found = table.raw.filter(pl.col("line") == line)["cells"]
    return found[0].to_list() if len(found) else ()


def _without(table: TextTable, places: Places, lines: Mapping[int, str], dictionary: Dictionary) -> TextTable:
    """The table without the cells at these places, in what was read, what was sent and what is said of it."""
    findings = _silenced(table.findings)
    if lines:
        said = findings_of([Remark(line, LINE, found=kind) for line, kind in lines.items()], dictionary)
        findings = pl.concat([findings, said]).sort("line", maintain_order=True)
    return replace(without_cells(table, places) if places else table, findings=findings)


def without_cells(table: TextTable, places: Places) -> TextTable:
    """The table without the cells at these places, in what was read and in what was sent."""
    by_column: dict[int, list[int]] = {}
    for line, columns in places.items():
        for place in columns:
            by_column.setdefault(place, []).append(line)
    kept = [
        pl.when(~pl.col("line").is_in(by_column[place])).then(pl.col(name)).alias(name)
        for name, place in table.positions.items()
        if place in by_column and name in table.frame.columns
    ]
    return replace(table, frame=table.frame.with_columns(kept), raw=_blanked(table.raw, places))


def _blanked(raw: pl.DataFrame, places: Places) -> pl.DataFrame:
    """The records without the cells at these places."""
    return by_slices(raw, lambda part: _blanked_in(part, places))


def _blanked_in(raw: pl.DataFrame, places: Places) -> pl.DataFrame:
    """The same; all at once where every record is as wide."""
    lengths = raw["cells"].list.len()
    if len(raw) and lengths.min() == lengths.max():
        width = len(raw["cells"][0])
        rows = raw.select("line").with_row_index("row").filter(pl.col("line").is_in(list(places)))
        gone = [row * width + place for row, line in rows.iter_rows() for place in places[line] if place < width]
        flat = raw["cells"].explode(empty_as_null=False, keep_nulls=False).scatter(gone, None)
        return raw.with_columns(lists_of(flat, width).alias("cells"))
    lines = raw.filter(pl.col("line").is_in(list(places)))
    cells = [
        [None if place in places[line] else cell for place, cell in enumerate(cells)]
        for line, cells in lines.select("line", "cells").iter_rows()
    ]
    new = lines.with_columns(pl.Series("cells", cells, dtype=raw.schema["cells"]))
    return pl.concat([raw.filter(~pl.col("line").is_in(list(places))), new]).sort("line")


def _silenced(findings: pl.DataFrame) -> pl.DataFrame:
    """What a reader found, without what tells who somebody is."""
    found = findings["found"].unique()
    is_telling_text = _kinds(found.filter(found.str.contains(SUSPECT)), findings["found"], kind_of_cell) != ""
    return findings.with_columns(pl.when(~is_telling_text).then("found").otherwise(pl.lit("")).alias("found"))
