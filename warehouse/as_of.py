"""The registry as it was: a macro `<table>_as_of(t)` beside each table of the layer `registry`, and of the questions.

A macro reads the versions received up to `t` and repeats every model between them and the table, at once and in any
snapshot. Deriving anew with another `known_at` (`warehouse.derive`) is the exact way, for marts too.
"""

from collections.abc import Iterator, Mapping, Sequence

from warehouse.connection import identifier, literal
from warehouse.model import AnyModel, Model
from warehouse.statement import retarget

NOTE = (
    "as of the instant t (UTC), or of the end of the day t. Shares, links, corrected dates and undone files count "
    "as they are known now; `hamreg as-of` tells exactly what was known."
)
QUESTIONS = "ops.query"  # which questions were open is asked as well
_KNOWN = '"ops.known"'
_DECISIONS = "facts.decision"  # the one table of facts that a snapshot has whole, as ops.decision

_VERSION_COLUMNS = "* replace (if(sent.superseded_at <= known.known_at, sent.superseded_at, null) as superseded_at)"


def macro_statements(models: Sequence[AnyModel], zone: str) -> Iterator[str]:
    """The statements that make the macros, with their comments; `models` are in order."""
    versions = {model.name for model in models if _is_version(model)}
    repeatable = _repeatable(models, versions)
    queries = _queries(repeatable, versions)
    for name in repeatable:
        if name.startswith("registry.") or name == QUESTIONS:
            yield from _statements(name, repeatable, versions, queries, zone)


def _is_version(model: AnyModel) -> bool:
    """Whether the model is a form's versions: with received_at, superseded_at and the state after each row."""
    form = model.name.removeprefix("ops.").removesuffix("_version")
    return model.name == f"ops.{form}_version" and f"facts.{form}" in model.upstream


def _repeatable(models: Sequence[AnyModel], versions: set[str]) -> dict[str, Model]:
    """The models that rest on versions and on nothing a snapshot lacks; the others are read as they are."""
    found: dict[str, Model] = {}
    for model in models:
        rests_on_versions = any(table in versions or table in found for table in model.upstream)
        is_whole = not any(table.startswith(("facts.", "seeds.")) and table != _DECISIONS for table in model.upstream)
        if isinstance(model, Model) and model.name not in versions and rests_on_versions and is_whole:
            found[model.name] = model
    return found


def _queries(repeatable: Mapping[str, Model], versions: set[str]) -> dict[str, str]:
    """Each model's query on the tables of the macro, as far as there are, else on the snapshot's."""
    own = {name: identifier(name) for name in (*repeatable, *versions, "ops.known", _DECISIONS)}
    read = {table for model in repeatable.values() for table in model.upstream}
    targets = {table: own.get(table) or _place(table) for table in read}
    return {name: retarget(model.query, targets) for name, model in repeatable.items()}


def _statements(
    name: str, repeatable: Mapping[str, Model], versions: set[str], queries: Mapping[str, str], zone: str
) -> Iterator[str]:
    needed = _needed(name, repeatable)
    repeated = [part for part in needed if part == name or not part.startswith("registry.")]
    read = {table for part in repeated for table in repeatable[part].upstream}
    steps = [
        f"{_KNOWN} as ({_known(zone)})",
        *(f"{identifier(table)} as ({_received('ops.decision', 'decided_at', '*')})" for table in read & {_DECISIONS}),
        *(f"{identifier(version)} as ({_received(version)})" for version in sorted(read & versions)),
        *(f"{identifier(part)} as (\n{_step(part, name, queries)}\n)" for part in needed),
    ]
    macro = _macro(name)
    yield f"create macro {macro}(t) as table with {', '.join(steps)} select * from {identifier(name)}"
    yield f"comment on macro table {macro} is {literal(f'{name} {NOTE}')}"


def _step(part: str, name: str, queries: Mapping[str, str]) -> str:
    """The query of a model on the way to a table; a table that has a macro of its own is asked by it."""
    return queries[part] if part == name or not part.startswith("registry.") else f"select * from {_macro(part)}(t)"


def _needed(name: str, repeatable: Mapping[str, Model]) -> list[str]:
    """The steps to one table, in order, itself the last; behind another macro's table there is nothing to do."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        part = waiting.pop()
        found.add(part)
        if part == name or not part.startswith("registry."):
            waiting += [table for table in repeatable[part].upstream if table in repeatable and table not in found]
    return [part for part in repeatable if part in found]


def _macro(name: str) -> str:
    return f"registry.main.{identifier(name.split('.')[1] + '_as_of')}"


def _known(zone: str) -> str:
    """`ops.known` for the argument: a date, or a text of one, means the end of that day in the registry's zone."""
    midnight = "cast(cast(t as date) + 1 as timestamp)"
    end, day = midnight, "moment.known_at"
    if zone != "UTC":  # only where it is needed: the functions of time zones are an extension
        end = f"timezone('UTC', timezone({literal(zone)}, {midnight}))"
        day = f"timezone({literal(zone)}, timezone('UTC', moment.known_at))"
    instant = f"if(length(cast(t as varchar)) = 10, {end} - interval 1 microsecond, cast(t as timestamp))"
    return f"select moment.known_at, cast({day} as date) as today from (select {instant} as known_at) as moment"


def _received(table: str, instant: str = "received_at", columns: str = _VERSION_COLUMNS) -> str:
    """A table's rows of that time; what replaced them later had not come yet."""
    return (
        f"select sent.{columns} from {_place(table)} as sent cross join {_KNOWN} as known "
        f"where sent.{instant} <= known.known_at"
    )


def _place(name: str) -> str:
    schema, table = name.split(".")
    return f"registry.{identifier('main' if schema == 'registry' else schema)}.{identifier(table)}"
