"""Whole files that hold nothing to load, each sent by mistake shortly before the right one. No person is in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pipelines.synthetic.mistakes.lines import Line, Page

HEADER_ROWS = 4  # how many rows a wrong file carries


@dataclass(frozen=True)
class WrongFile:
    """A file that is refused by a rule: either a page of lines, or bytes under another ending."""

    page: Page | None = None
    content: bytes = b""
    ending: str = "csv"
    line: int = 0  # where the finding stands; 0 speaks of the whole file
    form: str = ""


def refused_files() -> Mapping[str, Callable[[Page], WrongFile]]:
    """The wrong file to each rule, made of a right one."""
    return {
        "section_empty": lambda page: WrongFile(replace(page, lines=page.lines[:1]), line=1, form="follow_up"),
        "file_empty": lambda _: WrongFile(),
        "file_kind_unknown": lambda _: WrongFile(content=b"%PDF-1.4 synthetic\n", ending="pdf"),
        "file_unreadable": lambda _: WrongFile(content=b"PK\x03\x04 cut off on the way", ending="xlsx"),
        "form_unknown": lambda page: WrongFile(_list(page, ["order", "amount"], ["bandages", "12"])),
        "form_ambiguous": lambda page: WrongFile(_list(page, ["patient_id", "side", "mri_on"], ["", "left", ""])),
        "mapping_missing": lambda page: WrongFile(
            _list(page, ["record_id", "redcap_event_name", "phat_total"], ["1", "month_12_arm_1", "80"])
        ),
        "key_column_missing": lambda page: WrongFile(_without_side(page)),
        "column_twice": lambda page: WrongFile(
            _with_column(page, lambda _: page.lines[0].text.split(page.separator)[2], "1")
        ),
        "identifier_column": lambda page: WrongFile(_with_column(page, _birth_date, "1900-01-01")),
        "identifier_values": lambda page: WrongFile(_with_column(page, lambda _: "contact", "nobody@nowhere.example")),
    }


def _list(page: Page, header: list[str], row: list[str]) -> Page:
    texts = [header, *([row] * HEADER_ROWS)]
    return replace(page, lines=tuple(Line(page.separator.join(cells)) for cells in texts))


def _with_column(page: Page, name: Callable[[Page], str], cell: str) -> Page:
    return page.with_column(Line(page.lines[0].text + page.separator + name(page)), cell)


def _birth_date(page: Page) -> str:
    return {"en": "Date of birth", "nl": "Geboortedatum", "de": "Geburtsdatum"}[page.profile.clinic.language]


def _without_side(page: Page) -> Page:
    """The same lines without the second column, which is the side, a part of the key."""
    lines = [line.text.split(page.separator) for line in page.lines]
    return replace(page, lines=tuple(Line(page.separator.join([*cells[:1], *cells[2:]])) for cells in lines))
