"""Which tables a query reads, asked of DuckDB's plan: views, macros and subqueries are seen through. Runs nothing."""

import json
import re

import duckdb

from warehouse.connection import Connection

_TABLE = re.compile(r'"Table": "registry\.([^".]+)\.([^"]+)"')


def read_scanned(connection: Connection, sql: str) -> frozenset[str] | None:
    """The tables, as `layer.table`, that the statements of a query read; None where the plan cannot be told."""
    scanned: set[tuple[str, str]] = set()
    try:
        for statement in connection.extract_statements(sql):
            for _, plan in connection.execute(f"explain (format json) {statement.query}").fetchall():
                scanned.update(_TABLE.findall(json.dumps(json.loads(plan))))
    except (duckdb.Error, ValueError):
        return None
    return frozenset(f"{'registry' if schema == 'main' else schema}.{table}" for schema, table in scanned)


def read_identifiable(connection: Connection) -> frozenset[str]:
    """The tables that say something of one patient: those with a patient's number, and findings."""
    rows = connection.execute(
        "select if(schema_name = 'main', 'registry', schema_name) || '.' || table_name from duckdb_columns() "
        "where database_name = 'registry' and (column_name in ('patient_id', 'other_patient_id') "
        "or (schema_name, table_name) = ('ops', 'finding'))"
    ).fetchall()
    return frozenset(str(row[0]) for row in rows)


def read_numbers(connection: Connection) -> frozenset[str]:
    """Every patient's number in the snapshot."""
    return frozenset(str(row[0]) for row in connection.execute("select patient_id from registry.patient").fetchall())
