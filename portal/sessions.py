"""Who is signed in: what the signed cookie holds and how long it counts. Knows no page."""

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

from pipelines.users.store import User
from portal.state import Portal

CSRF = "csrf"
LANGUAGE = "language"
COOKIE = "hamreg"
LASTS = timedelta(hours=10)
IDLE = timedelta(hours=1)

Session = MutableMapping[str, Any]


def begin(session: Session, user: User, now: datetime) -> None:
    """Sign in: whatever the cookie held before is forgotten, its token for forms included."""
    session.clear()
    session.update(user=user.name, epoch=user.epoch, since=now.timestamp(), seen=now.timestamp())


def end(session: Session) -> None:
    """Sign out."""
    session.clear()


def read_user(portal: Portal, session: Session) -> User | None:
    """The user of a session that still counts: not too old, not idle too long, of this epoch, not disabled."""
    name, now = session.get("user"), portal.clock().timestamp()
    if name is None:
        return None
    is_fresh = now - session["since"] < LASTS.total_seconds() and now - session["seen"] < IDLE.total_seconds()
    user = portal.users.find(str(name)) if is_fresh else None
    if user is None or user.is_disabled or user.epoch != session.get("epoch"):
        end(session)
        return None
    session["seen"], session[LANGUAGE] = now, user.language
    return user
