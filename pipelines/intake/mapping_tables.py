"""An export's records -> a table for each form they hold, by a mapping. Lines, columns and records stay the export's.

Each table accounts for every record of the export: one that holds nothing of its form counts as blank there, and one
that no form takes is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from pipelines.intake.addresses import cell_addresses
from pipelines.intake.findings import Remark, findings_of
from pipelines.intake.mapping import ExportMapping
from pipelines.intake.mapping_header import MAPPED
from pipelines.intake.mapping_rows import Export
from pipelines.intake.verdict import Reading, Records, TextTable
from pipelines.intake.withheld import Places, without_cells
from schemas.dictionary import Dictionary


def map_tables(
    reading: Reading, mappings: Mapping[str, ExportMapping], dictionary: Dictionary, own_formats: Sequence[str] = ()
) -> Reading:
    """The reading, each table of an export as one table for each form that its records hold.

    `own_formats` are how the clinic writes its own patients' numbers, which tell nobody else who somebody is.
    """
    used = {table.form.removeprefix(MAPPED) for table in reading.tables if table.form.startswith(MAPPED)}
    if not used or reading.dialect is None:
        return reading
    tables: list[TextTable] = []
    for table in reading.tables:
        mapping = mappings.get(table.form.removeprefix(MAPPED)) if table.form.startswith(MAPPED) else None
        tables += [table] if mapping is None else map_table(table, mapping, dictionary, own_formats)
    names = ", ".join(mappings[name].id for name in sorted(used))
    first = next(table for table in reading.tables if table.form.startswith(MAPPED))
    shared = _shared(first, mappings[first.form.removeprefix(MAPPED)])
    return replace(reading, dialect=replace(reading.dialect, mapping=names, shared=shared), tables=tuple(tables))


def _shared(table: TextTable, mapping: ExportMapping) -> tuple[int, ...]:
    """Where the column that tells records apart stands, and then those that a record may hold in any of its rows."""
    columns = [column for rows in mapping.rows for column in rows.record.values()]
    return tuple(table.positions[column] for column in dict.fromkeys([mapping.record, *columns]) if column)


def map_table(
    table: TextTable, mapping: ExportMapping, dictionary: Dictionary, own_formats: Sequence[str] = ()
) -> list[TextTable]:
    """The tables of one export. What is said of the whole, and of records that no form takes, is the first's."""
    export = Export(table, mapping)
    telling = export.telling(own_formats)
    if telling:
        export = Export(without_cells(table, _places(telling, table)), mapping)
        table = export.table
    made = [export.rows_of(rows, dictionary) for rows in mapping.rows]
    kept = [each for each in made if each.frame.height] or made[:1]
    lost = export.lost()
    skipped = export.skipped
    remarks = [
        *export.remarks(lost, telling),
        *(Remark(line, "record_skipped", found=event) for line, event in skipped.items()),
    ]
    first = _with_lost(kept[0], table, sorted([*table.unsplit, *lost]), findings_of(remarks, dictionary))
    tables = [first, *kept[1:]]
    return [_counted(each, table, len(skipped), mapping, dictionary) for each in tables]


def _places(telling: Mapping[tuple[int, str], str], table: TextTable) -> Places:
    places: Places = {}
    for line, column in telling:
        places.setdefault(line, set()).add(table.positions[column])
    return places


def _with_lost(first: TextTable, table: TextTable, unsplit: Sequence[int], said: pl.DataFrame) -> TextTable:
    """The first table with the records that no table has, and with what is said of the whole."""
    lines = pl.Series([*first.frame["line"], *unsplit], dtype=pl.Int32)
    raw = table.raw.filter(pl.col("line").is_in(lines.implode()))
    said = cell_addresses(said, table)
    findings = pl.concat([table.findings, said, first.findings]).sort("line", maintain_order=True)
    return replace(first, raw=raw, unsplit=tuple(unsplit), findings=findings)


def _counted(
    each: TextTable, table: TextTable, n_skipped: int, mapping: ExportMapping, dictionary: Dictionary
) -> TextTable:
    """The table with every record of the export accounted for, and how its cells are written."""
    whole = table.records
    furniture = whole.furniture + n_skipped
    blank = whole.physical - whole.header - furniture - each.raw.height
    note = findings_of([Remark(table.header_line, "section_mapped", found=mapping.id)], dictionary)
    counted = replace(
        each,
        records=Records(whole.physical, whole.header, blank, furniture),
        findings=pl.concat([note, each.findings]).sort("line", maintain_order=True),
    )
    return as_written(counted, mapping)


def as_written(table: TextTable, mapping: ExportMapping) -> TextTable:
    """The table with how the mapping says that its cells are written."""
    writes = {"decimal": mapping.decimal, "date_order": mapping.date_order}
    said = {key: text for key, text in writes.items() if text}
    return replace(table, writes=said, missing_codes=mapping.missing, is_mapped=True)
