"""Receipts on disk: a folder for each submission, whole or not there. What they say stands in `receipt`."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from pipelines.intake.receipt import Receipt
from warehouse.durability import sync_folder, sync_tree
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER

RECEIPT_JSON, RECEIPT_HTML = "receipt.json", "receipt.html"


def write_receipts(folder: Path, receipt: Receipt) -> Receipt:
    """Write a submission's receipts; where they lie already they stand, so that a retry gives the same one."""
    final = folder / str(receipt["submission"])
    if final.exists():
        content: Receipt = json.loads((final / RECEIPT_JSON).read_text(encoding="utf-8"))
        return content
    part = folder / f".{final.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=PRIVATE_FOLDER, parents=True)
    for name, text in render(receipt).items():
        _write(part / name, text)
        reached("receipt.file")
    sync_tree(part)
    part.rename(final)
    sync_folder(folder)
    reached("receipt.done")
    return receipt


def render(receipt: Receipt) -> Mapping[str, bytes]:
    """Every file of a submission's outbox by name."""
    return {RECEIPT_JSON: json.dumps(receipt, ensure_ascii=False, indent=1).encode()}


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
