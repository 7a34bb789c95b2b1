"""What the first run of a day does besides: old files go, and the log's newest digest goes out by mail."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from pipelines.accountability.chain import Verification, read_entries, verify
from pipelines.accountability.log import LOOK, Actor
from pipelines.alerts.mail import MailError
from pipelines.alerts.telling import deliver, write_told
from pipelines.journal import note
from pipelines.retention import apply_retention
from pipelines.settings import Settings
from warehouse.layout import Home


def close_day(home: Home, settings: Settings, actor: Actor, now: datetime, password: str = "") -> bool:
    """Do the day's work, once; False where it was done today. A mail that does not go out stops nothing."""
    today = now.astimezone(settings.zone).date()
    name = f"log-{today:%Y-%m-%d}.txt"
    if (home.digests / name).exists():
        return False
    apply_retention(home, settings.retention, actor, now)
    found = verify(home)
    text = describe(home, settings, found, now)
    write_told(home, name, text)
    state = "HAS BEEN REWRITTEN OR IS DAMAGED" if found.fault else "holds together"
    subject = f"{settings.name}: the log {state}, {found.head[:16]}"
    try:
        deliver(home, settings, now, subject, text, password)
    except MailError as error:
        note("mail.failed", "warning", fault=error.message)
    return True


def describe(home: Home, settings: Settings, found: Verification, now: datetime) -> str:
    """The mail: how far the log goes, its newest digest, and in counts what was done in the last day."""
    day = f"{now.astimezone(settings.zone):%-d %B %Y}"
    if found.fault:
        return (
            f"{settings.name}: the log on {day}\n\nThe log was rewritten or is damaged: {found.fault}.\n"
            "Next: hamreg log --verify, then docs/runbooks/key-and-log.md\n"
        )
    since = (now - timedelta(days=1)).astimezone(UTC).isoformat()
    acts = Counter(str(entry.said["act"]) for entry in read_entries(home) if str(entry.said["at"]) >= since)
    told = ", ".join(f"{count:,} {act}" for act, count in sorted(acts.items()) if act != LOOK) or "nothing was done"
    return (
        f"{settings.name}: the log on {day}\n\n"
        f"{found.n_entries:,} lines, to {found.last_at[:16].replace('T', ' ')} UTC. They hold together.\n"
        f"In the last 24 hours: {told}; {acts[LOOK]:,} looks at patients.\n\n"
        f"Digest of the newest line: {found.head}\n\n"
        "Keep this mail. Whether anything up to here was rewritten later:\n"
        f"hamreg log --verify --mailed {found.head[:16]}\n"
    )
