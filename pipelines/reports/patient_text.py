"""One patient's benchmark as lines of text: PHAT as a plot beside both arms, every other measure as a row.

It prints what `mart.patient_benchmark` holds; it computes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reports.study_rows import in_study_order, months_of, outcome_visits
from pipelines.reports.text_plot import axis, strip

Row = Mapping[str, Any]

FIRST_STUDY = "van_der_made_2022"
LIMITS = (
    "The study: 59 patients, not randomised, assessors not blinded, one year, no elite athletes; treatment was chosen,",
    "not drawn. Both arms stand side by side; the other arm is no forecast for the treatment not received.",
)
VISITS = {"month_12": "at one year", "month_24": "at two years", "month_60": "at five years"}
BANDS = {
    "below_q1": "about: below",
    "q1_to_median": "about: lower half",
    "median_to_q3": "about: upper half",
    "above_q3": "about: above",
}
ARMS = ("surgical", "conservative")
NAME_WIDTH, CELL_WIDTH = 46, 38


def patient_lines(rows: Sequence[Row]) -> list[str]:
    """Every episode of one patient; `rows` are those of `mart.patient_benchmark`, as dicts."""
    episodes = sorted({(row["side"], row["injury_no"]) for row in rows})
    lines: list[str] = []
    for side, injury_no in episodes:
        lines += episode_lines([row for row in rows if (row["side"], row["injury_no"]) == (side, injury_no)])
        lines.append("")
    return [*lines, *LIMITS, *_other_limits(rows)]


def _other_limits(rows: Sequence[Row]) -> list[str]:
    """The studies of which only the figures are known here."""
    sizes: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["study"] != FIRST_STUDY and row["reference_n"]:
            arms = sizes.setdefault(row["study"], {})
            arms[row["reference_arm"]] = max(arms.get(row["reference_arm"], 0), row["reference_n"])
    return [
        f"{study.replace('_', ' ')}: {sum(arms.values())} people; how they were chosen stands in its publication."
        for study, arms in sizes.items()
    ]


def episode_lines(rows: Sequence[Row]) -> list[str]:
    """One episode: its heading, then beside each study the PHAT and the other measures at its visits."""
    first = rows[0]
    heading = f"{first['patient_id']}  {first['side']}, injury {first['injury_no']}: {first['arm']}, {first['clinic']}"
    studies = in_study_order(rows)
    return [heading, *_course_line(rows), *(line for study in studies for line in _study_lines(rows, study, studies))]


def _study_lines(rows: Sequence[Row], study: str, studies: Sequence[str]) -> list[str]:
    own = [row for row in rows if row["study"] == study and row["statistic"]]
    visits = outcome_visits((row["timepoint"], row["measure"]) for row in own)
    lines = ["", study.replace("_", " ")] if len(studies) > 1 else []
    for visit in _latest_before(own, visits) + visits:
        here = [row for row in own if row["timepoint"] == visit]
        phat = [row for row in here if row["measure"] == "phat_total"]
        others = _measure_lines([row for row in here if row not in phat], visit)
        blocks = (_phat_lines(phat, visit), others, _chance_line(phat, visit))
        lines += [line for block in blocks if block for line in ("", *block)]
    return lines


def _latest_before(rows: Sequence[Row], visits: Sequence[str]) -> list[str]:
    """The latest visit with a value, where none of the outcome visits has one: where the patient stands by now."""
    seen = {row["timepoint"] for row in rows if row["value"] is not None}
    return [] if seen & set(visits) else sorted(seen - {"baseline"}, key=months_of)[-1:]


def _visit(timepoint: str) -> str:
    return VISITS.get(timepoint, "at " + timepoint.replace("_", " "))


def _course_line(rows: Sequence[Row]) -> list[str]:
    """PHAT at every visit, oldest first."""
    course = {row["timepoint"]: row["value"] for row in rows if row["measure"] == "phat_total"}
    known = {timepoint: value for timepoint, value in course.items() if value is not None}
    visits = sorted(known, key=lambda timepoint: int(timepoint.partition("_")[2] or 0))
    texts = [f"{visit.replace('_', ' ')} {known[visit]:g}" for visit in visits]
    return [f"PHAT so far: {', '.join(texts)}"] if texts else []


def _phat_lines(rows: Sequence[Row], visit: str) -> list[str]:
    if not rows:
        return []
    if rows[0]["value"] is None:
        return [f"PHAT {_visit(visit)}: not assessed yet."]
    lines = [f"PHAT {_visit(visit)}: {rows[0]['value']:g} of 100", " " * 14 + axis()]
    for row in rows:
        plot = strip(row["value"], row["prediction_lower"], row["prediction_upper"], row["reference_value"])
        lines.append(f"{row['reference_arm']:<14}{plot}  {_phat_sentence(row)}")
        lines += [f"{'':<14}{text}" for text in _expected_lines(row)]
    mark = "● the patient  ┼ the arm's mean  ├─┤ where 95 of 100 such patients lie (about, where cut at an end)"
    return [*lines, " " * 14 + mark]


def _phat_sentence(row: Row) -> str:
    if row["comparability"] != "comparable":
        return f"{row['comparability'].replace('_', ' ')}: {codes(row['reasons'])}"
    if row["is_top_of_scale"]:
        return "at the top of the scale"
    limits = f"{_percentile(row['percentile_lower'])} to {_percentile(row['percentile_upper'])}"
    beta = _percentile(row["percentile_scaled_beta"])
    return f"about percentile {_percentile(row['percentile'])} ({limits}); scaled beta {beta}"


def _percentile(value: float) -> str:
    return "under 1" if value < 1 else "over 99" if value > 99 else f"{value:.0f}"


def _expected_lines(row: Row) -> list[str]:
    """What was expected from the baseline, the verdict, and what both must be read with."""
    if row["comparability"] != "comparable":
        return []
    lines = []
    if row["expected"] is not None:
        cut = ", cut at the scale's end" if row["is_expected_cut"] else ""
        interval = f"{row['expected_lower']:.0f} to {row['expected_upper']:.0f}{cut}"
        lines.append(f"expected from the baseline {row['expected']:.0f} ({interval})")
    if row["verdict"]:
        lines.append(f"verdict: {row['verdict'].replace('_', ' ')}")
    return [*lines, f"read with: {codes(row['flags'])}"] if row["flags"] else lines


def _measure_lines(rows: Sequence[Row], visit: str) -> list[str]:
    """The measures at one visit that the study has a figure for; of the categories of one measure, the patient's."""
    known = [row for row in rows if row["value"] is not None and row["statistic"]]
    pairs: dict[tuple[str, str], dict[str, Row]] = {}
    for row in known:
        if not row["category"] or row["has_outcome"]:
            pairs.setdefault((row["measure"], row["category"]), {})[row["reference_arm"]] = row
    if not pairs:
        return []
    heads = "".join(f"{f'study, {arm}':<{CELL_WIDTH}}" for arm in ARMS)
    lines = [f"{_visit(visit).capitalize():<{NAME_WIDTH}}{'patient':>10}   {heads}".rstrip()]
    for (measure, category), beside in pairs.items():
        name = ": ".join(part.replace("_", " ") for part in (measure, category) if part)
        texts = "".join(f"{_beside(beside.get(arm)):<{CELL_WIDTH}}" for arm in ARMS)
        lines.append(f"{name:<{NAME_WIDTH}}{_value(next(iter(beside.values()))):>10}   {texts}".rstrip())
    return lines


def _value(row: Row) -> str:
    if row["statistic"] in ("count", "proportion_above"):
        return "yes" if row["has_outcome"] else "no"
    return f"{row['value']:g}"


def _beside(row: Row | None) -> str:
    """The study's figure beside the patient's value, by its kind of statistic."""
    if row is None:
        return ""
    if row["comparability"] != "comparable":
        return str(row["comparability"]).replace("_", " ")
    if row["statistic"] == "count":
        return f"{row['reference_value']:.0f} of {row['reference_n']} ({100 * row['reference_proportion']:.0f} %)"
    if row["statistic"] == "proportion_above":
        return f"over {100 * row['reference_value']:.0f} %"
    if row["statistic"] == "median_iqr":
        quartiles = f"{row['reference_value']:g} ({row['reference_lower']:g} to {row['reference_upper']:g})"
        return f"{quartiles} {BANDS.get(row['band'], '')}".rstrip()
    if row["statistic"] == "mean_ci95":
        return f"{row['reference_value']:g} (mean's {row['reference_lower']:g} to {row['reference_upper']:g})"
    return f"{row['reference_value']:g} (SD {row['reference_sd']:g})"


def _chance_line(rows: Sequence[Row], visit: str) -> list[str]:
    own = [row for row in rows if row["is_own_arm"] and row["n_measures_compared"]]
    if not own:
        return []
    compared, low = own[0]["n_measures_compared"], own[0]["n_low_by_chance"]
    text = f"Of {compared} measures compared {_visit(visit)}, {low:.1f} would lie under the 5th percentile"
    return [f"{text} by chance alone. Only PHAT carries a verdict."]


def codes(values: Sequence[str] | None) -> str:
    """Codes of rules as words."""
    return ", ".join(value.replace("_", " ") for value in values or ()) or "no reason given"
