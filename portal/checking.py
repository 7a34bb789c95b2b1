"""Checking a draft as intake would, off the page's thread, so that a large file keeps nobody waiting.

A user's texts are put into the rows as sent, and the whole is read anew: nothing here knows what is right.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.settings import Clinic
from portal.asks import Ask, asks_of, kept_lines_of, rows_of, tables_of
from portal.drafts import Draft, Drafts
from portal.mending import left_out, mended
from portal.preview import preview_of
from portal.state import Portal
from warehouse.sealed import replace_sealed

if TYPE_CHECKING:
    from pipelines.intake.verdict import Verdict

MENDABLE_ROWS = 20_000  # beyond this a file is mended in the program it came from
STEPS = 3  # reading, judging, holding against the registry
ONE_AT_A_TIME = 1  # the machine's other core serves pages

Found = Mapping[str, Any]


class Checks:
    """Checks under way in this process, by draft: one at a time, in the order of uploads."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.drafts = Drafts(portal.home.drafts)
        self._pool = ThreadPoolExecutor(ONE_AT_A_TIME, thread_name_prefix="check")
        self._running: dict[str, Future[None]] = {}
        self._steps: dict[str, int] = {}

    def step(self, draft: Draft) -> int:
        """Which of the STEPS is under way, from 1; 0 while others are checked first."""
        return self._steps.get(draft.id, 0)

    def begin(self, draft: Draft, language: str) -> "Future[None]":
        """Check the draft unless that is under way; after a restart of the server it begins again."""
        running = self._running.get(draft.id)
        if running is None or running.done():
            running = self._running[draft.id] = self._pool.submit(self._check, draft, language)
        return running

    def found(self, draft: Draft, language: str, patience_seconds: float) -> Found | None:
        """What was found, after waiting for it a moment; None where it takes longer."""
        known = self.drafts.read_checked(draft)
        if known is not None:
            return known
        try:
            self.begin(draft, language).result(patience_seconds)
        except TimeoutError:
            return None
        self._running.pop(draft.id, None)
        return self.drafts.read_checked(draft)

    def _check(self, draft: Draft, language: str) -> None:
        from pipelines.intake.receipt import check_receipt
        from schemas.dictionary import read_dictionary

        dictionary, limits = read_dictionary(), self.portal.settings.limits
        self._steps[draft.id] = 1
        uploaded, verdict = judge(self.portal, draft, self.drafts)
        is_mended = verdict.sections is not uploaded.sections
        sent = kept_lines_of(uploaded) if is_mended else rows_of(verdict)
        self._steps[draft.id] = 2
        receipt = check_receipt(verdict, dictionary, language, limits.max_findings_listed)
        if verdict.refusal is not None and not verdict.refusal.is_stored:
            self.drafts.forget_file(draft)
            self.drafts.write(replace(draft, name=verdict.file))
        n_rows = sum(section.raw.height for section in verdict.sections)
        asks = asks_of(receipt, verdict, sent, draft, dictionary, language)
        if is_mended:
            asks = [*self._left_out(uploaded, draft, language), *asks]
        self._steps[draft.id] = 3
        is_export = verdict.dialect is not None and bool(verdict.dialect.mapping)  # mended where its data are kept
        found = {
            "receipt": receipt,
            "asks": asks,
            "is_mendable": n_rows <= MENDABLE_ROWS and not is_export,
            "preview": self._preview(verdict, draft.clinic, language),
            "tables": tables_of(verdict, sent),
        }
        self.drafts.write_checked(draft, found)
        self._steps.pop(draft.id, None)

    def _left_out(self, uploaded: "Verdict", draft: Draft, language: str) -> list[Ask]:
        """What was asked about rows that the mended file cannot hold: asked until the file is mended elsewhere."""
        from pipelines.intake.receipt import check_receipt
        from schemas.dictionary import read_dictionary

        rows, dictionary = left_out(uploaded), read_dictionary()
        if not rows:
            return []
        receipt = check_receipt(uploaded, dictionary, language, self.portal.settings.limits.max_findings_listed)
        asks = asks_of(receipt, uploaded, rows_of(uploaded), draft, dictionary, language)
        return [{**ask, "is_left_out": True} for ask in asks if ask["row_place"] in rows]

    def _preview(self, verdict: "Verdict", clinic: str, language: str) -> Found | None:
        """What would change; None where the file is refused, or nothing was derived yet to hold it against."""
        from schemas.dictionary import read_dictionary

        if verdict.refusal is not None or not self.portal.home.current.exists():
            return None
        with self.portal.database() as database:
            return preview_of(verdict, database, clinic, read_dictionary(), language)


def judge(portal: Portal, draft: Draft, drafts: Drafts) -> "tuple[Verdict, Verdict]":
    """What intake makes of the file as uploaded, and what intake makes of them with the user's texts in."""
    from pipelines.intake.identifiers import kept_name

    settings, path = portal.settings, drafts.path(draft)
    clinic = settings.clinics.get(draft.clinic, Clinic(draft.clinic))
    uploaded = verdict = _judge_file(portal, path, clinic)
    if draft.mends or draft.yeses:
        again = drafts.mended_path(draft)
        replace_sealed(again, mended(draft, verdict, clinic.language))
        verdict = _judge_file(portal, again, clinic)
    return uploaded, replace(verdict, file=kept_name(draft.name, verdict.refusal))


def _judge_file(portal: Portal, path: Path, clinic: Clinic) -> "Verdict":
    from pipelines.intake.submission import judge_file
    from schemas.dictionary import read_dictionary

    return judge_file(path, clinic, read_dictionary(), portal.settings.limits)
