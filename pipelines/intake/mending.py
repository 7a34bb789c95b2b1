"""The rows of a submission that need work, as the clinic sent them, with a message beside each: to mend and send again.

What goes into the file is decided here; how it is written stands in `rewriting`.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.intake.outcome import Outcome, SectionOutcome
from pipelines.intake.receipt import describe
from pipelines.intake.rewriting import Sheet, suffix_of, write_back
from pipelines.intake.verdict import Dialect
from schemas.dictionary import Dictionary, Form
from schemas.vocabulary import LANGUAGES

# The columns added to the clinic's own: English, Dutch, German.
MESSAGE_HEADERS = ("Message from the registry", "Bericht van de registratie", "Nachricht des Registers")
CONFIRM_HEADERS = ("Yes, that is so", "Ja, dat klopt", "Ja, das stimmt")
_DISTINCT = ["rule", "column", "found", "expected", "severity"]


def mend_file(outcome: Outcome, dictionary: Dictionary, language: str) -> Mapping[str, bytes]:
    """`to-mend.csv` or `to-mend.xlsx` and its content; nothing where no row needs work."""
    dialect = Dialect(**(outcome.submission.dialect or {"kind": "csv"}))  # type: ignore[arg-type]  # as it was recorded
    sheets = [_sheet(section, dictionary, language) for section in outcome.sections if section.to_mend.height]
    if not sheets or outcome.submission.resend_of is not None:
        return {}
    return {f"to-mend.{suffix_of(dialect)}": write_back(dialect, sheets)}


def _sheet(section: SectionOutcome, dictionary: Dictionary, language: str) -> Sheet:
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    form = dictionary.forms[section.form]
    messages = _messages(section.findings, form, dictionary, language)
    width = len(section.header)
    rows = [
        (*_fitted(cells, width), messages.get(line, ""), "")
        for line, cells in section.to_mend.select("line", "cells").iter_rows()
        if cells
    ]
    return Sheet(section.sheet or section.form, (*section.header, MESSAGE_HEADERS[place], CONFIRM_HEADERS[place]), rows)


def _fitted(cells: Sequence[str | None], width: int) -> list[str]:
    """The cells of a record, as many as the header has: a record that was split wrongly may have more or fewer."""
    texts = [cell or "" for cell in cells]
    return texts[:width] + [""] * (width - len(texts))


def _messages(findings: pl.DataFrame, form: Form, dictionary: Dictionary, language: str) -> Mapping[int, str]:
    """Line -> everything said of it. Each distinct finding is put into words once."""
    distinct = findings.select(_DISTINCT).unique()
    words = [describe({**row, "line": 0, "cell": ""}, form, dictionary, language) for row in distinct.to_dicts()]
    texts = pl.Series("text", [f"{word['message']} {word['remedy']}" for word in words], dtype=pl.String)
    worded = findings.join(distinct.with_columns(texts), on=_DISTINCT, how="left", maintain_order="left")
    lines = worded.sort("line", maintain_order=True).group_by("line", maintain_order=True).agg(pl.col("text"))
    return dict(lines.select("line", pl.col("text").list.unique(maintain_order=True).list.join(" | ")).iter_rows())
