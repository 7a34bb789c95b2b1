"""A registry without a core, for tests of the Dagster shell: three tables, an audit, and files that load as told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.defs.resources import Registry
from pipelines.errors import AuditError
from pipelines.intake.submission import Failure, Loaded
from pipelines.release.publication import Release
from pipelines.reread import Difference
from warehouse.audit import AuditResult
from warehouse.derive import Derivation, Plan
from warehouse.model import Audit, ComputedModel, Model

EPISODE = Model(
    "registry.episode",
    "Every injury that was enrolled.",
    ("patient_id", "side"),
    "select false as is_lost -- Nobody reaches the patient.",
    ("facts.enrolment", "ops.known"),
    checks=("age_at_injury_years >= 10",),
)
SCHEDULE = Model(
    "registry.schedule", "Every visit.", ("patient_id",), "select 1", (EPISODE.name, "seeds.visit_schedule")
)
BENCHMARK = ComputedModel(
    "mart.patient_benchmark", "Each patient beside the study.", ("patient_id",), {}, (SCHEDULE.name,), lambda _: None
)
SUMS = Audit("audits.waterfall_sums", "The waterfall sums.", "select 1", (SCHEDULE.name,), SCHEDULE.name)
FIGURES = Audit("audits.figures", "The study's figures are numbers.", "select 1", ("seeds.visit_schedule",), "seeds.x")
PLAN = Plan((EPISODE, SCHEDULE, BENCHMARK), Path("seeds"), (SUMS, FIGURES))

GRAIN = AuditResult(
    "registry.episode: grain", EPISODE.name, "grain", "patient_id, side: filled and unique", "", "pass", 0, 9
)
AGE = AuditResult("registry.episode: age", EPISODE.name, "check", "age_at_injury_years >= 10", "", "fail", 2, 9)


def receipt(submission: str, **changes: Any) -> dict[str, Any]:
    """The receipt of a follow-up file with one finding, whose message names a patient."""
    finding = {"line": 3, "column": "patient_id", "rule": "id_check", "message": "AMC-0015X is no number of yours."}
    counts = {"accepted": 4, "corrected": 1, "already_known": 2, "held": 0, "rejected": 1}
    section = {"form": "follow_up", "records": counts, "cells_set_aside": 5, "findings": [finding]}
    head = {"submission": submission, "file": "Jansen.csv", "clinic": "AMC", "refusal": None, "resend_of": None}
    return {**head, "sections": [{**section, "findings_by_rule": {"id_check": 1}}], **changes}


@dataclass(frozen=True)
class FakeRegistry(Registry):
    """A registry whose acts give what the test says, and note what they were asked."""

    asked: list[Sequence[str]] = field(default_factory=list)
    faults: Mapping[str, str] = field(default_factory=dict)
    results: Sequence[AuditResult] = (GRAIN,)

    def load(self, submissions: Sequence[str]) -> Loaded:
        """A receipt for each, or the fault it brings out."""
        self.asked.append(submissions)
        good = {name: receipt(name) for name in submissions if name not in self.faults}
        return Loaded(good, tuple(Failure(name, "AMC", fault) for name, fault in self.faults.items()))

    def reread(self, submissions: Sequence[str], reason: str) -> Mapping[str, Difference]:
        """The last of them says otherwise, in one cell."""
        self.asked.append([reason, *submissions])
        return {submissions[-1]: Difference(fields=Counter({("follow_up", "phat_total", "readable"): 2}))}

    def derive(self) -> Derivation:
        """Nine rows a table; an `AuditError` where a result is bad."""
        if any(result.is_bad for result in self.results):
            raise AuditError("1 of 2 audits did not pass.", "The snapshot before stands.", self.results)
        return Derivation(self.home.registry_path, {model.name: 9 for model in PLAN.models}, tuple(self.results))

    def release(self) -> Release:
        """A release of one table."""
        return Release("20260301T000000000000Z", "20260228T000000000000Z", self.home.releases, {"mart.one_year": 9}, {})
