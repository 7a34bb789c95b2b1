"""What may be killed: each act that writes, and what whoever gave the command does after the machine is up again.

An act is done on a home of `crash_world`, on the core without Dagster; `state` tells what a home holds at the end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pipelines.run
import pipelines.withdrawal.execution
from pipelines.accountability.log import record_decision
from pipelines.answers import keep_answer, read_answers
from pipelines.backup import ASIDE, restore_home
from pipelines.errors import UsageError
from pipelines.intake.inbox import hand_in, sweep, waiting
from pipelines.plan import build_plan
from pipelines.protection import protect_home
from pipelines.release.publication import cut_release, list_releases
from pipelines.release.requests import cut_requested, keep_request, read_requests
from pipelines.release.verdict import Verdict
from pipelines.reread import reread_submissions
from pipelines.retention import apply_retention
from pipelines.run import load_waiting, run
from pipelines.settings import Retention
from pipelines.withdrawal.execution import erase
from tests.support.crash_world import ANNA, BERT, CLOCK, ME, enrolments, settings_of
from warehouse import keys, ledger
from warehouse.backup import back_up
from warehouse.compaction import compact
from warehouse.connection import open_facts
from warehouse.derive import Plan
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.model import closure, order_models
from warehouse.records import Decision
from warehouse.snapshots import publish

KEY = keys.Key(bytes(32))
DECISION = Decision("withdraw", CLOCK, "me", patient_id=BERT, scope="no_contact")
ANSWER = Decision(
    "confirm",
    *(CLOCK, "me", None, BERT, "left", 1),
    form="follow_up",
    column="phat_total",
    rule="moved_far",
    found="61",
)
TABLES = ("ops.decision", "registry.episode", "registry.follow_up", "registry.schedule")


@dataclass(frozen=True)
class Act:
    """Something that writes, and what follows a kill: the same again, unless it is seen to be done."""

    do: Callable[[Home], object]
    again: Callable[[Home], object]


def _hand_in(home: Home) -> None:
    hand_in(home, "AMC", "late.csv", enrolments({"patient_id": BERT, "sport": "running"}).encode(), CLOCK)


def _hand_in_again(home: Home) -> None:
    sweep(home)
    if "late.csv" not in {item.file for item in waiting(home)}:
        _hand_in(home)


def _load(home: Home) -> None:
    with lock(home, "run"):
        load_waiting(home, settings_of(home), CLOCK, actor=ME)


def _derive(home: Home) -> None:
    with lock(home, "run"):
        publish(home, _small_plan(), known_at=CLOCK, today=CLOCK.date(), keep=1)


def derive_few_tables() -> None:
    """Have this process derive some of the tables alone: one is written as another is, and all take their time."""
    for module in (pipelines.run, pipelines.withdrawal.execution):
        module.build_plan = _small_plan  # type: ignore[attr-defined]  # each knows it by this name


@cache
def _small_plan() -> Plan:
    plan = build_plan()
    return replace(plan, models=closure(order_models(plan.models, plan.records), TABLES), audits=())


def _run(home: Home) -> None:
    run(home, settings_of(home), lambda: CLOCK, actor=ME)


def _release(home: Home) -> None:
    cut_release(home, lambda: CLOCK, _say_nothing)


def _say_nothing(_: Path, before: tuple[str, Path] | None, page: Path | None = None) -> Verdict:
    """A judge that writes a page as the gate does: what the gate says is tested where it stands."""
    assert page is not None
    page.parent.mkdir()
    page.write_text("nothing", encoding="utf-8")
    return Verdict(before[0] if before else None, ())


def _release_again(home: Home) -> None:
    if len(list_releases(home)) == 1:
        _release(home)


def _request(home: Home) -> None:
    keep_request(home, ME, home.current.resolve().name, list_releases(home)[-1].id, {"drift": "it is so"}, CLOCK)
    _cut_requested(home)


def _cut_requested(home: Home) -> None:
    with lock(home, "run"):
        cut_requested(home, CLOCK, _say_nothing)


def _request_again(home: Home) -> None:
    (_cut_requested if read_requests(home) else _request)(home)


def _erase(home: Home) -> None:
    erase(home, settings_of(home), ANNA, "me", "asked", CLOCK)


def _erase_again(home: Home) -> None:
    try:
        _erase(home)
    except UsageError:  # nobody of that number: it was done, or `erase` has finished it first
        return


def _decide(home: Home) -> None:
    with lock(home, "withdraw"):
        record_decision(home, DECISION)
        with open_facts(home) as connection:
            ledger.decide(connection, DECISION)


def _decide_again(home: Home) -> None:
    with lock(home, "withdraw"), open_facts(home) as connection:
        is_known = bool(ledger.read_decisions(connection))
    if not is_known:
        _decide(home)


def _answer(home: Home) -> None:
    keep_answer(home, ANSWER)
    _run(home)


def _answer_again(home: Home) -> None:
    with lock(home, "confirm"), open_facts(home) as connection:
        is_known = bool(ledger.read_decisions(connection))
    if is_known or read_answers(home):
        _run(home)
    else:
        _answer(home)


def _retain(home: Home) -> None:
    apply_retention(home, Retention(outbox_days=1, backups_days=1), ME, CLOCK)


def _protect(home: Home) -> None:
    keys.use([KEY])
    protect_home(home)


def _compact(home: Home) -> None:
    compact(home, {"finding": "true"})


def _back_up(home: Home) -> None:
    back_up(home, home.path.with_name("second.tar"), CLOCK + timedelta(hours=1))


def _back_up_again(home: Home) -> None:
    if not home.path.with_name("second.tar").exists():
        _back_up(home)


def _restore(home: Home) -> None:
    backup = home.path.with_name("whole.tar")
    restore_home(backup, home, ME, lambda: CLOCK, is_replacing=True, progress=lambda *_: None)


def _restore_again(home: Home) -> None:
    if home.path.exists() and any(home.path.parent.glob(f"home{ASIDE}*")):
        _run(home)
    else:
        _restore(home)


def _reread(home: Home) -> None:
    reread_submissions(home, settings_of(home), lambda: CLOCK, ME, reason="ranges narrowed")


def _migrate(home: Home) -> None:
    with open_facts(Home(home.path.with_name("old"))):
        pass


ACTS: Mapping[str, Act] = {
    "hand in": Act(_hand_in, _hand_in_again),
    "load": Act(_load, _load),
    "derive": Act(_derive, _derive),
    "release": Act(_release, _release_again),
    "request": Act(_request, _request_again),
    "erase": Act(_erase, _erase_again),
    "decide": Act(_decide, _decide_again),
    "answer": Act(_answer, _answer_again),
    "retain": Act(_retain, _retain),
    "protect": Act(_protect, _protect),
    "compact": Act(_compact, _compact),
    "back up": Act(_back_up, _back_up_again),
    "restore": Act(_restore, _restore_again),
    "read again": Act(_reread, _reread),
    "migrate": Act(_migrate, _migrate),
    "run": Act(_run, _run),
}
