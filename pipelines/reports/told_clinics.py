"""Clinics beside their peers, and how complete their follow-up is, as it may be told: to one clinic, or to all.

A clinic sees its own rows exactly. Of its peers, only those large enough for a verdict are shown, without a name, at a
rounded size and in whole points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.release.disclosure import BASE, Cells, Part, may_tell, round_count, tell_cells, tell_share
from pipelines.reports.source import Row

WATERFALL = ("n_dead_or_withdrawn", "n_not_yet_due", "n_open", "n_due")


@dataclass(frozen=True)
class Dot:
    """One clinic in the funnel: where it stands, exactly for itself, rounded for others."""

    name: str  # empty: not named
    n: int
    value: float
    verdict: str
    follow_up_percent: float | None
    verdict_wide: str = ""  # with limits as wide as clinics differ beyond chance; empty under ten clinics
    verdict_with_arm: str = ""  # with the treatment in the model


@dataclass(frozen=True)
class Funnel:
    """A funnel's middle and spread, its clinics, and how many there were too small to show."""

    theta: float
    sd: float
    dots: tuple[Dot, ...]
    n_judged: int
    n_not_shown: int
    n_flags_by_chance: float
    tau2: float | None


def tell_funnel(rows: Sequence[Row], own: str = "") -> Funnel | None:
    """Tell the clinics of one measure and arm (rows of `mart.clinic_benchmark`); `own` is who reads.

    None where nothing may be told: the registry's mean less a clinic's own would be that of few.
    """
    judged = [row for row in rows if row["verdict"] not in (None, "too_few") and row["residual_sd"]]
    is_told = may_tell([row["n_adjusted"] or 0 for row in rows])
    if not judged or judged[0]["registry_estimate"] is None or not is_told:
        return None
    dots = [_exact(row) if row["clinic"] == own else _rounded(row) for row in judged]
    mine = [_exact(row) for row in rows if row["clinic"] == own and row["verdict"] == "too_few"]
    first = judged[0]
    return Funnel(
        theta=float(round(first["registry_estimate"])),
        sd=float(round(first["residual_sd"])),
        dots=tuple(sorted([*dots, *mine], key=lambda dot: (dot.name != own, -dot.n, dot.value))),
        n_judged=len(judged),
        n_not_shown=len(rows) - len(judged),
        n_flags_by_chance=first["n_flags_by_chance"] or 0.0,
        tau2=first["overdispersion_tau2"],
    )


def _exact(row: Row) -> Dot:
    return Dot(
        row["clinic"], row["n_adjusted"], row["adjusted"], row["verdict"], row["follow_up_percent"], **_others(row)
    )


def _rounded(row: Row) -> Dot:
    share = tell_share([Part(row["n"] + row["n_missing"], row["n"])])
    percent = None if share.proportion is None else float(round(100 * share.proportion))
    n = max(BASE, round_count(row["n_adjusted"]))
    return Dot("", n, float(round(row["adjusted"])), row["verdict"], percent, **_others(row))


def _others(row: Row) -> dict[str, str]:
    """The verdicts beside the plain one."""
    wide = row["verdict_overdispersed"] if row["overdispersion_tau2"] is not None else None
    return {"verdict_wide": wide or "", "verdict_with_arm": row["verdict_with_arm"] or ""}


@dataclass(frozen=True)
class Period:
    """How many visits became due in a quarter or year (their window closed) and how many were done; None: withheld."""

    name: str  # such as 2025 Q2, or 2025 Q2 to 2025 Q4
    n_due: int | None
    n_done: int | None

    @property
    def percent(self) -> float | None:
        """Done of due."""
        return 100 * self.n_done / self.n_due if self.n_done is not None and self.n_due else None


def tell_periods(rows: Sequence[Row], own: str = "") -> list[Period]:
    """Tell the quarters of one visit, pooling neighbours until each may be told.

    rows: period (a quarter's first day), clinic, n_due, n_done. `own`: that clinic alone, exactly. Withheld quarters
    would be the total less the rest, so none is withheld: they are told together.
    """
    if own:
        mine = [row for row in rows if row["clinic"] == own]
        return [Period(_quarter(row["period"]), row["n_due"], row["n_done"]) for row in mine]
    pools: list[list[date]] = []
    pool: list[date] = []
    days = sorted({row["period"] for row in rows})
    for day in days:
        pool.append(day)
        if _tell_pool(rows, pool).n_done is not None:
            pools.append(pool)
            pool = []
    if pool and pools:
        pools[-1] += pool
    elif pool:
        pools.append(pool)
    told = [_tell_pool(rows, pool) for pool in pools]
    return told if all(period.n_done is not None for period in told) else [_tell_pool(rows, days)]


def _tell_pool(rows: Sequence[Row], days: Sequence[date]) -> Period:
    own: dict[str, list[int]] = {}
    for row in rows:
        if row["period"] in days:
            due, done = own.get(row["clinic"], [0, 0])
            own[row["clinic"]] = [due + row["n_due"], done + row["n_done"]]
    share = tell_share([Part(due, done) for due, done in own.values()])
    ends = dict.fromkeys((_quarter(days[0]), _quarter(days[-1])))
    return Period(" - ".join(ends), share.n, share.k)


def _quarter(day: date) -> str:
    return f"{day.year} Q{(day.month + 2) // 3}"


def tell_waterfall(rows: Sequence[Row], own: str = "") -> Mapping[str, Any]:
    """Tell one visit's waterfall: rows of `mart.completeness`; `own`: that clinic alone, exactly."""
    if own:
        mine = next((row for row in rows if row["clinic"] == own), None)
        exact = {name: (mine or {}).get(name, 0) for name in ("n_enrolled", *WATERFALL, "n_done", "n_due_lost")}
        return {**exact, "withheld": (), "together": None}
    cells: Cells = tell_cells({name: [row[name] for row in rows] for name in WATERFALL})
    done = tell_share([Part(row["n_due"], row["n_done"]) for row in rows])
    lost = tell_share([Part(row["n_due"], row["n_due_lost"]) for row in rows])
    enrolled = tell_share([Part(row["n_enrolled"]) for row in rows]).n
    told = {name: cells.told.get(name) for name in WATERFALL}
    shares = {"n_done": done.k if told["n_due"] is not None else None, "n_due_lost": lost.k}
    return {"n_enrolled": enrolled, **told, **shares, "withheld": cells.withheld, "together": cells.together}
