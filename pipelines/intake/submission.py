"""Submissions from inbox to receipt, in the order of commits that loses nothing: archive, ledger, receipts, inbox last.

The caller holds the writer's lock; reading and judging a file stand in `reading` and `validation`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path

import polars as pl

from pipelines.intake.answering import answer, outcomes_of, read_outcome
from pipelines.intake.archive import keep, kept_copy
from pipelines.intake.batch import Failure
from pipelines.intake.confirmation import SCHEMA as CONFIRMATION
from pipelines.intake.confirmation import confirmed_here, to_decisions
from pipelines.intake.date_shift import ENOUGH_PATIENTS
from pipelines.intake.erased import refuse_erased
from pipelines.intake.facts import form_tables, refusal_content, section_record
from pipelines.intake.file_names import safe_name
from pipelines.intake.findings import Remark, with_remarks
from pipelines.intake.identifiers import kept_name
from pipelines.intake.inbox import Waiting, adopt, digest_of, hand_in, sweep, waiting
from pipelines.intake.intake import Intake
from pipelines.intake.long_file import is_long, record_in_stretches
from pipelines.intake.outcome import Outcome
from pipelines.intake.reading import read_file
from pipelines.intake.receipt import Receipt, check_receipt
from pipelines.intake.shifted import n_shifted
from pipelines.intake.stacking import record_stacked
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Refusal, Verdict
from pipelines.journal import timed
from pipelines.settings import Clinic, Limits, Settings
from schemas.dictionary import Dictionary
from warehouse import ledger
from warehouse.layout import Home
from warehouse.records import Decision, SubmissionRecord
from warehouse.sealed import read_sealed, size_of

__all__ = ["Failure", "Intake", "Loaded", "Progress", "adopt", "check_file", "hand_in", "load", "sweep", "waiting"]

Progress = Callable[[str, int, int], None]  # what is done, how many of how many


@dataclass(frozen=True)
class Loaded:
    """Receipts by submission, in the order received, and files that could not be loaded and still wait."""

    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


def check_file(path: Path, clinic: Clinic, dictionary: Dictionary, limits: Limits | None = None) -> Receipt:
    """The receipt a file would get, without a home."""
    limits = limits or Limits()
    verdict = judge_file(path, clinic, dictionary, limits)
    return check_receipt(verdict, dictionary, clinic.language, limits.max_findings_listed)


def judge_file(path: Path, clinic: Clinic, dictionary: Dictionary, limits: Limits) -> Verdict:
    """What intake makes of a file, without a home."""
    return _judge(path, path.name, clinic, dictionary, limits, {})


def load(intake: Intake, items: Sequence[Waiting], progress: Progress | None = None) -> Loaded:
    """Load waiting files, each wholly or not at all; receipts when all are in. Loading one again changes nothing."""
    ledger.ensure_form_tables(intake.connection, form_tables(intake.dictionary))
    failures: list[Failure] = []
    record = partial(_record, intake)
    outcomes = record_stacked(intake, items, record, failures, _telling(progress, "read", len(items)))
    recorded = [item for item in items if item.submission in outcomes]
    receipts = answer(intake, recorded, outcomes, failures, _telling(progress, "answered", len(items)))
    return Loaded(receipts, tuple(failures))


def _telling(progress: Progress | None, what: str, total: int) -> Callable[[], None]:
    """What to call when one more file is through."""
    numbers = count(1)
    return lambda: progress(what, next(numbers), total) if progress is not None else None


def _record(intake: Intake, item: Waiting) -> Outcome:
    """Judge, archive and record a file; one that the ledger knows is taken from there."""
    known = ledger.find(intake.connection, item.submission)
    if known is not None:
        return read_outcome(intake, known)
    with timed("intake.read", submission=item.submission, clinic=item.clinic) as told:
        outcome = _record_anew(intake, item)
        record, sections = outcome.submission, outcome.sections
        told |= {"n_bytes": record.n_bytes, "refused": record.refused, "n_lines": sum(s.physical for s in sections)}
    return outcome


def _record_anew(intake: Intake, item: Waiting) -> Outcome:
    digest = digest_of(item.path)
    original = ledger.find_by_digest(intake.connection, item.clinic, digest, item.received_at)
    clinic = intake.settings.clinics.get(item.clinic)
    if original is None and is_long(intake, item):
        describe = partial(_submission_record, intake, item, digest=digest, original=None)
        if (outcome := record_in_stretches(intake, item, digest, describe)) is not None:
            return outcome
    formats = intake.formats
    erased: frozenset[int] = frozenset()
    if original is not None:
        verdict = Verdict(item.file, item.clinic, None, None)
    elif clinic is None:
        verdict = Verdict(item.file, item.clinic, None, _unknown_clinic(item.clinic, intake.settings))
    else:
        limits = intake.settings.limits
        verdict = _judge(item.path, item.file, clinic, intake.dictionary, limits, formats, item.is_renamed)
        if intake.is_erased is not None:
            verdict, erased = refuse_erased(verdict, formats, intake.dictionary, intake.is_erased)
        verdict = _refuse_shifted(intake, verdict)
    # The original of a resend was kept, or taken out since; a refusal keeps no rows, so nothing to make a copy of.
    is_stored = original is None and (verdict.refusal is None or (verdict.refusal.is_stored and not erased))
    if is_stored:
        _archive(intake.home, item, digest, verdict)
    record = _submission_record(intake, item, verdict, digest, original)
    sections = [section_record(section) for section in verdict.sections]
    ledger.record(
        intake.connection,
        record,
        sections,
        settings=intake.settings_text,
        dictionary=intake.dictionary_text,
        decisions=_confirmed(intake, item, verdict),
    )
    return read_outcome(intake, record) if original else Outcome(record, outcomes_of(intake, record, sections), {})


def _confirmed(intake: Intake, item: Waiting, verdict: Verdict) -> list[Decision]:
    """What the file confirms and nobody confirmed before, as decisions of the clinic."""
    parts = [confirmed_here(section) for section in verdict.sections if section.confirmed]
    if not parts:
        return []
    said = pl.concat(parts).unique()
    new = said.join(intake.confirmations(), on=list(CONFIRMATION), how="anti", nulls_equal=True)
    return to_decisions(new.sort(list(CONFIRMATION)), item.clinic, item.received_at)


def _judge(
    path: Path,
    name: str,
    clinic: Clinic,
    dictionary: Dictionary,
    limits: Limits,
    formats: Mapping[str, str],
    is_renamed: bool = False,
) -> Verdict:
    size = size_of(path)
    if size > limits.max_bytes:  # refused without holding its bytes
        refusal = Refusal("file_too_large", str(size), str(limits.max_bytes), is_stored=False)
        return Verdict(safe_name(name), clinic.code, None, refusal)
    reading = read_file(name, read_sealed(path), dictionary, clinic, limits)
    kept = kept_name(name, reading.refusal)
    if kept != name or is_renamed:
        reading = with_remarks(reading, [Remark(0, "file_name_replaced")], dictionary)
    return validate(kept, reading, dictionary, clinic, formats, limits.max_findings)


def _refuse_shifted(intake: Intake, verdict: Verdict) -> Verdict:
    """The verdict, or a refusal where the file's dates were moved on purpose."""
    number = n_shifted(intake, verdict)
    if number < ENOUGH_PATIENTS:
        return verdict
    return replace(verdict, refusal=Refusal("dates_shifted", str(number)), sections=())


def _unknown_clinic(code: str, settings: Settings) -> Refusal:
    return Refusal("clinic_unknown", code, ", ".join(sorted(settings.clinics)))


def _submission_record(
    intake: Intake, item: Waiting, verdict: Verdict, digest: str, original: SubmissionRecord | None
) -> SubmissionRecord:
    return SubmissionRecord(
        submission=item.submission,
        clinic=item.clinic,
        received_at=item.received_at,
        loaded_at=intake.loaded_at,
        file=verdict.file,
        digest=digest,
        n_bytes=size_of(item.path),
        settings_version=intake.settings_version,
        dictionary_version=intake.dictionary.version,
        refused=verdict.refusal.rule if verdict.refusal else None,
        refusal=refusal_content(verdict.refusal) if verdict.refusal else None,
        resend_of=original.submission if original else None,
        dialect=asdict(verdict.dialect) if verdict.dialect else None,
    )


def _archive(home: Home, item: Waiting, digest: str, verdict: Verdict) -> None:
    """Keep the file under its digest; where it carried more than the forms ask, a copy without that."""
    kept = kept_copy(verdict)
    keep(home.archive(item.clinic), {digest: item.path if kept is None else [kept]})
