"""Files with patients' rows that are no database: sealed with the registry's key where one is set, plain otherwise.

A sealed file is a header (mark, key's fingerprint, salt) and blocks of AES-256-GCM, numbered and the last one marked,
so that a changed, moved, missing or added block shows. Reading takes plain files as they are.
"""

import io
import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from warehouse import keys
from warehouse.durability import replace_file, sync_folder
from warehouse.errors import HomeError
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, Home

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = b"HAMREG\x01\n"
BLOCK = 1 << 20
_SALT, _TAG, _FINGERPRINT = 16, 16, 8
_HEADER = len(MARK) + _FINGERPRINT + _SALT


def seal(content: bytes) -> bytes:
    """The bytes as they are to lie on the disk."""
    if not keys.known():
        return content
    stream = io.BytesIO()
    write_sealed(stream, in_blocks([content]))
    return stream.getvalue()


def in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of any length as blocks, all but the last of the length that `write_sealed` asks for."""
    rest = b""
    for piece in pieces:
        content = rest + piece if rest else piece
        end = len(content) - len(content) % BLOCK
        yield from (content[start : start + BLOCK] for start in range(0, end, BLOCK))
        rest = content[end:]
    if rest:
        yield rest


def write_sealed(stream: IO[bytes], blocks: Iterable[bytes]) -> None:
    """Write blocks of at most `BLOCK` bytes, all but the last of that length."""
    if not keys.known():
        for block in blocks:
            stream.write(block)
        return
    key = keys.known()[0]
    header = MARK + key.fingerprint + os.urandom(_SALT)
    stream.write(header)
    cipher = _cipher(key, header)
    for number, block, is_last in _numbered(blocks):
        if not is_last and len(block) != BLOCK:
            raise ValueError("a block in the middle must be full, or nobody finds the next")
        stream.write(cipher.encrypt(_nonce(number, is_last), block, header))


def read_blocks(path: Path) -> Iterator[bytes]:
    """A file's content in blocks; `HomeError` where it is sealed with another key, or was changed."""
    with path.open("rb") as stream:
        header = stream.read(_HEADER)
        if not header.startswith(MARK):
            stream.seek(0)
            yield from iter(partial(stream.read, BLOCK), b"")
            return
        cipher = _cipher(_key_of(header, path), header)
        for number, block, is_last in _numbered(iter(partial(stream.read, BLOCK + _TAG), b"")):
            yield _open(cipher, number, is_last, block, header, path)


def read_sealed(path: Path) -> bytes:
    """A file's content, whole."""
    return b"".join(read_blocks(path))


def replace_sealed(path: Path, content: bytes) -> None:
    """Write a file in one step, sealed where a key is set."""
    replace_file(path, seal(content))


def seal_file(path: Path) -> None:
    """Have a file lie sealed with the first key, whatever it is sealed with now; killed, it is as before or after."""
    part = path.with_name(f".{path.name}.sealing.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as stream:
        write_sealed(stream, read_blocks(path))
        stream.flush()
        os.fsync(stream.fileno())
    reached("seal.write")
    part.replace(path)
    sync_folder(path.parent)
    reached("seal.swap")


def size_of(path: Path) -> int:
    """How many bytes of content a file holds, told from its length."""
    size = path.stat().st_size
    if not is_sealed(path):
        return size
    sealed = size - _HEADER
    return sealed - _TAG * -(-sealed // (BLOCK + _TAG))


def is_sealed(path: Path) -> bool:
    """Whether a file is sealed, with whatever key."""
    with path.open("rb") as stream:
        return stream.read(len(MARK)) == MARK


def is_sealed_with(path: Path, key: keys.Key) -> bool:
    """Whether a file is sealed with this key."""
    with path.open("rb") as stream:
        return stream.read(len(MARK) + _FINGERPRINT) == MARK + key.fingerprint


def require_key(home: Home) -> None:
    """Raise `HomeError` where the home's files are encrypted and the key is not among those in use.

    What is only written would else be kept with nobody asking: in the open, or under a key that opens nothing here.
    """
    if not keys.known() and home.facts_path.is_file():
        keys.database_secrets(home.facts_path)
    if sample := next(filter(is_sealed, _samples(home)), None):
        with sample.open("rb") as stream:
            _key_of(stream.read(_HEADER), sample)


def _samples(home: Home) -> Iterator[Path]:
    """Few files, of those that lie sealed where a key is set: the oldest kinds first, one of each clinic."""
    yield from filter(Path.is_file, (home.tombstone_key, home.log / "patient-keys.json"))
    for folder in (home.archive_folder, home.inbox_folder):
        for clinic in filter(Path.is_dir, folder.glob("*")):
            with os.scandir(clinic) as entries:
                yield from (Path(entry.path) for entry in islice(filter(os.DirEntry.is_file, entries), 1))


def _numbered(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Each block with its number and whether it is the last; of nothing, one empty block."""
    before, number = None, 0
    for block in blocks:
        if before is not None:
            yield number, before, False
            number += 1
        before = block
    yield number, before or b"", True


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])


def _cipher(key: keys.Key, header: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key.derive(f"file {header[-_SALT:].hex()}"))


def _key_of(header: bytes, path: Path) -> keys.Key:
    if not keys.known():
        raise HomeError(f"{path.name} is encrypted, and no key is set.", f"Set {keys.VARIABLE} to the home's key file.")
    fingerprint = header[len(MARK) : len(MARK) + _FINGERPRINT]
    found = next((key for key in keys.known() if key.fingerprint == fingerprint), None)
    if found is None:
        raise keys.wrong_key(path.name)
    return found


def _open(cipher: "AESGCM", number: int, is_last: bool, block: bytes, header: bytes, path: Path) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return bytes(cipher.decrypt(_nonce(number, is_last), block, header))
    except InvalidTag:
        raise HomeError(
            f"{path.name} was damaged or changed since it was sealed.", "Bring it back from a backup: hamreg restore."
        ) from None
