"""Columns as the current snapshot has them, for Dagster's page. Reads the snapshot's own comments, and no row."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import dagster as dg

from warehouse.connection import reader
from warehouse.layout import Home

COLUMNS = """
select
    if(schema_name = 'main', 'registry', schema_name) || '.' || table_name as table_name,
    column_name,
    lower(data_type) as data_type,
    comment
from duckdb_columns()
where database_name = 'registry' and not internal
order by table_name, column_index
"""

Columns = Mapping[str, Sequence[dg.TableColumn]]


def read_columns(home: Home) -> Columns:
    """The columns of every table by `schema.table`; none where there is no snapshot yet."""
    if not home.registry_path.exists():
        return {}
    found: dict[str, list[dg.TableColumn]] = defaultdict(list)
    with reader(home.registry_path) as connection:
        for table, name, kind, text in connection.execute(COLUMNS).fetchall():
            found[table].append(dg.TableColumn(name, kind, text))
    return found
