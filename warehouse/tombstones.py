"""Who was erased, as keyed hashes: the key, the hash, and the log that restored facts are brought up to.

Erasing stands in `erasure`; which rows a hash refuses is the intake's to say.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from warehouse.durability import replace_file, sync_folder
from warehouse.errors import HomeError
from warehouse.layout import Home
from warehouse.sealed import read_sealed, replace_sealed

_KEY_BYTES = 32


@dataclass(frozen=True)
class Tombstone:
    """One erased number. `erased_at` is UTC; `reason` is the coordinator's and names nobody."""

    hash: str
    erased_at: datetime
    actor: str
    reason: str | None = None


def hash_of(key: bytes, patient_id: str) -> str:
    """What stands for a number; nobody can try all numbers without the key."""
    return hmac.new(key, patient_id.strip().upper().encode(), "sha256").hexdigest()


def make_key(home: Home) -> bytes:
    """The home's key, made when it is first asked for; of two who ask at once both get the same."""
    if not home.tombstone_key.exists():
        _refuse_lost_key(home)
        _place_key(home)
    return read_sealed(home.tombstone_key)


def _place_key(home: Home) -> None:
    part = home.tombstone_key.with_name(f"{home.tombstone_key.name}.{secrets.token_hex(4)}")
    replace_sealed(part, secrets.token_bytes(_KEY_BYTES))
    with suppress(FileExistsError):
        os.link(part, home.tombstone_key)
    part.unlink()
    sync_folder(home.path)


def read_key(home: Home) -> bytes:
    """The home's key; a `HomeError` where erasures were logged and the key is gone."""
    if not home.tombstone_key.exists():
        _refuse_lost_key(home)
        return b""
    return read_sealed(home.tombstone_key)


def read_log(home: Home) -> tuple[Tombstone, ...]:
    """Every erasure that the home has seen, whatever its facts were restored to since."""
    if not home.tombstones.exists():
        return ()
    return tuple(read_tombstone(json.loads(line)) for line in home.tombstones.read_text(encoding="utf-8").splitlines())


def write_log(home: Home, tombstones: Iterable[Tombstone]) -> None:
    """Add erasures to the log, each once."""
    entries = {tombstone.hash: tombstone for tombstone in (*tombstones, *read_log(home))}
    lines = [json.dumps(as_json(entry)) + "\n" for entry in sorted(entries.values(), key=lambda item: item.erased_at)]
    replace_file(home.tombstones, "".join(lines).encode())


def carry_log(source: Home, target: Home) -> None:
    """Give a home restored from a backup the key and the log of the home it takes over from.

    Its next run then erases again whoever was erased since the backup was made.
    """
    if source.tombstones.exists():
        _refuse_other_key(source, target)
        replace_sealed(target.tombstone_key, read_key(source))
        write_log(target, read_log(source))


def read_hashes(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The hashes that the attached facts know."""
    return frozenset(str(row[0]) for row in connection.execute("select hash from facts.tombstone").fetchall())


def as_json(tombstone: Tombstone) -> dict[str, str | None]:
    """The tombstone as plain values."""
    at = tombstone.erased_at.astimezone(UTC).isoformat()
    return {"hash": tombstone.hash, "erased_at": at, "actor": tombstone.actor, "reason": tombstone.reason}


def read_tombstone(values: Mapping[str, str]) -> Tombstone:
    """The tombstone that `as_json` wrote."""
    at = datetime.fromisoformat(values["erased_at"])
    return Tombstone(values["hash"], at, values["actor"], values.get("reason"))


def _refuse_other_key(source: Home, target: Home) -> None:
    if target.tombstones.exists() and read_key(target) != read_key(source):
        raise HomeError(
            f"{source.path.name} erased patients under another key than the backup's home: it is another registry.",
            "Restore the backup to a folder of its own: hamreg --home FOLDER restore FILE",
        )


def _refuse_lost_key(home: Home) -> None:
    if home.tombstones.exists():
        raise HomeError(
            "Patients were erased here, and the key that tells who is gone (tombstone.key).",
            "Restore it from the same backup as the facts: without it erased patients could come back.",
        )
