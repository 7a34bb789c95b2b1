"""Files that are no text and no workbook we read, known by how they begin or by what no text holds: refused unseen.

What nobody could look at is not kept. How a workbook of ours is read stands in `workbook`.
"""

import re
from collections.abc import Mapping

from pipelines.intake.verdict import Refusal

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007, and what a newer one locks with a password
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_BEGINNINGS: Mapping[bytes, str] = {
    b"%PDF": "pdf",
    b"{\\rtf": "rtf",
    COMPOUND: "xls",
    b"\x1f\x8b": "gz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpg",
    b"SQLite format 3\0": "sqlite",
    b"<stata_dta>": "dta",
    b"$FL2@(#)": "sav",
    b"PAR1\x15": "parquet",
}
_NO_TEXT = re.compile(r"[\x01-\x08\x0e-\x19\x1c-\x1f]")  # a spreadsheet writes none of these; 0 is damage we know


def refuse_other_kind(content: bytes) -> Refusal | None:
    """The refusal of a file that another program reads, with its kind; None for all others."""
    if content.startswith(COMPOUND) and _LOCKED in content:
        return Refusal("file_protected", is_stored=False)
    kind = next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), "")
    return refuse_kind(kind) if kind else None


def refuse_kind(kind: str) -> Refusal:
    """The refusal of a kind of file that is not read."""
    return Refusal("file_kind_unknown", kind, is_stored=False)


def is_no_text(line: str) -> bool:
    """Whether a line holds what no text does."""
    return _NO_TEXT.search(line) is not None
