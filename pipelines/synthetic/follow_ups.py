"""Writes visits into the follow-up form: left and right, strength in the clinic's unit, EQ-5D in its version."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.synthetic import choices
from pipelines.synthetic.distributions import Floats
from pipelines.synthetic.frames import Mask, codes, dates, known, rounded, whole
from pipelines.synthetic.outcomes import DOMAINS, NO_SPORT, POSITIONS, RETURNS
from pipelines.synthetic.people import Ints
from pipelines.synthetic.registry import Registry

TEGNER_DROP = (3, 2, 1, 0, 0)  # invented, by index of RETURNS
LEVELS_5L = ((1, 1), (2, 3), (4, 5))  # what a 3L level becomes where a clinic asks the 5L


def follow_up_form(registry: Registry) -> pl.DataFrame:
    """The follow-up form of every visit, typed."""
    visits, outcomes, rng = registry.visits, registry.outcomes, registry.streams.stream("follow_up")
    is_examined = visits.visit > 0
    is_late = visits.visit >= choices.VISITS.index("month_12")
    return pl.DataFrame(
        {
            **registry.key(visits.episode),
            "_clinic": whole(_sender(registry)),
            "assessed_on": dates(visits.day),
            "visit": codes(visits.visit, choices.VISITS, _is_labelled(registry)),
            "replaces_on": pl.Series([None] * len(visits), dtype=pl.Date),
            "phat_total": rounded(outcomes.phat, 1),
            "phat_items_answered": whole(outcomes.phat_items),
            "tegner": whole(_tegner(registry), is_examined),
            **eq5d_columns(registry, rng, visits.episode, outcomes.eq5d, outcomes.eq5d_vas, ""),
            "return_to_sport": codes(outcomes.returned, RETURNS),
            "returned_to_sport_on": _returned_on(registry, rng),
            **_leg_columns(registry, rng, is_examined),
            **_strength_columns(registry, rng, is_examined),
            "would_choose_same_treatment": known(pl.Series(outcomes.would_choose_same), is_late),
            "_ready": whole(visits.day),
            "_visit": whole(visits.visit),
        }
    )


def _is_labelled(registry: Registry) -> Mask:
    """Whether the clinic names the visit, which it does only near the day it was planned for."""
    visits = registry.visits
    has_labels = np.asarray([profile.has_visit_labels for profile in registry.profiles])
    planned = registry.course.anchor[visits.episode] + np.asarray(choices.VISIT_DAYS)[visits.visit]
    is_near = np.abs(visits.day - planned) <= choices.LABELLED_DAYS
    return np.asarray(has_labels[registry.episodes.clinic[visits.episode]] & is_near)


def _sender(registry: Registry) -> Ints:
    """The clinic that sends a visit: after a move another than the one that enrolled."""
    episodes, visits = registry.episodes, registry.visits
    has_moved = registry.course.events["moved"][visits.episode] < visits.day
    return np.asarray((episodes.clinic[visits.episode] + has_moved) % len(registry.profiles), dtype=np.int64)


def eq5d_columns(
    registry: Registry,
    rng: np.random.Generator,
    episode: Ints,
    levels: Mapping[str, Ints],
    vas: NDArray[Any],
    prefix: str,
) -> dict[str, pl.Series]:
    """The EQ-5D of each row in the version its clinic uses."""
    clinic = registry.episodes.clinic[episode]
    versions = [profile.eq5d_version for profile in registry.profiles]
    is_5l = np.asarray([version == "5L" for version in versions])[clinic]
    columns = {f"{prefix}eq5d_version": registry.by_clinic(versions, clinic)}
    for domain in DOMAINS:
        finer = np.asarray(LEVELS_5L)[levels[domain] - 1, rng.integers(0, 2, len(episode))]
        columns[f"{prefix}eq5d_{domain}"] = whole(np.where(is_5l, finer, levels[domain]))
    columns[f"{prefix}eq5d_vas"] = whole(vas)
    return columns


def _tegner(registry: Registry) -> Ints:
    episodes, visits = registry.episodes, registry.visits
    levels = [choices.PRE_INJURY_TEGNER[name] for name in (*choices.SPORT_LEVELS, "none")]
    level = np.where(episodes.has_sport, episodes.level, len(choices.SPORT_LEVELS))
    before = np.asarray(levels)[level][visits.episode]
    return np.asarray(np.maximum(before - np.asarray(TEGNER_DROP)[registry.outcomes.returned], 0), dtype=np.int64)


def _returned_on(registry: Registry, rng: np.random.Generator) -> pl.Series:
    """The date is reported once it has come, and not by everybody."""
    outcomes, visits = registry.outcomes, registry.visits
    is_known = rng.random(len(visits)) < choices.RETURN_DATE_KNOWN_SHARE
    is_back = outcomes.has_returned & (outcomes.returned != NO_SPORT) & (outcomes.returned_on <= visits.day)
    return dates(outcomes.returned_on, is_back & is_known)


def _leg_columns(registry: Registry, rng: np.random.Generator, where: Mask) -> dict[str, pl.Series]:
    outcomes = registry.outcomes
    measures = (
        ("straight_leg_raise", choices.OTHER_LEG_STRAIGHT_LEG_RAISE_DEG, outcomes.straight_leg_raise_difference),
        ("knee_extension", choices.OTHER_LEG_KNEE_EXTENSION_DEG, outcomes.knee_extension_difference),
    )
    columns = {}
    for name, (mean, sd), difference in measures:
        other = np.rint(mean + sd * np.clip(rng.standard_normal(len(where)), -2.5, 2.5))
        left, right = _sides(registry, other + np.rint(difference), other)
        columns[f"{name}_left_deg"] = rounded(left, 1, where)
        columns[f"{name}_right_deg"] = rounded(right, 1, where)
    return columns


def _strength_columns(registry: Registry, rng: np.random.Generator, where: Mask) -> dict[str, pl.Series]:
    """Percent of the other leg, or both legs in the clinic's unit."""
    clinic = registry.episodes.clinic[registry.visits.episode]
    units = [profile.strength_unit for profile in registry.profiles]
    has_unit = np.asarray([bool(unit) for unit in units])[clinic]
    scales = np.asarray([choices.OTHER_LEG_STRENGTH.get(unit, (1.0, 0.0)) for unit in units])[clinic]
    columns = {"strength_unit": known(registry.by_clinic(units, clinic), where & has_unit)}
    for position in POSITIONS:
        percent = registry.outcomes.strength[position]
        spread = np.clip(rng.standard_normal(len(where)), -2, 2)
        other = np.round(scales[:, 0] + scales[:, 1] * spread, 2)
        left, right = _sides(registry, other * percent / 100, other)
        columns[f"strength_{position}_left"] = rounded(left, 2, where & has_unit)
        columns[f"strength_{position}_right"] = rounded(right, 2, where & has_unit)
        columns[f"strength_{position}_percent"] = rounded(percent, 1, where & ~has_unit)
    return columns


def _sides(registry: Registry, injured: Floats, other: Floats) -> tuple[Floats, Floats]:
    is_left = registry.episodes.side[registry.visits.episode] == 0
    return np.where(is_left, injured, other), np.where(is_left, other, injured)
