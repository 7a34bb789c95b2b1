"""The one tree of errors that end a command, with their exit codes (rooted in `warehouse.errors`)."""

from warehouse.errors import AuditError, HomeError, LockedError, QueryError, RegistryError

__all__ = [
    "AuditError",
    "GateError",
    "HomeError",
    "LockedError",
    "QueryError",
    "RegistryError",
    "SettingsError",
    "UnreadableFileError",
    "UsageError",
]


class UsageError(RegistryError):
    """The command was called with something that does not exist or does not fit."""

    exit_code = 2


class UnreadableFileError(RegistryError):
    """A file that cannot be opened, or that no reader of the registry understands."""

    exit_code = 3


class SettingsError(HomeError):
    """`registry.toml` is broken: the message names the line or the key."""


class GateError(RegistryError):
    """A release did not pass its gate."""

    exit_code = 5
