"""What a release is asked before it is cut: contracts that must hold, and drift against the release before it.

Each check gives a value per clinic with its numerator and denominator; `gate.py` holds it against the bounds. Why the
bounds are what they are stands in docs/decisions/0016.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC

from pipelines.release.check import Check, Count, Pair, Value
from pipelines.release.disclosure import is_small
from pipelines.release.verdict import CONTRACT, DRIFT, Subject
from warehouse.counts import WHOLE, Counter

LEAST = 20
"""Rates, means and growth of fewer move by chance: they are not compared."""
MOST_DAYS = 7
"""A snapshot is derived every night: an older one means that the nights fail."""


def _alone(count: Count) -> Callable[[Pair], Iterator[Subject]]:
    """A count of the release itself, judged by its numerator."""

    def ask(pair: Pair) -> Iterator[Subject]:
        for (clinic, name), (k, n) in sorted(count(pair.now).items()):
            yield Subject(clinic, k, n, of=name, value=k if n else None)

    return ask


def _compared(count: Count, value: Value) -> Callable[[Pair], Iterator[Subject]]:
    """A count of both releases, judged by `value`."""

    def ask(pair: Pair) -> Iterator[Subject]:
        now, before = count(pair.now), count(pair.before) if pair.before else {}
        for clinic, name in sorted({*now, *before}):
            then, then_of = before.get((clinic, name), (None, None))
            subject = Subject(clinic, *now.get((clinic, name), (0.0, 0.0)), then, then_of, of=name)
            yield replace(subject, value=value(subject))

    return ask


def _unnamed(ask: Callable[[Pair], Iterator[Subject]]) -> Callable[[Pair], Iterator[Subject]]:
    """The same without groups so small that a sum or a share could be somebody's answer: verdicts are kept and told."""

    def ask_large(pair: Pair) -> Iterator[Subject]:
        for subject in ask(pair):
            if not any(is_small(int(size or 0)) for size in (subject.denominator, subject.before_denominator)):
                yield subject

    return ask_large


def _kept(subject: Subject) -> float | None:
    return subject.numerator / subject.before_numerator if subject.before_numerator else None


def _grown(subject: Subject) -> float | None:
    return _kept(subject) if (subject.before_numerator or 0) >= LEAST else None


def _enough(subject: Subject) -> bool:
    return min(subject.denominator, subject.before_denominator or 0) >= LEAST


def _rate_change(subject: Subject) -> float | None:
    return subject.rate - (subject.before_rate or 0) if _enough(subject) else None


def _spread_change(subject: Subject) -> float | None:
    """The standard deviation now as a multiple of the one before."""
    if not _enough(subject) or not subject.before_rate:
        return None
    return float((subject.rate / subject.before_rate) ** 0.5)


def _present(subject: Subject) -> float:
    """1 where the clinic is in both releases."""
    return float(bool(subject.numerator) and bool(subject.before_numerator))


def _columns_promised(pair: Pair) -> Iterator[Subject]:
    from pipelines.release.promises import promised_columns

    for table, promised in promised_columns().items():
        there = pair.now.tables.get(table, {})
        kept = {name: kind for name, kind in promised.items() if name in there and kind in ("", there[name])}
        yield _columns(table, promised, kept)


def _columns_kept(pair: Pair) -> Iterator[Subject]:
    for table, columns in pair.before.tables.items() if pair.before else ():
        there = pair.now.tables.get(table, {})
        yield _columns(table, columns, {name: kind for name, kind in columns.items() if there.get(name) == kind})


def _columns(table: str, wanted: Mapping[str, str], kept: Mapping[str, str]) -> Subject:
    lacking = [f"{name} {kind.lower()}".strip() for name, kind in wanted.items() if name not in kept]
    of = f"{table}: {', '.join(lacking)}" if lacking else table
    return Subject(WHOLE, len(kept), len(wanted), of=of, value=len(lacking))


def _keys_unique(pair: Pair) -> Iterator[Subject]:
    from pipelines.release.promises import promised_keys

    for model in promised_keys():
        if model.name in pair.now.tables:
            counts = pair.now.broken_keys(model.name, model.grain, model.may_be_empty)
            yield from _alone(lambda _, counts=counts: counts)(pair)  # type: ignore[misc]  # a default binds the loop's


def _registry_filled(pair: Pair) -> Iterator[Subject]:
    n = sum(k for k, _ in pair.now.injuries().values())
    yield Subject(WHOLE, n, n, of="registry.episode", value=n)


def _means_stable(pair: Pair) -> Iterator[Subject]:
    """How far each mean moved, in standard deviations of the release before."""
    squares = pair.before.squares() if pair.before else {}

    def moved(subject: Subject) -> float | None:
        within, n = squares.get((subject.subject, subject.of), (0.0, 0.0))
        change = _rate_change(subject)
        return change / (within / n) ** 0.5 if change is not None and within else change

    yield from _compared(Counter.sums, moved)(pair)


def _clinics_send(pair: Pair) -> Iterator[Subject]:
    for subject in _alone(Counter.days_silent)(pair):
        yield subject if pair.at is not None else replace(subject, value=None)


def _snapshot_fresh(pair: Pair) -> Iterator[Subject]:
    if pair.at is not None:
        days = (pair.at.astimezone(UTC).replace(tzinfo=None) - pair.now.known_at()).days
        yield Subject(WHOLE, days, MOST_DAYS, of="ops.known", value=days)


CHECKS = (
    Check(
        "columns_promised",
        CONTRACT,
        "Every table has the columns that the models and the dictionary promise, of their types",
        "columns that are as promised, of those promised",
        _columns_promised,
        high=0,
        needs_before=False,
    ),
    Check(
        "keys_unique",
        CONTRACT,
        "Every row of a table has a key of its own, filled",
        "rows that share or lack their key, of all",
        _keys_unique,
        high=0,
        needs_before=False,
    ),
    Check(
        "values_in_range",
        CONTRACT,
        "No number lies outside the range of its field",
        "numbers out of range, of those filled",
        _alone(Counter.outside),
        high=0,
        needs_before=False,
    ),
    Check(
        "codes_known",
        CONTRACT,
        "Every code is one of its field",
        "unknown codes, of those filled",
        _alone(Counter.unknown_codes),
        high=0,
        needs_before=False,
    ),
    Check(
        "registry_filled",
        CONTRACT,
        "There are injuries in the registry",
        "injuries",
        _registry_filled,
        low=1,
        needs_before=False,
    ),
    Check(
        "columns_kept",
        DRIFT,
        "Every column of the release before is still there, of the same type",
        "columns kept, of those before",
        _columns_kept,
        high=0,
    ),
    Check(
        "clinics_same",
        DRIFT,
        "No clinic is new, none has vanished",
        "injuries of the clinic",
        _compared(Counter.injuries, _present),
        low=1,
    ),
    Check(
        "rows_kept",
        DRIFT,
        "No table has lost more than 2 in 100 of a clinic's rows",
        "rows now, of those before",
        _compared(Counter.rows, _kept),
        low=0.98,
    ),
    Check(
        "rows_grown",
        DRIFT,
        "No table has grown by more than half of a clinic's rows",
        "rows now, of those before",
        _compared(Counter.rows, _grown),
        high=1.5,
    ),
    Check(
        "missing_stable",
        DRIFT,
        "No answer is missing more often or less often by 10 in 100",
        "rows without the answer, of all",
        _compared(Counter.missing, _rate_change),
        low=-0.10,
        high=0.10,
    ),
    Check(
        "codes_stable",
        DRIFT,
        "The share of no code has moved by more than 15 in 100",
        "rows with the code, of those filled",
        _unnamed(_compared(Counter.shares, _rate_change)),
        low=-0.15,
        high=0.15,
    ),
    Check(
        "means_stable",
        DRIFT,
        "No mean has moved by more than half a standard deviation",
        "the sum of the numbers, and how many",
        _unnamed(_means_stable),
        low=-0.5,
        high=0.5,
    ),
    Check(
        "spread_stable",
        DRIFT,
        "No standard deviation has grown by half or shrunk by a third",
        "the sum of squared distances from the mean, and how many numbers",
        _unnamed(_compared(Counter.squares, _spread_change)),
        low=0.667,
        high=1.5,
    ),
    Check(
        "clinics_send",
        DRIFT,
        "Every clinic sent something in the last 180 days",
        "days since its last row, and all its rows",
        _clinics_send,
        high=180,
        needs_before=False,
    ),
    Check(
        "snapshot_fresh",
        DRIFT,
        f"The snapshot is no older than {MOST_DAYS} days",
        "days since the snapshot, of those allowed",
        _snapshot_fresh,
        high=MOST_DAYS,
        needs_before=False,
    ),
)


def ask(check: Check, pair: Pair) -> list[Subject]:
    """The check's value for every clinic and column of either release; of a first release the figures alone."""
    subjects = list(check.ask(pair))
    return [replace(each, value=None) for each in subjects] if check.needs_before and not pair.before else subjects
