"""The fault points that the source names: whoever adds a write step adds a test of it by naming it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("warehouse", "pipelines", "portal")


def read_points() -> dict[str, str]:
    """Every name handed to `reached`, with the file it stands in; `ValueError` where a name is not written out."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            found |= dict.fromkeys(_names(path, place), place)
    return found


def _names(path: Path, place: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reached":
            match node.args:
                case [ast.Constant(value=str() as name)]:
                    yield name
                case _:
                    raise ValueError(f"{place}:{node.lineno}: a fault point's name is written out where it is reached")
