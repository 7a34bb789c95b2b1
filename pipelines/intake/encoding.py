"""Bytes -> lines of text, in one of a closed set of encodings. A line in another encoding than its file is named.

Nothing here knows of separators, headers or forms.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

UTF8, UTF16_LE, UTF16_BE, WINDOWS = "utf-8", "utf-16-le", "utf-16-be", "windows-1252"
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, UTF16_LE), (codecs.BOM_UTF16_BE, UTF16_BE))

_CONTINUATIONS = bytes(range(0x80, 0xC0)).decode("windows-1252", "ignore")
# UTF-8 that something read as Windows-1252 before it was saved (`Ã«`), and characters that stand for lost ones.
_TWICE_ENCODED = rf"Ã[\x{{80}}-\x{{BF}}{re.escape(_CONTINUATIONS)}]|Â[\x{{A0}}-\x{{BF}}]|â€|\x{{FFFD}}"
# No language of the registry writes these: UTF-16 with a byte too many or too few does.
_FOREIGN = r"[\x{2E80}-\x{D7FF}\x{E000}-\x{FAFF}]"
# Letters of other code pages turn up as Windows-1252 symbols within a word; C1 controls are in no text at all.
_WRONG_PAGE = r"[A-Za-z][‚ƒ„†‡ˆ‰‹‘“”•˜™›ŠŽŸŒ][a-z]|[\x{80}-\x{9F}]"


@dataclass(frozen=True)
class Decoded:
    """The lines of a file without their ends. `faulty` are 0-based indices of lines in another encoding."""

    lines: pl.Series
    encoding: str
    newline: str
    has_bom: bool = False
    faulty: frozenset[int] = field(default_factory=frozenset)


def decode(content: bytes) -> Decoded:
    """Lines of text: UTF-8, UTF-16 or Windows-1252 (which reads Latin-1 as well), with or without a mark."""
    mark, encoding = next(((m, e) for m, e in BYTE_ORDER_MARKS if content.startswith(m)), (b"", ""))
    body = content[len(mark) :]
    encoding = encoding or _utf16_without_mark(body)
    if encoding in (UTF16_LE, UTF16_BE):
        body = body.decode(encoding, "replace").encode()
        return _decoded(body, encoding, bool(mark), f"{_TWICE_ENCODED}|{_FOREIGN}")
    if body.isascii():
        return _decoded(body, UTF8, bool(mark), "")
    if _is_utf8(body):
        return _decoded(body, UTF8, bool(mark), _TWICE_ENCODED)
    return _decode_by_line(body, bool(mark))


def _utf16_without_mark(body: bytes) -> str:
    """The byte order, where every other byte of the beginning is 0."""
    start = body[:4096]
    if len(start) < 4:
        return ""
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.6 and even < 0.1:
        return UTF16_LE
    return UTF16_BE if even > 0.6 and odd < 0.1 else ""


def _decoded(body: bytes, encoding: str, has_bom: bool, suspicion: str, faulty: Sequence[int] = ()) -> Decoded:
    lines = _lines_of(body)
    if suspicion:
        faulty = (*faulty, *lines.str.contains(suspicion).arg_true().to_list())
    return Decoded(lines, encoding, newline_of(body), has_bom, frozenset(faulty))


def _lines_of(body: bytes) -> pl.Series:
    plain = with_newlines(body)
    return pl.read_lines(plain)["line"] if plain else pl.Series("line", [], pl.String)


def with_newlines(body: bytes) -> bytes:
    """The same bytes with LF at the end of each line."""
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in body else body


def newline_of(body: bytes) -> str:
    """What ends most lines."""
    both = body.count(b"\r\n")
    counts: Mapping[str, int] = {"\r\n": both, "\n": body.count(b"\n") - both, "\r": body.count(b"\r") - both}
    return max(counts, key=lambda newline: counts[newline]) if any(counts.values()) else "\n"


def _decode_by_line(body: bytes, has_bom: bool) -> Decoded:
    """Lines that are not all UTF-8: the encoding of most of them is the file's, the others are faulty."""
    lines = with_newlines(body).split(b"\n")
    other = [index for index, line in enumerate(lines) if not line.isascii() and not _is_utf8(line)]
    is_other = frozenset(other)
    utf8 = [index for index, line in enumerate(lines) if not line.isascii() and index not in is_other]
    encoding, faulty = (UTF8, other) if has_bom or len(utf8) >= len(other) else (WINDOWS, utf8)
    if lines[-1][-1:] >= b"\xc2":
        faulty = [*faulty, len(lines) - 1]  # cut within a character
    texts = (_decode_windows(line) if index in is_other else line.decode() for index, line in enumerate(lines))
    suspicion = _TWICE_ENCODED if encoding == UTF8 else f"{_TWICE_ENCODED}|{_WRONG_PAGE}"
    decoded = _decoded("\n".join(texts).encode(), encoding, has_bom, suspicion, faulty)
    return Decoded(decoded.lines, encoding, newline_of(body), has_bom, decoded.faulty)


def _decode_windows(line: bytes) -> str:
    try:
        return line.decode("windows-1252")
    except UnicodeDecodeError:
        return line.decode("latin-1")  # its C1 controls are then named as faulty


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
