"""Figures of arms and clinics as text: shares with their counts, means with their intervals, what is withheld."""

from pipelines.reports.source import Row
from pipelines.reports.words import Words

SHARES = ("count", "proportion_above")


def registry_text(row: Row, words: Words) -> str:
    """The registry's figure, or that it is withheld."""
    if row.get("withheld") or row["estimate"] is None:
        return words("report.withheld" if row.get("withheld") else "figure.none")
    if row["statistic"] in SHARES:
        return words("brief.count", k=row["n_events"], n=row["n"], percent=round(100 * row["estimate"]))
    if row["statistic"] == "median_iqr":
        ends = {"lower": _number(row["estimate_lower"]), "upper": _number(row["estimate_upper"])}
        return words("brief.quartiles", value=_number(row["estimate"]), **ends)
    return words("brief.mean_sd", value=_number(row["estimate"]), sd=_number(row["sd"]))


def difference_text(row: Row, words: Words) -> str:
    """Registry less study with its interval: points, or percentage points for shares; empty where there is none."""
    if row["difference"] is None or row["difference_lower"] is None:
        return ""
    scale = 100 if row["statistic"] in SHARES else 1
    middle, lower, upper = (scale * row[f"difference{end}"] for end in ("", "_lower", "_upper"))
    return words("report.interval", middle=f"{middle:+.0f}", lower=f"{lower:+.0f}", upper=f"{upper:+.0f}")


def told_count(count: int | None, words: Words) -> str:
    """A count, or that it is withheld."""
    return words("report.withheld") if count is None else f"{count:,}".replace(",", "\u00a0")


def told_percent(part: int | None, whole: int | None, words: Words) -> str:
    """A percentage of told counts."""
    if part is None or whole is None:
        return words("report.withheld")
    return f"{100 * part / whole:.0f} %" if whole else ""


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
