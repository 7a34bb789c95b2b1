"""What was measured: one record a case and size, machine and versions, as JSON that the page is made from."""

import importlib.metadata
import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")
VERSIONS = ("dagster", "duckdb", "great-expectations", "numpy", "pandas", "pandera", "polars", "pyarrow", "scipy")


@dataclass(frozen=True)
class Result:
    """One case at one size. Seconds are of each repeat; `ratio` is of medians, `least` and `most` of paired repeats.

    core_ratio: the same ratio of seconds of a core, which what else the machine does changes little.
    """

    case: str
    text: str
    rows: int
    ours: tuple[float, ...]
    other: tuple[float, ...]
    ratio: float
    least: float
    most: float
    goal: float
    is_faster: bool
    is_met: bool
    ours_bytes: int
    other_bytes: int
    core_ratio: float | None = None


def machine() -> dict[str, str]:
    """Cores, memory, versions, and that bytecode was kept (see `bench.measure`); nothing that names the machine."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = {name: importlib.metadata.version(name) for name in VERSIONS}
    own = {"cores": str(os.cpu_count()), "memory_gib": f"{gib:.0f}", "python": platform.python_version()}
    return {**own, **versions, "bytecode": "kept"}


def write(path: Path, results: list[Result], is_quick: bool) -> None:
    """Write what was measured."""
    content = {"machine": machine(), "is_quick": is_quick, "results": [asdict(result) for result in results]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def kept(path: Path, results: list[Result]) -> list[Result]:
    """What the file holds, with these in place of what they measured anew; in the order of the cases."""
    from bench.cases import CASES

    fresh = {(result.case, result.rows): result for result in results}
    before = read(path)[1] if path.exists() else []
    found = {(result.case, result.rows): result for result in before} | fresh
    order = [case.name for case in CASES]
    return [found[key] for key in sorted(found, key=lambda key: (order.index(key[0]), key[1]))]


def read(path: Path) -> tuple[dict[str, str], list[Result]]:
    """Read it back."""
    content = json.loads(path.read_text(encoding="utf-8"))
    results = [
        Result(**{**each, "ours": tuple(each["ours"]), "other": tuple(each["other"])}) for each in content["results"]
    ]
    return content["machine"], results
