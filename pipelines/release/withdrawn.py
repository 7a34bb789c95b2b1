"""Releases taken back because of an erasure: files gone, a manifest left that names the release cut in their place."""

import json
import shutil
from collections.abc import Sequence
from datetime import datetime

from pipelines.errors import RegistryError
from pipelines.release.publication import MANIFEST, cut_release, list_releases
from warehouse.durability import replace_file
from warehouse.faults import reached
from warehouse.layout import Home, read_instant_id


def withdraw_releases(home: Home, releases: Sequence[str], erased_at: datetime) -> None:
    """Remove all files of these releases but the manifest, which says why."""
    for name in releases:
        folder = home.releases / name
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        withdrawn = {"withdrawn_at": erased_at.isoformat(), "because": "a patient was erased", "recut_as": None}
        content |= {"tables": {}, "digests": {}, "withdrawn": content.get("withdrawn") or withdrawn}
        replace_file(folder / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False).encode())
        for path in [path for path in folder.iterdir() if path.name != MANIFEST]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        reached("erasure.release")


def cut_again(home: Home, releases: Sequence[str], erased_at: datetime) -> str | None:
    """Cut one release in place of those withdrawn, unless that was done, and name it in their manifests.

    None where the release is refused: those withdrawn then say so by naming none.
    """
    if not releases:
        return None
    later = [name for name in (release.id for release in list_releases(home)) if _is_later(name, erased_at)]
    try:
        recut = later[-1] if later else cut_release(home, lambda: erased_at).id
    except RegistryError:
        return None
    reached("erasure.recut")
    for name in releases:
        path = home.releases / name / MANIFEST
        content = json.loads(path.read_text(encoding="utf-8"))
        content["withdrawn"]["recut_as"] = recut
        replace_file(path, json.dumps(content, indent=2, ensure_ascii=False).encode())
    return recut


def _is_later(name: str, erased_at: datetime) -> bool:
    return read_instant_id(name) >= erased_at.replace(tzinfo=None)
