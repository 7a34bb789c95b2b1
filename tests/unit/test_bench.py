"""The bench measures what it says: every case can be run, a tiny one is, and the page tells what was measured."""

import importlib
from pathlib import Path

import pytest

from bench import page as speed
from bench.__main__ import _sizes
from bench.cases import CASES, Case
from bench.measure import Step, measure
from bench.place import prepare
from bench.results import RESULTS, Result, read

TOLD = Result(
    "bulk", "ours | the other", 1000, (3.0, 2.0, 4.0), (1.0, 1.0, 2.0), 3.0, 2.0, 3.0, 2.5, False, False, 2**20, 1, 2.75
)


def test_every_step_of_every_case_is_there() -> None:
    for case in CASES:
        for step in (case.ours, case.other):
            named = [name for name in (step.function, step.before) if name]
            assert step.command or named, case.name
            for name in named:
                assert callable(getattr(importlib.import_module(f"bench.{step.module}"), name)), case.name
    assert len({case.name for case in CASES}) == len(CASES) >= 14


def test_a_long_run_takes_every_case_and_every_size_of_the_usual_one() -> None:
    for case in CASES:
        usual, long = (_sizes(case, quick=False, is_long=is_long, rows=None) for is_long in (False, True))
        assert long[: len(usual)] == usual
        assert long == tuple(sorted({*long}))
        assert long, case.name


def test_a_case_is_measured_on_both_sides_in_processes_of_their_own(tmp_path: Path) -> None:
    (case,) = (case for case in CASES if case.name == "bulk")
    ours, other = measure([case.ours, case.other], lambda _: prepare(tmp_path, 100, case.homes), repeats=1)
    assert len(ours.seconds) == len(other.seconds) == 1
    assert min(*ours.seconds, *other.seconds) > 0
    assert ours.peak_bytes > 50 * 2**20


def test_both_sides_keep_bytecode_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    told = Step("told", command=("{python}", "-c", "import sys; sys.exit(sys.dont_write_bytecode * 2)"))
    assert measure([told, told], lambda _: prepare(tmp_path, 100, ()), repeats=1)


def test_a_step_that_fails_fails_the_run(tmp_path: Path) -> None:
    (case,) = (case for case in CASES if case.name == "derive")
    with pytest.raises(RuntimeError, match="facts"):
        measure([case.ours], lambda _: prepare(tmp_path, 100, ()), repeats=1)


@pytest.mark.parametrize(
    ("ratio", "is_faster", "is_met"), [(2.4, False, True), (2.6, False, False), (2.6, True, True), (2.4, True, False)]
)
def test_a_goal_is_a_most_or_a_least(ratio: float, is_faster: bool, is_met: bool) -> None:
    case = Case("x", "", CASES[0].ours, CASES[0].other, 2.5, is_faster)
    assert case.is_met(ratio) is is_met


def test_the_page_tells_a_missed_goal_with_its_profile_and_the_next_idea() -> None:
    told = speed.page({"cores": "2"}, [TOLD], {"bulk": {"profile": "In reading.", "next": "read less."}})
    assert "3.00 x | 2.00 to 3.00 | 2.75 x | <= 2.5 | **missed** | 3 | 1 MiB |" in told
    assert "**bulk** (3.00 x). Where the time goes: In reading. Next: read less." in told


def test_the_page_in_the_docs_is_what_was_measured() -> None:
    machine, results = read(RESULTS)
    assert speed.PAGE.read_text(encoding="utf-8") == speed.page(machine, results, speed.read_remarks())
    assert {result.case for result in results} <= {case.name for case in CASES}
    missed = {result.case for result in results if not result.is_met}
    assert missed <= speed.read_remarks().keys(), "each missed goal has its profile and the next idea"
