"""The marks of an xlsx workbook's sheets, from its own XML, read as a stream. Values are read elsewhere."""

import posixpath
import re
from array import array
from collections.abc import Mapping
from functools import cache

from pipelines.intake.markup import Scan, attribute, scan_part
from pipelines.intake.sheet_marks import MONTH, NO_RESULT, NO_YEAR, PERCENT, YEAR, Marks, Room, as_padded, as_percent
from pipelines.intake.unpacking import Package

_BUILT_IN: Mapping[int, str] = {9: PERCENT, 10: PERCENT, 16: NO_YEAR, 17: MONTH}  # formats that have no code
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_TRUE = ("1", "true")


def read_xlsx_marks(package: Package, room: Room) -> dict[str, Marks]:
    """Sheet name -> its marks, for every sheet of cells."""
    links, book, styles, strings = _Links(), _Book(), _Styles(), _Strings()
    scan_part(package, "xl/_rels/workbook.xml.rels", links)
    scan_part(package, "xl/workbook.xml", book)
    scan_part(package, links.part_of("/styles", "xl/styles.xml"), styles)
    scan_part(package, links.part_of("/sharedStrings", "xl/sharedStrings.xml"), strings)
    marks: dict[str, Marks] = {}
    for name, link in book.sheets.items():
        sheet = _Sheet(Marks(room), styles.shown, strings.lengths)
        scan_part(package, links.parts.get(link, ""), sheet)
        marks[name] = sheet.marks
    return marks


class _Links(Scan):
    """Where the parts lie that the workbook names."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, str] = {}
        self._kinds: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
            self.parts[attributes.get("Id", "")] = target
            self._kinds[attributes.get("Type", "").rpartition("/")[2]] = target

    def part_of(self, kind: str, usual: str) -> str:
        return self._kinds.get(kind.lstrip("/"), usual)


class _Book(Scan):
    """The sheets by name, and the link that leads to each."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            self.sheets[attributes.get("name", "")] = attribute(attributes, "id")


class _Styles(Scan):
    """How each style shows a number, where that is not as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._is_cell_format = False
        self._n = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._is_cell_format = True
        elif name == "xf" and self._is_cell_format:
            number = attributes.get("numFmtId", "0")
            kind = shown_by(self._codes[number]) if number in self._codes else _BUILT_IN.get(int(number or 0), "")
            if kind:
                self.shown[str(self._n)] = kind
            self._n += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_cell_format = False


def shown_by(code: str) -> str:
    """How a number format shows a number: PERCENT, MONTH, YEAR, NO_YEAR, so many noughts; '' for as it stands."""
    bare = _LITERAL.sub("", code.partition(";")[0])
    if "%" in bare:
        return PERCENT
    if re.fullmatch(r"0{2,}", bare):
        return bare
    letters = bare.casefold()
    if not re.search(r"[dy]", letters) or re.search(r"[#0?hs]", letters):
        return ""
    has_day, has_month, has_year = "d" in letters, "m" in letters, "y" in letters
    if not has_year:
        return NO_YEAR
    return "" if has_day else MONTH if has_month else YEAR


class _Strings(Scan):
    """How long each shared string is."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths = array("L")
        self._n_chars = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002  # its name says all
        if name == "t":
            self.text.clear()

    def end(self, name: str) -> None:
        if name == "t":
            self._n_chars += sum(map(len, self.text))
        elif name == "si":
            self.lengths.append(self._n_chars)
            self._n_chars = 0


class _Sheet(Scan):
    """One sheet's cells."""

    def __init__(self, marks: Marks, shown: Mapping[str, str], lengths: "array[int]") -> None:
        super().__init__()
        self.marks = marks
        self._shown = shown
        self._lengths = lengths
        self._row, self._column = -1, -1
        self._cell: Mapping[str, str] = {}
        self._value: str | None = None
        self._formula: str | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in ("v", "t", "f"):
            self.text.clear()
        elif name == "c":
            self._cell, self._value, self._formula = attributes, None, None
        elif name == "row":
            self._row = int(attributes.get("r") or self._row + 2) - 1
            self._column = -1
            if attributes.get("hidden") in _TRUE:
                self.marks.hide(self._row + 1)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._value = (self._value or "") + "".join(self.text)
        elif name == "f":
            self._formula = "".join(self.text)
        elif name == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        row, column = self._place()
        self._column = column
        value, kind = self._value or "", self._cell.get("t", "n")
        is_unsolved = self._formula is not None and not value and kind != "str"
        if not value and not is_unsolved:
            return
        self.marks.fill(row, column, self._n_chars(value, kind))
        if is_unsolved:
            self.marks.say(row, column, f"{NO_RESULT}{self._formula}")
        else:
            self._mark(row, column, value, kind)

    def _mark(self, row: int, column: int, value: str, kind: str) -> None:
        shown = self._shown.get(self._cell.get("s", ""), "")
        if kind == "e":
            self.marks.say(row, column, value)
        elif kind == "n" and shown == PERCENT:
            self.marks.say(row, column, as_percent(value))
        elif kind == "n" and shown.startswith("0"):
            self.marks.say(row, column, as_padded(value, len(shown)))
        elif kind in ("n", "d") and shown:
            self.marks.show(row, column, shown)

    def _n_chars(self, value: str, kind: str) -> int:
        if kind != "s":
            return len(value)
        return self._lengths[int(value)] if value.isdigit() and int(value) < len(self._lengths) else 0

    def _place(self) -> tuple[int, int]:
        match = _ADDRESS.fullmatch(self._cell.get("r", ""))
        return (int(match[2]) - 1, _column(match[1])) if match else (self._row, self._column + 1)


@cache
def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
