"""The registry's surgical patients against its conservative ones, and what predicts a course: associations, no causes.

Estimates of many patients and clinics are told in whole points where enough patients are behind them, whichever clinic
subtracts its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.release.disclosure import THRESHOLD, is_small, round_count
from pipelines.reports.chart_difference import At, Start, difference_chart
from pipelines.reports.palette import ARM_ORDER, in_order
from pipelines.reports.picture import Picture, draw
from pipelines.reports.registry_rows import RegistryRows
from pipelines.reports.source import Row, Rows
from pipelines.reports.words import Words

ORDER = ("adjusted", "slope", "study_adjusted", "study_change")
OF_THE_REGISTRY = ("adjusted", "slope")
ENDS = ("estimate", "estimate_lower", "estimate_upper")


def difference_section(
    rows: RegistryRows, starts: Rows, where: Mapping[str, str], words: Words, name: str
) -> dict[str, Any] | None:
    """Give the lines and the picture of one study's visit (`where`); None where the snapshot has no such rows.

    starts: the told rows of the arms at the start.
    """
    own = rows.of("differences", **where)
    if not own:
        return None
    lines = difference_lines(own, words)
    return {"lines": lines, "picture": _picture(own, starts, words, name) if lines else None}


def difference_lines(rows: Sequence[Row], words: Words) -> list[dict[str, str]]:
    """Give a line a quantity of `mart.arm_difference` at one visit."""
    found = {row["quantity"]: row for row in rows}
    return [_line(found[name], words) for name in ORDER if name in found]


def _line(row: Row, words: Words) -> dict[str, str]:
    quantity = row["quantity"]
    label = words(f"report.difference_{quantity}")
    is_registry = quantity in OF_THE_REGISTRY
    if is_registry and not may_tell_estimate(row):
        return {"label": label, "text": words("report.too_few"), "n": ""}
    n = " + ".join(str(round_count(row[f"n_{arm}"])) for arm in ARM_ORDER) if is_registry else ""
    text = interval_text([row[end] for end in ENDS], words, digits=2 if quantity == "slope" else 0)
    if row["rounding_lowest"] is not None:
        places = {"low": f"{row['rounding_lowest']:+.1f}", "high": f"{row['rounding_highest']:+.1f}"}
        text = f"{text}; {words('report.rounding', **places)}"
    return {"label": label, "text": text, "n": n}


def may_tell_estimate(row: Row) -> bool:
    """Say whether the registry's estimate rests on enough people of both arms, whichever clinic subtracts its own."""
    if row["estimate"] is None:
        return False
    return all(row[f"n_{arm}"] >= THRESHOLD and _may_subtract(row, f"n_{arm}_elsewhere") for arm in ARM_ORDER)


def _may_subtract(row: Row, rest: str) -> bool:
    """Say whether the clinic with most people finds nobody by subtracting them; a snapshot may be too old to tell."""
    return row.get(rest) is not None and not is_small(row[rest])


def interval_text(numbers: Sequence[float], words: Words, digits: int) -> str:
    """An estimate with the limits of its interval, all with their sign."""
    middle, lower, upper = (f"{number:+.{digits}f}" for number in numbers)
    return words("report.interval", middle=middle, lower=lower, upper=upper)


def _picture(rows: Sequence[Row], starts: Rows, words: Words, name: str) -> Picture | None:
    """Draw the difference over the start, in whole points, and where both arms began."""
    drawn = [row for row in rows if row["at_baseline"] is not None and may_tell_estimate(row)]
    line = [
        At(row["at_baseline"], *(float(round(row[end])) for end in ENDS))
        for row in sorted(drawn, key=lambda row: row["at_baseline"])
    ]
    began = _starts(starts, words)
    if len(line) < 2 or len(began) < 2:
        return None
    titles = words("report.start_axis"), words("report.difference_axis")
    texts = [f"{at.baseline:g}: {at.estimate:+g} ({at.lower:+g}, {at.upper:+g})" for at in line]
    texts += [f"{start.label}: {start.mean:g} (SD {start.sd:g})" for start in began]
    return draw(difference_chart(line, began, titles), name, words("report.difference_drawn"), "; ".join(texts))


def _starts(rows: Rows, words: Words) -> list[Start]:
    known = {row["arm"]: row for row in rows if row["measure"] == "phat_total" and row["estimate"] is not None}
    return [
        Start(words.code("arm", arm), arm, known[arm]["estimate"], known[arm]["sd"])
        for arm in in_order(list(known))
        if known[arm]["sd"] is not None
    ]


def predictor_lines(rows: Sequence[Row], words: Words, *, is_synthetic: bool) -> dict[str, Any] | None:
    """Give the exploratory model's terms, or that there are too few patients; None where the table is not there."""
    if not rows:
        return None
    first = rows[0]
    is_told = not is_small(first["n"]) and _may_subtract(first, "n_elsewhere")
    label = words("report.exploratory") + (" " + words("report.recovers") if is_synthetic else "")
    if first["estimate"] is None or not is_told:
        n = round_count(first["n"]) if is_told else words("report.withheld")
        needed = words("report.predictors_too_few", n=n, needed=first["n_needed"])
        return {"label": label, "needed": needed, "lines": [], "fit": ""}
    names = {"raw": "r_squared", "corrected": "r_squared_corrected", "slope": "calibration_slope"}
    fit = {place: f"{first[name]:.2f}" for place, name in names.items()}
    lines = [_term(row, words) for row in rows if row["term"] != "intercept"]
    return {"label": label, "needed": "", "lines": lines, "fit": words("report.fit", n=round_count(first["n"]), **fit)}


def _term(row: Row, words: Words) -> dict[str, str]:
    text = interval_text([row[end] for end in ENDS], words, digits=1)
    return {"term": words.code("term", row["term"]), "unit": words.code("term_unit", row["term"]), "text": text}
