"""What a clinic confirmed is not asked about again, until the value changes; what is wrong cannot be confirmed."""

from datetime import UTC, datetime

import polars as pl
import pytest

from pipelines.intake.confirmation import (
    confirmed_here,
    confirmed_lines,
    hush,
    known_confirmations,
    to_decisions,
)
from pipelines.intake.verdict import FINDING_SCHEMA, RAW_SCHEMA, Records, Section

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FINDINGS = [
    (2, "tegner", "C2", "tegner_high", "warning", "10", ""),
    (2, "phat_total", "B2", "number_unreadable", "error", "x", ""),
    (3, "tegner", "C3", "tegner_high", "warning", "9", ""),
]


def section(*confirmed: int, findings: list[tuple[object, ...]] | None = None) -> Section:
    rows = {"patient_id": ["AMC-0015W", "AMC-0016U"], "side": ["left", "right"]}
    return Section(
        number=1,
        form="follow_up",
        sheet="",
        header=(),
        records=Records(3, 1, 0, 0),
        rows=pl.DataFrame({"line": pl.Series([2, 3], dtype=pl.Int32), **rows}).with_columns(
            injury_no=pl.lit(1, pl.Int32)
        ),
        raw=pl.DataFrame(schema=dict(RAW_SCHEMA)),
        findings=pl.DataFrame(findings or FINDINGS, schema=dict(FINDING_SCHEMA), orient="row"),
        cells_set_aside=1,
        confirmed=confirmed,
    )


def severities(of: Section, confirmed: pl.DataFrame) -> list[str]:
    return hush(of.findings, of.rows, of.form, confirmed)["severity"].to_list()


@pytest.mark.parametrize(
    ("text", "is_said"), [("ja", True), ("Yes", True), ("x", False), ("nee", False), (None, False)]
)
def test_only_a_yes_confirms(text: str | None, is_said: bool) -> None:
    frame = pl.DataFrame({"line": [2], "#confirmed": pl.Series([text], dtype=pl.String)})
    assert confirmed_lines(frame) == ((2,) if is_said else ())


def test_a_file_without_the_column_confirms_nothing() -> None:
    assert confirmed_lines(pl.DataFrame({"line": [2]})) == ()


def test_a_confirmed_warning_is_a_note_and_an_error_stays_one() -> None:
    of = section(2)
    assert severities(of, confirmed_here(of)) == ["note", "error", "warning"]


def test_a_confirmation_is_kept_as_the_clinics_decision_and_known_again() -> None:
    confirmed = confirmed_here(section(2))
    (decision,) = to_decisions(confirmed, "AMC", NOON)
    assert (decision.kind, decision.actor, decision.patient_id, decision.found) == ("confirm", "AMC", "AMC-0015W", "10")
    assert known_confirmations([decision]).equals(confirmed)
    assert severities(section(), known_confirmations([decision])) == ["note", "error", "warning"]


def test_another_value_is_asked_about_again() -> None:
    changed = section(findings=[(2, "tegner", "C2", "tegner_high", "warning", "9", "")])
    assert severities(changed, confirmed_here(section(2))) == ["warning"]
