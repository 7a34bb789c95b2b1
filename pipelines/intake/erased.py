"""Rows of patients who were erased: refused, and nothing of them kept but that a line was there.

Who was erased is the caller's to say, by number; hashes and facts are not known here.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from pipelines.intake.cell_ids import IdRules, read_id
from pipelines.intake.header import Headers
from pipelines.intake.verdict import FINDING_SCHEMA, Section, Verdict
from schemas.dictionary import Dictionary

PATIENT_ERASED = "patient_erased"
IsErased = Callable[[str], bool]


def names_erased(
    header: Sequence[str], cells: Sequence[str | None], dictionary: Dictionary, ids: IdRules, is_erased: IsErased
) -> bool:
    """Whether a record as sent is of an erased patient: by its number however it is written, or anywhere as it is."""
    texts = [(cell or "").strip() for cell in cells]
    known = Headers(dictionary).recognise(header)
    place = known.positions.get("patient_id", -1) if known else -1
    if 0 <= place < len(texts) and (number := read_id(texts[place], ids).value):
        texts.append(str(number))
    return any(is_erased(text) for text in texts if text)


def refuse_erased(
    verdict: Verdict, formats: Mapping[str, str], dictionary: Dictionary, is_erased: IsErased
) -> tuple[Verdict, frozenset[int]]:
    """The verdict without the rows of erased patients, and the lines they stood on."""
    ids = IdRules(verdict.clinic, formats)
    judged = [(section, _lines(section, dictionary, ids, is_erased)) for section in verdict.sections]
    sections = tuple(_without(section, lines) if lines else section for section, lines in judged)
    return replace(verdict, sections=sections), frozenset().union(*(lines for _, lines in judged))


def _lines(section: Section, dictionary: Dictionary, ids: IdRules, is_erased: IsErased) -> frozenset[int]:
    accepted: set[int] = set()
    if "patient_id" in section.rows.columns:
        numbers = section.rows["patient_id"]
        erased = [number for number in numbers.unique().to_list() if number and is_erased(number)]
        accepted = set(section.rows.filter(numbers.is_in(erased))["line"].to_list())
    rejected = section.raw.filter("is_rejected")
    named = {
        line
        for line, cells in rejected.select("line", "cells").iter_rows()
        if names_erased(section.header, cells, dictionary, ids, is_erased)
    }
    told = {line: text.strip() for line, text in section.numbers.items()}
    of_record = {line for line, text in told.items() if is_erased(str(read_id(text, ids).value or text))}
    return frozenset(accepted | named | of_record)


def _without(section: Section, lines: Collection[int]) -> Section:
    is_gone = pl.col("line").is_in(sorted(lines))
    taken = section.rows.filter(is_gone)["line"]
    aside = section.findings.filter(pl.col("line").is_in(taken.implode()), pl.col("severity") == "error")
    said = {
        "column": "patient_id",
        "cell": "",
        "rule": PATIENT_ERASED,
        "severity": "error",
        "found": "",
        "expected": "",
    }
    refusals = pl.DataFrame([{"line": line, **said} for line in sorted(lines)], schema=FINDING_SCHEMA)
    cells = pl.when(~is_gone).then("cells").otherwise(pl.lit([], dtype=section.raw.schema["cells"]))
    return replace(
        section,
        rows=section.rows.filter(~is_gone),
        raw=section.raw.with_columns(cells.alias("cells"), pl.col("is_rejected") | is_gone),
        findings=pl.concat([section.findings.filter(~is_gone), refusals]).sort("line", maintain_order=True),
        cells_set_aside=section.cells_set_aside - aside.select("line", "column").n_unique(),
    )
