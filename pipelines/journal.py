"""What the program says of its own work, through structlog: a step, counts, ids of submissions, lines and durations.

The one place that configures it. Which fields may stand in it is a closed list, so that no patient's value or number
can: who did what to whom is the log's (`accountability`) to say.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from pipelines.errors import UsageError

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
FORMATS: Final = ("console", "json")
LEVEL_VARIABLE, FORMAT_VARIABLE = "HAMREG_LOG_LEVEL", "HAMREG_LOG_FORMAT"
FIELDS: Final = frozenset(
    (
        *("submission", "clinic", "snapshot", "release", "rule", "fault", "job", "folder", "refused", "line"),
        *("n_bytes", "n_rows", "n_findings", "n_files", "n_tables", "n_checks", "n_failed", "n_lines", "seconds"),
    )
)

Told: TypeAlias = str | int | float | None

_threshold, _form = LEVELS["warning"], FORMATS[0]


def configure(environment: Mapping[str, str], level: str | None = None, form: str | None = None) -> None:
    """Say from now on what is at least of this level, to standard error; an option goes before the environment."""
    level = level or environment.get(LEVEL_VARIABLE) or "warning"
    form = form or environment.get(FORMAT_VARIABLE) or "console"
    if level not in LEVELS or form not in FORMATS:
        raise UsageError(
            f"There is no log level {level} in format {form}.",
            f"{LEVEL_VARIABLE} is one of {', '.join(LEVELS)}, {FORMAT_VARIABLE} one of {', '.join(FORMATS)}.",
        )
    global _threshold, _form
    _threshold, _form = LEVELS[level], form


def note(event: str, level: str = "info", /, **told: Told) -> None:
    """Say that a step was taken. A field that is not on the list is a programmer's error."""
    if strange := told.keys() - FIELDS:
        raise ValueError(f"the journal knows no {', '.join(sorted(strange))}")
    if LEVELS[level] < _threshold:
        return
    _say(event, level, {name: each for name, each in told.items() if each not in ("", None)})


@contextmanager
def timed(event: str, **told: Told) -> Iterator[dict[str, Told]]:
    """Say it when the block is through, with its duration and what the block put into the mapping."""
    start = time.monotonic()
    found: dict[str, Told] = {}
    yield found
    note(event, "info", **told, **found, seconds=round(time.monotonic() - start, 3))


def _say(event: str, level: str, told: Mapping[str, Told]) -> None:
    import structlog

    render = structlog.processors.JSONRenderer() if _form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        render,
    ]
    logger = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr), processors=processors, wrapper_class=structlog.BoundLogger
    )
    getattr(logger, level)(event, **told)
