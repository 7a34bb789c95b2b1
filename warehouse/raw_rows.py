"""How the records of a file, as sent, lie in the facts: as one text each where a text can hold them, else as cells.

What a record means, which of its cells are kept and which records are one text is decided elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

BETWEEN_CELLS = "\x1f"


def without_doubles(raw: pa.Table) -> pa.Table:
    """Records, `cells` only of those that have no `record`, which says the same."""
    if "record" not in raw.column_names:
        return raw
    import pyarrow as pa
    import pyarrow.compute as pc

    has_cells = pc.is_null(raw["record"])
    places = pc.subtract(pc.cumulative_sum(pc.cast(has_cells, pa.int64())), 1)
    cells = pc.take(raw["cells"].filter(has_cells), pc.if_else(has_cells, places, None))
    return raw.set_column(raw.column_names.index("cells"), "cells", cells)


def cells_sql(table: str) -> str:
    """SQL for the cells of a record in `facts.raw_row`, known as `table`."""
    return f"coalesce({table}.cells, string_split({table}.record, chr({ord(BETWEEN_CELLS)})))"
