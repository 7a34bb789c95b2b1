"""The registry's surgical patients against its conservative ones, and what predicts a course: associations, no causes.

Estimates of many patients and clinics are told in whole points where enough patients are behind them.
"""

from collections.abc import Sequence
from typing import Any

from pipelines.release.disclosure import THRESHOLD, round_count
from pipelines.reports.source import Row
from pipelines.reports.words import Words

ORDER = ("adjusted", "slope", "study_adjusted", "study_change")


def difference_lines(rows: Sequence[Row], words: Words) -> list[dict[str, str]]:
    """Give a line a quantity of `mart.arm_difference`; those drawn at single baselines stay in the data."""
    found = {row["quantity"]: row for row in rows if row["timepoint"] == "month_12"}
    return [_difference(found[name], words) for name in ORDER if name in found]


def _difference(row: Row, words: Words) -> dict[str, str]:
    quantity = row["quantity"]
    is_registry = quantity in ("adjusted", "slope")
    n = ""
    if is_registry:
        counts = row["n_surgical"] or 0, row["n_conservative"] or 0
        if row["estimate"] is None or min(counts) < THRESHOLD:
            return {"label": words(f"report.difference_{quantity}"), "text": words("report.too_few"), "n": ""}
        n = " + ".join(str(round_count(count)) for count in counts)
    digits = 2 if quantity == "slope" else 0
    numbers = [f"{row[name]:+.{digits}f}" for name in ("estimate", "estimate_lower", "estimate_upper")]
    text = f"{numbers[0]} ({numbers[1]} to {numbers[2]})"
    if row["rounding_lowest"] is not None:
        places = {"low": f"{row['rounding_lowest']:+.1f}", "high": f"{row['rounding_highest']:+.1f}"}
        text = f"{text}; {words('report.rounding', **places)}"
    return {"label": words(f"report.difference_{quantity}"), "text": text, "n": n}


def predictor_lines(rows: Sequence[Row], words: Words, *, is_synthetic: bool) -> dict[str, Any] | None:
    """Give the exploratory model's terms, or that there are too few patients; None where the table is not there."""
    if not rows:
        return None
    first = rows[0]
    n = round_count(first["n"]) if first["n"] >= THRESHOLD or first["n"] == 0 else None
    label = words("report.recovers" if is_synthetic else "report.exploratory")
    if first["estimate"] is None or n is None:
        needed = words("report.predictors_too_few", n="?" if n is None else n, needed=first["n_needed"])
        return {"label": label, "needed": needed, "lines": [], "fit": ""}
    fit = {"raw": f"{first['r_squared']:.2f}", "corrected": f"{first['r_squared_corrected']:.2f}"}
    slope = f"{first['calibration_slope']:.2f}"
    lines = [_term(row, words) for row in rows if row["term"] != "intercept"]
    return {"label": label, "needed": "", "lines": lines, "fit": words("report.fit", n=n, slope=slope, **fit)}


def _term(row: Row, words: Words) -> dict[str, str]:
    numbers = [f"{row[name]:+.1f}" for name in ("estimate", "estimate_lower", "estimate_upper")]
    text = f"{numbers[0]} ({numbers[1]} to {numbers[2]})"
    return {"term": words.code("term", row["term"]), "unit": row["unit"], "text": text}
