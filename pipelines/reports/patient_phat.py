"""The PHAT at one visit in plain words: what is usual in each arm, what the own start lets expect, and the one verdict.

It words rows of `mart.patient_benchmark`; percentiles and correlations go to the clinician's page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reports.counsel_page import rule_text
from pipelines.reports.source import Row
from pipelines.reports.words import Words


def phat_arms(rows: Sequence[Row], before: Sequence[Row], words: Words) -> list[dict[str, Any]]:
    """Give each arm's words; `rows` are those of the PHAT at one visit of one study, `before` those at the start."""
    starts = {row["reference_arm"]: row["reference_value"] for row in before}
    return [_arm(row, words) | {"average": _average(row, starts, words)} for row in rows]


def _average(row: Row, starts: Mapping[str, float | None], words: Words) -> str:
    start = starts.get(row["reference_arm"])
    if start is None or row["reference_value"] is None:
        return ""
    return words("card.average", before=f"{start:g}", after=f"{row['reference_value']:g}", visit=visit_of(row, words))


def visit_of(row: Row, words: Words) -> str:
    """The visit of a row in words."""
    return words.code("visit", row["timepoint"])


def phat_sentence(rows: Sequence[Row], words: Words) -> str:
    """Say in one sentence where the patient's score stands beside the own arm."""
    own = next((row for row in rows if row["is_own_arm"]), None)
    value = next((row["value"] for row in rows if row["value"] is not None), None)
    if value is None:
        is_due = own is not None and own["comparability"] != "not_yet"
        return words("card.no_score" if is_due else "card.no_score_yet", visit=visit_of(rows[0], words))
    text = words("card.score", value=f"{value:g}", visit=visit_of(rows[0], words))
    if own is None or own["verdict"] is None:
        return text
    basis = words(f"card.basis_{own['verdict_basis'] or 'outcome'}")
    verdict = words("card.verdict_" + own["verdict"], basis=basis)
    return f"{text} {verdict}"


def _arm(row: Row, words: Words) -> dict[str, Any]:
    is_shown = row["prediction_lower"] is not None
    return {
        "code": row["reference_arm"],
        "name": words.code("arm", row["reference_arm"]),
        "is_own": row["is_own_arm"],
        "usual": _usual(row, words) if is_shown else "",
        "expected": _expected(row, words) if row["is_own_arm"] else words("card.other_arm"),
        "reasons": [rule_text(code, words) for code in row["reasons"] or ()],
        "flags": [rule_text(code, words) for code in row["flags"] or ()],
        "is_compared": row["comparability"] in ("comparable", "not_yet"),
    }


def _usual(row: Row, words: Words) -> str:
    is_cut = row["is_prediction_lower_cut"] or row["is_prediction_upper_cut"]
    places = {"lower": f"{row['prediction_lower']:.0f}", "upper": f"{row['prediction_upper']:.0f}"}
    return words("card.usual", visit=visit_of(row, words), **places) + (
        _cut(row["prediction_upper"], words) if is_cut else ""
    )


def _cut(upper: float, words: Words) -> str:
    """Say that an interval is cut, and at which end of the scale."""
    return f" {words('card.cut', end=100 if upper >= PHAT_TOP else 0)}"


def _expected(row: Row, words: Words) -> str:
    if row["expected"] is None:
        reason = next((code for code in ("beyond_baselines", "no_baseline") if code in (row["flags"] or ())), "")
        return words(f"card.expected_{reason}") if reason else ""
    places = {name: f"{row[f'expected{end}']:.0f}" for name, end in ENDS.items()}
    return words("card.expected", **places) + (_cut(row["expected_upper"], words) if row["is_expected_cut"] else "")


PHAT_TOP = 100
ENDS: Mapping[str, str] = {"expected": "", "lower": "_lower", "upper": "_upper"}


def clinician_arm(row: Row, words: Words) -> dict[str, Any]:
    """Give what the clinician's page says of one arm: percentiles, correlations, rules and their sources."""
    return {
        "code": row["reference_arm"],
        "name": words.code("arm", row["reference_arm"]),
        "comparability": words.code("comparability", row["comparability"]),
        "rules": [rule_text(code, words) for code in (*(row["reasons"] or ()), *(row["flags"] or ()))],
        "percentile": _percentile(row, words),
        "regression": _regression(row, words),
    }


def _percentile(row: Row, words: Words) -> str:
    if row["is_top_of_scale"]:
        return words("card.top")
    if row["percentile"] is None:
        return ""
    names = {"percentile": "", "lower": "_lower", "upper": "_upper", "beta": "_scaled_beta"}
    return words("card.percentile", **{name: f"{row[f'percentile{end}']:.0f}" for name, end in names.items()})


def _regression(row: Row, words: Words) -> list[str]:
    lines = []
    for r, end in ((row["implied_r"], ""), (0.2, "_r_20"), (0.5, "_r_50")):
        if r is not None and row[f"expected{end}"] is not None:
            places = {name: f"{row[f'expected{middle}{end}']:.0f}" for name, middle in ENDS.items()}
            lines.append(words("card.by_correlation", r=f"{r:.2f}", **places) + _place(row, end, words))
    if row["implied_r_low"] is not None and lines:
        lines.append(words("card.r_range", low=f"{row['implied_r_low']:.2f}", high=f"{row['implied_r_high']:.2f}"))
    return lines


def _place(row: Row, end: str, words: Words) -> str:
    place = row[f"expected_percentile{end}"]
    return "" if place is None else f"; {words('card.expected_percentile', percentile=f'{place:.0f}')}"
