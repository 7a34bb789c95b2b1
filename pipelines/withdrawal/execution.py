"""An erasure from its first step to its last; killed at any point, the next start takes it up and ends it.

Every step may be done twice. Where the patient is found is `plan`'s to say, what remains to do `work`'s.
"""

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from pipelines.accountability.log import Actor, forget, record, this_account
from pipelines.answers import forget_answers
from pipelines.errors import UsageError
from pipelines.intake.answering import answer_again
from pipelines.intake.blanking import blank_lines
from pipelines.intake.erased import PATIENT_ERASED, IsErased
from pipelines.intake.intake import Intake
from pipelines.plan import build_plan, version_models
from pipelines.release.publication import remove_unfinished
from pipelines.release.withdrawn import cut_again, withdraw_releases
from pipelines.settings import Settings
from pipelines.withdrawal.plan import Patient, plan_erasure
from pipelines.withdrawal.work import ArchivedFile, Work, clear_work, read_work, write_work
from schemas.dictionary import read_dictionary
from warehouse import ledger
from warehouse.connection import Connection, open_facts
from warehouse.durability import replace_file, sync_folder
from warehouse.erasure import NAMELESS, read_linked, read_patients, rewrite_facts
from warehouse.faults import reached
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.schema_version import back_up_facts, read_version
from warehouse.sealed import read_sealed, replace_sealed
from warehouse.snapshots import publish
from warehouse.states import read_states
from warehouse.tombstones import Tombstone, hash_of, make_key, read_hashes, read_key, read_log, write_log


def preview_erasure(home: Home, settings: Settings, number: str) -> Work:
    """What an erasure would have to do."""
    with lock(home, "preview"), open_facts(home) as connection:
        return _plan(home, settings, connection, Patient(_numbers(connection, number), ()))


def erase(home: Home, settings: Settings, number: str, actor: str, reason: str, now: datetime) -> Work:
    """Erase a patient under every number that was linked to theirs, and say what was done."""
    with lock(home, "withdraw"):
        finish_erasures(home, settings, now)
        key = make_key(home)
        with open_facts(home) as connection:
            patient = Patient(_numbers(connection, number), ())
            said = re.sub(patient.pattern, NAMELESS, reason, flags=re.IGNORECASE) or None
            tombstones = tuple(Tombstone(hash_of(key, item), now, actor, said) for item in sorted(patient.numbers))
            work = _plan(home, settings, connection, replace(patient, tombstones=tombstones))
        record(home, Actor(actor, this_account().account), "erase", now, n_rows=len(work.places))
        write_work(home, work)
        _execute(home, settings, work, now)
    return work


def finish_erasures(home: Home, settings: Settings, now: datetime) -> None:
    """End an erasure that was cut off, and repeat those that facts restored from a backup do not know."""
    work = read_work(home) or _repeated(home, settings)
    if work is not None:
        _execute(home, settings, work, now)


def read_erased(home: Home, connection: Connection) -> IsErased | None:
    """Whether a number is an erased patient's; None where nobody was erased."""
    hashes = read_hashes(connection)
    if not hashes:
        return None
    key = read_key(home)
    return cache(lambda text: hash_of(key, text) in hashes)


def _numbers(connection: Connection, number: str) -> frozenset[str]:
    return frozenset(read_linked(connection, number.strip().upper()))


def _plan(home: Home, settings: Settings, connection: Connection, patient: Patient) -> Work:
    work = plan_erasure(home, settings, connection, patient)
    if not work.places and patient.numbers.isdisjoint(read_patients(connection)):
        raise UsageError("The facts know no patient of that number.", 'hamreg query "from registry.patient"')
    return work


def _repeated(home: Home, settings: Settings) -> Work | None:
    """The work of erasures that the log knows and the facts do not."""
    logged = read_log(home)
    if not logged:
        return None
    key = read_key(home)
    with open_facts(home) as connection:
        known = read_hashes(connection)
        missing = {tombstone.hash: tombstone for tombstone in logged if tombstone.hash not in known}
        if not missing:
            return None
        numbers = frozenset(number for number in read_patients(connection) if hash_of(key, number) in missing)
        work = plan_erasure(home, settings, connection, Patient(numbers, tuple(missing.values())))
    write_work(home, work)
    return work


def _execute(home: Home, settings: Settings, work: Work, now: datetime) -> None:
    erased_at = max(tombstone.erased_at for tombstone in work.tombstones)
    _rewrite(home, work)
    write_log(home, work.tombstones)
    reached("erasure.log")
    forget(home, work.hashes)
    key = read_key(home)
    forget_answers(home, lambda number: hash_of(key, number) in work.hashes)
    for item in work.archived:
        _take_out(home, item)
    _remove_derived(home)
    _answer(home, settings, work, now)
    withdraw_releases(home, work.releases, erased_at)
    today = now.astimezone(settings.zone).date()
    publish(home, build_plan(), known_at=now, today=today, keep=1)
    reached("erasure.derived")
    recut = cut_again(home, work.releases, erased_at)
    _renew_backups(home, work, erased_at)
    _log(home, work, erased_at, recut)
    clear_work(home)


def _rewrite(home: Home, work: Work) -> None:
    key = read_key(home)
    with open_facts(home) as connection:
        is_done = work.hashes <= read_hashes(connection)
        numbers = [number for number in read_patients(connection) if hash_of(key, number) in work.hashes]
    if not is_done:
        rewrite_facts(home, numbers, work.places, work.tombstones, PATIENT_ERASED)


def _take_out(home: Home, item: ArchivedFile) -> None:
    """Put a copy with blank lines in place of an archived file, or remove it where no copy can be made."""
    path = home.archive(item.clinic) / item.digest
    if item.lines is None:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    elif path.exists():
        replace_sealed(path, blank_lines(read_sealed(path), item.encoding, item.lines))
    reached("erasure.archive")


def _remove_derived(home: Home) -> None:
    """Remove snapshots, rows kept of failed audits, what was derived to be looked at, drafts and half releases."""
    remove_unfinished(home)
    for folder in (home.snapshots, home.audits, home.scratch, home.drafts):
        for path in folder.glob("*"):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    reached("erasure.snapshots")


def _answer(home: Home, settings: Settings, work: Work, now: datetime) -> None:
    with open_facts(home) as connection:
        records = [record for name in work.answered if (record := ledger.find(connection, name))]
        states = partial(read_states, connection, version_models())
        answer_again(Intake(home, settings, read_dictionary(), connection, now, states), records)
    reached("erasure.receipts")


def _renew_backups(home: Home, work: Work, erased_at: datetime) -> None:
    """Remove copies of the facts with the patient, and take one without."""
    if not work.backups:
        return
    for name in work.backups:
        (home.backups / name).unlink(missing_ok=True)
    with open_facts(home) as connection:
        renewed = back_up_facts(connection, home, read_version(connection)).name
    for name in set(work.backups) - {renewed}:
        said = {"withdrawn_at": erased_at.isoformat(), "because": "a patient was erased", "recut_as": renewed}
        replace_file(home.backups / f"{Path(name).stem}.withdrawn.json", json.dumps(said, indent=1).encode())
    reached("erasure.backups")


def _log(home: Home, work: Work, erased_at: datetime, recut: str | None) -> None:
    """One line of what was done, in counts and digests; once for each erasure."""
    path = home.log / "erasures.jsonl"
    at = erased_at.astimezone(UTC).isoformat()
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    entry = {
        "erased_at": at,
        "actor": work.tombstones[0].actor,
        "rows": len(work.places),
        "archived_copies": sorted(item.digest for item in work.archived if item.lines is not None),
        "archived_removed": sorted(item.digest for item in work.archived if item.lines is None),
        "receipts": list(work.answered),
        "releases_withdrawn": list(work.releases),
        "recut_as": recut,
        "backups_withdrawn": list(work.backups),
    }
    kept = [line for line in lines if json.loads(line)["erased_at"] != at]
    home.log.mkdir(mode=0o700, exist_ok=True)
    replace_file(path, "".join([*kept, json.dumps(entry) + "\n"]).encode())
    reached("erasure.logged")
