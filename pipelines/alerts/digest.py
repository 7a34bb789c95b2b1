"""The digest: a line for each owner and kind of work, with its age and the next step. Writes and sends nothing."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from pipelines.intake.inbox import waiting
from pipelines.settings import Settings
from warehouse.connection import reader, translated
from warehouse.freshness import is_behind, newest_fact
from warehouse.layout import Home, read_instant_id

COORDINATOR = "coordinator"
PATIENCE = timedelta(days=1)  # what waits for less is the daemon's to do
SILENT_DAYS = 90
FREE_BYTES = 2_000_000_000

OVERDUE = "select clinic, count(*), min(window_closes_on) from mart.overdue group by clinic"
QUERIES = "select clinic, count(*), min(opened_at)::date from ops.query group by clinic"
HELD = "select clinic, count(*), min(received_at)::date from ops.row_version where row_state = 'held' group by clinic"
LAST_SEEN = "select clinic, count(*), max(received_at)::date from ops.submission group by clinic"


@dataclass(frozen=True)
class Line:
    """One thing somebody has to do. Owner and kind together are unique in a digest."""

    owner: str  # a clinic's code, or the coordinator
    kind: str
    text: str
    since: date
    next_step: str


def read_lines(home: Home, settings: Settings, now: datetime) -> tuple[Line, ...]:
    """Every line, the coordinator's first, then by clinic; the oldest first."""
    today = now.astimezone(settings.zone).date()
    lines = [*_coordinator_lines(home, now), *_clinic_lines(home, settings, today)]
    return tuple(sorted(lines, key=lambda line: (line.owner != COORDINATOR, line.owner, line.since, line.kind)))


def render(lines: tuple[Line, ...], settings: Settings, now: datetime) -> str:
    """The digest as plain text."""
    today = now.astimezone(settings.zone).date()
    head = f"{settings.name}: what needs whom on {today:%-d %B %Y}"
    if not lines:
        return f"{head}\n\nNothing needs anybody.\n"
    parts = [head]
    for owner, of_owner in groupby(lines, key=lambda line: line.owner):
        parts += ["", _address(owner, settings), *(_sentence(line, today) for line in of_owner)]
    return "\n".join(parts) + "\n"


def _address(owner: str, settings: Settings) -> str:
    clinic = settings.clinics.get(owner)
    details = ", ".join(filter(None, (clinic.name, clinic.contact))) if clinic else ""
    return f"{owner}: {details}" if details else owner


def _sentence(line: Line, today: date) -> str:
    days = max((today - line.since).days, 0)
    age = "since today" if days == 0 else "for 1 day" if days == 1 else f"for {days:,} days"
    return f"- {line.text}, {age}. Next: {line.next_step}"


def _coordinator_lines(home: Home, now: datetime) -> Iterator[Line]:
    long_ago = [item for item in waiting(home) if now - item.received_at > PATIENCE]
    if long_ago:
        first = min(item.received_at for item in long_ago)
        text = f"{len(long_ago):,} files wait in the inboxes"
        yield Line(COORDINATOR, "waiting", text, first.date(), "hamreg run, and read what it says")
    fact = datetime.fromtimestamp(newest_fact(home) / 1e9, UTC)
    if is_behind(home) and now - fact > PATIENCE:
        text = "the snapshot lacks the newest facts: no run has ended well"
        yield Line(COORDINATOR, "behind", text, fact.date(), "hamreg run; where an audit failed, hamreg audit show")
    errors = sorted(home.log.glob("error-*.txt"))
    if errors:
        first = read_instant_id(errors[0].stem.removeprefix("error-"))
        text = f"{len(errors):,} faults of the program are kept in log/"
        yield Line(COORDINATOR, "faults", text, first.date(), "send them to the developers, then remove them")
    if (free := shutil.disk_usage(home.path).free) < FREE_BYTES:
        text = f"{free / 1e9:.1f} GB are free on the registry's disk"
        yield Line(COORDINATOR, "disk", text, now.date(), "make room; old releases and backups are the largest")


def _clinic_lines(home: Home, settings: Settings, today: date) -> Iterator[Line]:
    if not home.registry_path.exists():
        return
    found = _ask(home)
    for clinic, (n, since) in found[OVERDUE].items():
        yield Line(clinic, "overdue", f"{n:,} follow-ups are overdue", since, f"hamreg overdue --clinic {clinic}")
    for clinic, (n, since) in found[QUERIES].items():
        step = f"hamreg questions --clinic {clinic}"
        yield Line(clinic, "queries", f"{n:,} questions are open", since, step)
    for clinic, (n, since) in found[HELD].items():
        yield Line(clinic, "held", f"{n:,} rows are held", since, "send the enrolments they wait for")
    for clinic, (_, last) in found[LAST_SEEN].items():
        if clinic in settings.clinics and (today - last).days > SILENT_DAYS:
            yield Line(clinic, "silent", "nothing was handed in", last, "ask the clinic")


def _ask(home: Home) -> dict[str, Mapping[str, tuple[int, date]]]:
    """The answer to each question: clinic -> how many, since when."""
    with reader(home.registry_path) as connection, translated("The digest could not be read"):
        return {
            query: {clinic: (n, since) for clinic, n, since in connection.execute(query).fetchall()}
            for query in (OVERDUE, QUERIES, HELD, LAST_SEEN)
        }
