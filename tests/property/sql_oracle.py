"""What the SQL models should give, in slow and plain Python: rows taken one after the other, in order of receipt.

It knows the rules of the registry, not the SQL. Instants are datetimes, days are dates, an answer is a text; a reason
for a missing answer begins with `#`.
"""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Key = tuple[str, ...]
FIELDS: Mapping[str, Sequence[str]] = {
    "enrolment": ("injured_on", "injured_on_precision", "initial_treatment", "decision_on", "surgery_on"),
    "treatment": ("treatment_kind", "treated_on"),
    "follow_up": ("phat_total", "tegner"),
    "event": ("event_kind", "occurred_on", "withdrawal_scope"),
}
LAST_KEY = {"treatment": "treatment_no", "follow_up": "assessed_on", "event": "event_no"}
VISITS = (("month_2", 2, 30), ("month_6", 6, 45), ("month_12", 12, 60), ("month_24", 24, 90), ("month_60", 60, 182))
STRENGTH = {"no_contact": 1, "no_further_use": 2, "erase": 3}


@dataclass(frozen=True)
class Row:
    """One accepted row of a file."""

    form: str
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sent:
    """One file that was read."""

    submission: str
    clinic: str
    received_at: dt.datetime
    digest: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Decision:
    """One decision of the coordinator."""

    kind: str
    at: dt.datetime
    values: Mapping[str, str]


@dataclass
class Version:
    """A row with what was known of its key after it."""

    submission: str
    line: int
    clinic: str
    received_at: dt.datetime
    form: str
    key: Key
    cells: Mapping[str, str]
    sent_as: Key
    row_state: str = "held"
    held_because: str | None = None
    changed: list[str] = field(default_factory=list)
    state: dict[str, str] = field(default_factory=dict)
    superseded_at: dt.datetime | None = None

    @property
    def episode(self) -> Key:
        """Patient, side and injury number."""
        return self.key[:3]

    def answer(self, name: str) -> str | None:
        """What is known of a field: None where nothing is, or only a reason."""
        text = self.state.get(name)
        return None if text is None or text.startswith("#") else text


class Oracle:
    """A registry as it was known, worked out row by row."""

    def __init__(self, sent: Iterable[Sent], decisions: Iterable[Decision], today: dt.date) -> None:
        end = dt.datetime.combine(today, dt.time(23, 59, 59))
        self.today = today
        self.sent = sorted((s for s in sent if s.received_at <= end), key=lambda s: (s.received_at, s.submission))
        self.decisions = [decision for decision in decisions if decision.at <= end]
        self.undone = {d.values["submission"]: d.at for d in reversed(self.decisions) if d.kind == "undo"}
        self.resends = {s.submission for s in self.sent if self._is_resend(s)}
        self.versions: dict[str, list[Version]] = {}
        self.enrolled_at: dict[Key, dt.datetime] = {}
        self.care = self._care()
        self._derive("event")
        self.withdrawn = self._withdrawals()
        for form in ("enrolment", "treatment", "follow_up"):
            self._derive(form)

    def _is_resend(self, later: Sent) -> bool:
        """An equal file came earlier, and none of its kind was undone since."""
        equal = [s for s in self.sent if (s.clinic, s.digest) == (later.clinic, later.digest)]
        earlier = [s for s in equal if (s.received_at, s.submission) < (later.received_at, later.submission)]
        undone = [self.undone[s.submission] for s in equal if s.submission in self.undone]
        last_undo = max((at for at in undone if at <= later.received_at), default=dt.datetime.min)
        return any(s.received_at > last_undo for s in earlier)

    def patient(self, sent_id: str) -> str:
        """The id that holds today, after every link."""
        links = {d.values["other_patient_id"]: d.values["patient_id"] for d in self.decisions if d.kind == "link"}
        while sent_id in links:
            sent_id = links[sent_id]
        return sent_id

    def rows(self, form: str) -> Iterator[Version]:
        """The rows that count, in order of receipt."""
        for file in self.sent:
            if file.submission in self.undone or file.submission in self.resends:
                continue
            for row in (row for row in file.rows if row.form == form):
                key = (self.patient(row.cells["patient_id"]), row.cells["side"], row.cells["injury_no"])
                key += (row.cells[LAST_KEY[form]],) if form in LAST_KEY else ()
                yield Version(
                    file.submission, row.line, file.clinic, file.received_at, form, key, row.cells, sent_as=key
                )

    def _care(self) -> dict[Key, set[str]]:
        """Which clinics may send rows for an episode."""
        clinics, homes = {s.clinic for s in self.sent}, dict[str, str]()
        care = defaultdict(set)
        for row in self.rows("enrolment"):
            sent_id = row.cells["patient_id"]
            prefix = sent_id.split("-")[0] if "-" in sent_id else ""
            home = homes.setdefault(sent_id, prefix if prefix in clinics else row.clinic)
            if row.clinic == home:
                care[row.episode].add(home)
                self.enrolled_at.setdefault(row.episode, row.received_at)
        for decision in self.decisions:
            episode = (decision.values.get("patient_id", ""), decision.values.get("side", ""), "1")
            if decision.kind == "share" and (self.patient(episode[0]), *episode[1:]) in care:
                care[(self.patient(episode[0]), *episode[1:])].add(decision.values["clinic"])
        return care

    def _derive(self, form: str) -> None:
        versions = self.versions[form] = list(self.rows(form))
        enrolled_injuries: dict[Key, tuple[dt.date, dt.date]] = {}
        known: dict[Key, list[Version]] = defaultdict(list)
        for version in versions:
            version.held_because = self._held(version, enrolled_injuries)
            if version.held_because is None:
                self._place(version, known)
        for rows in known.values():
            merge(rows)

    def _held(self, version: Version, injuries: dict[Key, tuple[dt.date, dt.date]]) -> str | None:
        if version.clinic not in self.care.get(version.episode, set()):
            return "not_known_here"
        is_first = version.form == "enrolment" and version.received_at <= self.enrolled_at[version.episode]
        is_late = version.form != "event" and version.received_at > self.withdrawn.get(version.key[0], NEVER)[2]
        if is_late and not is_first:
            return "withdrawn"
        if version.form == "enrolment" and (version.cells["injured_on"] or "#")[0] != "#":
            period = injury_period(version.cells)
            first = injuries.setdefault(version.episode, period)
            if (period[0] - first[1]).days > 60 or (first[0] - period[1]).days > 60:
                return "another_injury"
        return None

    def _place(self, version: Version, known: dict[Key, list[Version]]) -> None:
        """Put the row to its key; a corrected date takes the rows of the old date along."""
        old_on = version.cells.get("replaces_on")
        if old_on and old_on != version.key[-1]:
            old_key = (*version.episode, old_on)
            moved = known.pop(old_key, [])
            for row in moved:
                row.key = version.key
            known[version.key] += moved
        known[version.key].append(version)
        known[version.key].sort(key=lambda row: (row.received_at, row.submission, row.line))

    def _withdrawals(self) -> dict[str, tuple[int, dt.date, dt.datetime]]:
        """Patient -> strength of the scope, first day, instant from which rows wait."""
        found: dict[str, list[tuple[int, dt.date, dt.datetime]]] = defaultdict(list)
        for version in self.current("event"):
            if version.answer("event_kind") == "withdrawal_request":
                strength = STRENGTH[version.answer("withdrawal_scope") or "no_further_use"]
                asked = [
                    row.received_at
                    for row in self.versions["event"]
                    if row.key == version.key
                    and row.row_state != "held"
                    and row.answer("event_kind") == "withdrawal_request"
                    and row.answer("withdrawal_scope") != "no_contact"
                ]
                day = day_of(version.answer("occurred_on")) or version.received_at.date()
                found[version.key[0]].append((strength, day, min(asked, default=END) if strength > 1 else END))
        for decision in self.decisions:
            if decision.kind == "withdraw":
                strength = STRENGTH[decision.values["scope"]]
                patient = self.patient(decision.values["patient_id"])
                found[patient].append((strength, decision.at.date(), decision.at if strength > 1 else END))
        return {
            patient: (max(f[0] for f in all_), min(f[1] for f in all_), min(f[2] for f in all_))
            for patient, all_ in found.items()
        }

    def current(self, form: str) -> list[Version]:
        """The version of each key that holds today."""
        return [v for v in self.versions[form] if v.row_state in ("new", "corrected") and v.superseded_at is None]

    def arm(self, episode: Key) -> str | None:
        """The initial treatment as known when the first follow-up came, else the first one told later."""
        first = min((v.received_at for v in self.versions["follow_up"] if self._counts(v, episode)), default=END)
        told = [v for v in self.versions["enrolment"] if self._counts(v, episode) and v.answer("initial_treatment")]
        before = [v.answer("initial_treatment") for v in told if v.received_at <= first]
        after = [v.answer("initial_treatment") for v in told if v.received_at > first]
        if first == END:
            (now,) = [v.answer("initial_treatment") for v in self.current("enrolment") if v.episode == episode]
            return now
        return before[-1] if before else after[0] if after else None

    def _counts(self, version: Version, episode: Key) -> bool:
        return version.row_state != "held" and version.episode == episode

    def episodes(self) -> dict[Key, tuple[str | None, dt.date | None, dt.date | None]]:
        """Episode -> arm, anchor, day of the crossover."""
        found = {}
        for version in self.current("enrolment"):
            arm = self.arm(version.episode)
            day = {"surgical": "surgery_on", "conservative": "decision_on"}.get(arm or "")
            crossed = [
                day_of(row.answer("treated_on"))
                for row in self.current("treatment")
                if row.episode == version.episode and row.answer("treatment_kind") == "surgery_after_conservative"
            ]
            crossed_on = min((c for c in crossed if c), default=None) if arm == "conservative" else None
            found[version.episode] = (arm, day_of(version.answer(day)) if day else None, crossed_on)
        return found

    def follow_ups(self) -> dict[Key, tuple[str, bool]]:
        """Follow-up -> its visit, and whether it counts."""
        episodes, found = self.episodes(), dict[Key, tuple[str, bool]]()
        for version in self.current("follow_up"):
            anchor = episodes[version.episode][1]
            visit = visit_on(anchor, day_of(version.key[3])) if anchor else "no_anchor"
            found[version.key] = (visit, False)
        for key, (visit, _) in found.items():
            rivals = [other for other, (v, _) in found.items() if other[:3] == key[:3] and v == visit]
            anchor = episodes[key[:3]][1]
            if anchor and visit != "outside_window":
                due = due_on(anchor, visit)
                nearest = min(rivals, key=lambda k: (abs((dt.date.fromisoformat(k[3]) - due).days), k[3]))
                found[key] = (visit, nearest == key)
        return found

    def schedule(self) -> dict[Key, str]:
        """Episode and visit -> status."""
        counted = {(*key[:3], visit) for key, (visit, counts) in self.follow_ups().items() if counts}
        return {
            (*episode, visit): self._status(episode, anchor, visit, is_done=(*episode, visit) in counted)
            for episode, (_, anchor, _) in self.episodes().items()
            for visit, _, _ in VISITS
        }

    def _status(self, episode: Key, anchor: dt.date | None, visit: str, *, is_done: bool) -> str:
        strength, withdrawn_on, _ = self.withdrawn.get(episode[0], NEVER)
        deaths = [
            day_of(v.answer("occurred_on")) or v.received_at.date()
            for v in self.current("event")
            if v.key[0] == episode[0] and v.answer("event_kind") == "death"
        ]
        ended_on = min([*deaths, withdrawn_on])
        if strength > 1:
            return "ended"
        if is_done:
            return "done"
        if anchor is None:
            return "ended" if ended_on < dt.date.max else "not_yet_due"
        opens, closes, missed = window(anchor, visit)
        if ended_on <= closes:
            return "ended"
        steps = ((opens, "not_yet_due"), (closes + DAY, "in_window"), (missed, "overdue"))
        return next((status for until, status in steps if self.today < until), "missed")

    def completeness(self) -> dict[str, tuple[int, ...]]:
        """Visit -> enrolled, ended, not yet due, open, due, done of those due."""
        counts: dict[str, list[int]] = {}
        anchors = {episode: anchor for episode, (_, anchor, _) in self.episodes().items()}
        for (*episode, visit), status in self.schedule().items():
            anchor = anchors[tuple(episode)]
            is_closed = anchor is not None and self.today > window(anchor, visit)[1]
            place = 1 if status == "ended" else 4 if is_closed else 2 if status == "not_yet_due" else 3
            row = counts.setdefault(visit, [0] * 6)
            row[0] += 1
            row[place] += 1
            row[5] += place == 4 and status == "done"
        return {visit: tuple(row) for visit, row in counts.items()}


END = dt.datetime.max
NEVER = (0, dt.date.max, END)  # strength of the scope, day, instant of a withdrawal that is none
DAY = dt.timedelta(days=1)


def merge(rows: Sequence[Version]) -> None:
    """Take the rows of one key one after the other: a blank keeps, an answer supersedes."""
    known: dict[str, str] = {}
    sent_as = rows[0].sent_as
    for number, row in enumerate(rows):
        given = {name: row.cells[name] for name in FIELDS[row.form] if row.cells.get(name)}
        changed = [name for name, text in given.items() if known.get(name) != text]
        changed += ["assessed_on"] if row.sent_as != sent_as else []
        known, sent_as = {**known, **given}, row.sent_as
        row.state = dict(known)
        row.row_state = "new" if number == 0 else "corrected" if changed else "already_known"
        row.changed = sorted(changed) if number else []
    for number, row in enumerate(rows):
        later = [other.received_at for other in rows[number + 1 :] if other.row_state == "corrected"]
        row.superseded_at = later[0] if later else None


def day_of(text: str | None) -> dt.date | None:
    """The day a text names."""
    return dt.date.fromisoformat(text) if text else None


def injury_period(cells: Mapping[str, str]) -> tuple[dt.date, dt.date]:
    """First and last day an injury date may stand for; the last day lies one beyond a month or a year."""
    first = dt.date.fromisoformat(cells["injured_on"])
    months = {"year": 12, "month": 1}.get(cells.get("injured_on_precision", ""), 0)
    return first, add_months(first, months)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_on(anchor: dt.date, visit: str) -> dt.date:
    """The day the visit is due."""
    return next(add_months(anchor, months) for name, months, _ in VISITS if name == visit)


def window(anchor: dt.date, visit: str) -> tuple[dt.date, dt.date, dt.date]:
    """First and last day that count for the visit, and the day from which it is missed."""
    number = [name for name, _, _ in VISITS].index(visit)
    around = dt.timedelta(days=VISITS[number][2])
    due = due_on(anchor, visit)
    if number + 1 < len(VISITS):
        missed = window(anchor, VISITS[number + 1][0])[0]
    else:
        missed = due + around + dt.timedelta(days=366)
    return due - around, due + around, missed


def visit_on(anchor: dt.date, day: dt.date | None) -> str:
    """The visit in whose window the day lies."""
    windows = ((name, window(anchor, name)) for name, _, _ in VISITS)
    return next((name for name, (opens, closes, _) in windows if day and opens <= day <= closes), "outside_window")
