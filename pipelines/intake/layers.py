"""Plain text files of one layout, and whether the next one may be read together with those before it.

Nothing here is read or judged: a file that is any less than plain is left to be read by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.intake.encoding import BYTE_ORDER_MARKS, OTHER_MARKS
from pipelines.intake.file_names import safe_name
from pipelines.intake.header import Header
from pipelines.intake.inbox import Waiting, digest_of
from pipelines.intake.mapping_header import MAPPED, ExportHeaders
from pipelines.settings import SEPARATORS, Clinic
from schemas.dictionary import Dictionary
from warehouse.sealed import read_sealed

MOST_BYTES = 1 << 18  # of a file: what it costs to begin with one is little beside the rest of a larger one
_MARKS = (*(mark for mark, _ in BYTE_ORDER_MARKS), *OTHER_MARKS)


@dataclass(frozen=True)
class Layout:
    """The header of a file, with its line end, and how it is written."""

    line: bytes
    separator: str
    header: Header

    @property
    def key(self) -> str:
        """The field that every record fills, by which a line is known to be one."""
        form = self.header.form
        return next(name for name in form.key if form.field(name).is_required)


@dataclass(frozen=True)
class Layer:
    """A file that may lie in a stack: a header of a form and nothing else, and lines of its width."""

    item: Waiting
    content: bytes
    digest: str
    layout: Layout
    n_rows: int

    @property
    def group(self) -> tuple[str, bytes]:
        """What all layers of a stack share."""
        return self.item.clinic, self.layout.line


class Layouts:
    """The layouts that were seen, each clinic's by its header."""

    def __init__(self, dictionary: Dictionary, clinics: Mapping[str, Clinic]) -> None:
        self._dictionary, self._clinics = dictionary, clinics
        self._headers: dict[str, ExportHeaders] = {}
        self._known: dict[tuple[str, bytes], Layout | None] = {}

    def layer_of(self, item: Waiting) -> Layer | None:
        """The file as a layer; None where it is to be read by itself."""
        if item.clinic not in self._clinics or item.is_renamed or safe_name(item.file) != item.file:
            return None
        content = _read_small(item.path)
        end = content.find(b"\n") + 1
        if not end or not is_plain(content):
            return None
        layout = self._layout(item.clinic, content[:end])
        if layout is None or not is_even(content, layout.separator):
            return None
        return Layer(item, content, digest_of(content), layout, content.count(b"\n") - 1)

    def headers_of(self, clinic: str) -> ExportHeaders:
        """What a header of the clinic may say."""
        if clinic not in self._headers:
            self._headers[clinic] = ExportHeaders(self._dictionary, self._clinics[clinic])
        return self._headers[clinic]

    def _layout(self, clinic: str, line: bytes) -> Layout | None:
        if (clinic, line) not in self._known:
            self._known[clinic, line] = _read_layout(line, self.headers_of(clinic))
        return self._known[clinic, line]


def _read_small(path: Path) -> bytes:
    return read_sealed(path) if path.stat().st_size <= MOST_BYTES else b""


def is_plain(content: bytes) -> bool:
    """Whether the bytes are UTF-8 without a mark, quotes or damage, and every line has one and the same end."""
    if content.startswith(_MARKS) or b'"' in content or b"\0" in content or not content.endswith(b"\n"):
        return False
    n_returns = content.count(b"\r")
    if n_returns and not n_returns == content.count(b"\r\n") == content.count(b"\n"):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_even(content: bytes, separator: str) -> bool:
    """Whether each line below the first has as many cells, in that separator and in no other one."""
    header, *lines = content[:-1].split(b"\n")
    mark, width = separator.encode(), header.count(separator.encode())
    if not lines or any(line.count(mark) != width for line in lines):
        return False
    others = [other.encode() for other in SEPARATORS if other != separator]
    return all(line.count(other) < width for other in others if content.count(other) >= width for line in lines)


def _read_layout(line: bytes, headers: ExportHeaders) -> Layout | None:
    """The layout, where each cell of the header is a field of one form, and none is there twice."""
    text = line.decode().rstrip("\r\n")
    separator = max(SEPARATORS, key=text.count)
    cells = text.split(separator)
    header = headers.recognise(cells)
    if header is None or not header.is_complete or header.form.name.startswith(MAPPED):
        return None
    layout = Layout(line, separator, header)
    is_whole = len(header.positions) == len(cells) > 1 and not header.twice
    return layout if is_whole and header.key == header.positions.get(layout.key, -2) else None
