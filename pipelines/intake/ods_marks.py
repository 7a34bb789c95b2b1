"""The marks of an ods workbook's sheets, from its own XML, read as a stream. Values are read elsewhere."""

from collections.abc import Mapping

from pipelines.intake.markup import Scan, scan_part
from pipelines.intake.sheet_marks import MONTH, NO_RESULT, NO_YEAR, YEAR, Marks, Room, as_percent
from pipelines.intake.unpacking import Package

_CELLS = ("table-cell", "covered-table-cell")
_HIDDEN = ("collapse", "filter")


def read_ods_marks(package: Package, room: Room) -> dict[str, Marks]:
    """Sheet name -> its marks."""
    content = _Content(room)
    scan_part(package, "styles.xml", content)
    scan_part(package, "content.xml", content)
    return content.sheets


class _Content(Scan):
    """Every sheet's cells, one after the other."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.sheets: dict[str, Marks] = {}
        self._room = room
        self._marks = Marks(room)
        self._row, self._column, self._n_rows = 0, 0, 1
        self._cell: Mapping[str, str] = {}
        self._said: list[str] = []
        self._n_blanks = 0
        self._depth_of_note = 0
        self._dates: dict[str, set[str]] = {}
        self._styles: dict[str, str] = {}
        self._date = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table":
            self._marks = self.sheets.setdefault(attributes.get("table:name", ""), Marks(self._room))
            self._row = 0
        elif name == "table-row":
            self._start_row(attributes)
        elif name in _CELLS:
            self._cell, self._said, self._n_blanks = attributes, [], 0
            self.text.clear()
        elif name == "p":
            self.text.clear()
        elif name == "s":
            self._n_blanks += int(attributes.get("text:c", 1))
        elif name == "annotation":
            self._depth_of_note += 1
        elif name == "date-style":
            self._date = attributes.get("style:name", "")
            self._dates[self._date] = set()
        elif name in ("day", "month", "year", "hours", "minutes") and self._date:
            self._dates[self._date].add(name)
        elif name == "style" and attributes.get("style:data-style-name"):
            self._styles[attributes.get("style:name", "")] = attributes["style:data-style-name"]

    def end(self, name: str) -> None:
        if name == "annotation":
            self._depth_of_note -= 1
        elif name == "p" and not self._depth_of_note:
            self._said.append("".join(self.text))
        elif name == "date-style":
            self._date = ""
        elif name in _CELLS:
            self._end_cell()
        elif name == "table-row":
            self._row += self._n_rows

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        self._n_rows = int(attributes.get("table:number-rows-repeated", 1))
        self._column = 0
        if attributes.get("table:visibility") in _HIDDEN:
            self._marks.hide(self._row + 1, self._n_rows)

    def _end_cell(self) -> None:
        cell = self._cell
        n_columns = int(cell.get("table:number-columns-repeated", 1))
        column, self._column = self._column, self._column + n_columns
        said = "\n".join(self._said)
        kind = cell.get("office:value-type", "")
        if not kind and not said and "table:formula" not in cell:
            return
        self._marks.fill(self._row, column, len(said) + self._n_blanks, self._n_rows, n_columns)
        text, shown = self._text(cell, kind, said), self._shown(cell, kind)
        if text is None and not shown:
            return
        for row in range(self._row, self._row + self._n_rows):
            for place in range(column, column + n_columns):
                if text is not None:
                    self._marks.say(row, place, text)
                else:
                    self._marks.show(row, place, shown)

    def _text(self, cell: Mapping[str, str], kind: str, said: str) -> str | None:
        if cell.get("calcext:value-type") == "error" or (cell.get("office:string-value") == "" and said):
            return said
        if "table:formula" in cell and not kind:
            return NO_RESULT + cell["table:formula"].partition("=")[2]
        if kind == "percentage":
            return as_percent(cell.get("office:value", ""))
        is_padded = kind == "float" and said.isdigit() and said.startswith("0") and len(said) > 1
        return said if is_padded and int(said) == float(cell.get("office:value", "nan")) else None

    def _shown(self, cell: Mapping[str, str], kind: str) -> str:
        parts = self._dates.get(self._styles.get(cell.get("table:style-name", ""), ""))
        if kind != "date" or not parts:
            return ""
        if "year" not in parts:
            return NO_YEAR
        return "" if "day" in parts else MONTH if "month" in parts else YEAR
