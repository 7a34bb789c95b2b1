"""How the checks of a release came out, who said yes to which warning and why; as JSON in the release and in the log.

What is checked stands in `drift.py`, how in `gate.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipelines.errors import GateError

PASS, FAIL, ERROR, NOT_APPLICABLE = "pass", "fail", "error", "not_applicable"
CONTRACT, DRIFT = "error", "warning"  # what a failure is: never released, or released with a named yes


@dataclass(frozen=True)
class Subject:
    """One clinic or column of a check. `value` is what is held against the bounds; None where it is not applicable."""

    subject: str
    numerator: float
    denominator: float
    before_numerator: float | None = None
    before_denominator: float | None = None
    value: float | None = None
    result: str = NOT_APPLICABLE


@dataclass(frozen=True)
class CheckResult:
    """One check of a release. `severity` says what a failure means; `says` what must be true."""

    check: str
    severity: str
    says: str
    result: str
    subjects: Sequence[Subject]

    @property
    def n_failed(self) -> int:
        """Subjects that break it."""
        return sum(subject.result == FAIL for subject in self.subjects)

    @property
    def n_asked(self) -> int:
        """Subjects it could be asked of."""
        return sum(subject.result != NOT_APPLICABLE for subject in self.subjects)

    @property
    def is_stopping(self) -> bool:
        """Whether no release may be cut, whatever anybody says."""
        return self.result == ERROR or (self.result == FAIL and self.severity == CONTRACT)

    @property
    def is_warning(self) -> bool:
        """Whether a release needs a named yes."""
        return self.result == FAIL and self.severity == DRIFT

    def line(self) -> str:
        """One line for a terminal; clinics are named, patients never."""
        counts = f" (failed: {self.n_failed} of {self.n_asked})" if self.n_asked else ""
        names = [subject.subject for subject in self.subjects if subject.result == FAIL]
        named = f": {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else ""
        return f"{self.result.replace('_', ' '):<15}{self.check:<22}{self.says}{counts}{named}"


@dataclass(frozen=True)
class Yes:
    """Somebody's yes to a warning."""

    check: str
    actor: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """All checks of a release, held against the release `before` (None: it is the first), and what was accepted."""

    before: str | None
    checks: Sequence[CheckResult]
    accepted: Sequence[Yes] = field(default_factory=tuple)

    def refuse(self) -> None:
        """Raise `GateError` where a contract is broken, a check could not run, or a warning has no yes."""
        if stopping := [check.check for check in self.checks if check.is_stopping]:
            raise GateError(
                f"No release was cut: {', '.join(stopping)} failed, which no yes can pass.",
                "hamreg release gate shows the clinics; mend what they sent, hamreg run, then hamreg release.",
            )
        said = {yes.check for yes in self.accepted}
        if open_ := [check.check for check in self.checks if check.is_warning and check.check not in said]:
            asked = " ".join(f"--accept {check}" for check in open_)
            raise GateError(
                f"No release was cut: {', '.join(open_)} differs from what is usual.",
                f'hamreg release gate shows where. If it is right so: hamreg release {asked} --reason "..."',
            )

    def as_json(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return asdict(self)


def read_verdict(content: Mapping[str, Any]) -> Verdict:
    """The verdict of a manifest."""
    checks = [
        CheckResult(**{**check, "subjects": tuple(Subject(**subject) for subject in check["subjects"])})
        for check in content["checks"]
    ]
    return Verdict(content["before"], checks, tuple(Yes(**yes) for yes in content["accepted"]))
