"""An export's records, and which of them are rows of which form by a mapping. Lines and columns stay the export's.

No cell is believed here, and none is made up; what the tables account for stands in `mapping_tables`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from pipelines.intake.addresses import cell_addresses
from pipelines.intake.confirmation import CONFIRMED
from pipelines.intake.findings import Remark, findings_of
from pipelines.intake.header import fold
from pipelines.intake.identifier_values import SUSPECT
from pipelines.intake.mapping import EVENT, INSTRUMENT, STRUCTURE, ExportMapping, RowsOf
from pipelines.intake.telling import CELL, kind_of_cell
from pipelines.intake.verdict import TextTable
from schemas.dictionary import Dictionary, Form
from schemas.vocabulary import lookup, normalise

_COMPLETE = frozenset({"", "2", "complete"})  # of an instrument's status, folded; other words mean that it is not
_UNTICKED = ("0", "Unchecked")  # a box that nobody ticked is written in every event, asked there or not
_TICK_BOX = "___"
_RECORD = "#record"  # what tells records apart, without blanks around it


class Export:
    """The records of an export and where each of them belongs."""

    def __init__(self, table: TextTable, mapping: ExportMapping) -> None:
        self.table, self.mapping = table, mapping
        filled = _filled_columns(table.frame, mapping.known)
        owner = pl.col(mapping.record).str.strip_chars() if mapping.record else pl.lit(None, pl.String)
        self.frame = filled.with_columns(owner.alias(_RECORD))
        self._at = [self._place(rows) for rows in mapping.rows]
        is_skipped = _is_one_of(self.frame[EVENT], mapping.skip_events) if mapping.skip_events else self._none
        elsewhere = ~pl.Series(is_skipped)
        self._at = [at & elsewhere for at in self._at]
        events = self.frame.filter(is_skipped).select("line", EVENT)
        self.skipped: dict[int, str] = dict(events.iter_rows())
        self._is_elsewhere = elsewhere

    @property
    def _none(self) -> pl.Series:
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, self.frame.height)

    def _place(self, rows: RowsOf) -> pl.Series:
        """Which records stand in the events and the instrument of these rows."""
        events = (*rows.events, *rows.visits)
        instrument = self.frame[INSTRUMENT]
        at = _is_one_of(self.frame[EVENT], events) if events else ~self._none
        return at & (_is_one_of(instrument, rows.instruments) if rows.instruments else ~_is_answered(instrument))

    def _of(self, rows: RowsOf) -> pl.DataFrame:
        """The records that hold something of the form."""
        at = self._at[self.mapping.rows.index(rows)]
        return self.frame.filter(at & _holds(self.frame, rows.own_columns))

    def lines_of(self, rows: RowsOf) -> Sequence[int]:
        """Where the records stand that hold something of the form."""
        return self._of(rows)["line"].to_list()

    def rows_of(self, rows: RowsOf, dictionary: Dictionary) -> TextTable:
        """The records that hold something of the form, as a table of it."""
        frame = self._of(rows)
        remarks: list[Remark] = []
        columns = {name: frame[column] for name, column in rows.columns.items()}
        for name, column in rows.record.items():
            field = dictionary.forms[rows.form].field(name)
            columns[name], said = self._of_record(frame, name, column, field.is_key and field.is_required)
            remarks += said
        if rows.visits:
            columns["visit"] = _translated(frame[EVENT], {fold(key): code for key, code in rows.visits.items()})
        form = dictionary.forms[rows.form]
        columns |= {
            name: _coded(columns[name], codes, form.field(name).vocabulary)
            for name, codes in rows.codes.items()
            if name in columns
        }
        columns |= {name: _constant(name, text, columns, form, frame.height) for name, text in rows.constants.items()}
        remarks += self._incomplete(frame, rows)
        positions = {
            name: self.table.positions[column]
            for name, column in (*rows.record.items(), *rows.columns.items())
            if column in self.table.positions
        }
        return self._as_table(rows, frame, columns, positions, remarks, dictionary)

    def _as_table(
        self,
        rows: RowsOf,
        frame: pl.DataFrame,
        columns: Mapping[str, pl.Series],
        positions: Mapping[str, int],
        remarks: Sequence[Remark],
        dictionary: Dictionary,
    ) -> TextTable:
        kept = [frame["line"], *(column.alias(name) for name, column in columns.items())]
        kept += [frame[CONFIRMED]] if CONFIRMED in frame.columns else []
        lines = frame["line"]
        table = replace(
            self.table,
            form=rows.form,
            part=rows.part,
            positions=positions,
            frame=pl.DataFrame(kept),
            raw=self.table.raw.filter(pl.col("line").is_in(lines.implode())),
            findings=findings_of([], dictionary),
            unsplit=(),
        )
        return replace(table, findings=cell_addresses(findings_of(remarks, dictionary), table))

    def _of_record(
        self, frame: pl.DataFrame, name: str, column: str, is_needed: bool
    ) -> tuple[pl.Series, list[Remark]]:
        """A column's one answer in each record. Of records that give several, or a key that none gives, it is said."""
        answered = self.frame.filter(_is_answered(self.frame[column]))
        texts = answered.group_by(_RECORD).agg(pl.col(column).str.strip_chars().unique().sort().alias("#texts"))
        found = frame.select("line", _RECORD).join(texts, on=_RECORD, how="left", maintain_order="left")
        n_texts = pl.col("#texts").list.len()
        values = found.select(pl.when(n_texts == 1).then(pl.col("#texts").list.first())).to_series()
        several = found.filter(n_texts > 1).select("line", pl.col("#texts").list.join(" / ")).iter_rows()
        silent = found.filter(n_texts.fill_null(0) == 0)["line"] if is_needed else ()
        remarks = [Remark(line, "record_contradicts", name, found=text) for line, text in several]
        return values, [*remarks, *(Remark(line, "record_silent", name) for line in silent)]

    def _incomplete(self, frame: pl.DataFrame, rows: RowsOf) -> list[Remark]:
        """A note for each record whose instrument is not marked complete: it is read all the same."""
        if not rows.status or rows.status not in self.table.positions:
            return []
        said = frame.select("line", pl.col(rows.status).fill_null(""))
        return [
            Remark(line, "instrument_incomplete", found=text)
            for line, text in said.iter_rows()
            if fold(text) not in _COMPLETE
        ]

    def lost(self) -> list[int]:
        """Lines of records that hold answers and stand where no rows are read from."""
        is_taken = self._none
        for at in self._at:
            is_taken = is_taken | at
        answers = [column for column in self._answers() if column in self.frame.columns]
        is_lost = ~is_taken & self._is_elsewhere & _holds(self.frame, answers)
        return [int(line) for line in self.frame.filter(is_lost)["line"]]

    def _answers(self) -> list[str]:
        """Columns that hold answers, and not what tells a record or where it stands."""
        structure = {*STRUCTURE, self.mapping.record, *(rows.status for rows in self.mapping.rows)}
        structure |= {column for rows in self.mapping.rows for column in rows.record.values()}
        return [column for column in self.mapping.known if column not in structure]

    def _unread(self, column: str) -> pl.Series:
        """Which records hold something in the column that no form reads there."""
        is_read = self._none
        for rows, at in zip(self.mapping.rows, self._at, strict=True):
            is_read = is_read | at if column in rows.columns.values() else is_read
        return ~is_read & _holds(self.frame, [column])

    def telling(self, own_formats: Sequence[str]) -> Mapping[tuple[int, str], str]:
        """(line, column) -> kind of identifier, of cells that no form reads and that tell who somebody is."""
        columns = [column for column in self.mapping.known if column in self.table.positions]
        suspects = (self.frame.filter(self._unread(each), pl.col(each).str.contains(SUSPECT)) for each in columns)
        told = (frame.select("line", each) for frame, each in zip(suspects, columns, strict=True))
        cells = ((line, frame.columns[1], text) for frame in told for line, text in frame.iter_rows())
        kinds = {(line, column): kind_of_cell(text, own_formats) for line, column, text in cells}
        return {place: kind for place, kind in kinds.items() if kind}

    def remarks(self, lost: Sequence[int], telling: Mapping[tuple[int, str], str]) -> Iterable[Remark]:
        """What is said of records that no form takes, and of answers that stand where they are not read."""
        places = dict(
            self.frame.select("line", pl.concat_str(EVENT, INSTRUMENT, separator=" / ", ignore_nulls=True)).iter_rows()
        )
        yield from (Remark(line, "record_unmapped", found=places[line] or "") for line in lost)
        yield from (Remark(line, CELL, column, found=kind) for (line, column), kind in telling.items())
        for column in self._answers():
            lines = self.frame.filter(self._unread(column) & self._is_elsewhere)["line"]
            yield from (
                Remark(line, "cell_unmapped", column, found=places[line] or "") for line in lines if line not in lost
            )


def _filled_columns(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    absent = [pl.lit(None, pl.String).alias(column) for column in columns if column not in frame.columns]
    return frame.with_columns(absent)


def _is_answered(texts: pl.Series) -> pl.Series:
    return (texts.str.strip_chars() != "").fill_null(False)


def _is_one_of(texts: pl.Series, names: Iterable[str]) -> pl.Series:
    """Which cells are one of the names, but for case, blanks and underscores."""
    known = {fold(name) for name in names}
    distinct = {text: fold(text) in known for text in texts.unique().drop_nulls()}
    return texts.replace_strict(distinct, default=False, return_dtype=pl.Boolean) if distinct else texts.is_in([])


def _holds(frame: pl.DataFrame, columns: Iterable[str]) -> pl.Series:
    """Which records hold something in any of the columns."""
    holds = pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
    for column in columns:
        answered = _is_answered(frame[column])
        if _TICK_BOX in column:
            answered = answered & ~frame[column].is_in(_UNTICKED).fill_null(False)
        holds = holds | answered
    return holds


def _translated(texts: pl.Series, codes: Mapping[str, str]) -> pl.Series:
    distinct = {text: codes.get(fold(text)) for text in texts.unique().drop_nulls()}
    return texts.replace_strict(distinct, default=None, return_dtype=pl.String)


def _coded(texts: pl.Series, codes: Mapping[str, str], vocabulary: str) -> pl.Series:
    """The clinic's codes as ours. A number that is none of them must not pass for an alias of our own."""
    known = {normalise(code): ours for code, ours in codes.items()}
    aliases = lookup(vocabulary) if vocabulary else {}

    def ours(text: str) -> str:
        plain = normalise(text)
        is_alias = plain.lstrip("-").isdigit() and plain in aliases
        return known.get(plain, f"code {text}" if is_alias else text)

    distinct = {text: ours(text) for text in texts.unique().drop_nulls()}
    return texts.replace_strict(distinct, default=None, return_dtype=pl.String) if distinct else texts


def _constant(name: str, text: str, columns: Mapping[str, pl.Series], form: Form, height: int) -> pl.Series:
    """The text in every row; a version or a unit only where there is an answer that it describes."""
    every = pl.Series(name, [text], dtype=pl.String).new_from_index(0, height)
    described = [each.name for each in form.fields if each.unit == name]
    stem = name.removesuffix("version")
    described = described or [each for each in columns if name.endswith("eq5d_version") and each.startswith(stem)]
    if not described:
        return every
    holds = pl.Series([False], dtype=pl.Boolean).new_from_index(0, height)
    for each in described:
        holds = holds | _is_answered(columns[each]) if each in columns else holds
    return pl.select(pl.when(holds).then(every)).to_series()
