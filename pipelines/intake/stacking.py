"""Files that wait -> recorded submissions: plain ones of one layout in stacks, one transaction each, all others alone.

A file alone and the same file in a stack leave the same. What cannot be told of a stack is asked of its halves.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import polars as pl

from pipelines.intake.archive import keep
from pipelines.intake.batch import FAULTS, Failure, each
from pipelines.intake.date_shift import ENOUGH_PATIENTS, dated_forms
from pipelines.intake.erased import refuse_erased
from pipelines.intake.facts import stack_record
from pipelines.intake.inbox import Waiting
from pipelines.intake.intake import Intake
from pipelines.intake.layers import Layer, Layouts
from pipelines.intake.outcome import Outcome
from pipelines.intake.shifted import n_shifted
from pipelines.intake.stack import Judging, Stack, Unlike, judge_stack, layers_of
from pipelines.intake.stack_outcome import stacked_outcomes
from pipelines.intake.verdict import Verdict
from pipelines.journal import note, timed
from warehouse import ledger
from warehouse.records import SubmissionRecord

MOST_ROWS = 5_000  # of a stack: what is looked at of a column are its first cells, which are then all of them
MOST_BYTES = 1 << 25  # of all that lies ready

Alone = Callable[[Waiting], Outcome]
Outcomes = dict[str, Outcome]


def record_stacked(
    intake: Intake, items: Sequence[Waiting], alone: Alone, failures: list[Failure], tell: Callable[[], None]
) -> Outcomes:
    """Record the files, in their order as far as one could tell; a file that brings out a fault waits on."""
    desk = _Desk(intake, alone, failures, tell)
    for item in items:
        layer = _layer_of(desk.layouts, item)
        if layer is None or not desk.takes(layer):
            desk.clear()
        if layer is None:
            desk.record_alone([item])
        else:
            desk.lay(layer)
    desk.clear()
    return desk.outcomes


def _layer_of(layouts: Layouts, item: Waiting) -> Layer | None:
    """The file as a layer; a fault of the project is found again where the file is read by itself."""
    try:
        return layouts.layer_of(item)
    except FAULTS:
        return None


@dataclass
class _Desk:
    """What lies ready to be recorded, by group, and what was."""

    intake: Intake
    alone: Alone
    failures: list[Failure]
    tell: Callable[[], None]
    outcomes: Outcomes = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.layouts = Layouts(self.intake.dictionary, self.intake.settings.clinics)
        self._dated = frozenset(dated_forms(self.intake.dictionary))
        self._empty()

    def _empty(self) -> None:
        self._pile: dict[tuple[str, bytes], list[Layer]] = {}
        self._digests: set[tuple[str, str]] = set()
        self._n_bytes = 0

    def takes(self, layer: Layer) -> bool:
        """Whether a layer changes nothing for those that lie there: no resend, no dates to hold against theirs."""
        n_rows = sum(other.n_rows for other in self._pile.get(layer.group, ()))
        is_full = n_rows + layer.n_rows > MOST_ROWS or self._n_bytes + len(layer.content) > MOST_BYTES
        others = (layers[0] for group, layers in self._pile.items() if group != layer.group)
        is_dated = self._is_dated(layer) and any(map(self._is_dated, others))
        return not (is_full or is_dated or (layer.item.clinic, layer.digest) in self._digests)

    def lay(self, layer: Layer) -> None:
        """Lay a layer on those of its group."""
        self._pile.setdefault(layer.group, []).append(layer)
        self._digests.add((layer.item.clinic, layer.digest))
        self._n_bytes += len(layer.content)

    def _is_dated(self, layer: Layer) -> bool:
        return layer.layout.header.form.name in self._dated

    def clear(self) -> None:
        """Record what lies there."""
        piled = list(self._pile.values())
        self._empty()
        layers = [layer for group in piled for layer in group]
        known = _known(self.intake, layers) if layers else frozenset()
        for group in piled:
            self._record([layer for layer in group if layer.item.submission not in known])
        self.record_alone([layer.item for layer in layers if layer.item.submission in known])

    def record_alone(self, items: Sequence[Waiting]) -> None:
        """Record files one by one."""
        self.outcomes |= each(items, self.alone, self.failures, self.tell)

    def _record(self, layers: Sequence[Layer]) -> None:
        """Record a stack; where it is none, without the layers that are not like the others, or in halves."""
        found = _try(self.intake, self.layouts, layers) if len(layers) > 1 else Unlike(frozenset(range(len(layers))))
        if not isinstance(found, Unlike):
            self.outcomes |= found
            for _ in layers:
                self.tell()
        elif len(layers) > 1 and (self._is_dated(layers[0]) or not found.layers):
            self._record(layers[: len(layers) // 2])
            self._record(layers[len(layers) // 2 :])
        else:
            self.record_alone([layers[number].item for number in sorted(found.layers)])
            if rest := [layer for number, layer in enumerate(layers) if number not in found.layers]:
                self._record(rest)


def _known(intake: Intake, layers: Sequence[Layer]) -> frozenset[str]:
    """The submissions that the ledger has, or whose bytes it has of that clinic."""
    submissions, digests = ledger.find_known(
        intake.connection,
        [layer.item.submission for layer in layers],
        [layer.digest for layer in layers],
    )
    return frozenset(
        layer.item.submission
        for layer in layers
        if layer.item.submission in submissions or (layer.item.clinic, layer.digest) in digests
    )


def _try(intake: Intake, layouts: Layouts, layers: Sequence[Layer]) -> Outcomes | Unlike:
    """Record a stack, or say why not; a fault of the project is found again in the file that brings it out."""
    clinic, n_bytes = layers[0].item.clinic, sum(len(layer.content) for layer in layers)
    try:
        with timed("intake.stack", clinic=clinic, n_files=len(layers), n_bytes=n_bytes) as told:
            found = _record_stack(intake, layouts, layers)
            told["n_lines"] = sum(layer.n_rows for layer in layers)
    except FAULTS as fault:
        note("intake.stack_fault", "warning", clinic=clinic, n_files=len(layers), fault=type(fault).__name__)
        is_recorded = bool(_known(intake, layers))  # and not answered: each is taken from the ledger
        return Unlike(frozenset(range(len(layers)))) if is_recorded else Unlike()
    return found


def _record_stack(intake: Intake, layouts: Layouts, layers: Sequence[Layer]) -> Outcomes | Unlike:
    item = layers[0].item
    clinic = intake.settings.clinics[item.clinic]
    headers = layouts.headers_of(item.clinic)
    by = Judging(intake.dictionary, clinic, intake.settings.limits, intake.formats, headers)
    stack = judge_stack(layers, by)
    if isinstance(stack, Unlike):
        return stack
    if odd := _unlike(intake, stack):
        return odd
    keep(intake.home.archive(item.clinic), {layer.digest: layer.item.path for layer in layers})
    records = [_submission(intake, layer, stack) for layer in layers]
    record = stack_record(stack, records)
    ledger.record_stack(intake.connection, record, settings=intake.settings_text, dictionary=intake.dictionary_text)
    return stacked_outcomes(stack, record, intake.confirmations())


def _unlike(intake: Intake, stack: Stack) -> Unlike | None:
    """Why a stack cannot be recorded as it is: what others have sent, or who was erased, speaks against a file."""
    verdict = Verdict("", stack.layers[0].item.clinic, stack.dialect, None, (stack.section,))
    if intake.is_erased is not None:
        _, lines = refuse_erased(verdict, intake.formats, intake.dictionary, intake.is_erased)
        if lines:
            return Unlike(layers_of(lines, stack))
    if stack.section.form not in dated_forms(intake.dictionary):
        return None
    patients = stack.apart(stack.section.rows.select("line", "patient_id")).group_by("patient_id")
    is_shared = patients.agg(pl.col("file").n_unique() > 1)["file"].any()
    return Unlike() if is_shared or n_shifted(intake, verdict) >= ENOUGH_PATIENTS else None


def _submission(intake: Intake, layer: Layer, stack: Stack) -> SubmissionRecord:
    return SubmissionRecord(
        submission=layer.item.submission,
        clinic=layer.item.clinic,
        received_at=layer.item.received_at,
        loaded_at=intake.loaded_at,
        file=layer.item.file,
        digest=layer.digest,
        n_bytes=len(layer.content),
        settings_version=intake.settings_version,
        dictionary_version=intake.dictionary.version,
        dialect=asdict(stack.dialect),
    )
