"""Receipts on disk: a folder for each submission, whole or not there. What they say stands in `receipt`."""

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.intake.receipt import Receipt
from warehouse.durability import sync_folder, sync_tree
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER
from warehouse.sealed import in_blocks, read_sealed, write_sealed

RECEIPT_JSON = "receipt.json"


@dataclass(frozen=True)
class Laid:
    """A receipt that is written and not yet in place; one that lies there already has no `part`."""

    receipt: Receipt
    final: Path
    part: Path | None = None


def lay_receipts(folder: Path, receipt: Receipt, files: Callable[[], Mapping[str, Iterable[bytes]]]) -> Laid:
    """Write a submission's receipt and the `files` beside it, out of sight.

    Where they lie already they stand, so that a retry gives the same receipt.
    """
    final = folder / str(receipt["submission"])
    if final.exists():
        known: Receipt = json.loads(read_sealed(final / RECEIPT_JSON))
        return Laid(known, final)
    part = folder / f".{final.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=PRIVATE_FOLDER, parents=True)
    for name, content in {RECEIPT_JSON: [_json(receipt)], **files()}.items():
        _write(part / name, content)
        reached("receipt.file")
    return Laid(receipt, final, part)


def publish_receipts(laid: Collection[Laid]) -> None:
    """Put receipts in place, each with its files or not at all."""
    for one in laid:
        if one.part is not None:
            sync_tree(one.part)
    for one in laid:
        if one.part is not None:
            one.part.rename(one.final)
            reached("receipt.renamed")
    for folder in {one.final.parent for one in laid}:
        sync_folder(folder)
        reached("receipt.done")


def read_receipts(folder: Path, submissions: Collection[str]) -> dict[str, Receipt]:
    """The receipts that lie in any clinic's outbox below the folder, of those submissions."""
    found = {path.parent.name: path for path in folder.glob(f"*/*/{RECEIPT_JSON}") if path.parent.name in submissions}
    return {name: json.loads(read_sealed(path)) for name, path in sorted(found.items())}


def _json(receipt: Receipt) -> bytes:
    return json.dumps(receipt, ensure_ascii=False, indent=1).encode()


def _write(path: Path, content: Iterable[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as stream:
        write_sealed(stream, in_blocks(content))
