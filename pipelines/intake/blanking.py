"""Lines taken out of a text file, all others keeping their number; and whether a file still names somebody.

Which lines go, and why, is decided elsewhere.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterable


def lines_of_records(content: bytes, encoding: str, records: Iterable[int], starts: Collection[int]) -> set[int]:
    """The lines of the records that begin at `records`: an open quote takes in lines up to the next of `starts`."""
    texts, known = _split(content, encoding), set(starts)
    taken: set[int] = set()
    for first in records:
        last, n_quotes = first, 0
        while last <= len(texts):
            n_quotes += texts[last - 1].count(b'"')
            if n_quotes % 2 == 0 or last + 1 in known:
                break
            last += 1
        taken |= set(range(first, (last if n_quotes % 2 == 0 else first) + 1))
    return taken


def says(content: bytes, encoding: str, line: int, cells: Iterable[str | None]) -> bool:
    """Whether a line holds these cells; a copy that was written anew may have others there."""
    texts = _split(content, encoding)
    if line > len(texts):
        return False
    text = texts[line - 1].decode("utf-8" if _is_wide(encoding) else encoding, "replace").replace('""', '"')
    starts = [cell.splitlines()[0] for cell in cells if cell and cell.strip()]
    return bool(starts) and all(start.replace('""', '"') in text for start in starts)


def blank_lines(content: bytes, encoding: str, lines: Collection[int]) -> bytes:
    """The same bytes with these lines (1-based) empty; each keeps its end, so that all others keep their number."""
    texts = _split(content, encoding)
    kept = [_end(text) if number in lines else text for number, text in enumerate(texts, start=1)]
    whole = b"".join(kept)
    return whole.decode().encode(encoding) if _is_wide(encoding) else whole


def names_any(content: bytes, pattern: str) -> bool:
    """Whether a file says what the pattern asks for, as text of any encoding or within a zipped workbook."""
    asked = re.compile(pattern, re.IGNORECASE)
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(names_any(archive.read(name), pattern) for name in archive.namelist())
    texts = (content.decode("latin-1"), content.decode("utf-16-le", "ignore"), content.decode("utf-16-be", "ignore"))
    return any(asked.search(text) for text in texts)


def _split(content: bytes, encoding: str) -> list[bytes]:
    """The lines with their ends; UTF-16 as UTF-8, because an end of line is two bytes there."""
    body = content.decode(encoding).encode() if _is_wide(encoding) else content
    return body.splitlines(keepends=True)


def _is_wide(encoding: str) -> bool:
    return encoding.startswith("utf-16")


def _end(text: bytes) -> bytes:
    return text[len(text.rstrip(b"\r\n")) :]
