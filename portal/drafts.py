"""Files that a user checks before handing in: kept under the home until then, so that closing the page loses nothing.

A draft belongs to a clinic; under a key it lies sealed. What a file says, intake decides; how it looks, the pages.
"""

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER
from warehouse.sealed import BLOCK, read_sealed, replace_sealed, size_of, write_sealed

KEPT = timedelta(days=7)
DRAFT, FILE, MENDED, CHECKED = "draft.json", "file", "mended", "checked.json"


@dataclass(frozen=True)
class Draft:
    """One file under way. `mends` are the texts put into cells (`section-line-column`), `yeses` rows confirmed."""

    id: str
    clinic: str
    user: str
    name: str
    n_bytes: int
    created_at: str
    mends: Mapping[str, str] = field(default_factory=dict)
    yeses: tuple[str, ...] = ()  # `section-line`
    handed_in: str = ""  # the submission that it became


class Drafts:
    """The drafts of one home, a folder each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, clinic: str, user: str, name: str, content: BinaryIO, now: datetime) -> Draft:
        """Keep a file that was uploaded; drafts too old are forgotten."""
        self._sweep(now)
        draft_id = secrets.token_urlsafe(12)
        folder = self.folder / draft_id
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
        (folder / FILE).touch(mode=PRIVATE_FILE)
        with (folder / FILE).open("wb") as file:
            write_sealed(file, iter(partial(content.read, BLOCK), b""))
        draft = Draft(draft_id, clinic, user, name, size_of(folder / FILE), now.isoformat())
        self.write(draft)
        return draft

    def find(self, draft_id: str, clinic: str) -> Draft | None:
        """The draft, where it is of this clinic."""
        path = self.folder / draft_id / DRAFT
        if "/" in draft_id or draft_id.startswith(".") or not path.is_file():
            return None
        draft = _read(path)
        return draft if draft.clinic == clinic else None

    def of_clinic(self, clinic: str) -> list[Draft]:
        """The clinic's drafts that were not handed in, newest first."""
        own = [draft for draft in self._all() if draft.clinic == clinic and not draft.handed_in]
        return sorted(own, key=lambda draft: draft.created_at, reverse=True)

    def write(self, draft: Draft) -> None:
        """Keep what is known of a draft, in one step."""
        replace_sealed(self.folder / draft.id / DRAFT, json.dumps(asdict(draft), ensure_ascii=False).encode())

    def change(self, draft: Draft, mends: Mapping[str, str], yeses: tuple[str, ...]) -> Draft:
        """The draft with other mends; what was found before is forgotten."""
        changed = replace(draft, mends=mends, yeses=yeses)
        (self.folder / draft.id / CHECKED).unlink(missing_ok=True)
        self.write(changed)
        return changed

    def path(self, draft: Draft) -> Path:
        """The file as uploaded."""
        return self.folder / draft.id / FILE

    def mended_path(self, draft: Draft) -> Path:
        """The file with the user's texts in, once it was checked."""
        return self.folder / draft.id / MENDED

    def read_checked(self, draft: Draft) -> Mapping[str, Any] | None:
        """What was found in the file; None while it is being checked."""
        path = self.folder / draft.id / CHECKED
        found: Mapping[str, Any] | None = json.loads(read_sealed(path)) if path.is_file() else None
        return found

    def write_checked(self, draft: Draft, found: Mapping[str, Any]) -> None:
        """Keep what was found."""
        replace_sealed(self.folder / draft.id / CHECKED, json.dumps(found, ensure_ascii=False).encode())

    def forget_file(self, draft: Draft) -> None:
        """Keep the file's bytes no longer: it was refused for what it holds, or it was handed in."""
        self.path(draft).unlink(missing_ok=True)

    def remove(self, draft: Draft) -> None:
        """Forget the draft."""
        shutil.rmtree(self.folder / draft.id, ignore_errors=True)

    def _sweep(self, now: datetime) -> None:
        for draft in self._all():
            if datetime.fromisoformat(draft.created_at) < now - KEPT:
                self.remove(draft)

    def _all(self) -> Iterator[Draft]:
        return (_read(path) for path in self.folder.glob(f"*/{DRAFT}"))


def _read(path: Path) -> Draft:
    content = json.loads(read_sealed(path))
    return Draft(**{**content, "yeses": tuple(content["yeses"])})
