"""Submissions from inbox to receipt, in the order of commits that loses nothing: archive, ledger, receipts, inbox last.

The caller holds the writer's lock; reading and judging a file stand in `reading` and `validation`.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

import polars as pl

from pipelines.intake.archive import kept_copy, link_whole
from pipelines.intake.batch import Failure, each
from pipelines.intake.confirmation import SCHEMA as CONFIRMATION
from pipelines.intake.confirmation import confirmed_here, known_confirmations, to_decisions
from pipelines.intake.date_shift import ENOUGH_PATIENTS, count_shifted, dated_forms, sent_dates
from pipelines.intake.erased import IsErased, refuse_erased
from pipelines.intake.facts import form_tables, refusal_content, section_record, settings_json, version_of
from pipelines.intake.file_names import safe_name
from pipelines.intake.findings import Remark, with_remarks
from pipelines.intake.identifiers import kept_name
from pipelines.intake.inbox import Waiting, adopt, clear, digest_of, hand_in, sweep, waiting
from pipelines.intake.mapping_back import whole_records
from pipelines.intake.mending import mend_file
from pipelines.intake.outbox import write_receipts
from pipelines.intake.outcome import Outcome, SectionOutcome, read_section
from pipelines.intake.reading import read_file
from pipelines.intake.receipt import Receipt, check_receipt, make_receipt
from pipelines.intake.receipt_page import render_page
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Refusal, Verdict, read_dialect
from pipelines.journal import timed
from pipelines.settings import Clinic, Limits, Settings
from schemas.dictionary import Dictionary
from warehouse import ledger
from warehouse.connection import Connection
from warehouse.faults import reached
from warehouse.known_dates import read_known_dates
from warehouse.layout import PRIVATE_FOLDER, Home
from warehouse.records import Decision, SectionRecord, SectionStates, SubmissionRecord
from warehouse.sealed import read_sealed, seal, size_of

__all__ = ["Failure", "Intake", "Loaded", "Progress", "adopt", "check_file", "hand_in", "load", "sweep", "waiting"]

Progress = Callable[[str, int, int], None]  # what is done, how many of how many
States = Callable[[Sequence[str]], Sequence[SectionStates]]


@dataclass(frozen=True)
class Loaded:
    """Receipts by submission, in the order received, and files that could not be loaded and still wait."""

    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Intake:
    """All that loading needs: the home, its settings, the dictionary, the facts and the run's clock."""

    home: Home
    settings: Settings
    dictionary: Dictionary
    connection: Connection
    loaded_at: datetime
    states: States | None = None
    is_erased: IsErased | None = None

    @cached_property
    def settings_text(self) -> str:
        """The settings as JSON, to be kept once for each version."""
        return settings_json(self.settings)

    @cached_property
    def dictionary_text(self) -> str:
        """The dictionary as JSON, to be kept once for each version."""
        return self.dictionary.to_json()


def check_file(path: Path, clinic: Clinic, dictionary: Dictionary, limits: Limits | None = None) -> Receipt:
    """The receipt a file would get, without a home."""
    limits = limits or Limits()
    verdict = judge_file(path, clinic, dictionary, limits)
    return check_receipt(verdict, dictionary, clinic.language, limits.max_findings_listed)


def judge_file(path: Path, clinic: Clinic, dictionary: Dictionary, limits: Limits) -> Verdict:
    """What intake makes of a file, without a home."""
    return _judge(path, path.name, clinic, dictionary, limits, {})


def load(intake: Intake, items: Sequence[Waiting], progress: Progress | None = None) -> Loaded:
    """Load waiting files, each in its own transaction; receipts when all are in. Loading one again changes nothing."""
    ledger.ensure_form_tables(intake.connection, form_tables(intake.dictionary))
    failures: list[Failure] = []
    outcomes = each(items, lambda item: _record(intake, item), failures, partial(_tell, progress, "read", len(items)))
    states = _states(intake, list(outcomes.values()))
    recorded = [item for item in items if item.submission in outcomes]
    answer = partial(_answer, intake, outcomes, states)
    receipts = each(recorded, answer, failures, partial(_tell, progress, "answered", len(items)))
    return Loaded(receipts, tuple(failures))


def _tell(progress: Progress | None, what: str, total: int, number: int) -> None:
    if progress is not None:
        progress(what, number, total)


def _record(intake: Intake, item: Waiting) -> Outcome:
    """Judge, archive and record a file; one that the ledger knows is taken from there."""
    known = ledger.find(intake.connection, item.submission)
    if known is not None:
        return _read_outcome(intake, known)
    with timed("intake.read", submission=item.submission, clinic=item.clinic) as told:
        outcome = _record_anew(intake, item)
        record, sections = outcome.submission, outcome.sections
        told |= {"n_bytes": record.n_bytes, "refused": record.refused, "n_lines": sum(s.physical for s in sections)}
    return outcome


def _record_anew(intake: Intake, item: Waiting) -> Outcome:
    digest = digest_of(item.path)
    original = ledger.find_by_digest(intake.connection, item.clinic, digest, item.received_at)
    clinic = intake.settings.clinics.get(item.clinic)
    formats = {code: other.id_format for code, other in intake.settings.clinics.items()}
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
    return _read_outcome(intake, record) if original else Outcome(record, _outcomes(intake, record, sections), {})


def _confirmed(intake: Intake, item: Waiting, verdict: Verdict) -> list[Decision]:
    """What the file confirms and nobody confirmed before, as decisions of the clinic."""
    parts = [confirmed_here(section) for section in verdict.sections if section.confirmed]
    if not parts:
        return []
    said = pl.concat(parts).unique()
    new = said.join(_confirmations(intake), on=list(CONFIRMATION), how="anti", nulls_equal=True)
    return to_decisions(new.sort(list(CONFIRMATION)), item.clinic, item.received_at)


def _confirmations(intake: Intake) -> pl.DataFrame:
    return known_confirmations(ledger.read_decisions(intake.connection).values())


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
    forms = intake.dictionary.forms
    dated = dated_forms(intake.dictionary)
    parts = [sent_dates(section, forms[section.form]) for section in verdict.sections if section.form in dated]
    sent = pl.concat(parts) if parts else pl.DataFrame({"patient_id": []})
    if sent["patient_id"].n_unique() < ENOUGH_PATIENTS:
        return verdict
    patients = sent.select(pl.col("patient_id").unique()).to_arrow(compat_level=pl.CompatLevel.oldest())
    known = pl.DataFrame(read_known_dates(intake.connection, dated, patients))
    n_shifted = count_shifted(sent, known)
    if n_shifted < ENOUGH_PATIENTS:
        return verdict
    return replace(verdict, refusal=Refusal("dates_shifted", str(n_shifted)), sections=())


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
        settings_version=version_of(intake.settings_text),
        dictionary_version=intake.dictionary.version,
        refused=verdict.refusal.rule if verdict.refusal else None,
        refusal=refusal_content(verdict.refusal) if verdict.refusal else None,
        resend_of=original.submission if original else None,
        dialect=asdict(verdict.dialect) if verdict.dialect else None,
    )


def _archive(home: Home, item: Waiting, digest: str, verdict: Verdict) -> None:
    """Keep the file under its digest, once; where it carried more than the forms ask, a copy without that."""
    folder = home.archive(item.clinic)
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    kept = kept_copy(verdict)
    if kept is not None or not (folder / digest).exists():  # refused before, the file may lie there as it came
        link_whole(folder / digest, item.path if kept is None else seal(kept))
    reached("intake.archive")


def _outcomes(
    intake: Intake, record: SubmissionRecord, sections: Sequence[SectionRecord]
) -> tuple[SectionOutcome, ...]:
    limit = intake.settings.limits.max_findings_listed
    confirmed = _confirmations(intake)
    outcomes = [read_section(section, limit, confirmed) for section in sections]
    return whole_records(outcomes, sections, read_dialect(record.dialect))


def _read_outcome(intake: Intake, record: SubmissionRecord) -> Outcome:
    """The outcome as the ledger has it; a resend shows what its original held."""
    sections = ledger.read_sections(intake.connection, record.resend_of or record.submission)
    return Outcome(record, _outcomes(intake, record, sections), {})


def _states(intake: Intake, outcomes: Sequence[Outcome]) -> Mapping[str, Mapping[int, SectionStates]]:
    """What became of the rows of a batch, asked once: by the submission that was read, and section."""
    read = sorted({outcome.submission.resend_of or outcome.submission.submission for outcome in outcomes})
    found: dict[str, dict[int, SectionStates]] = {}
    for state in intake.states(read) if intake.states and read else ():
        found.setdefault(state.submission, {})[state.section] = state
    return found


def _answer(
    intake: Intake,
    outcomes: Mapping[str, Outcome],
    states: Mapping[str, Mapping[int, SectionStates]],
    item: Waiting,
) -> Receipt:
    """Write the receipts of a recorded submission, then take its file out of the inbox."""
    receipt = _write_receipt(intake, outcomes[item.submission], states)
    clear(item)
    return receipt


def answer_again(intake: Intake, records: Sequence[SubmissionRecord]) -> None:
    """Write receipts anew from what the ledger holds now, because it holds less than when they were written."""
    outcomes = [_read_outcome(intake, record) for record in records]
    states = _states(intake, outcomes)
    for outcome in outcomes:
        folder = intake.home.outbox(outcome.submission.clinic) / outcome.submission.submission
        shutil.rmtree(folder, ignore_errors=True)
        _write_receipt(intake, outcome, states)


def _write_receipt(intake: Intake, outcome: Outcome, states: Mapping[str, Mapping[int, SectionStates]]) -> Receipt:
    record = outcome.submission
    answered = Outcome(record, outcome.sections, states.get(record.resend_of or record.submission, {}))
    clinic = intake.settings.clinics.get(record.clinic, Clinic(record.clinic))
    receipt = make_receipt(answered, intake.dictionary, clinic.language)
    return write_receipts(intake.home.outbox(record.clinic), receipt, lambda: _files(intake, answered, receipt))


def _files(intake: Intake, outcome: Outcome, receipt: Receipt) -> Mapping[str, bytes]:
    """What lies beside `receipt.json`, for people: a page to read, and the rows to mend in the file's own way."""
    language = intake.settings.clinics.get(outcome.submission.clinic, Clinic()).language
    page = render_page(receipt, intake.dictionary, language, intake.settings.zone)
    return {"receipt.html": page.encode(), **mend_file(outcome, intake.dictionary, language)}
