"""Bytes -> lines of text, in one of a closed set of encodings. A line in another encoding than its file is named.

Nothing here knows of separators, headers or forms.
"""

import codecs
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

UTF8, UTF16_LE, UTF16_BE, WINDOWS = "utf-8", "utf-16-le", "utf-16-be", "windows-1252"
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, UTF16_LE), (codecs.BOM_UTF16_BE, UTF16_BE))
OTHER_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, b"+/v")  # UTF-32 and UTF-7 are not read

_CONTINUATIONS = bytes(range(0x80, 0xC0)).decode("windows-1252", "ignore")
# UTF-8 that something read as Windows-1252 before it was saved (`Ã«`), and characters that stand for lost ones.
_TWICE_ENCODED = rf"Ã[\x{{80}}-\x{{BF}}{re.escape(_CONTINUATIONS)}]|Â[\x{{A0}}-\x{{BF}}]|â€|\x{{FFFD}}"
# A line of single bytes, to its end, where a file is of pairs: in little-endian a 0 after its end would make a pair.
_PLAIN_LINE = {
    UTF16_LE: re.compile(rb"([^\0\r\n]+)(?:\r\n|\r|\n|\Z)(?!\0)"),
    UTF16_BE: re.compile(rb"([^\0\r\n]+)(?:\r\n|\r|\n|\Z)"),
}
_PAIRED_END = {
    UTF16_LE: re.compile(rb"\r\0\n\0|\n\0|\r\0"),
    UTF16_BE: re.compile(rb"\0\r\0\n|\0\n|\0\r"),
}
# No language of the registry writes these: UTF-16 with a byte too many or too few does.
_FOREIGN = r"[\x{2E80}-\x{D7FF}\x{E000}-\x{FAFF}]"
# Letters of other code pages turn up as Windows-1252 symbols within a word; C1 controls are in no text at all.
_WRONG_PAGE = r"[A-Za-z][‚ƒ„†‡ˆ‰‹‘“”•˜™›ŠŽŸŒ][a-z]|[\x{80}-\x{9F}]"
# In a file of UTF-8, bytes that are none: letters of Windows-1252, or what is left of a character of UTF-8.
_BROKEN_UTF8 = r"[ÃÂâãð]|[\x{80}-\x{BF}]"


@dataclass(frozen=True)
class Decoded:
    """The lines of a file without their ends; indices are 0-based."""

    lines: pl.Series
    encoding: str
    newline: str
    has_bom: bool = False
    has_end: bool = True  # the last line has its line end
    faulty: frozenset[int] = field(default_factory=frozenset)  # lines whose characters are lost or in doubt
    other: Mapping[int, str] = field(default_factory=dict)  # lines read in another encoding than the file's


def decode(content: bytes) -> Decoded | None:
    """Lines of UTF-8, UTF-16 or Windows-1252 (which reads Latin-1), with or without a mark; None for no text."""
    if content.startswith(OTHER_MARKS):
        return None
    mark, encoding = next(((m, e) for m, e in BYTE_ORDER_MARKS if content.startswith(m)), (b"", ""))
    body = content[len(mark) :]
    encoding = encoding or _utf16_without_mark(body)
    if encoding in (UTF16_LE, UTF16_BE):
        return _decode_utf16(body, encoding, bool(mark))
    if body.isascii():
        return _decoded(body, UTF8, bool(mark), "")
    if _is_utf8(body):
        return _decoded(body, UTF8, bool(mark), _TWICE_ENCODED)
    return _decode_by_line(body, bool(mark))


def decode_text(text: str) -> Decoded:
    """The lines of text that something else has decoded."""
    return _decoded(text.encode(errors="replace"), UTF8, False, _TWICE_ENCODED)


def _utf16_without_mark(body: bytes) -> str:
    """The byte order, where every other byte of the beginning is 0."""
    start = body[:4096]
    if len(start) < 4:
        return ""
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.6 and even < 0.1:
        return UTF16_LE
    return UTF16_BE if even > 0.6 and odd < 0.1 else ""


def _decode_utf16(body: bytes, encoding: str, has_bom: bool) -> Decoded | None:
    """Pairs of bytes. A byte too many or too few shifts all that follows, so there is then no reading it."""
    decoded = _decoded(body.decode(encoding, "replace").encode(), encoding, has_bom, _TWICE_ENCODED)
    if decoded.lines.str.contains(_FOREIGN).any():
        decoded = _decode_apart(body, encoding, has_bom)
    return None if decoded.lines.str.contains(_FOREIGN).any() else decoded


def _decode_apart(body: bytes, encoding: str, has_bom: bool) -> Decoded:
    """Lines of UTF-16 with lines of single bytes among them, which hold no 0 up to their end."""
    texts: list[str] = []
    other: dict[int, str] = {}
    at = 0
    while at < len(body):
        match = _PLAIN_LINE[encoding].match(body, at)
        if match:
            other[len(texts)] = UTF8 if _is_utf8(match[1]) else WINDOWS
            texts.append(match[1].decode() if _is_utf8(match[1]) else _decode_windows(match[1]))
        else:
            texts.append(body[at : _end_of_line(body, at, encoding)].decode(encoding, "replace").rstrip("\r\n"))
        at = match.end() if match else _end_of_line(body, at, encoding)
    end = "\n" if body.endswith((b"\n", b"\r", b"\n\0", b"\r\0")) else ""
    text = "\n".join(texts) + end
    newline = newline_of(body.replace(b"\0", b""))
    return replace(_decoded(text.encode(), encoding, has_bom, _TWICE_ENCODED, other=other), newline=newline)


def _end_of_line(body: bytes, at: int, encoding: str) -> int:
    """Where the next line begins, if this one is of pairs of bytes."""
    for match in _PAIRED_END[encoding].finditer(body, at):
        if (match.start() - at) % 2 == 0:
            return match.end()
    return len(body)


def _decoded(
    body: bytes,
    encoding: str,
    has_bom: bool,
    suspicion: str,
    faulty: Collection[int] = (),
    other: Mapping[int, str] | None = None,
) -> Decoded:
    plain = with_newlines(body)
    lines = pl.read_lines(plain)["line"] if plain else pl.Series("line", [], pl.String)
    if suspicion:
        faulty = {*faulty, *lines.str.contains(suspicion).arg_true().to_list()}
    other = {index: name for index, name in (other or {}).items() if index not in faulty}
    has_end = plain.endswith(b"\n")
    return Decoded(lines, encoding, newline_of(body), has_bom, has_end, frozenset(faulty), other)


def with_newlines(body: bytes) -> bytes:
    """The same bytes with LF at the end of each line."""
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in body else body


def newline_of(body: bytes) -> str:
    """What ends most lines."""
    both = body.count(b"\r\n")
    counts: Mapping[str, int] = {"\r\n": both, "\n": body.count(b"\n") - both, "\r": body.count(b"\r") - both}
    return max(counts, key=lambda newline: counts[newline]) if any(counts.values()) else "\n"


def _decode_by_line(body: bytes, has_bom: bool) -> Decoded:
    """Each line that is UTF-8 as UTF-8, all others as Windows-1252. The file's encoding is that of most lines."""
    newline = newline_of(body).encode()
    lines = with_newlines(body).split(b"\n")
    windows = {index for index, line in enumerate(lines) if not line.isascii() and not _is_utf8(line)}
    utf8 = {index for index, line in enumerate(lines) if not line.isascii() and index not in windows}
    is_utf8 = has_bom or len(utf8) >= len(windows)
    faulty = {len(lines) - 1} if lines[-1][-1:] >= b"\xc2" else set()  # cut within a character
    texts = [_decode_windows(line) if index in windows else line.decode() for index, line in enumerate(lines)]
    if is_utf8 or utf8:
        broken = re.compile(re.sub(r"\\x\{(\w\w)\}", r"\\x\1", _BROKEN_UTF8))
        faulty |= {index for index in windows if broken.search(texts[index])}
    suspicion = _TWICE_ENCODED if is_utf8 else f"{_TWICE_ENCODED}|{_WRONG_PAGE}"
    encoding, odd, name = (UTF8, windows, WINDOWS) if is_utf8 else (WINDOWS, utf8, UTF8)
    text = newline.decode().join(texts).encode()
    return _decoded(text, encoding, has_bom, suspicion, faulty, dict.fromkeys(odd, name))


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
