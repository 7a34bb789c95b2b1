"""What one running portal stands on: the home, the clock, users, the keys of cookies and links. Renders nothing."""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from pipelines.reports.source import Database, Source, source_of
from pipelines.settings import Settings, read_settings
from pipelines.users.store import Users
from warehouse.durability import replace_file
from warehouse.layout import PRIVATE_FOLDER, Home

KEY_BYTES = 32


@dataclass(frozen=True)
class Portal:
    """The home that is served. The settings are read anew where the file changed; a snapshot is opened per request."""

    home: Home
    clock: Callable[[], datetime]
    is_secure: bool = False  # whether cookies go over HTTPS alone

    @cached_property
    def users(self) -> Users:
        """Who may sign in."""
        return Users(self.home)

    @property
    def folder(self) -> Path:
        """Where the portal keeps what is its own: users, key, files under way."""
        folder = self.home.path / "portal"
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        return folder

    @property
    def settings(self) -> Settings:
        """The registry's settings as they are now."""
        return read_settings(self.home.settings_path)

    @cached_property
    def key(self) -> bytes:
        """The home's own key for cookies and links; made once."""
        path = self.folder / "key"
        if not path.exists():
            replace_file(path, secrets.token_bytes(2 * KEY_BYTES))
        return path.read_bytes()

    @cached_property
    def links(self) -> "Links":
        """The handles that stand for patients in addresses."""
        return Links(self.key[KEY_BYTES:])

    def database(self) -> Database:
        """The current snapshot, to be opened read-only for one request; a later run does not change what it sees."""
        return Database(self.home.registry_path)

    def source(self, database: Database) -> Source:
        """What every number of a page rests on."""
        settings = self.settings
        return source_of(database, is_synthetic=settings.is_synthetic, registry=settings.name)


class Links:
    """Handles for what must not stand in an address or a log: text to handle and back, with the home's key.

    Source: AES-SIV (RFC 5297), which gives the same handle for the same text and tells a forged one.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def hide(self, text: str) -> str:
        """The handle of a text: letters, digits, `-` and `_`."""
        return base64.urlsafe_b64encode(self._cipher.encrypt(text.encode(), None)).decode().rstrip("=")

    def reveal(self, handle: str) -> str | None:
        """The text behind a handle; None where it is none of ours."""
        try:
            hidden = base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4))
            return self._cipher.decrypt(hidden, None).decode()
        except (ValueError, InvalidTag):
            return None
