"""A zip file's parts, unpacked piece by piece and never further than a limit. What a part says is not known here.

Sizes that the file states of itself are not believed: what is counted is what comes out.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.intake.verdict import Refusal

MOST_PARTS = 2_000
_PIECE = 1 << 16
_LOCAL_HEADER = 30  # bytes, then a name and an extra field whose lengths stand in its last four
_ENTRY, _END = b"PK\x01\x02", b"PK\x05\x06"


class TooLargeError(Exception):
    """A part, or all together, unpacks to more than the limit."""


@dataclass(frozen=True)
class Package:
    """A zip file in memory and its directory."""

    content: bytes
    parts: dict[str, zipfile.ZipInfo]

    def pieces(self, name: str) -> Iterator[bytes]:
        """The part, unpacked, in small pieces."""
        part = self.parts[name]
        header = self.content[part.header_offset : part.header_offset + _LOCAL_HEADER]
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        start = part.header_offset + _LOCAL_HEADER + lengths
        packed = memoryview(self.content)[start : start + part.compress_size]
        if part.compress_type == zipfile.ZIP_STORED:
            yield from (bytes(packed[place : place + _PIECE]) for place in range(0, len(packed), _PIECE))
        elif part.compress_type == zipfile.ZIP_DEFLATED:
            yield from _inflate(packed)
        else:
            raise zipfile.BadZipFile

    def read(self, name: str, most: int) -> bytes:
        """The first bytes of a part, as many as asked; nothing where there is no such part."""
        text = bytearray()
        for piece in self.pieces(name) if name in self.parts else ():
            text += piece
            if len(text) >= most:
                break
        return bytes(text[:most])


def open_package(content: bytes, most_bytes: int) -> Package | Refusal:
    """The package, once all of it was unpacked for a count; a refusal where that is too much, or no zip file."""
    if content.count(_ENTRY) > MOST_PARTS:
        return _too_large(most_bytes)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            entries = file.infolist()
        package = Package(content, {entry.filename: entry for entry in entries})
        if len(package.parts) != len(entries) or content[-66_000:].count(_END) != 1 or _is_locked(entries):
            return Refusal("file_unreadable", expected="xlsx, ods", is_stored=False)
        _measure(package, most_bytes)
    except TooLargeError:
        return _too_large(most_bytes)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, ValueError, OverflowError):
        return Refusal("file_unreadable", expected="xlsx, ods", is_stored=False)
    return package


def _measure(package: Package, most_bytes: int) -> None:
    n_bytes = 0
    for name in package.parts:
        for piece in package.pieces(name):
            n_bytes += len(piece)
            if n_bytes > most_bytes:
                raise TooLargeError


def _is_locked(entries: list[zipfile.ZipInfo]) -> bool:
    return any(entry.flag_bits & 1 for entry in entries)


def _inflate(packed: memoryview) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    for place in range(0, len(packed), _PIECE):
        rest: bytes | memoryview = packed[place : place + _PIECE]
        while rest and not unpacking.eof:
            yield unpacking.decompress(rest, _PIECE)
            rest = unpacking.unconsumed_tail
    while not unpacking.eof and (piece := unpacking.decompress(b"", _PIECE)):
        yield piece
    if not unpacking.eof:
        raise zlib.error


def _too_large(most_bytes: int) -> Refusal:
    return Refusal("file_unpacks_too_large", "", str(most_bytes), is_stored=False)
