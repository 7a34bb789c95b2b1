"""A clinic that subtracts its own patients, a total, a table or an earlier release must find nothing."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from pipelines.release.disclosure import Cells, Part, Share, is_small, tell_cells, tell_count, tell_mean, tell_share

Rests = dict[Share, set[Part]]
N = 24


def parts(up_to: int = N) -> Iterator[Part]:
    return (Part(n, k) for n in range(up_to + 1) for k in range(n + 1))


def seen_by(own: Part) -> Rests:
    """What a clinic can see, and for each sight every rest of the registry that would have given it."""
    rests: Rests = defaultdict(set)
    for rest in parts():
        rests[tell_share([own, rest])].add(rest)
    return rests


OWN = [Part(0, 0), Part(3, 1), Part(7, 0), Part(9, 9), Part(12, 4), Part(20, 10), Part(20, 13)]


def test_what_is_told_leaves_no_rest_that_is_small() -> None:
    for own in OWN:
        told = [rest for share, rests in seen_by(own).items() if share.k is not None for rest in rests]
        assert told or is_small(own.n) or is_small(own.k) or is_small(own.n - own.k)  # else the other clinic finds it
        assert not any(is_small(rest.n) or is_small(rest.k) or is_small(rest.n - rest.k) for rest in told)


def test_what_is_withheld_leaves_every_small_count_possible() -> None:
    for own in OWN:
        for share, rests in seen_by(own).items():
            if share.n is None:
                assert {rest.n for rest in rests} >= set(range(1, 8))
            elif share.k is None and rests != {Part(0, 0)}:
                assert len({rest.k for rest in rests}) >= 7


def test_the_same_holds_where_the_rest_is_several_clinics() -> None:
    for own, one, other in product((Part(9, 9), Part(12, 4)), parts(12), parts(12)):
        share = tell_share([own, one, other])
        if share.k is not None:
            for unknown in ((one, other), (own, other), (own, one)):
                n, k = sum(part.n for part in unknown), sum(part.k for part in unknown)
                assert not any(is_small(count) for count in (n, k, n - k))


def test_an_earlier_release_does_not_tell_what_became_of_one_newcomer() -> None:
    """Someone joins elsewhere: two releases and its own patients tell the clinic neither that nor how it went."""
    own = Part(12, 4)
    rests = seen_by(own)
    for rest in parts(20):
        for newcomer in (Part(rest.n + 1, rest.k), Part(rest.n + 1, rest.k + 1)):
            before, after = tell_share([own, rest]), tell_share([own, newcomer])
            changes = {
                (late.n - early.n, late.k - early.k)
                for early in rests[before]
                for late in rests[after]
                if late.n >= early.n and 0 <= late.k - early.k <= late.n - early.n
            }
            assert len({change for change in changes if change != (0, 0)}) > 1


def test_a_total_and_the_other_cells_do_not_give_the_hidden_cell() -> None:
    sights: dict[tuple[object, ...], set[tuple[int, ...]]] = defaultdict(set)
    for counts in product(range(18), range(18), range(18)):
        cells = tell_cells({name: [count] for name, count in zip("abc", counts, strict=True)})
        sights[(tell_count([sum(counts)]), *cells.told.items(), cells.withheld, cells.together)].add(counts)
    for sight, worlds in sights.items():
        for place, name in enumerate("abc"):
            if name in sight[-2]:  # type: ignore[operator]  # the names withheld
                assert len({world[place] for world in worlds}) > 1, sight


def test_a_small_cell_is_told_together_with_the_smallest_other() -> None:
    assert tell_cells({"a": [3], "b": [12], "c": [30], "d": [0]}) == Cells({"c": 30, "d": 0}, ("a", "b"), 15)
    assert tell_cells({"a": [3], "b": [7], "c": [30]}) == Cells({"c": 30}, ("a", "b"), 10)
    assert tell_cells({"a": [3], "b": [2], "c": [30]}) == Cells({}, ("a", "b", "c"), 35)
    assert tell_cells({"a": [8], "b": [12]}) == Cells({"a": 10, "b": 10})


def test_withheld_is_not_zero() -> None:
    assert tell_count([0, 0]) == 0
    assert tell_count([3, 2]) is None
    assert tell_share([Part(0), Part(0)]) == Share(0, 0)
    assert tell_share([Part(20, 3)]) == Share(None, 20, "suppressed")
    assert tell_share([Part(20, 3)]).proportion is None


def test_what_is_derived_comes_from_rounded_counts() -> None:
    share = tell_share([Part(23, 12), Part(25, 11)])
    assert (share.k, share.n, share.proportion) == (25, 50, 0.5)
    assert tell_mean({"a": [80.4] * 9, "b": [81.3] * 10}) == (81, 20)
    assert tell_mean({"a": [80.4] * 9, "b": [81.3] * 3}) == (None, None)
