"""What a checked draft asks of its user: one entry a finding, with the row it speaks of, the cell's text and the words.

Lines are those of the file as uploaded, whatever was mended since.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.intake.letters import column_place
from portal.drafts import Draft
from portal.mending import cell_of, kept_rows, place_of, row_of

if TYPE_CHECKING:
    from pipelines.intake.verdict import Section, Verdict
    from schemas.dictionary import Dictionary

MOST_ROWS = 2_000  # that the page can turn over; the file itself has the rest
SHOWN = 300  # the page lists so many; the annotated file has them all

Rows = Mapping[int, Sequence[int]]
"""The lines of each section's rows, in order."""

Ask = dict[str, Any]


def rows_of(verdict: "Verdict") -> Rows:
    """The lines of the rows."""
    return {section.number: section.raw["line"].sort().to_list() for section in verdict.sections}


def kept_lines_of(verdict: "Verdict") -> Rows:
    """The lines of the rows that a mended file holds."""
    return {section.number: kept_rows(section)["line"].to_list() for section in verdict.sections}


def asks_of(
    receipt: Mapping[str, Any], verdict: "Verdict", sent: Rows, draft: Draft, dictionary: "Dictionary", language: str
) -> list[Ask]:
    """Errors and warnings, in the order of the file. `sent` are the lines as uploaded."""
    from pipelines.intake.header import Headers
    from pipelines.intake.receipt import label_of

    headers = Headers(dictionary)
    asks: list[Ask] = []
    for section, told in zip(verdict.sections, receipt["sections"], strict=True):
        findings = [finding for finding in told["findings"] if finding["severity"] != "note"][: SHOWN - len(asks)]
        cells = _cells(section, {finding["line"] for finding in findings})
        lines = _lines(section, sent)
        form = dictionary.forms[section.form]
        header = headers.recognise(section.header)
        key = [header.positions[name] for name in form.key if name in header.positions] if header else []
        for finding in findings:
            line, own = lines.get(finding["line"], finding["line"]), cells.get(finding["line"], [])
            ask = _ask(finding, section.number, line, own, draft)
            row = [text for place in key if (text := cell_of(own, place))]
            label = label_of(finding["column"], form, language)
            asks.append({**ask, "form": form.label[language], "row": row, "label": label})
    return asks


def tables_of(verdict: "Verdict", sent: Rows) -> list[Ask]:
    """Each section's header and its first rows as sent, with their lines as uploaded, up to MOST_ROWS in all."""
    tables: list[Ask] = []
    left = MOST_ROWS
    for section in verdict.sections:
        lines = _lines(section, sent)
        raw = section.raw.sort("line").select("line", "cells").head(left)
        rows = [[lines.get(line, line), *[cell or "" for cell in cells or []]] for line, cells in raw.iter_rows()]
        left -= len(rows)
        tables.append({"number": section.number, "header": list(section.header), "rows": rows, "n": section.raw.height})
    return tables


def _ask(finding: Mapping[str, Any], section: int, line: int, cells: Sequence[str | None], draft: Draft) -> Ask:
    column = column_place(finding["cell"])
    place = place_of(section, line, column) if column is not None and cells else ""
    address = f"{finding['cell'].rstrip('0123456789')}{line}" if place else ""
    return {
        "line": line,
        "cell": address,
        "place": place,
        "row_place": row_of(section, line),
        "text": cell_of(cells, column) if column is not None else "",
        "is_left_out": False,
        "is_yes": row_of(section, line) in draft.yeses,
        **{name: finding[name] for name in ("column", "severity", "message", "remedy", "rule")},
    }


def _cells(section: "Section", lines: set[int]) -> Mapping[int, Sequence[str | None]]:
    import polars as pl

    rows = section.raw.filter(pl.col("line").is_in(list(lines)))
    return dict(rows.select("line", "cells").iter_rows())


def _lines(section: "Section", sent: Rows) -> Mapping[int, int]:
    """Line of the file as it is now -> line as uploaded: rows keep their order."""
    now = section.raw["line"].sort().to_list()
    return dict(zip(now, sent.get(section.number, now), strict=False))
