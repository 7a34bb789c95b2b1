"""Which of a home's files are encrypted, and bringing all of them under the first key. How is `warehouse`'s to say."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.diagnosis import BAD, OK, WARNING, Diagnosis
from pipelines.errors import HomeError, UsageError
from pipelines.release.rekeying import protect_releases
from warehouse import keys
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.rekeying import files_with_rows, protect, read_unprotected
from warehouse.sealed import require_key

BLOCK_DEVICES = Path("/sys/dev/block")


@dataclass(frozen=True)
class Protected:
    """How many files were brought under the key, and releases that could not be because they are not as cut."""

    n_files: int
    damaged_releases: tuple[str, ...]


def protect_home(home: Home) -> Protected:
    """Encrypt with the first key whatever is not; what was plain is gone once this is through. May be done again."""
    if not keys.known():
        raise UsageError("No key is set.", f"hamreg key new FILE, then set {keys.VARIABLE} to that file.")
    with lock(home, "key apply"):
        released = protect_releases(home)
        others = [path for path in read_unprotected(home) if home.releases not in path.parents]
        for path in others:
            protect(path)
    return Protected(len(others) + released.n_files, released.damaged)


def examine_protection(home: Home, environment: str = keys.VARIABLE) -> Iterator[Diagnosis]:
    """Whether the home's files and the disk below them are encrypted, and whether the key is kept as it should be."""
    yield _encryption(home)
    if name := os.environ.get(environment):
        yield _key_file(home, Path(name))
    yield _disk(home)


def _encryption(home: Home) -> Diagnosis:
    try:
        require_key(home)
    except HomeError as error:
        return Diagnosis("encryption", BAD, f"on, and the key is not here: {error.message}", error.remedy)
    if not keys.known():
        remedy = "hamreg key new FILE encrypts it: docs/runbooks/key-and-log.md"
        return Diagnosis("encryption", WARNING, "off: whoever copies the disk reads everything", remedy)
    plain, n_files = list(read_unprotected(home)), len(list(files_with_rows(home)))
    key = f"key {keys.known()[0].fingerprint.hex()}"
    if plain:
        text = (
            f"{key}; {len(plain):,} of {n_files:,} files are not under it, {plain[0].relative_to(home.path)} among them"
        )
        return Diagnosis("encryption", WARNING, text, "hamreg key apply")
    return Diagnosis("encryption", OK, f"{key}; files with patients' rows are under it: {n_files:,} of {n_files:,}")


def _key_file(home: Home, path: Path) -> Diagnosis:
    if home.path.resolve() in path.resolve().parents:
        return Diagnosis(
            "key file", BAD, "it lies in the home, and protects nothing there", "Move it to another medium."
        )
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Diagnosis("key file", WARNING, "others can read it", f"chmod 600 {path}")
    return Diagnosis("key file", OK, "outside the home, open to its owner alone")


def _disk(home: Home) -> Diagnosis:
    device = home.path.stat().st_dev
    found = BLOCK_DEVICES / f"{os.major(device)}:{os.minor(device)}"
    if is_encrypted_device(found):
        return Diagnosis("disk below", OK, "encrypted")
    text = "no encryption of the disk can be seen from here"
    remedy = "Ask who runs the machine: freed blocks hold what was deleted" if not keys.known() else ""
    return Diagnosis("disk below", OK, text, remedy)


def is_encrypted_device(device: Path) -> bool:
    """Whether a block device of Linux, or one it is made of, is encrypted by the kernel."""
    uuid = device / "dm" / "uuid"
    if uuid.is_file() and uuid.read_text(encoding="ascii").startswith("CRYPT-"):
        return True
    return any(map(is_encrypted_device, sorted((device / "slaves").glob("*"))))
