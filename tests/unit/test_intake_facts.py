"""Records as sent go to the ledger as one text each, but for those that a text cannot hold."""

import polars as pl
import pytest

from pipelines.intake.facts import section_record
from pipelines.intake.raw_rows import as_sent
from pipelines.intake.verdict import FINDING_SCHEMA, RAW_SCHEMA, Records, Section


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (["a", "b"], "a\x1fb"),
        (["", ""], "\x1f"),
        ([""], ""),
        (["a\nb", "c"], "a\nb\x1fc"),
        ([], None),
        (["a", None], None),
        (["x\x1fy", None], None),
        (["x\x1fy", "z"], None),
    ],
)
def test_a_record_is_one_text_where_a_text_says_it_all(cells: list[str | None], text: str | None) -> None:
    raw = pl.DataFrame({"line": [2], "cells": [cells], "is_rejected": [False]}, schema=dict(RAW_SCHEMA))
    nothing = pl.DataFrame(schema=dict(FINDING_SCHEMA))
    section = Section(1, "follow_up", "", ("a", "b"), Records(2, 1, 0, 0), nothing, raw, nothing, 0)
    stored = section_record(section).raw
    assert stored.select(["record", "cells"]).to_pylist() == [
        {"record": text, "cells": None if text is not None else cells}
    ]
    assert as_sent(stored).rows() == [(2, cells, False)]
