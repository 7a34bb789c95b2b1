"""What an erasure has to do, as a file that names nobody: written before the first step, removed after the last."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from warehouse.durability import replace_file, sync_folder
from warehouse.erasure import Place
from warehouse.faults import reached
from warehouse.layout import Home
from warehouse.tombstones import Tombstone, as_json, read_tombstone


@dataclass(frozen=True)
class ArchivedFile:
    """A file of the archive: the lines to blank, or None where the file itself goes."""

    clinic: str
    digest: str
    encoding: str
    lines: tuple[int, ...] | None


@dataclass(frozen=True)
class Work:
    """One erasure. The patient's numbers stand here as hashes alone."""

    tombstones: tuple[Tombstone, ...]
    places: tuple[Place, ...] = ()
    archived: tuple[ArchivedFile, ...] = ()
    answered: tuple[str, ...] = ()  # submissions whose receipts are written anew
    releases: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()

    @property
    def hashes(self) -> frozenset[str]:
        """The hashes of the patient's numbers."""
        return frozenset(tombstone.hash for tombstone in self.tombstones)

    @property
    def n_removed(self) -> int:
        """Archived files of which no copy can stay."""
        return sum(item.lines is None for item in self.archived)


def write_work(home: Home, work: Work) -> None:
    """Say what is to be done; from here on the erasure happens, whatever is killed."""
    content: dict[str, Any] = {**asdict(work), "tombstones": [as_json(tombstone) for tombstone in work.tombstones]}
    replace_file(home.erasure, json.dumps(content, indent=1).encode())
    reached("erasure.work")


def read_work(home: Home) -> Work | None:
    """The erasure under way, if there is one."""
    if not home.erasure.exists():
        return None
    content = json.loads(home.erasure.read_text(encoding="utf-8"))
    archived = [
        {**item, "lines": None if item["lines"] is None else tuple(item["lines"])} for item in content["archived"]
    ]
    return Work(
        tombstones=tuple(map(read_tombstone, content["tombstones"])),
        places=tuple(Place(**place) for place in content["places"]),
        archived=tuple(ArchivedFile(**item) for item in archived),
        answered=tuple(content["answered"]),
        releases=tuple(content["releases"]),
        backups=tuple(content["backups"]),
    )


def clear_work(home: Home) -> None:
    """Say that everything is done."""
    home.erasure.unlink(missing_ok=True)
    sync_folder(home.path)
    reached("erasure.done")
