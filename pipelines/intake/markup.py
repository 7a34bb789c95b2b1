"""XML as a stream of elements, without prefixes, without declarations, and never held whole."""

from collections.abc import Mapping
from xml.parsers import expat

from pipelines.intake.unpacking import Package


class MarkupError(Exception):
    """A part that is no XML, or that declares what no workbook declares."""


class Scan:
    """What is done with each element of a part; `text` gathers what stands between elements until it is cleared."""

    def __init__(self) -> None:
        self.text: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""


def scan_part(package: Package, part: str, scan: Scan) -> None:
    """Feed a part to a scan, piece by piece; a part that is not there is an empty one."""
    if part not in package.parts:
        return
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: scan.start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: scan.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = scan.text.append
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for piece in package.pieces(part):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise MarkupError from None


def _refuse(*_: object) -> None:
    raise MarkupError


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """An attribute whatever its prefix."""
    return next((value for key, value in attributes.items() if key == name or key.endswith(f":{name}")), "")
