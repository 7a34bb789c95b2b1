"""The registry's key: read from its file by an entry point, asked for here by whatever opens or writes a file.

Without a key files are plain. A key file holds one key a line: the first seals, every one opens, so that a key can be
changed. Each release has a key of its own, made from the first, which can be handed to whoever may open that release.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.durability import replace_file
from warehouse.errors import HomeError

VARIABLE = "HAMREG_KEY_FILE"
_BYTES = 32
_FINGERPRINT_BYTES = 8
_REMEDY = f"Set {VARIABLE} to the file that `hamreg key new` wrote for this home."


@dataclass(frozen=True)
class Key:
    """One secret of 32 random bytes, from which every other is made."""

    secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """The secret for one purpose; it tells nothing of the key or of another purpose's."""
        return hmac.new(self.secret, purpose.encode(), "sha256").digest()

    @property
    def fingerprint(self) -> bytes:
        """What tells this key from another, and nothing else."""
        return self.derive("fingerprint")[:_FINGERPRINT_BYTES]


_keys: tuple[Key, ...] = ()


def use(keys: Sequence[Key]) -> None:
    """Seal with the first of these from now on and open with any; an entry point says so once."""
    global _keys
    _keys = tuple(keys)


def known() -> tuple[Key, ...]:
    """The keys in use, the one that seals first."""
    return _keys


def read_key_file(path: Path) -> tuple[Key, ...]:
    """The keys of a key file; `HomeError` where it is none."""
    try:
        lines = [line for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
        keys = tuple(Key(base64.b64decode(line, validate=True)) for line in lines)
    except OSError as error:
        raise HomeError(f"The key file {path} cannot be read: {error.strerror}.", _REMEDY) from None
    except (UnicodeDecodeError, binascii.Error):
        raise HomeError(f"{path.name} is not a key file.", _REMEDY) from None
    if not keys or any(len(key.secret) != _BYTES for key in keys):
        raise HomeError(f"{path.name} is not a key file: a key has {_BYTES} bytes.", _REMEDY)
    return keys


def use_environment(environment: Mapping[str, str]) -> None:
    """Use the keys of the file that the environment names, or none."""
    name = environment.get(VARIABLE, "")
    use(read_key_file(Path(name)) if name else ())


def write_key_file(path: Path, older: Sequence[Key] = ()) -> Key:
    """Write a new key, before the older ones, into a file for its owner alone."""
    key = Key(secrets.token_bytes(_BYTES))
    lines = [base64.b64encode(each.secret).decode() + "\n" for each in (key, *older)]
    replace_file(path, "".join(lines).encode())
    return key


def purpose_of(path: Path) -> str:
    """What a database's secret is made for: a release has its own, everything else the home's."""
    folder = path.absolute().parent
    return f"release {folder.name.removesuffix('.part')}" if folder.parent.name == "releases" else "database"


def release_secret(release_id: str) -> str | None:
    """The text that opens one release, and nothing else; None where releases are plain."""
    return text_of(_keys[0], f"release {release_id}") if _keys else None


def database_secrets(path: Path) -> tuple[str | None, ...]:
    """The texts to try on a database, likeliest first; None stands for a plain one. A new one takes the first key."""
    is_new = not path.exists() or path.stat().st_size == 0
    if is_new and not _keys:
        return (None,)
    if not is_new and not is_encrypted(path):
        return (None,)
    if not _keys:
        raise HomeError(f"{path.name} is encrypted, and no key is set.", _REMEDY)
    texts = tuple(text_of(key, purpose_of(path)) for key in _keys)
    return texts[:1] if is_new else texts


def is_encrypted(path: Path) -> bool:
    """Whether a DuckDB file is encrypted, by the flag in its header."""
    with path.open("rb") as file:
        header = file.read(28)
    return header[8:12] == b"DUCK" and bool(int.from_bytes(header[20:28], "little") & 1)


def wrong_key(name: str) -> HomeError:
    """The file is sealed with a key that is not among those in use."""
    ours = ", ".join(key.fingerprint.hex() for key in _keys)
    return HomeError(f"{name} is encrypted with another key than the one set ({ours}).", _REMEDY)


def text_of(key: Key, purpose: str) -> str:
    """32 characters of base64: 192 bits, and a length that DuckDB takes for databases and Parquet alike."""
    return base64.b64encode(hashlib.sha256(key.derive(purpose)).digest()[:24]).decode()
