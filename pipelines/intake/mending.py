"""The rows of a submission that need work, as the clinic sent them, with a message beside each: to mend and send again.

What goes into the file is decided here; how it is written stands in `rewriting`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import polars as pl

from pipelines.intake.confirmation import CONFIRM_HEADERS, MESSAGE_HEADERS, is_added
from pipelines.intake.mapping_back import as_sent, records_of, sheet_of
from pipelines.intake.outcome import Outcome, SectionOutcome
from pipelines.intake.raw_rows import as_stored, spread
from pipelines.intake.receipt import describe
from pipelines.intake.rewriting import Sheet, suffix_of, text_pieces, write_back
from pipelines.intake.verdict import Dialect, read_dialect
from schemas.dictionary import Dictionary, Form
from schemas.vocabulary import LANGUAGES
from warehouse.records import BETWEEN_CELLS

# Of a row that was not kept: nobody consented, or it could not be told from a column that no form asks for.
_NOT_KEPT = (
    "Line {} of your file was not kept: enter it here again, or delete this row",
    "Regel {} van uw bestand is niet bewaard: vul haar hier opnieuw in, of verwijder deze regel",
    "Zeile {} Ihrer Datei wurde nicht aufbewahrt: bitte hier neu eintragen, oder diese Zeile löschen",
)
_DISTINCT = ["rule", "column", "found", "expected", "severity"]


def mend_file(outcome: Outcome, dictionary: Dictionary, language: str) -> Mapping[str, bytes]:
    """`to-mend.csv` or `to-mend.xlsx` and its content; nothing where no row needs work."""
    dialect = read_dialect(outcome.submission.dialect)
    if outcome.submission.resend_of is not None:
        return {}
    return mend_sections(outcome.sections, dialect, dictionary, language)


def mend_sections(
    sections: Sequence[SectionOutcome], dialect: Dialect, dictionary: Dictionary, language: str
) -> Mapping[str, bytes]:
    """The same, of sections that no submission need hold."""
    tables = [table for table in as_sent(sections, dialect) if any(section.to_mend.height for section in table)]
    sheets = [_sheet(table, dictionary, language) for table in tables]
    if not sheets:
        return {}
    return {f"to-mend.{suffix_of(dialect)}": write_back(dialect, sheets)}


def mend_long(
    stretches: Iterator[SectionOutcome], dialect: Dialect, dictionary: Dictionary, language: str
) -> Mapping[str, Iterable[bytes]]:
    """The same of a long text file, whose rows that need work come some after the other; in pieces."""
    sheets = (_sheet([stretch], dictionary, language) for stretch in stretches)
    first = next(sheets, None)
    if first is None:
        return {}
    tables = [(first.header, (sheet.rows for sheet in chain([first], sheets)))]
    return {f"to-mend.{suffix_of(dialect)}": text_pieces(dialect, tables)}


def _sheet(sections: Sequence[SectionOutcome], dictionary: Dictionary, language: str) -> Sheet:
    """The rows of one table of the file; an export's table is several sections, and each record has one row."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    section = sections[0]
    said = [_messages(each.findings, dictionary.forms[each.form], dictionary, language) for each in sections]
    messages = pl.concat(said).group_by("line", maintain_order=True).agg(pl.col("text").str.join(" | "))
    records = records_of([each.to_mend for each in sections])
    records = records.join(messages, on="line", how="left", maintain_order="left").with_columns(_message(place))
    kept = [column for column, cell in enumerate(section.header) if not is_added(cell)]
    header = [*(section.header[column] for column in kept), MESSAGE_HEADERS[place], CONFIRM_HEADERS[place]]
    return Sheet(sheet_of(section) or section.form, header, _rows(records, kept, len(section.header)))


def _rows(records: pl.DataFrame, kept: Sequence[int], width: int) -> pl.DataFrame:
    """The rows, with what is said of each (`text`) and an empty cell to answer in; odd ones fitted to the header."""
    record = as_stored(records)["record"]
    is_whole = (record.str.count_matches(BETWEEN_CELLS, literal=True) + 1 == width).fill_null(value=False)
    is_whole &= len(kept) == width
    odd = records.filter(~is_whole)
    fitted = [pl.col("cells").list.get(place, null_on_oob=True).fill_null("") for place in kept]
    lists = odd.select(pl.concat_list(*fitted, "text", pl.lit(""))).to_series()
    cells = spread(_with_beyond(lists, odd["cells"], width), ~is_whole)
    rows = pl.DataFrame([record, records["text"].alias("beside")]).with_columns(pl.when(is_whole).then(pl.all()))
    return rows.with_columns(cells.alias("cells"))


def _message(place: int) -> pl.Expr:
    """What is said of a row; of one whose cells were not kept, also which line of the clinic's file it was."""
    message = pl.col("text").fill_null("")
    is_kept = pl.col("cells").list.len() > 0
    return pl.when(is_kept).then(message).otherwise(pl.format(_NOT_KEPT[place] + " | {}", "line", message))


def _with_beyond(rows: pl.Series, cells: pl.Series, width: int) -> pl.Series:
    """With what a record holds beyond the header: left out, a row of shifted cells would pass when sent again."""
    if cells.is_empty() or int(cells.list.len().max()) <= width:  # type: ignore[arg-type]  # a number
        return rows
    beyond = cells.list.slice(width).list.eval(pl.element().fill_null(""))
    is_filled = beyond.list.eval(pl.element().str.strip_chars() != "").list.any()
    return pl.select(
        pl.concat_list(rows, pl.when(is_filled).then(beyond).otherwise(pl.lit([], beyond.dtype)))
    ).to_series()


def _messages(findings: pl.DataFrame, form: Form, dictionary: Dictionary, language: str) -> pl.DataFrame:
    """`line` and `text`, everything said of it. Each distinct finding is put into words once."""
    distinct = findings.select(_DISTINCT).unique()
    words = [describe({**row, "line": 0, "cell": ""}, form, dictionary, language) for row in distinct.to_dicts()]
    texts = pl.Series("text", [f"{word['message']} {word['remedy']}" for word in words], dtype=pl.String)
    worded = findings.join(distinct.with_columns(texts), on=_DISTINCT, how="left", maintain_order="left")
    lines = worded.sort("line", maintain_order=True).group_by("line", maintain_order=True).agg(pl.col("text"))
    return lines.select("line", pl.col("text").list.unique(maintain_order=True).list.join(" | "))
