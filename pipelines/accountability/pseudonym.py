"""What stands for a patient in the log: a hash with a key of the patient's own, which an erasure throws away.

With the key gone nobody can tell whose lines they were, and no line of the chain had to change.
"""

import hmac
import json
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path

from warehouse.faults import reached
from warehouse.layout import Home
from warehouse.sealed import read_sealed, replace_sealed
from warehouse.tombstones import hash_of, make_key, read_key

_LENGTH = 32  # hex digits; enough never to meet by chance


def name_patients(home: Home, patients: Collection[str]) -> tuple[str, ...]:
    """The hashes that stand for patients; a key is made for whoever has none. The caller holds the log."""
    if not patients:
        return ()
    master, keys = make_key(home), _read(home)
    hashes = {patient: hash_of(master, patient) for patient in sorted(patients)}
    if new := {each: secrets.token_hex(32) for each in hashes.values() if each not in keys}:
        keys = {**keys, **new}
        _write(home, keys)
    return tuple(_name(keys[each], patient) for patient, each in hashes.items())


def find_patient(home: Home, patient: str) -> str | None:
    """The hash that stands for a patient; None where the log never named them, or they were erased."""
    key = _read(home).get(hash_of(read_key(home), patient))
    return _name(key, patient) if key else None


def forget_patients(home: Home, tombstones: Collection[str]) -> None:
    """Throw away the keys of erased patients, given by the hashes of their tombstones. The caller holds the log."""
    keys = _read(home)
    if not keys.keys().isdisjoint(tombstones):
        _write(home, {each: key for each, key in keys.items() if each not in set(tombstones)})
    reached("log.forgotten")


def _name(key: str, patient: str) -> str:
    return hmac.new(bytes.fromhex(key), patient.strip().upper().encode(), "sha256").hexdigest()[:_LENGTH]


def _path(home: Home) -> Path:
    return home.log / "patient-keys.json"


def _read(home: Home) -> Mapping[str, str]:
    path = _path(home)
    return dict(json.loads(read_sealed(path))) if path.exists() else {}


def _write(home: Home, keys: Mapping[str, str]) -> None:
    replace_sealed(_path(home), json.dumps(keys, indent=0).encode())
