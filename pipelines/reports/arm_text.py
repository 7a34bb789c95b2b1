"""The registry's arms beside the study's as lines of text. It prints what `mart.arm_benchmark` holds."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

WIDTHS = (44, 14, 6, 9, 26, 24)
HEAD = ("Measure", "arm", "n", "missing", "registry", "study")


def arm_lines(rows: Sequence[Row]) -> list[str]:
    """A table of measures and arms: the registry's figure, the study's, and a difference where one is allowed."""
    lines = [_line(*HEAD, "difference")]
    for row in rows:
        name = " ".join(part for part in (row["measure"], row["category"]) if part).replace("_", " ")
        lines.append(_line(name, row["arm"], row["n"], row["n_missing"], _registry(row), _study(row), _difference(row)))
    return [
        *lines,
        "Treatment was chosen, not drawn: neither column says which treatment is better. PHAT equivalence (margin 10):",
        *(f"  {row['arm']}: {_equivalence(row)}" for row in rows if row["measure"] == "phat_total"),
    ]


def _line(*cells: object) -> str:
    texts = [str(cell) for cell in cells]
    return "".join(f"{text:<{width}}" for text, width in zip(texts, (*WIDTHS, 0), strict=True)).rstrip()


def _registry(row: Row) -> str:
    return _figure(row, row["estimate"], row["estimate_lower"], row["estimate_upper"])


def _study(row: Row) -> str:
    if row["statistic"] == "proportion_above":
        return f"over {100 * row['reference_value']:.0f} %"
    return _figure(row, row["reference_estimate"], row["reference_estimate_lower"], row["reference_estimate_upper"])


def _figure(row: Row, value: float | None, lower: float | None, upper: float | None) -> str:
    if value is None:
        return "none"
    scale, unit = (100, " %") if row["statistic"] in ("count", "proportion_above") else (1, "")
    limits = f" ({scale * lower:.0f} to {scale * upper:.0f})" if lower is not None and upper is not None else ""
    return f"{scale * value:.0f}{unit}{limits}"


def _difference(row: Row) -> str:
    if row["difference"] is None:
        return ""
    scale = 100 if row["statistic"] == "count" else 1
    limits = f"{scale * row['difference_lower']:+.0f} to {scale * row['difference_upper']:+.0f}"
    return f"{scale * row['difference']:+.0f} ({limits})"


def _equivalence(row: Row) -> str:
    if row["equivalence"] is None or row["equivalence_power"] is None:
        return "not estimable"
    power = f"the chance to find it, were there no difference, is {100 * row['equivalence_power']:.0f} %"
    return f"{row['equivalence'].replace('_', ' ')} ({power})"
