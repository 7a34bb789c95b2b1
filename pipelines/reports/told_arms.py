"""`mart.arm_benchmark` as it may be told outside the clinics: counts rounded or withheld, the rest computed from them.

The rows keep their names, so that tables and pictures are made of what is told and of nothing else; `withheld` says
why a figure is missing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

from pipelines.release.disclosure import SUPPRESSED, Part, Share, tell_cells, tell_count, tell_share
from pipelines.reports.source import Row, Rows
from pipelines.reports.study_rows import NO_SPORT, RETURNED

Parts: TypeAlias = Mapping[tuple[str, ...], Sequence[Row]]
"""The clinics' rows (n, n_missing, n_events) behind each row of an arm, by KEY."""

KEY = ("study", "arm", "timepoint", "measure", "category")
SHOWN = (
    "n", "n_missing", "n_events", "estimate", "sd", "estimate_lower", "estimate_upper", "difference",
    "difference_lower", "difference_upper", "equivalence", "equivalence_lower", "equivalence_upper",
    "equivalence_power",
)  # fmt: skip
ANY = "any"


def key_of(row: Row) -> tuple[str, ...]:
    """What a row is about."""
    return tuple(row[name] for name in KEY)


def parts_of(rows: Sequence[Row]) -> Parts:
    """Group clinics' rows by what they are about."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(key_of(row), []).append(row)
    return found


def tell_arms(rows: Sequence[Row], parts: Parts) -> Rows:
    """Tell every row, and how many returned to any sport."""
    told = [_tell(row, parts.get(key_of(row), ())) for row in rows if row["measure"] != "return_to_sport"]
    return [*told, *_tell_sport([row for row in rows if row["measure"] == "return_to_sport"], parts)]


def _tell(row: Row, clinics: Sequence[Row]) -> dict[str, Any]:
    told = {**row, **dict.fromkeys(SHOWN), "withheld": SUPPRESSED}
    if not clinics:
        return told  # nobody knows what a clinic would find by subtracting
    told["n_missing"] = tell_count([clinic["n_missing"] for clinic in clinics])
    told["n"] = tell_count([clinic["n"] for clinic in clinics])
    if row["statistic"] in ("count", "proportion_above"):
        return told | share_row(row, tell_share([_part(clinic) for clinic in clinics]))
    return told | TELLERS[row["statistic"]](row, told["n"]) if told["n"] else told


def _part(clinic: Row) -> Part:
    return Part(clinic["n"], clinic["n_events"] or 0)


def share_row(row: Row, share: Share) -> dict[str, Any]:
    """The share, its Wilson interval and its difference from the study's, all of rounded counts."""
    from pipelines.benchmark.intervals import newcombe, wilson

    if share.k is None or not share.n:
        return {"n": share.n, "withheld": share.reason}
    lower, upper = wilson(share.k, share.n)
    found: dict[str, Any] = {"n": share.n, "n_events": share.k, "estimate": share.k / share.n, "withheld": ""}
    found |= {"estimate_lower": float(lower), "estimate_upper": float(upper)}
    if row["statistic"] == "count" and row["reference_n"]:
        k, n = row["reference_value"], row["reference_n"]
        ends = [float(end) for end in newcombe(share.k, share.n, k, n)]
        found |= {"difference": share.k / share.n - k / n, "difference_lower": ends[0], "difference_upper": ends[1]}
    return found


def _mean(row: Row, n: int) -> dict[str, Any]:
    """A mean and SD in whole units; interval, difference and equivalence computed from them and the rounded n."""
    if row["estimate"] is None or row["sd"] is None:
        return {}
    from pipelines.benchmark.arm import mean_interval
    from pipelines.benchmark.placement import Spread

    ours = Spread(float(round(row["estimate"])), float(max(1, round(row["sd"]))), n)
    lower, upper = mean_interval(ours)
    found = {"estimate": ours.mean, "sd": ours.sd, "estimate_lower": lower, "estimate_upper": upper, "withheld": ""}
    return found | (_difference(row, ours) if row["difference"] is not None else {})


def _difference(row: Row, ours: Any) -> dict[str, Any]:
    from pipelines.benchmark.intervals import equivalence, welch_from_summary

    sd = row["reference_sd"] if row["reference_sd"] is not None else _implied_sd(row)
    welch = welch_from_summary(ours.mean, ours.sd, ours.n, row["reference_value"], sd, row["reference_n"])
    found: dict[str, Any] = {"difference": float(welch.difference)}
    found |= {"difference_lower": float(welch.lower), "difference_upper": float(welch.upper)}
    if row["equivalence_margin"] is None:
        return found
    tested = equivalence(welch.difference, welch.standard_error, welch.df, row["equivalence_margin"])
    ends = {"equivalence_lower": float(tested.lower), "equivalence_upper": float(tested.upper)}
    return found | ends | {"equivalence": tested.verdict, "equivalence_power": float(tested.power)}


def _implied_sd(row: Row) -> float:
    """The SD of single people behind the printed interval of a mean."""
    from pipelines.benchmark.intervals import correlation_from_change

    figures = row["reference_n"], row["reference_value"], row["reference_lower"], row["reference_upper"]
    return float(correlation_from_change(1.0, 1.0, *figures).sd_change)


def _median(row: Row, n: int) -> dict[str, Any]:
    """A median with quartiles, in whole units: as printed they could be single people's values."""
    del n
    names = ("estimate", "estimate_lower", "estimate_upper")
    if any(row[name] is None for name in names):
        return {}
    return {name: float(round(row[name])) for name in names} | {"withheld": ""}


TELLERS: Mapping[str, Callable[[Row, int], dict[str, Any]]] = {
    "mean_sd": _mean,
    "mean_ci95": _mean,
    "median_iqr": _median,
}


def _tell_sport(rows: Sequence[Row], parts: Parts) -> Rows:
    """Return to sport: categories add up to n, so one withheld alone would be found; any return stands beside them.

    Two studies beside one arm count nearly the same people: a category is told beside both or beside neither.
    """
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(key_of(row)[:-1], []).append(row)
    fit = {key: _fit(group, parts) for key, group in groups.items()}
    return [
        told
        for (study, arm, visit, measure), group in groups.items()
        for told in _tell_categories(
            group, parts, _shared(fit, {key for key in groups if key[1:] == (arm, visit, measure)}, study)
        )
    ]


def _shared(fit: Mapping[tuple[str, ...], set[str]], keys: set[tuple[str, ...]], study: str) -> set[str]:
    """The categories fit to tell beside a study that no other study at that place makes unfit."""
    (own,) = (fit[key] for key in keys if key[0] == study)
    return own.intersection(*(fit[key] for key in keys))


def _fit(group: Sequence[Row], parts: Parts) -> set[str]:
    """The categories of one study that may be told; those it does not print are one cell of their own."""
    cells = _cells(group, parts)
    if not _is_known(cells):
        return set()
    if not _is_complete(cells):
        n = _sizes(group, parts)
        rest = [whole - sum(counts) for whole, *counts in zip(n, *cells.values(), strict=True)]
        return set(tell_cells({**cells, REST: rest}).told) - {REST}
    # Any return and no return are told as well, so each side's categories must add up to it without giving one away.
    sides = ({name: cells[name] for name in cells if (name in RETURNED) == is_back} for is_back in (True, False))
    return {name for side in sides for name in tell_cells(side, last=RETURNED[0]).told}


REST = "rest"


def _cells(group: Sequence[Row], parts: Parts) -> dict[str, list[int]]:
    return {row["category"]: [clinic["n_events"] or 0 for clinic in parts.get(key_of(row), ())] for row in group}


def _sizes(group: Sequence[Row], parts: Parts) -> list[int]:
    return [clinic["n"] for clinic in parts[key_of(group[0])]]


def _is_known(cells: Mapping[str, Sequence[int]]) -> bool:
    """Say whether the same clinics are known behind every category."""
    return all(cells.values()) and len({len(counts) for counts in cells.values()}) == 1


def _is_complete(categories: Collection[str]) -> bool:
    """Say whether a study prints every category: only then can any return be counted."""
    return {*RETURNED, NO_SPORT} <= set(categories)


def _tell_categories(group: Sequence[Row], parts: Parts, fit: Collection[str]) -> Rows:
    cells = _cells(group, parts)
    if not _is_known(cells):
        return [{**row, **dict.fromkeys(SHOWN), "withheld": SUPPRESSED} for row in group]
    told = [_tell(row, parts.get(key_of(row), ())) for row in group]
    for row in told:
        if row["category"] not in fit:
            row |= dict.fromkeys(SHOWN[2:]) | {"withheld": SUPPRESSED}
    if not _is_complete(cells):
        return told
    return [*told, *_any(group, cells, _sizes(group, parts), has_sporting=NO_SPORT in fit)]


def _any(group: Sequence[Row], cells: Mapping[str, Sequence[int]], n: Sequence[int], *, has_sporting: bool) -> Rows:
    """Any return, of all and of those who did sport before: rows with a category of their own.

    Where nobody may know how many did no sport before, the second is withheld: the two n would tell it.
    """
    theirs = {row["category"]: row["reference_value"] or 0.0 for row in group}
    k = [sum(counts) for counts in zip(*(cells[name] for name in RETURNED), strict=True)]
    sporting = [a - b for a, b in zip(n, cells[NO_SPORT], strict=True)]
    row = _any_row(group[0], ANY, sum(theirs.values()), theirs)
    of_all = {**row, **share_row(row, tell_share([Part(a, b) for a, b in zip(n, k, strict=True)]))}
    row = _any_row(group[0], f"{ANY}_sporting", _sporting(theirs), theirs)
    share = tell_share([Part(a, b) for a, b in zip(sporting, k, strict=True)])
    return [of_all, {**row, **share_row(row, share if has_sporting else Share(None, None, SUPPRESSED))}]


def _any_row(like: Row, category: str, reference_n: float, theirs: Mapping[str, float]) -> dict[str, Any]:
    figure: dict[str, Any] = {"category": category, "reference_value": sum(theirs[name] for name in RETURNED)}
    figure |= {"reference_n": reference_n, "note": None, "p_between_arms": None}
    return {**like, **dict.fromkeys(SHOWN), **figure, **_reference(figure)}


def _sporting(theirs: Mapping[str, float]) -> float:
    return sum(count for name, count in theirs.items() if name != NO_SPORT)


def _reference(figure: Mapping[str, Any]) -> dict[str, Any]:
    """The study's share with its interval; its published counts need no rounding."""
    from pipelines.benchmark.intervals import wilson

    lower, upper = wilson(figure["reference_value"], figure["reference_n"])
    share = figure["reference_value"] / figure["reference_n"]
    names = ("reference_estimate", "reference_estimate_lower", "reference_estimate_upper")
    return dict(zip(names, (share, float(lower), float(upper)), strict=True))
