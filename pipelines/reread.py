"""Reading submissions again under the dictionary of this version: what would change, and adopting it.

Nothing that was read before is changed: an adopted reading counts from its instant on, and an earlier day still gives
the old one. The differences are counts of rows, fields and rules, never a value.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from pipelines.accountability.log import Actor, record
from pipelines.errors import UsageError
from pipelines.intake.facts import form_tables
from pipelines.intake.outcome import as_frame
from pipelines.intake.rereading import read_again
from pipelines.intake.submission import Progress
from pipelines.run import publish_snapshot
from pipelines.settings import Clinic, Settings
from schemas.dictionary import Dictionary, read_dictionary
from warehouse import ledger
from warehouse.connection import Connection, open_facts
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.readings import Adoption, adopt, read_current, read_submissions
from warehouse.records import ROW_COLUMNS, SectionRecord, SubmissionRecord

Count = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class Difference:
    """What another reading says otherwise, in counts.

    rows: (form, `accepted` or `rejected`) -> rows that would be so now and were not. fields: (form, field, `readable`,
    `set_aside` or `changed`) -> cells. rules: (form, rule, `found` or `gone`) -> findings.
    """

    rows: Count = field(default_factory=Counter)
    fields: Count = field(default_factory=Counter)
    rules: Count = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.rows or self.fields or self.rules)

    def __add__(self, other: "Difference") -> "Difference":
        return Difference(self.rows + other.rows, self.fields + other.fields, self.rules + other.rules)


@dataclass(frozen=True)
class Reread:
    """One submission read again: its sections as they would be, and what is otherwise."""

    submission: SubmissionRecord
    sections: tuple[SectionRecord, ...]
    difference: Difference


def reread_submissions(
    home: Home,
    settings: Settings,
    clock: Callable[[], datetime],
    actor: Actor,
    submissions: Collection[str] = (),
    reason: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Difference]:
    """What another reading of these submissions (or of all) says otherwise, by submission.

    With a reason the readings are adopted and a snapshot is derived, also where none differs: one that was cut off in
    between is finished so. Without a reason nothing is changed. `UsageError` names how many of the submissions are not
    known.
    """
    dictionary = read_dictionary()
    with lock(home, "reread"):
        with open_facts(home) as connection:
            names = _wanted(read_submissions(connection), submissions)
            rereads = reread(connection, dictionary, names, progress)
            if reason is None:
                return {found.submission.submission: found.difference for found in rereads}
            adoption = Adoption(dictionary.version, clock(), actor.name, reason)
            adopted = adopt_readings(connection, dictionary, rereads, adoption)
        record(home, actor, "adopt", clock(), dictionary=dictionary.version, n_submissions=len(adopted))
        publish_snapshot(home, settings, clock(), progress)
    return adopted


def reread_known(
    home: Home,
    settings: Settings,
    clock: Callable[[], datetime],
    actor: Actor,
    submissions: Collection[str],
    reason: str,
    progress: Progress | None = None,
) -> dict[str, Difference]:
    """As `reread_submissions` with a reason, but for those that have no reading: they were refused or sent before."""
    with lock(home, "reread"), open_facts(home) as connection:
        known = set(read_submissions(connection)).intersection(submissions)
    return reread_submissions(home, settings, clock, actor, known, reason, progress) if known else {}


def _wanted(known: Sequence[str], asked: Collection[str]) -> list[str]:
    if unknown := set(asked) - set(known):
        text = f"{len(unknown):,} of the submissions are not known, were refused, or were sent before."
        raise UsageError(text, 'hamreg query "select submission, file from ops.submission"')
    return [name for name in known if not asked or name in set(asked)]


def reread(
    connection: Connection, dictionary: Dictionary, submissions: Sequence[str], progress: Progress | None = None
) -> Iterator[Reread]:
    """Read submissions again, each under the settings it came under; those that say the same are left out."""
    ledger.ensure_form_tables(connection, form_tables(dictionary))
    for number, name in enumerate(submissions, start=1):
        found = _reread(connection, dictionary, name)
        if progress is not None:
            progress("read again", number, len(submissions))
        if found is not None and found.difference:
            yield found


def adopt_readings(
    connection: Connection, dictionary: Dictionary, rereads: Iterable[Reread], adoption: Adoption
) -> dict[str, Difference]:
    """Have the new readings count from the adoption on, each in its own transaction; what changed, by submission.

    Cut off, it is finished by adopting again: a reading that says what the last one says is no difference.
    """
    adopted = {}
    for found in rereads:
        adopt(connection, found.submission, found.sections, adoption, dictionary.to_json())
        adopted[found.submission.submission] = found.difference
    return adopted


def _reread(connection: Connection, dictionary: Dictionary, name: str) -> Reread | None:
    submission = ledger.find(connection, name)
    if submission is None or submission.refused is not None:
        return None
    clinics = read_clinics(connection, submission.settings_version)
    formats = {code: clinic.id_format for code, clinic in clinics.items()}
    clinic = clinics.get(submission.clinic, Clinic(submission.clinic))
    before = ledger.read_sections(connection, read_current(connection, name))
    after = read_again(submission, before, dictionary, clinic, formats)
    differences = [compare(old, new) for old, new in zip(before, after, strict=True)]
    return Reread(submission, after, sum(differences, Difference()))


def read_clinics(connection: Connection, version: str) -> Mapping[str, Clinic]:
    """The clinics as the settings of that version have them."""
    content = ledger.read_version(connection, "settings", version)
    clinics = json.loads(content)["clinics"] if content else {}
    known = set(Clinic.__dataclass_fields__)
    return {
        code: Clinic(**{key: value for key, value in said.items() if key in known}) for code, said in clinics.items()
    }


def compare(before: SectionRecord, after: SectionRecord) -> Difference:
    """What a section's other reading says otherwise."""
    return Difference(_rows(before, after), _fields(before, after), _rules(before, after))


def _rows(before: SectionRecord, after: SectionRecord) -> Count:
    old, new = ({*as_frame(section.rows)["line"].to_list()} for section in (before, after))
    counts = {(after.form, "accepted"): len(new - old), (after.form, "rejected"): len(old - new)}
    return Counter({key: count for key, count in counts.items() if count})


def _fields(before: SectionRecord, after: SectionRecord) -> Count:
    """Cells of rows that both readings accept; a field that only one of them has counts as blank in the other."""
    old, new = as_frame(before.rows), as_frame(after.rows)
    names = [name for name in new.columns if name not in ROW_COLUMNS]  # screening's clinic is whoever sent it
    both = new.join(old, on="line", how="inner", suffix="@before")
    counts: Count = Counter()
    for name in names:
        then = both[f"{name}@before"] if f"{name}@before" in both.columns else pl.Series([None] * both.height)
        was, now = then.is_not_null(), both[name].is_not_null()
        counts[after.form, name, "readable"] = int((now & ~was).sum())
        counts[after.form, name, "set_aside"] = int((was & ~now).sum())
        same = then.cast(both[name].dtype, strict=False).eq_missing(both[name]) if was.any() else ~now
        counts[after.form, name, "changed"] = int((was & now & ~same).sum())
    return Counter({key: count for key, count in counts.items() if count})


def _rules(before: SectionRecord, after: SectionRecord) -> Count:
    place = ["line", "column", "rule", "found"]
    old, new = (Counter(as_frame(section.findings).select(place).iter_rows()) for section in (before, after))
    counts: Count = Counter()
    for (_, _, rule, _), number in (new - old).items():
        counts[after.form, rule, "found"] += number
    for (_, _, rule, _), number in (old - new).items():
        counts[after.form, rule, "gone"] += number
    return counts
