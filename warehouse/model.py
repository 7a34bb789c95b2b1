"""A table that is derived: a SELECT in a file, or a function on tables. Holds no connection and runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from warehouse.errors import ModelError
from warehouse.header import Header, read_header
from warehouse.statement import Statement, StatementError, parse, read_comments

if TYPE_CHECKING:
    import pyarrow as pa

# Schemas whose tables exist before any model: views of what was known, the seeds and the dictionary.
GIVEN_SCHEMAS = ("facts", "seeds", "dictionary")
GIVEN_TABLES = ("ops.known", "ops.audit")
NOT_LAYERS = ("audits", "seeds")

# A model sees the time of `ops.known` and nothing else, so that a day can be derived again.
_CLOCKS = frozenset(
    (
        *("now", "today", "current_date", "current_time", "current_timestamp", "get_current_timestamp"),
        *("get_current_time", "transaction_timestamp", "localtime", "localtimestamp"),
        *("current_localtime", "current_localtimestamp"),
    )
)
_CHANCE = frozenset(("random", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval", "setseed"))
_FILES = ("read_", "parquet_", "sniff_", "glob", "duckdb_", "pragma_", "getenv")


@dataclass(frozen=True)
class Model:
    """One SQL file.

    An empty `grain` means one row. `counts` names columns that a release treats as counts; `may_be_empty` the key
    columns, written `name?` in the header, in which one row without a value is meant.
    """

    name: str  # schema.table, from the path
    description: str
    grain: tuple[str, ...]
    query: str
    upstream: tuple[str, ...]  # every schema.table in it, seeds and facts included
    checks: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    path: Path | None = None
    may_be_empty: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """The texts of trailing comments, by column; other columns inherit theirs."""
        return read_comments(self.query)


@dataclass(frozen=True)
class ComputedModel:
    """What SQL cannot say: `compute` gets the upstream tables by name and gives the table.

    With `by`, a column, it gets the rows of a range of that column's values at a time, and gives theirs.
    """

    name: str
    description: str
    grain: tuple[str, ...]
    columns: Mapping[str, str]
    upstream: tuple[str, ...]
    compute: Callable[[Mapping[str, pa.Table]], pa.Table]
    checks: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    may_be_empty: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True)
class Audit:
    """A query that returns the rows that should not be; `of` is the table whose rows are the denominator."""

    name: str
    description: str
    query: str
    upstream: tuple[str, ...]
    of: str
    path: Path | None = None


AnyModel: TypeAlias = Model | ComputedModel


def read_models(folder: Path) -> tuple[Model, ...]:
    """Every model below the folder, `<layer>/<name>.sql`, each after those it reads."""
    paths = [path for path in sorted(folder.glob("*/*.sql")) if path.parent.name not in NOT_LAYERS]
    models = [read_model(path) for path in paths]
    return tuple(model for model in order_models(models) if isinstance(model, Model))


def read_closure(folder: Path, wanted: Iterable[str]) -> tuple[Model, ...]:
    """The wanted models that have a file, with those they rest on, each after those it reads."""
    found: dict[str, Model] = {}
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        path = folder / f"{name.replace('.', '/', 1)}.sql"
        if name not in found and path.parent.name not in NOT_LAYERS and path.exists():
            found[name] = read_model(path)
            waiting += found[name].upstream
    return tuple(model for model in order_models(found.values()) if isinstance(model, Model))


def read_audits(folder: Path) -> tuple[Audit, ...]:
    """Every audit in the folder, by name."""
    return tuple(read_audit(path) for path in sorted(folder.glob("*.sql")))


def read_model(path: Path) -> Model:
    """One file as a model; `ModelError` names the file and, where it can, the line."""
    found = path.stat()
    return _read_model(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)  # a process that derives again and again parses a file once, until it changes
def _read_model(path: Path, _mtime_ns: int, _size: int) -> Model:
    header = read_header(path, path.read_text(encoding="utf-8"), ("grain", "checks", "counts"))
    if not header.lists.get("grain"):
        raise ModelError(f"{_place(path)}: the header has no `grain:`.", "Name the key columns, or `one row`.")
    statement = _parse(path, header)
    grain = () if header.lists["grain"] == ("one row",) else header.lists["grain"]
    return Model(
        name=_name(path),
        description=header.description,
        grain=tuple(column.removesuffix("?") for column in grain),
        query=header.query,
        upstream=_upstream(path, statement),
        checks=header.lists.get("checks", ()),
        counts=header.lists.get("counts", ()),
        path=path,
        may_be_empty=tuple(column[:-1] for column in grain if column.endswith("?")),
    )


def read_audit(path: Path) -> Audit:
    """One file as an audit; without `of:` the denominator is the first table of its FROM, by name."""
    header = read_header(path, path.read_text(encoding="utf-8"), ("of",))
    upstream = _upstream(path, _parse(path, header))
    of = header.lists.get("of", upstream[:1])
    if len(of) != 1 or of[0] not in upstream:
        raise ModelError(f"{_place(path)}: `of:` must name one table that the audit reads.")
    return Audit(_name(path), header.description, header.query, upstream, of[0], path)


def order_models(models: Iterable[AnyModel], given: Iterable[str] = ()) -> tuple[AnyModel, ...]:
    """Each model after those it reads, else by name; a circle or an unknown table is a `ModelError`."""
    by_name = {model.name: model for model in sorted(models, key=lambda model: model.name)}
    known = by_name.keys() | set(given) | set(GIVEN_TABLES)
    unknown = [
        f"{name} reads {table}"
        for name, model in by_name.items()
        for table in model.upstream
        if table not in known and table.split(".")[0] not in GIVEN_SCHEMAS
    ]
    if unknown:
        raise ModelError(f"Models read tables that nobody makes: {'; '.join(unknown)}.")
    graph = {name: sorted(by_name.keys() & set(model.upstream)) for name, model in by_name.items()}
    try:
        return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ModelError(f"Models read each other in a circle: {' <- '.join(error.args[1])}.") from None


def closure(models: Sequence[AnyModel], wanted: Iterable[str]) -> tuple[AnyModel, ...]:
    """The wanted models with everything they rest on, in the order given."""
    by_name = {model.name: model for model in models}
    found: set[str] = set()
    waiting = [name for name in wanted if name in by_name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [table for table in by_name[name].upstream if table in by_name]
    return tuple(model for model in models if model.name in found)


def _parse(path: Path, header: Header) -> Statement:
    try:
        statement = parse(header.query)
    except StatementError as error:
        line = header.line + header.query.encode()[: error.offset or 0].count(b"\n")
        raise ModelError(f"{_place(path)}, line {line}: {error.why}.") from None
    _refuse_outside(path, statement)
    return statement


def _refuse_outside(path: Path, statement: Statement) -> None:
    """A model depends on tables alone: not on the clock, chance, files or the database's own state."""
    for name in sorted(statement.functions | (statement.columns & _CLOCKS)):
        if name in _CLOCKS:
            raise ModelError(f"{_place(path)}: `{name}` reads the clock.", "Read ops.known: known_at and today.")
        if name in _CHANCE or name.startswith(_FILES):
            raise ModelError(f"{_place(path)}: `{name}` gives another table another day.", "Read tables only.")


def _upstream(path: Path, statement: Statement) -> tuple[str, ...]:
    bare = [table for catalog, schema, table in statement.tables if catalog or not schema]
    if bare:
        raise ModelError(
            f"{_place(path)}: {', '.join(bare)} is not written schema.table and is no name of its WITH clause."
        )
    return tuple(f"{schema}.{table}" for _, schema, table in statement.tables)


def _name(path: Path) -> str:
    return f"{path.parent.name}.{path.stem}"


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
