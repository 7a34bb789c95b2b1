"""A table that is derived: a SELECT in a file, or a function on tables. Holds no connection and runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Model:
    """One SQL file. `columns` holds the texts of trailing comments; other columns inherit theirs."""

    name: str  # schema.table, from the path
    description: str
    grain: tuple[str, ...]
    query: str
    upstream: tuple[str, ...]  # every schema.table in it, seeds and facts included
    checks: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None


@dataclass(frozen=True)
class ComputedModel:
    """What SQL cannot say: `compute` gets the upstream tables by name and gives the table."""

    name: str
    description: str
    grain: tuple[str, ...]
    columns: Mapping[str, str]
    upstream: tuple[str, ...]
    compute: Callable[[Mapping[str, pa.Table]], pa.Table]
    checks: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()


AnyModel: TypeAlias = Model | ComputedModel
