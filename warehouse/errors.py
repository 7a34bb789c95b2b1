"""The root of the registry's errors: each carries a remedy and an exit code. A user sees them without a traceback."""


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
    """A derived table broke a rule about itself: the snapshot was discarded and the one before stands."""

    exit_code = 1


class QueryError(RegistryError):
    """A query or model that the database could not run. Never quotes a row."""

    exit_code = 2


class ModelError(QueryError):
    """A model breaks the contract of its file: the message names the file, and the line where there is one."""
