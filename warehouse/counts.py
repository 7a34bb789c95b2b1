"""What stands in a snapshot or release: counts per clinic, as numerators and denominators. No row, and no judgement.

What a count is held against is for the release's gate to say.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from warehouse.connection import Connection, identifier, literal, translated

WHOLE = "registry"  # in a clinic's place, where a table has none
TABLE_OF = {"enrolment": "episode"}  # the form of another name than its table
COMES_AND_GOES = ("mart.overdue",)  # empty is good news
AT_ONE_YEAR = {"registry.follow_up": "is_counted and visit = 'month_12'"}  # a mix of visits has no distribution

COLUMNS_SQL = """
select if(schema_name = 'main', 'registry', schema_name) || '.' || table_name, column_name, data_type
from duckdb_columns()
where database_name = 'registry' and schema_name in ('main', 'mart', 'reference', 'dictionary')
order by schema_name, table_name, column_index
"""
ANSWERS_SQL = """
select form, field, kind, minimum, maximum, coalesce(vocabulary, '')
from dictionary.field
where not is_key and (form, field) <> ('follow_up', 'visit')  -- the visit of a derived table is derived
order by form, position
"""
SILENT_SQL = """
select clinic, date_diff('day', max(changed_at), (select known_at from ops.known)), count(*)
from ({sent}) group by clinic
"""
KEYS_SQL = """
select clinic, coalesce(sum(n) filter (where n > 1 or not is_filled), 0), sum(n)
from (select min({clinic}) as clinic, count(*) as n, bool_and({filled}) as is_filled from {table} group by {key})
group by clinic
"""

Key: TypeAlias = tuple[str, str]  # clinic, and what is counted
Counts: TypeAlias = Mapping[Key, tuple[float, float]]  # numerator, denominator


@dataclass(frozen=True)
class Answer:
    """A column that holds what clinics answered: its table, and what the dictionary says of it."""

    table: str
    column: str
    kind: str
    low: float | None
    high: float | None
    vocabulary: str

    @property
    def sql(self) -> str:
        """The column, quoted."""
        return identifier(self.column)

    @property
    def is_number(self) -> bool:
        """Whether it has a mean."""
        return self.kind in ("integer", "decimal")


@dataclass(frozen=True)
class _Counted:
    """One numerator and denominator of an answer, as SQL; `name` is how it is told."""

    table: str
    name: str
    numerator: str
    denominator: str


@dataclass(frozen=True)
class Counter:
    """Counts what stands in one database: a `reader`'s connection."""

    connection: Connection

    @cached_property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Every table that researchers get: its columns and their types."""
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self._ask(COLUMNS_SQL):
            found.setdefault(table, {})[column] = kind
        return found

    @cached_property
    def answers(self) -> Sequence[Answer]:
        """The answers in the tables of the forms, keys aside."""
        found = [Answer(f"registry.{TABLE_OF.get(form, form)}", *rest) for form, *rest in self._ask(ANSWERS_SQL)]
        return [each for each in found if {"clinic", each.column} <= self.tables.get(each.table, {}).keys()]

    @cached_property
    def codes(self) -> Mapping[str, Sequence[str]]:
        """The dictionary's codes by vocabulary."""
        found: dict[str, list[str]] = {}
        for vocabulary, code in self._ask("select vocabulary, code from dictionary.code order by vocabulary, position"):
            found.setdefault(vocabulary, []).append(code)
        return found

    def rows(self) -> Counts:
        """Rows of every table: of each clinic, and of all."""
        found: dict[Key, tuple[float, float]] = {}
        for table in sorted(self.tables.keys() - {*COMES_AND_GOES}):
            counts = dict(self._ask(f"select {self._clinic_of(table)} as clinic, count(*) from {table} group by all"))
            counts = {**counts, WHOLE: sum(counts.values())}
            found |= {(clinic, table): (float(n), float(n)) for clinic, n in counts.items()}
        return found

    def injuries(self) -> Counts:
        """Injuries of every clinic."""
        rows = self._ask("select clinic, count(*) from registry.episode group by clinic")
        return {(clinic, ""): (float(n), float(n)) for clinic, n in rows}

    def missing(self) -> Counts:
        """Rows without an answer, of all rows, column by column."""
        return self._per_answer(self.answers, lambda each: (f"count(*) - count({each.sql})", "count(*)"))

    def outside(self) -> Counts:
        """Numbers outside the dictionary's range, of those filled."""

        def outside(each: Answer) -> tuple[str, str]:
            low = f"{each.sql} < {each.low}" if each.low is not None else "false"
            high = f"{each.sql} > {each.high}" if each.high is not None else "false"
            return f"count(*) filter (where {low} or {high})", f"count({each.sql})"

        return self._per_answer([each for each in self._numbers if (each.low, each.high) != (None, None)], outside)

    def unknown_codes(self) -> Counts:
        """Codes that the dictionary does not have, of those filled."""

        def unknown(each: Answer) -> tuple[str, str]:
            known = ", ".join(map(literal, self.codes.get(each.vocabulary) or ("",)))
            return f"count(*) filter (where {each.sql} not in ({known}))", f"count({each.sql})"

        return self._per_answer([each for each in self.answers if each.vocabulary], unknown)

    def shares(self) -> Counts:
        """Rows with each code and each yes, of those filled."""
        return self._count(
            _Counted(each.table, f"{each.table}.{each.column} = {code}", f"count(*) filter (where {said})", filled)
            for each in self.answers
            for code in (
                self.codes.get(each.vocabulary, ()) if each.vocabulary else ("true",) * (each.kind == "boolean")
            )
            for said, filled in [(f"{each.sql}::varchar = {literal(code)}", f"count({each.sql})")]
        )

    def sums(self) -> Counts:
        """The sum of each number, and how many there are."""
        return self._per_answer(self._numbers, lambda each: (f"sum({each.sql})", f"count({each.sql})"), AT_ONE_YEAR)

    def squares(self) -> Counts:
        """The squared distances of each number from its clinic's mean, and how many there are."""
        return self._per_answer(
            self._numbers, lambda each: (f"var_pop({each.sql}) * count({each.sql})", f"count({each.sql})"), AT_ONE_YEAR
        )

    def days_silent(self) -> Counts:
        """Days from each clinic's last row of any form to the snapshot, and how many rows it has."""
        tables = [table for table, columns in self.tables.items() if {"clinic", "changed_at"} <= columns.keys()]
        sent = " union all ".join(f"select clinic, changed_at from {table}" for table in tables)
        return {(clinic, ""): (float(days), float(n)) for clinic, days, n in self._ask(SILENT_SQL.format(sent=sent))}

    def known_at(self) -> Any:
        """The instant the snapshot knows the facts of, as naive UTC."""
        return self._ask("select known_at from ops.known")[0][0]

    def broken_keys(self, table: str, key: Sequence[str], may_be_empty: Sequence[str] = ()) -> Counts:
        """Rows that share their key or lack a part of it, of all rows; without a key, rows that are not one."""
        if not key:
            ((n,),) = self._ask(f"select count(*) from {table}")
            return {(WHOLE, table): (abs(float(n) - 1), float(n))}
        filled = " and ".join(f"{identifier(name)} is not null" for name in key if name not in may_be_empty) or "true"
        names = ", ".join(map(identifier, key))
        sql = KEYS_SQL.format(clinic=self._clinic_of(table), filled=filled, table=table, key=names)
        return {(clinic, table): (float(k), float(n)) for clinic, k, n in self._ask(sql)}

    @property
    def _numbers(self) -> Sequence[Answer]:
        return [each for each in self.answers if each.is_number]

    def _clinic_of(self, table: str) -> str:
        return "coalesce(clinic, '')" if "clinic" in self.tables[table] else literal(WHOLE)

    def _per_answer(
        self,
        answers: Iterable[Answer],
        count: Callable[[Answer], tuple[str, str]],
        only: Mapping[str, str] | None = None,
    ) -> Counts:
        return self._count(
            (_Counted(each.table, f"{each.table}.{each.column}", *count(each)) for each in answers), only or {}
        )

    def _count(self, counted: Iterable[_Counted], only: Mapping[str, str] = AT_ONE_YEAR) -> Counts:
        """Numerators and denominators per clinic, in one scan of each table."""
        by_table: dict[str, list[_Counted]] = {}
        for each in counted:
            by_table.setdefault(each.table, []).append(each)
        found: dict[Key, tuple[float, float]] = {}
        for table, columns in by_table.items():
            sql = ", ".join(f"{each.numerator}, {each.denominator}" for each in columns)
            where = only.get(table, "true")
            for clinic, *counts in self._ask(f"select clinic, {sql} from {table} where {where} group by clinic"):
                pairs = zip(counts[::2], counts[1::2], strict=True)
                told = zip(columns, pairs, strict=True)
                found |= {(str(clinic), each.name): (float(k or 0), float(n)) for each, (k, n) in told}
        return found

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        with translated("A release could not be counted"):
            return self.connection.execute(sql).fetchall()
