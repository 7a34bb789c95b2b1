"""From the sections of a mapped export back to the export: its records once each, in the clinic's own columns.

What is said of them stands elsewhere; how they are written stands in `rewriting`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

import polars as pl

from pipelines.intake import raw_rows
from pipelines.intake.outcome import SectionOutcome
from pipelines.intake.sections import UNSTORED
from pipelines.intake.verdict import PART, Dialect, Section
from warehouse.records import SectionRecord


class Headed(Protocol):
    """What has a sheet and a header."""

    @property
    def sheet(self) -> str:
        """The sheet's name, and the visit where it has one."""

    @property
    def header(self) -> tuple[str, ...]:
        """As sent."""


HeadedT = TypeVar("HeadedT", bound=Headed)


def sheet_of(section: Headed) -> str:
    """The sheet's own name."""
    return section.sheet.partition(PART)[0].strip()


def as_sent(sections: Sequence[HeadedT], dialect: Dialect | None) -> list[list[HeadedT]]:
    """The sections that were one table in the file, together; of a file without a mapping each by itself."""
    if dialect is None or not dialect.mapping:
        return [[section] for section in sections]
    tables: dict[tuple[str, tuple[str, ...]], list[HeadedT]] = {}
    for section in sections:
        tables.setdefault((sheet_of(section), section.header), []).append(section)
    return list(tables.values())


def records_of(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """`line` and `cells` of each record once, in order of lines."""
    return pl.concat([frame.select("line", "cells") for frame in frames]).unique("line", keep="first").sort("line")


def forget_everywhere(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections, a record that may not be kept for one form kept for none."""
    lines = [
        (sheet_of(section), line)
        for section in sections
        for line in section.findings.filter(pl.col("rule").is_in(UNSTORED))["line"]
    ]
    return tuple(
        _forgotten(section, [line for sheet, line in lines if sheet == sheet_of(section)]) for section in sections
    )


def _forgotten(section: Section, lines: Sequence[int]) -> Section:
    nothing = pl.lit([], dtype=section.raw.schema["cells"])
    cells = pl.when(pl.col("line").is_in(lines)).then(nothing).otherwise("cells").alias("cells")
    return replace(section, raw=section.raw.with_columns(cells)) if lines else section


def whole_records(
    outcomes: Sequence[SectionOutcome], sections: Sequence[SectionRecord], dialect: Dialect | None
) -> tuple[SectionOutcome, ...]:
    """The outcomes, with the rows that say whose their record is, so that it can be read again as it comes back."""
    if dialect is None or len(dialect.shared) < 2:
        return tuple(outcomes)
    record, *shared = dialect.shared
    told = pl.col("cells").list.get(record, null_on_oob=True)
    records = (
        pl.concat([each.to_mend.select(told.alias("record")) for each in outcomes])["record"].drop_nulls().unique()
    )
    says = [(pl.col("cells").list.get(place, null_on_oob=True).fill_null("") != "") for place in shared]
    is_wanted = told.is_in(records.implode()) & pl.any_horizontal(says)
    return tuple(_with_rows(outcome, section, is_wanted) for outcome, section in zip(outcomes, sections, strict=True))


def _with_rows(outcome: SectionOutcome, section: SectionRecord, is_wanted: pl.Expr) -> SectionOutcome:
    raw = raw_rows.as_sent(section.raw)
    is_work = pl.col("line").is_in(outcome.to_mend["line"].implode())
    return replace(outcome, to_mend=raw.filter(is_work | is_wanted).sort("line"))
