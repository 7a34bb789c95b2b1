"""Imports point one way, and each heavy library has its one place. Read from the source, not from what runs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("schemas", "warehouse", "pipelines", "portal", "dbt_like_sql")

# A layer may import these layers and itself.
ALLOWED: dict[str, set[str]] = {
    "schemas": set(),
    "warehouse": set(),
    "dbt_like_sql": set(),
    "pipelines": {"schemas", "warehouse", "dbt_like_sql"},
    "portal": {"pipelines", "schemas", "warehouse"},
}

# A library and the only places that may import it.
PLACES = {
    "pandera": ("schemas/", "pipelines/intake/"),
    "duckdb": ("warehouse/",),
    "sqlglot": (),
    "great_expectations": ("pipelines/release/gate.py",),
    "dagster": ("pipelines/defs/", "pipelines/definitions.py"),
    "starlette": ("portal/",),
    "fastapi": ("portal/",),
}


def modules() -> list[Path]:
    return [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def wrong_directions(path: Path, root: Path = ROOT) -> list[str]:
    layer = path.relative_to(root).parts[0]
    allowed = ALLOWED[layer] | {layer}
    return [name for name in imports(path) if name.split(".")[0] in LAYERS and name.split(".")[0] not in allowed]


def wrong_places(path: Path, root: Path = ROOT) -> list[str]:
    where = path.relative_to(root).as_posix()
    return [name for name in imports(path) if not where.startswith(PLACES.get(name.split(".")[0], ("",)))]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_module_imports_only_layers_below_its_own(path: Path) -> None:
    assert wrong_directions(path) == []


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_heavy_library_is_imported_only_in_its_place(path: Path) -> None:
    assert wrong_places(path) == []


def test_the_check_itself_catches_a_wrong_import(tmp_path: Path) -> None:
    wrong = tmp_path / "warehouse" / "wrong.py"
    wrong.parent.mkdir()
    wrong.write_text("import pandera\nfrom schemas import rules\n")
    assert wrong_directions(wrong, tmp_path) == ["schemas"]
    assert wrong_places(wrong, tmp_path) == ["pandera"]
