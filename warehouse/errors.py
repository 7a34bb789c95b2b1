"""The root of the registry's errors: each carries a remedy and an exit code. A user sees them without a traceback."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.audit import AuditResult


class RegistryError(Exception):
    """Something a user can act on: `message` says what is wrong, `remedy` what to do next."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class HomeError(RegistryError):
    """The registry home is missing, unreadable, of another schema version, or damaged."""

    exit_code = 4


class LockedError(HomeError):
    """Another process holds the writer's lock."""


class AuditError(RegistryError):
    """A derived table broke a rule about itself: the snapshot was discarded and the one before stands.

    `results` is how every check came out, those that passed too (`warehouse.audit.AuditResult`).
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "", results: "Sequence[AuditResult]" = ()) -> None:
        super().__init__(message, remedy)
        self.results = tuple(results)


class QueryError(RegistryError):
    """A query or model that the database could not run. Never quotes a row."""

    exit_code = 2


class ModelError(QueryError):
    """A model breaks the contract of its file: the message names the file, and the line where there is one."""
