"""What is held on a patient, as a page to read or as JSON for another machine. It gathers nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pipelines.reports.page import render_page
from pipelines.reports.words import Words
from pipelines.subject.held import Held, Table

MOST_ROWS_UPRIGHT = 4  # a table of more is laid out as a table


def render_html(held: Held, words: Words, registry: str, now: datetime) -> bytes:
    """The page, in the words of one language; names of columns and their texts are the dictionary's, in English."""
    upright = [table for table in held.tables if len(table.rows) <= MOST_ROWS_UPRIGHT]
    tables = [table for table in held.tables if len(table.rows) > MOST_ROWS_UPRIGHT]
    return render_page(
        "held.html",
        words,
        **{"held": held, "registry": registry, "made_at": f"{now:%Y-%m-%d %H:%M} UTC"},
        **{"upright": [(table, [_filled(row) for row in table.rows]) for table in upright]},
        **{"tables": [(table, _columns_in_use(table)) for table in tables]},
        log=[{"command": "", **line, "at": str(line["at"])[:16].replace("T", " ")} for line in held.log],
    ).encode()


def render_json(held: Held, registry: str, now: datetime) -> bytes:
    """The same for a machine: dates and instants as ISO text."""
    content = {"registry": registry, "made_at": now.isoformat(), **asdict(held)}
    return json.dumps(content, indent=1, ensure_ascii=False, default=_plain).encode()


def _filled(row: Mapping[str, Any]) -> dict[str, str]:
    """What is known: columns without a value say nothing."""
    return {name: _text(value) for name, value in row.items() if value is not None and value != []}


def _columns_in_use(table: Table) -> Sequence[str]:
    return [name for name in table.columns if any(row.get(name) is not None for row in table.rows)]


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
