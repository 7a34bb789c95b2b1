"""A clinic's "yes, that is so" to a warning, kept as a decision: it is not asked again until the value changes.

An error cannot be confirmed: what cannot be read, or cannot be, is not made so by saying it.
"""

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from pipelines.intake.cell import tidy
from pipelines.intake.cell_codes import read_boolean
from pipelines.intake.verdict import Section
from schemas.vocabulary import normalise
from warehouse.records import Decision

# The columns added to the clinic's own: English, Dutch, German.
MESSAGE_HEADERS = ("Message from the registry", "Bericht van de registratie", "Nachricht des Registers")
CONFIRM_HEADERS = ("Yes, that is so", "Ja, dat klopt", "Ja, das stimmt")
CONFIRM = "confirm"
CONFIRMED = "#confirmed"  # the column of the reader's frame that holds the clinic's answers
_CONFIRMING = frozenset(map(normalise, CONFIRM_HEADERS))
_ADDED = _CONFIRMING | frozenset(map(normalise, MESSAGE_HEADERS))
_EPISODE = {"patient_id": pl.String, "side": pl.String, "injury_no": pl.Int32}
_ASKED = {"form": pl.String, "column": pl.String, "rule": pl.String, "found": pl.String}
SCHEMA = {**_EPISODE, **_ASKED}


def is_added(header: str) -> bool:
    """Whether a column is one of those that the registry adds."""
    return normalise(header) in _ADDED


def is_confirmation(header: str) -> bool:
    """Whether a column holds the clinic's answers to warnings."""
    return normalise(header) in _CONFIRMING


def confirmed_lines(frame: pl.DataFrame) -> tuple[int, ...]:
    """Lines beside which the clinic wrote yes."""
    if CONFIRMED not in frame.columns:
        return ()
    answered = frame.select("line", CONFIRMED).drop_nulls()
    return tuple(line for line, text in answered.iter_rows() if read_boolean(tidy(text)).value is True)


def confirmed_here(section: Section) -> pl.DataFrame:
    """The warnings a section confirms itself (SCHEMA)."""
    warnings = _warnings(section.findings, section.rows, section.form)
    return warnings.filter(pl.col("line").is_in(list(section.confirmed))).select(list(SCHEMA)).unique()


def known_confirmations(decisions: Iterable[Decision]) -> pl.DataFrame:
    """The confirmations among decisions (SCHEMA)."""
    rows = [{name: getattr(decision, name) for name in SCHEMA} for decision in decisions if decision.kind == CONFIRM]
    return pl.DataFrame(rows, schema=SCHEMA)


def to_decisions(confirmed: pl.DataFrame, clinic: str, decided_at: datetime) -> list[Decision]:
    """The confirmations as decisions of the clinic, made when its file came."""
    return [Decision(kind=CONFIRM, decided_at=decided_at, actor=clinic, **row) for row in confirmed.to_dicts()]


def hush(findings: pl.DataFrame, rows: pl.DataFrame, form: str, confirmed: pl.DataFrame) -> pl.DataFrame:
    """A section's findings, confirmed warnings among them as notes."""
    if confirmed.is_empty() or findings.is_empty():
        return findings
    said = _warnings(findings, rows, form).join(confirmed, on=list(SCHEMA), how="semi", nulls_equal=True)
    place = ["line", "column", "rule"]
    is_said = pl.struct(place).is_in(said.select(pl.struct(place)).to_series().implode())
    return findings.with_columns(pl.when(is_said).then(pl.lit("note")).otherwise("severity").alias("severity"))


def _warnings(findings: pl.DataFrame, rows: pl.DataFrame, form: str) -> pl.DataFrame:
    """The warnings of accepted rows, with the episode they speak of."""
    known = [name for name in _EPISODE if name in rows.columns]
    warnings = findings.filter(pl.col("severity") == "warning").join(rows.select("line", *known), on="line")
    absent = [pl.lit(None, kind).alias(name) for name, kind in _EPISODE.items() if name not in known]
    return warnings.with_columns(pl.lit(form).alias("form"), *absent).cast(pl.Schema(SCHEMA))
