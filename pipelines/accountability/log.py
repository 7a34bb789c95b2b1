"""The account of acts and looks: what may be said in a line, and by whom. How lines hold together is `chain`'s to say.

The command line, Dagster and the portal all record here. No line holds a patient's value or number.
"""

import getpass
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.accountability.chain import Entry, append, held, read_entries
from pipelines.accountability.pseudonym import find_patient, forget_patients, name_patients
from warehouse.layout import Home
from warehouse.records import Decision

LOOK = "look"
# Beside these, the kinds of decisions: undo, share, link, withdraw and what may come.
ACTS = (
    *("init", "clinic", "ids", "submit", "run", "erase", "release", "export", "backup", "restore", "retention"),
    *("request", "cut", "key", "account", "adopt", LOOK),
)
MOST_NAMED = 500  # an answer about more patients than this is a look at a table, not at each of them


@dataclass(frozen=True)
class Actor:
    """Who acts: the name by which the registry knows them, and the account of the machine that did it for them."""

    name: str
    account: str


def this_account() -> Actor:
    """The account that this process runs under."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in some containers
        account = f"uid {os.getuid()}"
    return Actor(account, account)


def record(
    home: Home, actor: Actor, act: str, now: datetime, patients: Collection[str] = (), **details: str | int | list[str]
) -> str:
    """Add one line; its digest. Patients are named by keyed hashes; `details` are counts, ids and names of tables."""
    if act not in ACTS:
        raise ValueError(f"the log knows no act {act}")
    return _add(home, actor, act, now, patients, details)


def _add(
    home: Home, actor: Actor, act: str, now: datetime, patients: Collection[str], details: Mapping[str, Any]
) -> str:
    who = {"who": actor.name} if actor.name == actor.account else {"who": actor.name, "account": actor.account}
    with held(home):
        few = patients if len(patients) <= MOST_NAMED else ()
        named = {"patients": list(name_patients(home, few))} if few else {}
        count = {"n_patients": len(patients)} if patients else {}
        said = {"at": now.astimezone(UTC).isoformat(timespec="milliseconds"), **who, "act": act}
        return append(home, {**said, **details, **count, **named}, now)


def record_decision(home: Home, decision: Decision) -> None:
    """Add the line of a decision that is about to be taken; the decision itself stands in the facts."""
    patients = {number for number in (decision.patient_id, decision.other_patient_id) if number}
    named = {"submission": decision.submission, "clinic": decision.clinic, "scope": decision.scope}
    details = {name: value for name, value in named.items() if value}
    actor = Actor(decision.actor, this_account().account)
    _add(home, actor, decision.kind, decision.decided_at, patients, details)


def forget(home: Home, tombstones: Collection[str]) -> None:
    """Have the log name erased patients no more: their lines stay, and tell nobody whose they are."""
    with held(home):
        forget_patients(home, tombstones)


def read_about(home: Home, patient: str) -> Iterator[Entry]:
    """Every line that names the patient, oldest first."""
    name = find_patient(home, patient)
    return (entry for entry in read_entries(home) if name is not None and name in entry.said.get("patients", ()))
