"""How the checks of a release came out, who said yes to which warning and why; as JSON in the release and in the log.

What is checked stands in `checks.py`, how in `gate.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipelines.errors import GateError

PASS, FAIL, ERROR, NOT_APPLICABLE = "pass", "fail", "error", "not_applicable"
CONTRACT, DRIFT = "error", "warning"  # what a failure is: never released, or released with a named yes


@dataclass(frozen=True)
class Subject:
    """One clinic (or the registry) of a check, and what `of` it: a table, a column, a code; '' is the clinic itself.

    `value` is what is held against the bounds; None where it is not applicable.
    """

    subject: str
    numerator: float
    denominator: float
    before_numerator: float | None = None
    before_denominator: float | None = None
    value: float | None = None
    result: str = NOT_APPLICABLE
    of: str = ""

    @property
    def name(self) -> str:
        """Clinic and what of it."""
        return f"{self.subject} {self.of}".strip()

    @property
    def rate(self) -> float:
        """The numerator's share; 0 of none."""
        return self.numerator / self.denominator if self.denominator else 0.0

    @property
    def before_rate(self) -> float | None:
        """The same in the release before; None where it had none."""
        return (self.before_numerator or 0) / self.before_denominator if self.before_denominator else None


@dataclass(frozen=True)
class CheckResult:
    """One check. `severity` says what a failure means, `says` what must be true, `counts` what is counted."""

    check: str
    severity: str
    says: str
    result: str
    subjects: Sequence[Subject]
    counts: str = ""

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
        names = list(dict.fromkeys(subject.subject for subject in self.subjects if subject.result == FAIL))
        named = f": {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else ""
        return f"{self.result.replace('_', ' '):<15}{self.check:<18}{self.says}{counts}{named}"

    def by_clinic(self) -> Mapping[str, Sequence[Subject]]:
        """What was asked of each clinic, and of the whole registry."""
        found: dict[str, list[Subject]] = {}
        for subject in self.subjects:
            found.setdefault(subject.subject, []).append(subject)
        return found


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

    @property
    def is_refused(self) -> bool:
        """Whether no release may be cut on it."""
        try:
            self.refuse()
        except GateError:
            return True
        return False

    def as_json(self) -> dict[str, Any]:
        """As it stands in the manifest; what a subject has none of is left out."""
        content = asdict(self)
        for check in content["checks"]:
            check["subjects"] = [_filled(subject) for subject in check["subjects"]]
        return content


def _filled(subject: Mapping[str, Any]) -> dict[str, Any]:
    rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in subject.items()}
    return {name: value for name, value in rounded.items() if value not in (None, "")}


def read_verdict(content: Mapping[str, Any]) -> Verdict:
    """The verdict of a manifest."""
    checks = [
        CheckResult(**{**check, "subjects": tuple(Subject(**subject) for subject in check["subjects"])})
        for check in content["checks"]
    ]
    return Verdict(content["before"], checks, tuple(Yes(**yes) for yes in content["accepted"]))
