"""The facts without one patient: written into a new file that takes the old one's place, because deleted rows survive.

Which lines and numbers are the patient's is decided by the caller; files beside the facts are not touched here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.compaction import part_of, settle
from warehouse.connection import attach, identifier, literal, open_memory, translated
from warehouse.durability import sync_file, sync_folder
from warehouse.faults import reached
from warehouse.form_tables import read_form_names, read_tables
from warehouse.layout import PRIVATE_FILE, Home
from warehouse.readings import original_of, original_sql
from warehouse.records import BETWEEN_CELLS
from warehouse.tombstones import Tombstone

NAMELESS = "(erased)"
_PATIENT_COLUMNS = ("patient_id", "other_patient_id")
# Free text beside the rows, in which somebody may have named the patient.
_TEXTS = {"submission": ("file",), "finding": ("found", "expected"), "decision": ("found", "reason")}


@dataclass(frozen=True, order=True)
class Place:
    """One record of one section of a submission."""

    submission: str
    section: int
    line: int


_CELLS = f"coalesce(raw_row.cells, string_split(raw_row.record, chr({ord(BETWEEN_CELLS)})))"


@dataclass(frozen=True)
class RejectedRow:
    """A record that is in no form's table, as it was sent."""

    place: Place
    clinic: str
    header: tuple[str, ...]
    cells: tuple[str, ...]


def read_patients(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Every number that a form's rows or a decision name."""
    columns = [
        (table, column)
        for table, names in read_tables(connection, "facts").items()
        for column in _PATIENT_COLUMNS
        if column in names
    ]
    union = " union ".join(f"select {column} as id from facts.{identifier(table)}" for table, column in columns)
    return frozenset(str(row[0]) for row in connection.execute(f"{union} order by id").fetchall() if row[0])


def read_linked(connection: duckdb.DuckDBPyConnection, patient: str) -> tuple[str, ...]:
    """The number and those that a decision linked to it, step by step."""
    rows = connection.execute(
        f"with recursive seen as (select {literal(patient)} as id union "
        "select if(link.patient_id = seen.id, link.other_patient_id, link.patient_id) from seen "
        "inner join facts.decision as link on link.kind = 'link' and seen.id in (link.patient_id, "
        "link.other_patient_id)) select id from seen order by id"
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


def read_places(connection: duckdb.DuckDBPyConnection, patients: Collection[str]) -> set[Place]:
    """Where accepted rows of these patients stand."""
    named = f"patient_id in {_listed(patients)}"
    forms = [name for name, columns in read_tables(connection, "facts").items() if {"patient_id", "line"} <= {*columns}]
    if not forms:
        return set()
    union = " union all ".join(
        f"select submission, section, line from facts.{identifier(form)} where {named}" for form in forms
    )
    return {Place(*row) for row in connection.execute(union).fetchall()}


def in_every_reading(connection: duckdb.DuckDBPyConnection, places: Collection[Place]) -> set[Place]:
    """The same records in each reading of their submissions: one may accept what another rejects."""
    rows = connection.execute("select submission, stored from facts.reading").fetchall()
    originals = {Place(original_of(place.submission), place.section, place.line) for place in places}
    again = {
        Place(stored, place.section, place.line)
        for submission, stored in rows
        for place in originals
        if place.submission == submission
    }
    return originals | again


def read_rejected(connection: duckdb.DuckDBPyConnection) -> list[RejectedRow]:
    """Every rejected record that still has its cells."""
    rows = connection.execute(
        "select raw_row.submission, raw_row.section, raw_row.line, submission.clinic, section.header, "
        f"{_CELLS} "
        "from facts.raw_row inner join facts.submission "
        f"on {original_sql('raw_row.submission')} = submission.submission "
        "inner join facts.section on raw_row.submission = section.submission and raw_row.section = section.section "
        f"where raw_row.is_rejected and len({_CELLS}) > 0"
    ).fetchall()
    return [RejectedRow(Place(*row[:3]), row[3], tuple(row[4]), tuple(cell or "" for cell in row[5])) for row in rows]


def first_received(places: Collection[Place], connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """When the first of these records came (UTC, naive)."""
    listed = _listed({original_of(place.submission) for place in places})
    row = connection.execute(f"select min(received_at) from facts.submission where submission in {listed}").fetchone()
    found: datetime | None = row[0] if row else None
    return found


def pattern_of(patients: Collection[str]) -> str:
    """A regular expression for any of the numbers, as a word of its own."""
    return rf"\b({'|'.join(re.escape(patient) for patient in sorted(patients))})\b"


def rewrite_facts(
    home: Home, patients: Collection[str], places: Sequence[Place], tombstones: Sequence[Tombstone], rule: str
) -> None:
    """Put facts without the patients in place of those with them. The caller holds the lock and no connection.

    Of each record in `places` only its line stays, rejected by `rule`; submissions and their digests stay.
    """
    part = part_of(home)
    part.unlink(missing_ok=True)
    with open_memory() as connection, translated("The facts could not be rewritten"):
        settle(connection, home.facts_path)
        attach(connection, home.facts_path, "facts", is_read_only=True)
        attach(connection, part, "rewritten")
        _mark(connection, places)
        _copy(connection, patients, rule)
        _bury(connection, tombstones)
        connection.execute("checkpoint rewritten; detach rewritten; detach facts")
    part.chmod(PRIVATE_FILE)
    sync_file(part)
    reached("erasure.facts_part")
    part.replace(home.facts_path)
    sync_folder(home.path)
    reached("erasure.facts")


def _mark(connection: duckdb.DuckDBPyConnection, places: Sequence[Place]) -> None:
    """`memory.erased`: the records that go, with what they counted as."""
    values = ", ".join(f"({literal(p.submission)}, {p.section}, {p.line})" for p in places) or "(null, null, null)"
    connection.execute(
        "create table memory.erased as select place.*, not raw_row.is_rejected as was_accepted "
        f"from (values {values}) as place(submission, section, line) "
        "inner join facts.raw_row using (submission, section, line)"
    )


def _copy(connection: duckdb.DuckDBPyConnection, patients: Collection[str], rule: str) -> None:
    forms = read_form_names(connection)
    connection.execute("copy from database facts to rewritten (schema)")
    for table in read_tables(connection, "facts"):
        connection.execute(f"insert into rewritten.{identifier(table)} {_query(table, table in forms, patients)}")
    connection.execute(
        "insert into rewritten.finding select submission, section, line, 'patient_id', '', "
        f"{literal(rule)}, 'error', '', '' from memory.erased"
    )


def _query(table: str, is_form: bool, patients: Collection[str]) -> str:
    """What of a table stays."""
    if is_form:
        return f"select fact.* from facts.{identifier(table)} as fact anti join memory.erased {_same('fact')}"
    if table == "raw_row":
        return (
            "select fact.* replace (if(erased.line is null, fact.cells, []) as cells, "
            "if(erased.line is null, fact.record, null) as record, "
            "fact.is_rejected or erased.line is not null as is_rejected) "
            f"from facts.raw_row as fact left join memory.erased {_same('fact')}"
        )
    if table == "section":
        return _SECTIONS
    query = f"select fact.*{_nameless(table, patients)} from facts.{identifier(table)} as fact"
    if table == "finding":
        return f"{query} anti join memory.erased {_same('fact')}"
    if table == "decision":
        named = [f"coalesce({column}, '') not in {_listed(patients)}" for column in _PATIENT_COLUMNS]
        return f"{query} where {' and '.join(named)}"
    return query


_SECTIONS = """
with gone as (
    select submission, section, count(*) filter (where was_accepted) as n_accepted
    from memory.erased group by submission, section
),
aside as (
    select submission, section, count(distinct (line, "column")) as n_cells
    from memory.erased inner join facts.finding using (submission, section, line)
    where was_accepted and severity = 'error' group by submission, section
)
select fact.* replace (
    fact.accepted - coalesce(gone.n_accepted, 0) as accepted,
    fact.rejected + coalesce(gone.n_accepted, 0) as rejected,
    fact.cells_set_aside - coalesce(aside.n_cells, 0) as cells_set_aside
)
from facts.section as fact
left join gone on fact.submission = gone.submission and fact.section = gone.section
left join aside on fact.submission = aside.submission and fact.section = aside.section
"""


def _same(name: str) -> str:
    return f"on {' and '.join(f'{name}.{column} = erased.{column}' for column in ('submission', 'section', 'line'))}"


def _nameless(table: str, patients: Collection[str]) -> str:
    """A REPLACE clause that takes the numbers out of a table's free text."""
    if table not in _TEXTS or not patients:
        return ""
    marks = ", ".join(literal(text) for text in (pattern_of(patients), NAMELESS, "gi"))
    parts = [f'regexp_replace(fact."{column}", {marks}) as "{column}"' for column in _TEXTS[table]]
    return f" replace ({', '.join(parts)})"


def _bury(connection: duckdb.DuckDBPyConnection, tombstones: Sequence[Tombstone]) -> None:
    for tombstone in tombstones:
        values = (tombstone.hash, tombstone.erased_at, tombstone.actor, tombstone.reason)
        connection.execute(f"insert or ignore into rewritten.tombstone values ({', '.join(map(literal, values))})")


def _listed(values: Collection[str]) -> str:
    return f"({', '.join(map(literal, sorted(values))) or 'null'})"
