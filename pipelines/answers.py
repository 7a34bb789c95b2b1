"""Answers to questions, given where nobody may write to the facts: each waits as a small file until the next run.

An answer is a decision, as `hamreg confirm` takes it, and it was logged when it was given. Keeping one needs no lock.
"""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pipelines.intake.inbox import is_alive
from warehouse import ledger
from warehouse.connection import Connection
from warehouse.durability import sync_folder
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FOLDER, Home, instant_id
from warehouse.records import Decision
from warehouse.sealed import read_sealed, replace_sealed


def keep_answer(home: Home, decision: Decision) -> str:
    """Keep an answer until the next run; its name. It is there whole or not at all, and under the home's key."""
    home.answers.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    name = f"{instant_id(decision.decided_at)}~{secrets.token_hex(6)}.{os.getpid()}.json"
    content = {**asdict(decision), "decided_at": decision.decided_at.isoformat()}
    replace_sealed(home.answers / name, json.dumps(content, ensure_ascii=False).encode())
    reached("answers.kept")
    return name


def read_answers(home: Home) -> Mapping[str, Decision]:
    """The answers that wait, by name, in the order given."""
    return {path.name: _read(path) for path in sorted(home.answers.glob("*.json"))}


def take_answers(home: Home, connection: Connection) -> int:
    """Put what waits among the decisions, each once, also after a run that was cut off. The caller holds the lock."""
    _sweep(home)
    answers = read_answers(home)
    known = set(ledger.read_decisions(connection).values()) if answers else set()
    for name, decision in answers.items():
        if decision not in known:
            ledger.decide(connection, decision)
        take_back(home, name)
        reached("answers.taken")
    return len(answers)


def take_back(home: Home, name: str) -> None:
    """Have an answer wait no more."""
    (home.answers / name).unlink(missing_ok=True)
    sync_folder(home.answers)


def forget_answers(home: Home, is_forgotten: Callable[[str], bool]) -> None:
    """Remove the answers about patients who are erased."""
    for name, decision in read_answers(home).items():
        if decision.patient_id and is_forgotten(decision.patient_id):
            take_back(home, name)


def _sweep(home: Home) -> None:
    """Remove what an answer left whose writer died; one under way stays."""
    for part in home.answers.glob(".*.json.part"):
        if not is_alive(part.name.split(".")[-3]):
            part.unlink(missing_ok=True)


def _read(path: Path) -> Decision:
    content = json.loads(read_sealed(path))
    return Decision(**{**content, "decided_at": datetime.fromisoformat(content["decided_at"])})
