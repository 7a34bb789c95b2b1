"""Receipts on disk: a folder for each submission, whole or not there. What they say stands in `receipt`."""

import json
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from pipelines.intake.receipt import Receipt
from warehouse.durability import sync_folder, sync_tree
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER
from warehouse.sealed import read_sealed, seal

RECEIPT_JSON = "receipt.json"


def write_receipts(folder: Path, receipt: Receipt, files: Callable[[], Mapping[str, bytes]]) -> Receipt:
    """Write a submission's receipt and the `files` beside it, all or none.

    Where they lie already they stand, so that a retry gives the same receipt.
    """
    final = folder / str(receipt["submission"])
    if final.exists():
        known: Receipt = json.loads(read_sealed(final / RECEIPT_JSON))
        return known
    part = folder / f".{final.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=PRIVATE_FOLDER, parents=True)
    for name, content in {RECEIPT_JSON: _json(receipt), **files()}.items():
        _write(part / name, content)
        reached("receipt.file")
    sync_tree(part)
    part.rename(final)
    sync_folder(folder)
    reached("receipt.done")
    return receipt


def read_receipts(folder: Path, submissions: Collection[str]) -> dict[str, Receipt]:
    """The receipts that lie in any clinic's outbox below the folder, of those submissions."""
    found = {path.parent.name: path for path in folder.glob(f"*/*/{RECEIPT_JSON}") if path.parent.name in submissions}
    return {name: json.loads(read_sealed(path)) for name, path in sorted(found.items())}


def _json(receipt: Receipt) -> bytes:
    return json.dumps(receipt, ensure_ascii=False, indent=1).encode()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(seal(content))
