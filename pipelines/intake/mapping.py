"""A clinic's mapping: how the columns of its own export become rows of our forms, from one small TOML file.

What a mapping says and whether it can be right stands here; which file it fits and what it makes of one stand beside.
"""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from pipelines.settings import DATE_ORDERS, DECIMALS, MISSING_REASONS
from schemas.dictionary import Dictionary, Form

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
# The columns that REDCap adds to every export, and how it calls them in an export with labels.
STRUCTURE: Mapping[str, str] = {EVENT: "Event Name", INSTRUMENT: "Repeat Instrument", INSTANCE: "Repeat Instance"}
EPISODE = ("patient_id", "side", "injury_no")
SUFFIX = "*"  # in a column's name: where the suffix of the visit stands
_KEYS = {"version", "title", "record", "decimal", "date_order", "missing", "labels", "skip_events", "rows"}
_ROW_KEYS = {"form", "events", "visits", "suffixes", "instrument", "status", "columns", "record", "constants", "codes"}


@dataclass(frozen=True)
class RowsOf:
    """Rows of one form: which records of the export give one, and from which columns. Every name is the clinic's."""

    form: str
    columns: Mapping[str, str]  # field -> column of the same record
    record: Mapping[str, str] = field(default_factory=dict)  # field -> column that any row of the record may hold
    constants: Mapping[str, str] = field(default_factory=dict)  # field -> text
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # field -> the clinic's code or label -> ours
    events: tuple[str, ...] = ()  # () is any event
    visits: Mapping[str, str] = field(default_factory=dict)  # event -> visit
    instruments: tuple[str, ...] = ()  # () is no repeating instrument
    status: str = ""  # the column that says whether the instrument is complete
    part: str = ""  # the visit, of a sheet that has several in one row
    shared: frozenset[str] = frozenset()  # columns that say whose record it is, for other rows of it as well

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns that make a record one of this form, where any of them holds something."""
        return tuple(
            column for column in self.columns.values() if column not in STRUCTURE and column not in self.shared
        )


@dataclass(frozen=True)
class ExportMapping:
    """A mapping, read. `fingerprint` is of its text, so that what was read with it can be read so again."""

    name: str
    version: int
    fingerprint: str
    rows: tuple[RowsOf, ...]
    record: str = ""  # the column that tells which rows are one record; '' where each row is its own
    decimal: str = ""
    date_order: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)  # code or label -> reason
    labels: Mapping[str, str] = field(default_factory=dict)  # column -> its name in an export with labels
    skip_events: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """How a receipt and the ledger name it: `redcap 3 (1f0c2ab94d7e)`."""
        return f"{self.name} {self.version} ({self.fingerprint})"

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The columns without which a file does not fit."""
        columns = [self.record] if self.record else []
        for rows in self.rows:
            columns += [*rows.columns.values(), *rows.record.values()]
            columns += [EVENT] if rows.events or rows.visits else []
            columns += [INSTRUMENT] if rows.instruments else []
        return tuple(dict.fromkeys(columns))

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every column that is read where it is there: also how complete an instrument is, and REDCap's own."""
        statuses = [rows.status for rows in self.rows if rows.status]
        return tuple(dict.fromkeys((*self.needed, *statuses, *STRUCTURE)))

    @cached_property
    def key(self) -> str:
        """A column that no record leaves blank."""
        first = (rows.columns.get("patient_id", "") for rows in self.rows)
        return self.record or next((column for column in first if column), self.needed[0])


class MappingError(Exception):
    """What is wrong with a mapping, one fault a line. Its author reads this, so it names keys and no data."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


@lru_cache(maxsize=64)
def fingerprint_of(text: str) -> str:
    """The first 12 characters of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def parse_mapping(name: str, text: str, dictionary: Dictionary) -> ExportMapping:
    """The mapping in a TOML text; `MappingError` lists every fault."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError([f"it is no TOML: {error}"]) from None
    faults = list(_shape_faults(content))
    if not faults:
        faults = [fault for each in content["rows"] for fault in _row_faults(each, dictionary)]
    if faults:
        raise MappingError(faults)
    mapping = ExportMapping(
        name=name,
        version=content["version"],
        fingerprint=fingerprint_of(text),
        rows=_with_shared([rows for each in content["rows"] for rows in _read_rows(each)]),
        record=content.get("record", ""),
        decimal=content.get("decimal", ""),
        date_order=content.get("date_order", ""),
        missing=content.get("missing", {}),
        labels=content.get("labels", {}),
        skip_events=tuple(content.get("skip_events", ())),
    )
    if faults := list(_whole_faults(mapping, dictionary)):
        raise MappingError(faults)
    return mapping


def _read_rows(content: Mapping[str, Any]) -> Iterator[RowsOf]:
    """One block as written; of a sheet with several visits in a row, one for each visit."""
    given: dict[str, Any] = {
        key: content[key] for key in ("record", "constants", "codes", "visits", "status") if key in content
    }
    lists: dict[str, Any] = {
        "events": tuple(content.get("events", ())),
        "instruments": tuple(content.get("instrument", ())),
    }
    if "suffixes" not in content:
        yield RowsOf(form=content["form"], columns=content["columns"], **lists, **given)
        return
    for suffix, visit in content["suffixes"].items():
        columns = {name: column.replace(SUFFIX, suffix) for name, column in content["columns"].items()}
        constants = {**content.get("constants", {}), "visit": visit}
        own = {**given, "constants": constants}
        yield RowsOf(form=content["form"], columns=columns, part=visit, **lists, **own)


def _with_shared(rows: Sequence[RowsOf]) -> tuple[RowsOf, ...]:
    """The rows; a column that says whose record it is, and is read for several of them, makes none of them."""
    keys = [{column for name, column in each.columns.items() if name in EPISODE} for each in rows]
    times = Counter(column for each in rows for column in set(each.columns.values()))
    shared = [frozenset(column for column in columns if times[column] > 1) for columns in keys]
    return tuple(replace(each, shared=columns) for each, columns in zip(rows, shared, strict=True))


def _shape_faults(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("", content, _KEYS)
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield "version: a whole number from 1 on is needed"
    yield from (fault for key in ("record", "title") for fault in _typed(key, content.get(key, ""), str))
    for key, allowed in (("decimal", DECIMALS), ("date_order", DATE_ORDERS)):
        if content.get(key, "") not in allowed:
            yield f"{key}: allowed are {', '.join(value for value in allowed if value)}"
    yield from _texts("labels", content.get("labels", {}))
    yield from _texts("missing", content.get("missing", {}), MISSING_REASONS)
    yield from _list("skip_events", content.get("skip_events", []))
    rows = content.get("rows")
    if not isinstance(rows, list) or not rows or not all(isinstance(each, dict) for each in rows):
        yield "rows: at least one [[rows]] is needed"


def _row_faults(content: Mapping[str, Any], dictionary: Dictionary) -> Iterator[str]:
    form = dictionary.forms.get(str(content.get("form")))
    if form is None:
        yield f"rows: `form` is one of {', '.join(dictionary.forms)}"
        return
    yield from _unknown(f"rows of {form.name}", content, _ROW_KEYS)
    names = [field.name for field in form.template_fields]
    visits = [code.code for code in dictionary.vocabularies["visit"]]
    for key, allowed in (("columns", ()), ("record", ()), ("constants", ()), ("visits", visits), ("suffixes", visits)):
        yield from _texts(f"{form.name}.{key}", content.get(key, {}), allowed)
    for key in ("columns", "record", "constants", "codes"):
        for name in _table(content.get(key)):
            if name not in names:
                yield f"{form.name}.{key}: the form has no field {name}"
    yield from _typed(f"{form.name}.status", content.get("status", ""), str)
    for key in ("events", "instrument"):
        yield from _list(f"{form.name}.{key}", content.get(key, []))
    for name, codes in _table(content.get("codes")).items():
        if name in names:
            yield from _texts(f"{form.name}.codes.{name}", codes, _allowed(form, name, dictionary))
    if not content.get("columns"):
        yield f"{form.name}.columns: no column is named"
    yield from _suffix_faults(form.name, content)


def _suffix_faults(form: str, content: Mapping[str, Any]) -> Iterator[str]:
    columns = [column for column in _table(content.get("columns")).values() if isinstance(column, str)]
    has_suffix = any(SUFFIX in column for column in columns)
    if has_suffix != ("suffixes" in content):
        yield f"{form}: `suffixes` and a {SUFFIX} in columns belong together"
    if "suffixes" in content and "visits" in content:
        yield f"{form}: `visits` is for events, `suffixes` for columns; one of them tells the visit"


def _allowed(form: Form, name: str, dictionary: Dictionary) -> tuple[str, ...]:
    field = form.field(name)
    if field.kind == "boolean":
        return ("yes", "no")
    return tuple(code.code for code in dictionary.vocabularies[field.vocabulary]) if field.vocabulary else ()


def _whole_faults(mapping: ExportMapping, dictionary: Dictionary) -> Iterator[str]:
    for rows in mapping.rows:
        given = {*rows.columns, *rows.record, *rows.constants, *(["visit"] if rows.visits else [])}
        lacking = [
            each.name
            for each in dictionary.forms[rows.form].fields
            if each.is_key and each.is_required
            if each.name not in given and each.name != "assessed_on"
        ]
        if lacking:
            yield f"{rows.form}: nothing says {', '.join(lacking)}, so no row has an owner"
        if rows.record and not mapping.record:
            yield f"{rows.form}.record: `record` at the top must name the column that tells records apart"
        if not rows.own_columns:
            yield f"{rows.form}: every column is REDCap's own, so no record is one of this form"
    labels = list(mapping.labels.values())
    yield from (
        f"labels: {label} is the label of two columns" for label in sorted({x for x in labels if labels.count(x) > 1})
    )


def _unknown(where: str, content: Mapping[str, Any], known: Iterable[str]) -> Iterator[str]:
    for key in content:
        if key not in known:
            yield f"{where}: the key {key} is not known; known are {', '.join(sorted(known))}".removeprefix(": ")


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(where: str, value: object, allowed: Iterable[str] = ()) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: a table of texts is needed"
        return
    allowed = tuple(allowed)
    for key, text in value.items():
        if not isinstance(text, str) or not text:
            yield f"{where}: {key} needs a text in quotation marks"
        elif allowed and text not in allowed:
            yield f"{where}: {key} is {text}, and allowed are {', '.join(allowed)}"


def _list(where: str, value: object) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        yield f"{where}: a list of texts is needed"


def _typed(where: str, value: object, kind: type) -> Iterator[str]:
    if not isinstance(value, kind):
        yield f"{where}: a text in quotation marks is needed"
