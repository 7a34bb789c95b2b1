"""What intake made of a damaged file whose truth is known: perfect, refused, too strict, noted or silently wrong."""

import datetime
from collections.abc import Mapping

from pipelines.intake.verdict import Verdict
from tests.support.damage import File, Row

PERFECT, REFUSED, STRICT, NOTED, WRONG = "perfect", "refused", "too strict", "noted", "silently wrong"
NUMBERS = ("phat_total", "eq5d_vas", "tegner")

Accepted = Mapping[str, object]


def judge(file: File, verdict: Verdict) -> str:
    """The verdict on one file. `too strict`: a whole record was rejected; `noted`: a wrong cell, with a finding."""
    if verdict.refusal:
        return REFUSED
    read = {line: row for section in verdict.sections for line, row in _rows(section.rows.to_dicts())}
    named = {line for section in verdict.sections for line in section.findings["line"].to_list()}
    found = {_judge_whole(row, read.pop(line, None), line in named) for line, row in file.whole.items()}
    for lines, rows in file.hurt.items():
        inside = [read.pop(line) for line in lines if line in read]
        found.add(_judge_hurt(rows, inside, not named.isdisjoint(lines)))
    if read:
        found.add(WRONG)  # rows that were never sent
    return next((each for each in (WRONG, NOTED, STRICT) if each in found), PERFECT)


def _rows(rows: list[dict[str, object]]) -> list[tuple[int, Accepted]]:
    flat = ({name: cell["value"] if isinstance(cell, dict) else cell for name, cell in row.items()} for row in rows)
    return [(int(str(row.pop("line"))), row) for row in flat]


def _judge_whole(truth: Row, read: Accepted | None, is_named: bool) -> str:
    if read is None or _differences(truth, read) == {"blank"}:
        return STRICT if is_named else WRONG
    return WRONG if _differences(truth, read) else PERFECT


def _judge_hurt(truths: tuple[Row, ...], inside: list[Accepted], is_named: bool) -> str:
    """Each row read from the place must be one that was sent; a cell may be set aside, with a finding."""
    kinds = [min((_differences(truth, read) for truth in truths), key=len) for read in inside]
    if any("wrong" in kind for kind in kinds):
        return NOTED if is_named else WRONG
    is_complete = len(inside) == len(truths) and not any(kinds)
    return PERFECT if is_complete or is_named else WRONG


def _differences(truth: Row, read: Accepted) -> set[str]:
    """`blank` where a cell that was sent is missing, `wrong` where another value stands in its place."""
    pairs = [(_value(name, cell), read[name]) for name, cell in truth.items() if name in read]
    return {"blank" if found is None else "wrong" for expected, found in pairs if found != expected}


def _value(name: str, cell: str) -> object:
    if name in NUMBERS:
        return float(cell.replace(",", ".")) if cell else None
    if name == "assessed_on":
        return datetime.date.fromisoformat(cell)
    return cell or None
