"""One patient's history: every version of every row, field by field, with who sent it, when, and where it stood.

It reads a snapshot and loads the database alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.connection import Connection, identifier, literal, reader, translated

# Columns of `ops.<form>_version` that say where a row came from; all others are its key and its answers.
ORIGIN = ("submission", "section", "line", "clinic", "received_at")
STANDING = ("row_state", "held_because", "changed_fields", "superseded_at", "assessed_on_as_sent")

FORMS_SQL = """
select table_name from information_schema.columns
where table_schema = 'ops' and ends_with(table_name, '_version') and table_name <> 'row_version'
    and column_name = 'patient_id'
order by table_name
"""


@dataclass(frozen=True)
class Change:
    """One field that a row set: before and after, as value or `#reason`; '' where nothing was known."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """One row as it was sent: its form and key, its origin, what became of it, and what it changed."""

    form: str
    key: Mapping[str, object]
    submission: str
    file: str
    line: int
    clinic: str
    received_at: datetime
    state: str
    superseded_at: datetime | None
    changes: tuple[Change, ...] = field(default=())


def read_history(database: Path, patient: str) -> list[Version]:
    """Every version of every row of a patient, by form and key, oldest first."""
    with reader(database) as connection:
        return history_of(connection, patient)


def history_of(connection: Connection, patient: str) -> list[Version]:
    """The same, from a snapshot that is open."""
    with translated("The history could not be read"):
        files = dict(connection.execute("select submission, file from ops.submission").fetchall())
        versions: list[Version] = []
        for (table,) in connection.execute(FORMS_SQL).fetchall():
            answer = connection.execute(
                f"from ops.{identifier(table)} where patient_id = {literal(patient)} "
                "order by side, injury_no, received_at, submission, section, line"
            )
            names = [str(column[0]) for column in answer.description or []]
            rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
            versions += _versions(table.removesuffix("_version"), rows, files)
    return versions


def _versions(form: str, rows: list[dict[str, Any]], files: Mapping[str, str]) -> list[Version]:
    known: dict[tuple[object, ...], Mapping[str, Any]] = {}
    versions = []
    for row in rows:
        answers = {name: value for name, value in row.items() if isinstance(value, dict)}
        fixed = {n: v for n, v in row.items() if n not in (*ORIGIN, *STANDING) and not isinstance(v, dict)}
        key = {name: value for name, value in fixed.items() if value is not None}
        place = tuple(key.values())
        before = known.get(place, {})
        changes = tuple(
            Change(name, _text(before.get(name)), _text(answer))
            for name, answer in answers.items()
            if answer != before.get(name)
        )
        if row["row_state"] != "held":
            known[place] = answers
        origin = (row["submission"], files.get(row["submission"], ""), row["line"], row["clinic"], row["received_at"])
        versions.append(Version(form, key, *origin, row["row_state"], row["superseded_at"], changes))
    return versions


def _text(answer: Mapping[str, Any] | None) -> str:
    if answer is None:
        return ""
    return f"#{answer['missing']}" if answer["value"] is None else str(answer["value"])
