"""A verdict as the ledger wants it: plain records and Arrow tables. Opens nothing."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from pipelines.intake.raw_rows import as_stored
from pipelines.intake.stack import Stack
from pipelines.intake.verdict import Refusal, Section
from pipelines.settings import Settings
from schemas.dictionary import Dictionary
from schemas.render.duckdb_ddl import form_columns
from warehouse.records import FormTable, SectionRecord, StackedSection, StackRecord, SubmissionRecord


def form_tables(dictionary: Dictionary) -> tuple[FormTable, ...]:
    """The table of facts of each form."""
    return tuple(FormTable(form.name, form.key, form.values) for form in form_columns(dictionary))


def section_record(section: Section) -> SectionRecord:
    """A validated section, its frames as Arrow tables."""
    return SectionRecord(
        number=section.number,
        form=section.form,
        sheet=section.sheet,
        header=section.header,
        physical=section.records.physical,
        header_records=section.records.header,
        blank=section.records.blank,
        furniture=section.records.furniture,
        rejected=section.rejected,
        cells_set_aside=section.cells_set_aside,
        rows=_arrow(section.rows),
        raw=_arrow(section.stored),
        findings=_arrow(section.findings),
    )


def stack_record(stack: Stack, submissions: Sequence[SubmissionRecord]) -> StackRecord:
    """A stack of validated files, with the submission that each row, record and finding is of."""
    section, names = stack.section, pl.Series([record.submission for record in submissions])
    instants = pl.Series([record.received_at.replace(tzinfo=None) for record in submissions], dtype=pl.Datetime("us"))
    rows, raw, findings = (stack.apart(frame) for frame in (section.rows, section.raw, section.findings))
    n_rows = dict(rows.group_by("file").len().iter_rows())
    parts = tuple(
        StackedSection(
            submission=record,
            physical=1 + layer.n_rows,
            accepted=n_rows.get(number, 0),
            rejected=layer.n_rows - n_rows.get(number, 0),
            cells_set_aside=stack.cells_set_aside.get(number, 0),
        )
        for number, (record, layer) in enumerate(zip(submissions, stack.layers, strict=True))
    )

    return StackRecord(
        form=section.form,
        header=section.header,
        parts=parts,
        rows=_arrow(_named(rows, submission=names, received_at=instants)),
        raw=_arrow(as_stored(_named(raw, submission=names))),
        findings=_arrow(_named(findings, submission=names)),
    )


def _named(frame: pl.DataFrame, **of_file: pl.Series) -> pl.DataFrame:
    """The frame with these values of each row's file in place of its number."""
    columns = [values.gather(frame["file"]).alias(name) for name, values in of_file.items()]
    return frame.drop("file").with_columns(columns)


def refusal_content(refusal: Refusal) -> Mapping[str, Any]:
    """What the ledger keeps of a refusal; its rule stands beside it."""
    content = asdict(refusal)
    del content["rule"]
    return content


def settings_json(settings: Settings) -> str:
    """The settings as canonical JSON."""
    return json.dumps(asdict(settings), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def version_of(text: str) -> str:
    """The first 12 characters of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _arrow(frame: pl.DataFrame) -> Any:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
