"""What a workbook holds besides cells: comments, properties, pictures, macros. Named and scanned, never kept.

Cells and sheets are read elsewhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.intake.identifier_values import kinds_in
from pipelines.intake.unpacking import Package

_PARTS: Mapping[str, str] = {
    "xl/comments": "comments",
    "xl/threadedComments": "comments",
    "xl/persons": "comments",
    "docProps/custom": "custom_properties",
    "xl/media": "pictures",
    "Pictures/": "pictures",
    "xl/drawings/drawing": "pictures",
    "xl/embeddings": "embedded_files",
    "Object ": "embedded_files",
    "xl/externalLinks": "links",
    "xl/vbaProject": "macros",
    "Basic/": "macros",
    "customXml/": "custom_properties",
    "xl/pivotCache": "embedded_files",
    "xl/connections": "links",
    "xl/queryTables": "links",
    "xl/activeX": "macros",
    "xl/revisions": "comments",
}
_PROPERTY_PARTS = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
# Element -> what it is called. What else stands there (dates, counts, the program's name) says nothing of a person.
_PROPERTIES: Mapping[str, str] = {
    "creator": "author",
    "initial-creator": "author",
    "lastModifiedBy": "author",
    "printed-by": "author",
    "title": "title",
    "subject": "title",
    "description": "title",
    "keywords": "title",
    "keyword": "title",
    "category": "title",
    "Company": "company",
    "Manager": "company",
    "user-defined": "custom_properties",
}
MOST_SCANNED = 20_000_000  # bytes of a part
_PROGRAMS = ("openpyxl", "xlsxwriter")  # what writes its own name as the author's
# Properties that a program writes of itself: `<meta:user-defined meta:name="AppVersion">15.03</...>`.
_OF_PROGRAMS = re.compile(
    rb'<(?:meta:user-defined|property)\b[^>]*name="(?:AppVersion|DocSecurity|HyperlinksChanged|LinksUpToDate|ScaleCrop'
    rb'|ShareDoc)".*?</(?:meta:user-defined|property)>',
    re.DOTALL,
)
_SHEET_LINKS = "xl/worksheets/_rels/"
_LINK = re.compile(rb'<Relationship\b[^>]*/hyperlink"[^>]*>|<text:a\b[^>]*>')
_ODS_COMMENT = re.compile(rb"<office:annotation\b")
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([\w-]+)(?:\s[^>]*)?>([^<]+)<")
_SHEETS = "xl/worksheets/sheet"
_PAGE_HEADER = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)\b[^>]*>([^<]+)<")
_PAGE_CODE = re.compile(r'&amp;(?:&quot;.*?&quot;|"[^"]*"|[A-Z]|\d+)')  # &P is the page's number, &L the left part
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Extras:
    """What there is besides cells, by the names that schemas.identifiers has words for."""

    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # of identifiers in their texts


def read_extras(package: Package) -> Extras:
    """The extras of a workbook; of each part the beginning is looked at, which is nearly always all of it."""
    names: dict[str, None] = {}
    kinds: set[str] = set()
    for part in package.parts:
        found = _in_part(part, package.read(part, MOST_SCANNED)) if _is_asked(part) else {}
        for name, text in found.items():
            names[name] = None
            kinds |= kinds_in(text)
    return Extras(tuple(sorted(names)), tuple(sorted(kinds)))


def _is_asked(part: str) -> bool:
    return (
        part in (*_PROPERTY_PARTS, "content.xml")
        or part.startswith((_SHEETS, _SHEET_LINKS))
        or (part.startswith(tuple(_PARTS)) and not part.endswith(("/", ".rels")))
    )


def _in_part(part: str, content: bytes) -> Mapping[str, str]:
    if part in _PROPERTY_PARTS:
        return _properties(content)
    if part == "content.xml":
        comments = b" ".join(content.split(b"<office:annotation")[1:]) if _ODS_COMMENT.search(content) else b""
        return {**({"comments": _plain(comments)} if comments else {}), **_links(content)}
    if part.startswith(_SHEET_LINKS):
        return _links(content)
    if part.startswith(_SHEETS):
        texts = b" ".join(_PAGE_HEADER.findall(content)).decode("utf-8", "replace")
        plain = _PAGE_CODE.sub(" ", texts).strip()
        return {"page_headers": plain} if re.search(r"[^\W_]", plain) else {}
    name = next(name for start, name in _PARTS.items() if part.startswith(start))
    text = _plain(_OF_PROGRAMS.sub(b"", content)) if part.endswith(".xml") else ""
    return {} if name == "custom_properties" and not text else {name: text}


def _links(content: bytes) -> Mapping[str, str]:
    """Where cells link to: an address may stand behind any word."""
    found = b" ".join(_LINK.findall(content)).decode("utf-8", "replace")
    return {"links": found.replace("mailto:", " ")} if found else {}


def _properties(content: bytes) -> Mapping[str, str]:
    said: dict[str, str] = {}
    for element, text in _ELEMENT.findall(_OF_PROGRAMS.sub(b"", content).decode("utf-8", "replace")):
        if element in _PROPERTIES and text.strip() and text.strip() not in _PROGRAMS:
            said[_PROPERTIES[element]] = f"{said.get(_PROPERTIES[element], '')} {text}"
    return said


def _plain(content: bytes) -> str:
    return " ".join(_MARKUP.sub(" ", content.decode("utf-8", "replace")).split())
