"""Receipts of recorded submissions: made from what the ledger holds, and written before a file leaves the inbox.

What a receipt says stands in `receipt`, how it lies on the disk in `outbox`.
"""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence

from pipelines.intake.batch import Failure, each
from pipelines.intake.inbox import Waiting, clear
from pipelines.intake.intake import Intake
from pipelines.intake.long_file import work_of
from pipelines.intake.mapping_back import whole_records
from pipelines.intake.mending import mend_file, mend_long
from pipelines.intake.outbox import Laid, lay_receipts, publish_receipts
from pipelines.intake.outcome import Outcome, SectionOutcome, read_section
from pipelines.intake.receipt import Receipt, make_receipt
from pipelines.intake.receipt_page import render_page
from pipelines.intake.verdict import read_dialect
from pipelines.settings import Clinic
from warehouse import ledger
from warehouse.records import SectionRecord, SectionStates, SubmissionRecord

AT_ONCE = 100  # receipts that the disk is asked to hold together
States = Mapping[str, Mapping[int, SectionStates]]  # submission -> section


def answer(
    intake: Intake,
    items: Sequence[Waiting],
    outcomes: Mapping[str, Outcome],
    failures: list[Failure],
    tell: Callable[[], None],
) -> dict[str, Receipt]:
    """Write the receipts of recorded submissions, then take their files out of the inbox."""
    states = _states(intake, list(outcomes.values()))
    receipts: dict[str, Receipt] = {}
    for start in range(0, len(items), AT_ONCE):
        some = items[start : start + AT_ONCE]
        laid = each(some, lambda item: _lay(intake, outcomes[item.submission], states), failures, tell)
        publish_receipts(laid.values())
        clear([item for item in some if item.submission in laid])
        receipts |= {submission: one.receipt for submission, one in laid.items()}
    return receipts


def answer_again(intake: Intake, records: Sequence[SubmissionRecord]) -> None:
    """Write receipts anew from what the ledger holds now, because it holds less than when they were written."""
    outcomes = [read_outcome(intake, record) for record in records]
    states = _states(intake, outcomes)
    for outcome in outcomes:
        folder = intake.home.outbox(outcome.submission.clinic) / outcome.submission.submission
        shutil.rmtree(folder, ignore_errors=True)
        publish_receipts([_lay(intake, outcome, states)])


def read_outcome(intake: Intake, record: SubmissionRecord) -> Outcome:
    """The outcome as the ledger has it; a resend shows what its original held."""
    sections = ledger.read_sections(intake.connection, record.resend_of or record.submission)
    return Outcome(record, outcomes_of(intake, record, sections), {})


def outcomes_of(
    intake: Intake, record: SubmissionRecord, sections: Sequence[SectionRecord]
) -> tuple[SectionOutcome, ...]:
    """What became of the sections, as far as the file itself tells."""
    limit = intake.settings.limits.max_findings_listed
    confirmed = intake.confirmations()
    outcomes = [read_section(section, limit, confirmed) for section in sections]
    return whole_records(outcomes, sections, read_dialect(record.dialect))


def _states(intake: Intake, outcomes: Sequence[Outcome]) -> States:
    """What became of the rows of a batch, asked once: by the submission that was read, and section."""
    read = sorted({outcome.submission.resend_of or outcome.submission.submission for outcome in outcomes})
    found: dict[str, dict[int, SectionStates]] = {}
    for state in intake.states(read) if intake.states and read else ():
        found.setdefault(state.submission, {})[state.section] = state
    return found


def _lay(intake: Intake, outcome: Outcome, states: States) -> Laid:
    record = outcome.submission
    answered = Outcome(record, outcome.sections, states.get(record.resend_of or record.submission, {}))
    clinic = intake.settings.clinics.get(record.clinic, Clinic(record.clinic))
    receipt = make_receipt(answered, intake.dictionary, clinic.language)
    return lay_receipts(intake.home.outbox(record.clinic), receipt, lambda: _files(intake, answered, receipt))


def _files(intake: Intake, outcome: Outcome, receipt: Receipt) -> Mapping[str, Iterable[bytes]]:
    """What lies beside `receipt.json`, for people: a page to read, and the rows to mend in the file's own way."""
    record, dictionary = outcome.submission, intake.dictionary
    language = intake.settings.clinics.get(record.clinic, Clinic()).language
    page = render_page(receipt, dictionary, language, intake.settings.zone)
    files: dict[str, Iterable[bytes]] = {"receipt.html": [page.encode()]}
    if any(section.is_long for section in outcome.sections):
        (whole,) = outcome.sections
        work = work_of(intake, record.submission, whole)
        return {**files, **mend_long(work, read_dialect(record.dialect), dictionary, language)}
    return files | {name: [content] for name, content in mend_file(outcome, dictionary, language).items()}
