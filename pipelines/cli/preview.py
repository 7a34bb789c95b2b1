"""What `hamreg submit --preview` says of files: which rows change, which questions open, whose standing moves.

It puts differences into lines; finding them is `pipelines.rehearsal`'s.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from pipelines.cli.decision import difference_lines
from warehouse.comparison import Difference, Row

if TYPE_CHECKING:
    from pipelines.rehearsal import Preview

FORMS = ("episode", "treatment", "follow_up", "imaging", "rehabilitation", "event", "screening")
SHOWN = 50


def preview_lines(preview: "Preview") -> Iterator[str]:
    """Everything that would change, part by part."""
    for failure in preview.failures:
        yield f"It brings out a fault ({failure.fault}) and would wait: tell whoever keeps this software."
    if preview.n_waiting:
        n, waits = preview.n_waiting, "file waits" if preview.n_waiting == 1 else "files wait"
        yield f"{n:,} {waits} in the inbox already; taken as loaded here."
    by_table: dict[str, list[Difference]] = {each.table: [] for each in preview.differences}
    for each in preview.differences:
        by_table[each.table].append(each)
    yield from difference_lines([each for form in FORMS for each in by_table.get(f"registry.{form}", [])])
    yield from _questions(by_table.get("ops.query", []))
    yield from _listed("Visits whose status moves", _visits(by_table.get("registry.schedule", [])))
    yield from _listed("Benchmarks that move", _benchmarks(by_table.get("mart.patient_benchmark", [])))
    yield "Nothing was handed in. Without --preview it is."


def _questions(differences: Sequence[Difference]) -> Iterator[str]:
    opened = [each.after for each in differences if each.after is not None and each.before is None]
    closed = [each.before for each in differences if each.before is not None and each.after is None]
    yield from _listed("Questions that would open", [_question(each) for each in opened])
    yield from _listed("Questions that would close", [_question(each) for each in closed])


def _question(row: Row) -> str:
    expected = f", expected {row['expected']}" if row["expected"] else ""
    return f"{row['row_key']}: {row['rule']} ({row['column']} {row['found']}{expected})"


def _visits(differences: Sequence[Difference]) -> list[str]:
    return [
        f"{_episode(each)}, {each.key[-1]}: {_status(each.before)} -> {_status(each.after)}"
        for each in differences
        if _status(each.before) != _status(each.after)
    ]


def _status(row: Row | None) -> str:
    return "not planned" if row is None else str(row["status"])


def _benchmarks(differences: Sequence[Difference]) -> list[str]:
    """One line for each episode: the comparisons that move, the patient's own arm told in full."""
    episodes: dict[str, list[Difference]] = {}
    for each in differences:
        episodes.setdefault(_episode(each), []).append(each)
    return [f"{episode}: {_comparisons(of_episode)}" for episode, of_episode in episodes.items()]


def _comparisons(differences: Sequence[Difference]) -> str:
    told = [move for each in differences if (move := _move(each))]
    others = len(differences) - len(told[:3])
    return "; ".join([*told[:3], *([f"{others} more figures"] if others else [])])


def _move(difference: Difference) -> str:
    """How a comparison of the PHAT with the patient's own arm moves; other measures are counted."""
    row = difference.after or difference.before or {}
    if not (row.get("is_own_arm") and row.get("measure") == "phat_total"):
        return ""
    before, after = _standing(difference.before), _standing(difference.after)
    return f"PHAT at {row['timepoint']}: {before} -> {after}" if before != after else ""


def _standing(row: Row | None) -> str:
    if row is None:
        return "none"
    value = f"{row['value']:g}" if row["value"] is not None else ""
    percentile = f"{row['percentile']:.0f}" if row["percentile"] is not None else ""
    words = [value, f"percentile {percentile}" if percentile else "", str(row["verdict"] or row["comparability"])]
    return " ".join(word.replace("_", " ") for word in words if word)


def _episode(difference: Difference) -> str:
    patient, side, number = difference.key[:3]
    return f"{patient} {side} {number}"


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield click.style(f"{title}: {len(lines):,}", bold=True)
        yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  ... and {len(lines) - SHOWN:,} more"
