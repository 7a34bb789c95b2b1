"""An export's records as the ledger kept them, mapped again by the mapping they came under.

Which record is of which form rests on the mapping alone, so that only what the forms make of the cells can differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from pipelines.intake.header import Header
from pipelines.intake.mapping import ExportMapping, RowsOf
from pipelines.intake.mapping_back import sheet_of
from pipelines.intake.mapping_header import MAPPED, ExportHeaders
from pipelines.intake.mapping_rows import Export
from pipelines.intake.mapping_tables import as_written
from pipelines.intake.outcome import as_frame
from pipelines.intake.rereading_records import no_findings, sound_records, with_what_stands
from pipelines.intake.sections import WHY_BLANK
from pipelines.intake.table import frame_of
from pipelines.intake.verdict import Records, TextTable
from schemas.dictionary import Dictionary
from warehouse.records import SectionRecord

NOTE = "section_mapped"


def is_mapped(section: SectionRecord) -> bool:
    """Whether the section was made of an export."""
    return NOTE in as_frame(section.findings)["rule"]


def tables_of_export(
    sections: Sequence[SectionRecord], headers: ExportHeaders, dictionary: Dictionary
) -> Mapping[int, TextTable]:
    """The tables of one export by the section's number; none where the mapping cannot be read any more."""
    header = headers.recognise(sections[0].header)
    mapping = headers.mappings.get(header.form.name.removeprefix(MAPPED)) if header else None
    if header is None or mapping is None or header.missing or header.rivals:
        return {}
    table = _as_sent(sections, header)
    rows = dict(_rows_of(sections, Export(table, mapping), mapping))
    export = Export(replace(table, frame=_with_told(table.frame, sections, rows, mapping)), mapping)
    made = {
        section.number: export.rows_of(rows[section.number], dictionary)
        for section in sections
        if section.number in rows
    }
    known = {section.number: section for section in sections}
    stands = {
        number: with_what_stands(_still_blank(each, known[number]), known[number], dictionary)
        for number, each in made.items()
    }
    return {number: as_written(each, mapping) for number, each in stands.items()}


def _still_blank(table: TextTable, section: SectionRecord) -> TextTable:
    """The table, a cell blank of which the record said nothing or several things: the rows that did may not be kept."""
    untold = as_frame(section.findings).filter(pl.col("rule").is_in(WHY_BLANK))
    frame = table.frame
    for (column,), group in untold.group_by("column"):
        is_told = ~pl.col("line").is_in(group["line"].implode())
        frame = frame.with_columns(pl.when(is_told).then(pl.col(str(column))).alias(str(column)))
    return replace(table, frame=frame)


def _as_sent(sections: Sequence[SectionRecord], header: Header) -> TextTable:
    raw = sound_records(sections)
    return TextTable(
        form=header.form.name,
        sheet=sheet_of(sections[0]),
        header_line=0,
        header=sections[0].header,
        positions=header.positions,
        records=Records(0, 0, 0, 0),
        frame=frame_of(raw, header),
        raw=raw,
        findings=no_findings(),
    )


def _rows_of(sections: Sequence[SectionRecord], export: Export, mapping: ExportMapping) -> Iterator[tuple[int, RowsOf]]:
    """Which part of the mapping each section was made by: they were made in its order, but for those with no rows."""
    rest = list(mapping.rows)
    for section in sections:
        lines = set(as_frame(section.raw)["line"])
        for place, rows in enumerate(rest):
            own = set(export.lines_of(rows))
            if (rows.form, rows.part) == (section.form, _part(section)) and own and own <= lines:
                rest = rest[place + 1 :]
                yield section.number, rows
                break


def _part(section: SectionRecord) -> str:
    return section.sheet.removeprefix(sheet_of(section)).strip(" ·")


def _with_told(
    frame: pl.DataFrame, sections: Sequence[SectionRecord], rows: Mapping[int, RowsOf], mapping: ExportMapping
) -> pl.DataFrame:
    """The records with what rows that were not kept said of them: a row that is none of any form's may say whose it is.

    It is taken from the rows that were accepted, for a record that does not say it in any row that was kept.
    """
    if not mapping.record:
        return frame
    owner = pl.col(mapping.record).str.strip_chars()
    for section in sections:
        for name, column in (rows[section.number].record if section.number in rows else {}).items():
            told = _answers(as_frame(section.rows), name, mapping).rename({"told": f"#{column}"})
            is_silent = (pl.col(column).fill_null("").str.strip_chars() == "").all().over(owner)
            frame = (
                frame.join(told, on="line", how="left", maintain_order="left")
                .with_columns(pl.when(is_silent).then(f"#{column}").otherwise(column).alias(column))
                .drop(f"#{column}")
            )
    return frame


def _answers(rows: pl.DataFrame, name: str, mapping: ExportMapping) -> pl.DataFrame:
    """`line` and what its row says for the field, as the export would write it."""
    value = pl.col(name).struct.field("value") if isinstance(rows.schema[name], pl.Struct) else pl.col(name)
    is_decimal = rows.select(value).to_series().dtype.is_float() and mapping.decimal == "comma"
    text = value.cast(pl.String)
    return rows.select("line", (text.str.replace(".", ",", literal=True) if is_decimal else text).alias("told"))
