"""The digest: a line for each owner and kind of work, with its age and the next step. Writes and sends nothing."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from pipelines.accountability.chain import read_entries, verify
from pipelines.intake.inbox import Waiting, waiting
from pipelines.settings import Settings
from warehouse.connection import reader, translated
from warehouse.freshness import is_behind, newest_fact
from warehouse.layout import Home, read_instant_id

COORDINATOR = "coordinator"
UNSENT = "unsent.txt"  # in the digests: since when mails do not go out, and why
PATIENCE = timedelta(days=1)  # what waits for less is the daemon's to do
SILENT_DAYS = 90
BACKUP_DAYS = 7
FREE_BYTES = 2_000_000_000

OVERDUE = "select clinic, count(*), min(window_closes_on) from mart.overdue group by clinic"
QUERIES = "select clinic, count(*), min(opened_at)::date from ops.query group by clinic"
HELD = "select clinic, count(*), min(received_at)::date from ops.row_version where row_state = 'held' group by clinic"
REFUSED = """
select refused.clinic, count(*), min(refused.received_at)::date
from ops.submission as refused
left join (
    select clinic, max(received_at) as last_read_at from ops.submission where refused is null group by clinic
) as read using (clinic)
where refused.refused is not null and refused.received_at > coalesce(read.last_read_at, timestamp '-infinity')
group by refused.clinic
"""
UNDECIDED = """
select '' as clinic, count(*), min(withdrawn_on) from ops.withdrawal where not is_decided having count(*) > 0
"""
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
        parts += ["", _address(owner, settings), *render_lines(tuple(of_owner), today)]
    return "\n".join(parts) + "\n"


def render_lines(lines: tuple[Line, ...], today: date) -> list[str]:
    """The lines of one owner; what has the same next step stands together and says it once."""
    steps = dict.fromkeys(line.next_step for line in lines)
    told = {step: "; ".join(_aged(line, today) for line in lines if line.next_step == step) for step in steps}
    return [f"- {text}. Next: {step}" for step, text in told.items()]


def _address(owner: str, settings: Settings) -> str:
    clinic = settings.clinics.get(owner)
    details = ", ".join(filter(None, (clinic.name, clinic.contact))) if clinic else ""
    return f"{owner}: {details}" if details else owner


def _aged(line: Line, today: date) -> str:
    days = max((today - line.since).days, 0)
    age = f"for {count(days, 'day')}" if days else "since today"
    return f"{line.text}, {age}"


def _coordinator_lines(home: Home, now: datetime) -> Iterator[Line]:
    yield from _run_lines(home, now)
    errors = sorted(home.log.glob("error-*.txt"))
    if errors:
        first = read_instant_id(errors[0].stem.removeprefix("error-"))
        text = f"{count(len(errors), 'fault')} of the program {'is' if len(errors) == 1 else 'are'} kept in log/"
        yield Line(COORDINATOR, "faults", text, first.date(), "send them to the developers, then remove them")
    if (free := shutil.disk_usage(home.path).free) < FREE_BYTES:
        text = f"{free / 1e9:.1f} GB are free on the registry's disk"
        yield Line(COORDINATOR, "disk", text, now.date(), "make room; old releases and backups are the largest")
    yield from _kept_lines(home, now)


def _run_lines(home: Home, now: datetime) -> Iterator[Line]:
    items = list(waiting(home))
    n_stuck, tried = _stuck(home, items)
    if n_stuck:
        text = f"{count(n_stuck, 'file')} brought out a fault of the program and {'waits' if n_stuck == 1 else 'wait'}"
        step = "send the newest failure-*.txt in digests/ to the developers"
        yield Line(COORDINATOR, "stuck", text, min(item.received_at for item in tried).date(), step)
    long_ago = [item for item in items if item not in tried and now - item.received_at > PATIENCE]
    if long_ago:
        first = min(item.received_at for item in long_ago)
        text = f"{count(len(long_ago), 'file')} {'waits' if len(long_ago) == 1 else 'wait'} in the inboxes"
        yield Line(COORDINATOR, "waiting", text, first.date(), "hamreg run, and read what it says")
    fact = datetime.fromtimestamp(newest_fact(home) / 1e9, UTC)
    if is_behind(home) and now - fact > PATIENCE:
        text = "the snapshot lacks the newest facts: no run has ended well"
        yield Line(COORDINATOR, "behind", text, fact.date(), "hamreg run; where an audit failed, hamreg audit show")


def _stuck(home: Home, items: Sequence[Waiting]) -> tuple[int, Sequence[Waiting]]:
    """How many files brought out a fault of the program in the last run, and those that wait since before it."""
    runs = [entry.said for entry in read_entries(home) if entry.said.get("act") == "run"]
    n_failed = int(runs[-1].get("n_failed", 0)) if runs else 0
    tried = [item for item in items if n_failed and item.received_at <= datetime.fromisoformat(runs[-1]["at"])]
    return min(n_failed, len(tried)), tried


def _kept_lines(home: Home, now: datetime) -> Iterator[Line]:
    """What protects the registry: its mail, its log, its backups."""
    unsent = home.digests / UNSENT
    if unsent.exists():
        since = datetime.fromisoformat(unsent.read_text(encoding="utf-8").split(" ")[0])
        step = "mend [mail] in registry.toml, then hamreg digest --send"
        yield Line(COORDINATOR, "unsent", "mails do not go out", since.date(), step)
    log = verify(home)
    if log.fault:
        step = "compare with the log of a backup: docs/runbooks/key-and-log.md"
        yield Line(COORDINATOR, "log", "the log of who did what was changed", now.date(), step)
    made = [entry.said["at"] for entry in read_entries(home) if entry.said.get("act") == "backup"]
    last = datetime.fromisoformat(made[-1]) if made else None
    begun = datetime.fromisoformat(log.first_at) if log.first_at else now
    if now - (last or begun) > timedelta(days=BACKUP_DAYS):
        text = "the last backup is old" if last else "there is no backup"
        yield Line(COORDINATOR, "backup", text, (last or begun).date(), "hamreg backup FOLDER, on another disk")


def _clinic_lines(home: Home, settings: Settings, today: date) -> Iterator[Line]:
    if not home.registry_path.exists():
        return
    found = _ask(home)
    for clinic, (n, since) in found[OVERDUE].items():
        text = f"{count(n, 'follow-up')} {'is' if n == 1 else 'are'} overdue"
        yield Line(clinic, "overdue", text, since, f"hamreg overdue --clinic {clinic}")
    for clinic, (n, since) in found[QUERIES].items():
        text = f"{count(n, 'question')} {'is' if n == 1 else 'are'} open"
        yield Line(clinic, "queries", text, since, f"hamreg questions --clinic {clinic}")
    for clinic, (n, since) in found[HELD].items():
        text = f"{count(n, 'row')} {'is' if n == 1 else 'are'} held"
        yield Line(clinic, "held", text, since, "send the enrolments they wait for")
    for clinic, (n, since) in found[REFUSED].items():
        text = f"{count(n, 'file')} {'was' if n == 1 else 'were'} refused and nothing came since"
        yield Line(clinic, "refused", text, since, f"mend what outbox/{clinic}/ says of it and hand it in again")
    for n, since in found[UNDECIDED].values():
        text = f"{count(n, 'patient')} asked to withdraw and {'waits' if n == 1 else 'wait'} for a decision"
        step = 'hamreg query "from ops.withdrawal where not is_decided", then hamreg withdraw'
        yield Line(COORDINATOR, "undecided", text, since, step)
    for clinic, (_, last) in found[LAST_SEEN].items():
        if clinic in settings.clinics and (today - last).days > SILENT_DAYS:
            asked = settings.clinics[clinic].contact or clinic
            yield Line(COORDINATOR, f"silent {clinic}", f"{clinic} has handed nothing in", last, f"ask {asked}")


def count(n: int, thing: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def _ask(home: Home) -> dict[str, Mapping[str, tuple[int, date]]]:
    """The answer to each question: clinic -> how many, since when."""
    with reader(home.registry_path) as connection, translated("The digest could not be read"):
        return {
            query: {clinic: (n, since) for clinic, n, since in connection.execute(query).fetchall()}
            for query in (OVERDUE, QUERIES, HELD, REFUSED, UNDECIDED, LAST_SEEN)
        }
