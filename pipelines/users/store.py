"""The users of the registry's pages, in a small SQLite file of the home. It knows no page and no patient.

Every change is one transaction, so that the command line and several server processes may use it at once.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from pipelines.errors import UsageError
from pipelines.users.secrets import digest_of, hash_password, is_password, is_too_weak, make_token, totp_step
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home

CLINIC, COORDINATOR, READ_ONLY = "clinic", "coordinator", "read_only"
ROLES = (CLINIC, COORDINATOR, READ_ONLY)
INVITATION_LASTS = timedelta(days=7)
LOCKED_FOR = timedelta(minutes=15)
FAILURES_ALLOWED = 5

_TABLES = """
create table if not exists user (
    name text primary key collate nocase, role text not null, clinic text not null, language text not null,
    password_hash text not null default '', totp_secret text not null default '', totp_step integer not null default 0,
    is_disabled integer not null default 0, epoch integer not null default 0, failures integer not null default 0,
    locked_until text not null default '', invited_until text not null default '', created_at text not null
);
create table if not exists invitation (digest text primary key, name text not null, expires_at text not null);
"""


@dataclass(frozen=True)
class User:
    """One person who may sign in. `epoch` rises when older sessions must end; instants are ISO text in UTC."""

    name: str
    role: str
    clinic: str  # '' for a coordinator, who sees all
    language: str
    password_hash: str = ""
    totp_secret: str = ""
    totp_step: int = 0
    is_disabled: bool = False
    epoch: int = 0
    failures: int = 0
    locked_until: str = ""
    invited_until: str = ""
    created_at: str = ""

    @property
    def may_write(self) -> bool:
        """Whether the user may hand in, mend, answer and decide."""
        return self.role != READ_ONLY

    @property
    def is_coordinator(self) -> bool:
        """Whether the user sees all clinics."""
        return self.role == COORDINATOR

    @property
    def has_password(self) -> bool:
        """Whether the invitation was taken up."""
        return bool(self.password_hash)


_COLUMNS = ", ".join(item.name for item in fields(User))


class Users:
    """The store. Paths are made on first use; every method opens and closes its own connection."""

    def __init__(self, home: Home) -> None:
        self.path = home.path / "portal" / "users.sqlite"

    def add(self, name: str, role: str, clinic: str, language: str, now: datetime) -> str:
        """Add a user and give the token of an invitation; `UsageError` where the name is taken."""
        if role not in ROLES or bool(clinic) == (role == COORDINATOR):
            raise UsageError("A coordinator has no clinic, everybody else has one.", "Give --clinic, or --role.")
        with self._transaction() as connection:
            if _find(connection, name):
                raise UsageError("There is a user of that name.", "hamreg user list; hamreg user reset NAME")
            values = (name, role, clinic, language, now.isoformat())
            connection.execute(
                "insert into user (name, role, clinic, language, created_at) values (?, ?, ?, ?, ?)", values
            )
            return _invite(connection, name, now)

    def list(self) -> list[User]:
        """All users by name."""
        with self._transaction() as connection:
            return [_user(row) for row in connection.execute(f"select {_COLUMNS} from user order by name")]  # noqa: S608

    def find(self, name: str) -> User | None:
        """The user of that name."""
        with self._transaction() as connection:
            return _find(connection, name)

    def reset(self, name: str, now: datetime) -> str:
        """End the user's sessions, forget password and one-time codes, lift a lock; the token of a new invitation."""
        with self._transaction() as connection:
            _needed(connection, name)
            connection.execute(
                "update user set password_hash = '', totp_secret = '', totp_step = 0, is_disabled = 0, failures = 0, "
                "locked_until = '', epoch = epoch + 1 where name = ?",
                (name,),
            )
            return _invite(connection, name, now)

    def disable(self, name: str) -> None:
        """Let the user in no more, from now on."""
        with self._transaction() as connection:
            _needed(connection, name)
            connection.execute("update user set is_disabled = 1, epoch = epoch + 1 where name = ?", (name,))
            connection.execute("delete from invitation where name = ?", (name,))

    def invited(self, token: str, now: datetime) -> User | None:
        """Who was invited by this token, while the invitation lasts."""
        with self._transaction() as connection:
            return _invited(connection, token, now)

    def accept(self, token: str, password: str, now: datetime) -> User | None:
        """Take an invitation up, once: the user with a password, or None where it lasts no more or the word is weak."""
        with self._transaction() as connection:
            user = _invited(connection, token, now)
            if user is None or is_too_weak(password, user.name):
                return None
            values = (hash_password(password), user.name)
            connection.execute(
                "update user set password_hash = ?, epoch = epoch + 1, invited_until = '' where name = ?", values
            )
            connection.execute("delete from invitation where name = ?", (user.name,))
            return _find(connection, user.name)

    def sign_in(self, name: str, password: str, code: str, now: datetime) -> User | None:
        """The user, where name, password and (if asked for) one-time code are right; a code counts once.

        Five wrong tries lock the user for a quarter of an hour, in which the right password does not help either.
        """
        user = self.find(name)
        is_right = is_password(user.password_hash if user else "", password)
        if user is None or user.is_disabled or user.locked_until > now.isoformat():
            return None
        step = totp_step(user.totp_secret, code, now.timestamp()) if user.totp_secret else user.totp_step + 1
        if not is_right or step is None or step <= user.totp_step:
            self._fail(user.name, now)
            return None
        kept = step if user.totp_secret else 0
        with self._transaction() as connection:
            # Of two that come with the same code at once, the second finds the step taken.
            taken = connection.execute(
                "update user set failures = 0, locked_until = '', totp_step = ? where name = ? and epoch = ? "
                "and (totp_secret = '' or totp_step < ?)",
                (kept, user.name, user.epoch, kept),
            )
            return _find(connection, user.name) if taken.rowcount else None

    def end_sessions(self, name: str) -> None:
        """End all sessions of the user."""
        with self._transaction() as connection:
            connection.execute("update user set epoch = epoch + 1 where name = ?", (name,))

    def set_totp(self, name: str, secret: str) -> None:
        """Ask for one-time codes of this secret from now on; '' asks for none."""
        with self._transaction() as connection:
            connection.execute("update user set totp_secret = ?, totp_step = 0 where name = ?", (secret, name))

    def set_language(self, name: str, language: str) -> None:
        """Speak another language to the user."""
        with self._transaction() as connection:
            connection.execute("update user set language = ? where name = ?", (language, name))

    def _fail(self, name: str, now: datetime) -> None:
        with self._transaction() as connection:
            connection.execute("update user set failures = failures + 1 where name = ?", (name,))
            until = (now + LOCKED_FOR).isoformat()
            connection.execute(
                "update user set failures = 0, locked_until = ? where name = ? and failures >= ?",
                (until, name, FAILURES_ALLOWED),
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        self.path.touch(mode=PRIVATE_FILE)
        with closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as connection:
            connection.executescript(_TABLES)
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")


def _user(row: tuple[object, ...]) -> User:
    values = dict(zip((item.name for item in fields(User)), row, strict=True))
    return User(**{**values, "is_disabled": bool(values["is_disabled"])})  # type: ignore[arg-type] # as the table has them


def _find(connection: sqlite3.Connection, name: str) -> User | None:
    row = connection.execute(f"select {_COLUMNS} from user where name = ?", (name,)).fetchone()  # noqa: S608
    return _user(row) if row else None


def _needed(connection: sqlite3.Connection, name: str) -> User:
    user = _find(connection, name)
    if user is None:
        raise UsageError("There is no user of that name.", "hamreg user list")
    return user


def _invite(connection: sqlite3.Connection, name: str, now: datetime) -> str:
    """One invitation a user: an older one ends."""
    token, until = make_token(), (now + INVITATION_LASTS).isoformat()
    connection.execute("delete from invitation where name = ?", (name,))
    connection.execute("insert into invitation values (?, ?, ?)", (digest_of(token), name, until))
    connection.execute("update user set invited_until = ? where name = ?", (until, name))
    return token


def _invited(connection: sqlite3.Connection, token: str, now: datetime) -> User | None:
    row = connection.execute(
        "select name from invitation where digest = ? and expires_at > ?", (digest_of(token), now.isoformat())
    ).fetchone()
    return _find(connection, row[0]) if row else None
