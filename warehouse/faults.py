"""Named points where a test may stop the process, to prove that a crash there loses nothing. Does nothing otherwise.

The hook is set by a test (or by an entry point that a test starts), never read from the environment here: a running
registry can then not be stopped by a stray variable.
"""

from collections.abc import Callable


def _go_on(name: str) -> None:
    """What happens at a fault point outside a test: nothing."""


_hook: Callable[[str], None] = _go_on


def reached(name: str) -> None:
    """Say that a fault point is reached; names read `<part>.<what was done last>`."""
    _hook(name)


def install(hook: Callable[[str], None] | None) -> None:
    """Call `hook` at every fault point from now on; None puts the normal state back."""
    global _hook
    _hook = hook or _go_on
