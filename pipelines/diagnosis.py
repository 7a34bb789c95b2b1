"""What a look at one thing of a home found: its state in three words, and what to do. Looks at nothing itself."""

from dataclasses import dataclass

OK, WARNING, BAD = "ok", "warning", "bad"


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at, how it is, and what to do where it is not right."""

    what: str
    state: str
    text: str
    remedy: str = ""
