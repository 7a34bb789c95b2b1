"""Whatever writes may be killed at any of its steps, or at any instant, and done again: it ends as if nothing had been.

The points are read from the source, so that a new one is tested because it is there. Runs through Dagster are killed
in `tests/shell`.
"""

import random
from collections.abc import Iterator

import pytest

from tests.support.crash_acts import ACTS
from tests.support.crash_lab import Kill, Lab, open_lab
from tests.support.fault_points import read_points

# Acts that take long: killed at one point after the other in the same home, so that what heals is killed as well.
LONG = ("load", "derive", "erase", "protect")
SINGLE = [act for act in ACTS if act != "run"]  # which is a load and a derivation
RANDOM = ("load", "derive", "release", "erase")
SEED = 20261126
HALVES = (0, 1)  # of what takes minutes, for two workers


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(has_few_tables=True) as lab:
        yield lab


@pytest.fixture(scope="module")
def whole_lab() -> Iterator[Lab]:
    """The same with every table."""
    with open_lab(has_few_tables=False) as lab:
        yield lab


def test_every_point_in_the_source_is_reached_by_an_act(lab: Lab) -> None:
    points = read_points()
    reached = {name for act in SINGLE for name in lab.end_of(act).reached}
    assert len(points) >= 25
    assert {name: place for name, place in points.items() if name not in reached} == {}
    assert reached - points.keys() == set()


@pytest.mark.parametrize("act", SINGLE)
def test_killed_at_each_of_its_points_an_act_ends_the_same(lab: Lab, act: str) -> None:
    points: list[Kill] = [(name, 1) for name in own_points(lab, act)]
    cases = [points] if act in LONG else [[point] for point in points]
    while cases:
        case = cases.pop()
        late, differences = lab.kill(act, case)
        assert differences == {}, case
        assert case != late, "the point is not reached when it is the only one"
        cases += [[kill] for kill in late]


@pytest.mark.parametrize("act", RANDOM)
def test_killed_at_five_instants_an_act_ends_the_same(lab: Lab, act: str) -> None:
    case = instants(lab, act, 5)
    assert lab.kill(act, case)[1] == {}, case


@pytest.mark.slow
@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("act", SINGLE)
def test_killed_whenever_it_reaches_a_point_an_act_ends_the_same(whole_lab: Lab, act: str, half: int) -> None:
    reached = whole_lab.end_of(act).reached
    kills = sorted({(name, time) for name, times in reached.items() for time in (1, times // 2 + 1, times)})
    for kill in kills[half :: len(HALVES)]:
        assert whole_lab.kill(act, [kill]) == ([], {}), kill


@pytest.mark.slow
@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("act", [*RANDOM, "run"])
def test_killed_at_any_of_twenty_instants_an_act_ends_the_same(whole_lab: Lab, act: str, half: int) -> None:
    for instant in instants(whole_lab, act, 20)[half :: len(HALVES)]:
        assert whole_lab.kill(act, [instant])[1] == {}, instant


def own_points(lab: Lab, act: str) -> list[str]:
    """The points of the act that none before it has, in the order in which they are reached."""
    before = SINGLE[: SINGLE.index(act)]
    return [name for name in lab.end_of(act).reached if not any(name in lab.end_of(other).reached for other in before)]


def instants(lab: Lab, act: str, number: int) -> list[Kill]:
    seconds, chance = lab.end_of(act).seconds, random.Random(f"{SEED} {act}")  # noqa: S311  # no secret
    return [chance.uniform(0, seconds) for _ in range(number)]
