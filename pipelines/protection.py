"""Which files of a home are encrypted, and bringing all of them under the first key. How is `warehouse`'s to say."""

from dataclasses import dataclass

from pipelines.errors import UsageError
from pipelines.release.rekeying import protect_releases
from warehouse import keys
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.rekeying import protect, read_unprotected


@dataclass(frozen=True)
class Protected:
    """How many files were brought under the key, and releases that could not be because they are not as cut."""

    n_files: int
    damaged_releases: tuple[str, ...]


def protect_home(home: Home) -> Protected:
    """Encrypt with the first key whatever is not; what was plain is gone once this is through. May be done again."""
    if not keys.known():
        raise UsageError("No key is set.", f"hamreg key new FILE, then set {keys.VARIABLE} to that file.")
    with lock(home, "key apply"):
        released = protect_releases(home)
        others = [path for path in read_unprotected(home) if home.releases not in path.parents]
        for path in others:
            protect(path)
    return Protected(len(others) + released.n_files, released.damaged)
