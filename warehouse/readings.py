"""Readings of a submission: what it says under the dictionary it came under, and under those adopted since.

A later reading's rows stand beside the first one's, under an id of their own: nothing is changed, and an earlier
instant still sees what counted then. What a reading says is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from warehouse.connection import identifier, literal, translated
from warehouse.faults import reached
from warehouse.ledger import insert_section, insert_version
from warehouse.records import SectionRecord, SubmissionRecord
from warehouse.transaction import transaction

MARK = "#"


@dataclass(frozen=True)
class Adoption:
    """Who adopted which dictionary, when and why."""

    dictionary_version: str
    adopted_at: datetime
    actor: str
    reason: str


def original_of(stored: str) -> str:
    """The submission behind the id under which a reading is stored."""
    return stored.partition(MARK)[0]


def original_sql(column: str) -> str:
    """The same in SQL."""
    return f"split_part({column}, '{MARK}', 1)"


def read_current(connection: duckdb.DuckDBPyConnection, submission: str) -> str:
    """The id under which the reading that counts now is stored: the submission's own where it was read once."""
    row = connection.execute(
        f"select stored from facts.reading where submission = {literal(submission)} "
        "order by adopted_at desc, length(stored) desc, stored desc limit 1"
    ).fetchone()
    return str(row[0]) if row else submission


def read_submissions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every submission that was read (not refused, not sent again), in the order received."""
    rows = connection.execute(
        "select submission from facts.submission where refused is null and resend_of is null "
        "order by received_at, submission"
    ).fetchall()
    return [str(name) for (name,) in rows]


def adopt(
    connection: duckdb.DuckDBPyConnection,
    submission: SubmissionRecord,
    sections: Sequence[SectionRecord],
    adoption: Adoption,
    dictionary: str,
) -> str:
    """Write another reading of a submission, all of it or nothing; the id under which it is stored."""
    doing = f"The new reading of {submission.submission} could not be recorded"
    with translated(doing), transaction(connection):
        stored = f"{submission.submission}{MARK}{_count(connection, submission.submission) + 2}"
        insert_version(connection, "dictionary", adoption.dictionary_version, dictionary)
        for section in sections:
            insert_section(connection, replace(submission, submission=stored), section)
            reached("reading.section")
        values = (stored, submission.submission, adoption.dictionary_version)
        who = (adoption.adopted_at, adoption.actor, adoption.reason)
        connection.execute(f"insert into facts.reading values ({', '.join(map(literal, (*values, *who)))})")
    reached("reading.commit")
    return stored


def expose_readings(connection: duckdb.DuckDBPyConnection, store: str, name: str, instant: str | None) -> bool:
    """Make `<name>.current_reading`, the readings that count at an instant; whether there is any reading at all."""
    if not has_readings(connection, store):
        return False
    known = f"where adopted_at <= {instant}" if instant else ""
    connection.execute(
        f"create table {name}.current_reading as select stored, submission, dictionary_version from ("
        "select *, row_number() over (partition by submission "
        "order by adopted_at desc, length(stored) desc, stored desc) as place "
        f"from {store}.reading {known}) where place = 1"
    )
    return True


def read_as_original(store: str, name: str, table: str, columns: Mapping[str, object] | Iterable[str]) -> str:
    """A SELECT of a table of facts in which each submission is read as the reading that counts says."""
    fact, current = f"{store}.{identifier(table)}", f"{name}.current_reading"
    if table == "submission":
        return (
            "select fact.* replace "
            "(coalesce(reading.dictionary_version, fact.dictionary_version) as dictionary_version) "
            f"from {fact} as fact left join {current} as reading on fact.submission = reading.submission"
        )
    if not {"submission", "section"} <= set(columns):
        return f"select fact.* from {fact} as fact"
    return (
        "select fact.* replace (coalesce(reading.submission, fact.submission) as submission) "
        f"from {fact} as fact left join {current} as reading on fact.submission = reading.stored "
        f"where reading.stored is not null or (not contains(fact.submission, '{MARK}') "
        f"and fact.submission not in (select submission from {current}))"
    )


def has_readings(connection: duckdb.DuckDBPyConnection, store: str) -> bool:
    """Whether any submission of the facts attached as `store` was read again."""
    known = connection.execute(
        f"select count(*) from duckdb_tables() where database_name = {literal(store)} and table_name = 'reading'"
    ).fetchone()
    if not known or not known[0]:
        return False  # facts of an earlier schema, opened to be looked at
    row = connection.execute(f"select exists (select 1 from {store}.reading)").fetchone()
    return bool(row and row[0])


def _count(connection: duckdb.DuckDBPyConnection, submission: str) -> int:
    row = connection.execute(f"select count(*) from facts.reading where submission = {literal(submission)}").fetchone()
    return int(row[0]) if row else 0
