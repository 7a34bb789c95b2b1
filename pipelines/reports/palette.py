"""Colours and shapes of pictures: told apart by colour-blind people and on a grey print. No figure is drawn here."""

from collections.abc import Mapping, Sequence
from typing import Any

# Okabe and Ito 2008. The first two differ in lightness as well, so that a grey print tells them apart.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
INK, GREY, PALE = "#1a1a1a", "#6b6b6b", "#d9d9d9"
ARM_ORDER = ("surgical", "conservative")

CONFIG: Mapping[str, Any] = {
    "font": "Helvetica, Arial, sans-serif",
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": "#ececec",
        "domainColor": GREY,
        "tickColor": GREY,
    },
    "text": {"color": INK, "fontSize": 11},
}


def arm_colour(arm: str, arms: Sequence[str]) -> str:
    """Give an arm's colour: surgical and conservative always have theirs, others take the next."""
    known = [*ARM_ORDER, *(name for name in arms if name not in ARM_ORDER)]
    return COLOURS[known.index(arm) % len(COLOURS)]


def is_hollow(arm: str) -> bool:
    """Say whether an arm is drawn as an outline: shape tells it apart where colour does not."""
    return arm != ARM_ORDER[0]


def in_order(arms: Sequence[str]) -> list[str]:
    """Give the arms in the order in which they stand everywhere."""
    known = [arm for arm in ARM_ORDER if arm in arms]
    return [*known, *dict.fromkeys(arm for arm in arms if arm not in ARM_ORDER)]
