"""Telling people: the weekly digest, and a failed run at once. Each lands in the home's digests and may be mailed.

The same failure is told once a day, however often it is tried again.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.alerts.digest import UNSENT, Line, count, read_lines, render
from pipelines.alerts.mail import MailError, send
from pipelines.home import replace_text
from pipelines.settings import Settings
from warehouse.layout import PRIVATE_FOLDER, Home, instant_id

if TYPE_CHECKING:
    from pipelines.intake.batch import Failure  # brings validation with it, which only a load needs

QUIET = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """What was told: the lines, the file (relative to the home) and whether it was mailed."""

    lines: tuple[Line, ...]
    file: str
    is_mailed: bool


def tell_digest(home: Home, settings: Settings, now: datetime, password: str = "") -> Told:
    """Write the digest and mail it."""
    lines = read_lines(home, settings, now)
    file = write_told(home, f"digest-{instant_id(now)}.txt", render(lines, settings, now))
    need = f"{count(len(lines), 'thing')} {'needs' if len(lines) == 1 else 'need'} somebody"
    subject = f"{settings.name}: {need if lines else 'nothing needs you'}"
    text = (home.path / file).read_text(encoding="utf-8")
    return Told(lines, file, deliver(home, settings, now, subject, text, password))


def tell_failure(
    home: Home, settings: Settings, now: datetime, job: str, why: str, password: str = "", *, is_mailed: bool = True
) -> bool:
    """Say at once that a run failed and why; False where the same was told within a day.

    A mail that does not go out is told by the next digest; the text lies in the home.
    """
    text = (
        f"{settings.name}: the run `{job}` failed.\n\n{why}\n\n"
        "Nothing is lost: files that were not loaded wait, and the snapshot before stands.\n"
        "Next: hamreg status, then hamreg run to see it happen.\n"
    )
    subject = f"{settings.name}: the run {job} failed"
    return _tell(home, settings, now, f"{job}: {why}", subject, text, password if is_mailed else None)


def tell_faults(
    home: Home, settings: Settings, now: datetime, failures: Sequence["Failure"], password: str = ""
) -> bool:
    """Say at once which files brought out a fault of the program; False where there is none, or it is no news."""
    if not failures:
        return False
    places = "\n".join(f"{each.submission} of {each.clinic}: {each.fault}" for each in failures)
    text = (
        f"{settings.name}: {count(len(failures), 'file')} brought out a fault of the program.\n\n{places}\n\n"
        "Nothing is lost: what brought it out waits in the inbox and is tried again; all other files were loaded.\n"
        "Next: send these lines to the developers. They hold nothing of what the files say.\n"
    )
    subject = f"{settings.name}: {count(len(failures), 'file')} could not be loaded"
    return _tell(home, settings, now, f"faults: {places}", subject, text, password)


def _tell(
    home: Home, settings: Settings, now: datetime, news: str, subject: str, text: str, password: str | None
) -> bool:
    """Keep a text and mail it (without a password given, not), where it is news."""
    if not _is_news(home, news, now):
        return False
    write_told(home, f"failure-{instant_id(now)}.txt", text)
    if password is not None:
        with suppress(MailError):
            deliver(home, settings, now, subject, text, password)
    return True


def deliver(home: Home, settings: Settings, now: datetime, subject: str, text: str, password: str = "") -> bool:
    """Mail a text and remember whether mails go out; False where the settings name no server, `MailError` as `send`."""
    try:
        is_sent = send(settings.mail, password, subject, text)
    except MailError as error:
        note_mail(home, now, error.message)
        raise
    note_mail(home, now, "" if is_sent else None)
    return is_sent


def _is_news(home: Home, what: str, now: datetime) -> bool:
    """Whether this was not told within a day; from now on it was."""
    path = home.digests / "told.json"
    told: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    recent = {key: at for key, at in told.items() if now - datetime.fromisoformat(at) < QUIET}
    if what in recent:
        return False
    write_told(home, path.name, json.dumps({**recent, what: now.isoformat()}, indent=1))
    return True


def note_mail(home: Home, now: datetime, fault: str | None) -> None:
    """Remember since when mails do not go out ('' is one that did, None that none is sent), for the digest."""
    path = home.digests / UNSENT
    if fault and not path.exists():
        write_told(home, UNSENT, f"{now.isoformat()} {fault}\n")
    elif fault == "":
        path.unlink(missing_ok=True)


def write_told(home: Home, name: str, text: str) -> str:
    """Keep what was told in the home's digests; the file's name within the home."""
    home.digests.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    replace_text(home.digests / name, text)
    return f"digests/{name}"
