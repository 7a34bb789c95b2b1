"""What one cell's text was taken for, and the tidying every kind of cell shares. Reading a kind lies elsewhere."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipelines.settings import Clinic
from schemas.vocabulary import read_missing

# What people write for "nothing here". Only the clinic's declared codes are believed; these are named, never guessed.
LIKELY_MISSING = frozenset(
    [
        "na",
        "n/a",
        "n.a.",
        "nb",
        "n.b.",
        "nvt",
        "n.v.t.",
        "unk",
        "unknown",
        "onbekend",
        "unbekannt",
        "missing",
        "none",
        "nil",
        "null",
        "nan",
        "-",
        "--",
        ".",
        "?",
        "??",
        "x",
        "k.a.",
        "-9",
        "-99",
        "-999",
        "-9999",
        "99999",
        "#nv",
        "nd",
        "n.d.",
        "not_done",
        "niet",
        "gedaan",
    ]
)
REASON_TOKENS = "#not_done, #refused, #not_applicable, #unknown"
SPREADSHEET_ERRORS = frozenset(
    [
        "#REF!",
        "#N/A",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#VERW!",
        "#WAARDE!",
        "#DEEL/0!",
        "#NAAM?",
        "#GETAL!",
        "#LEEG!",
        "#N/B",
        "#BEZUG!",
        "#WERT!",
        "#ZAHL!",
        "#NV",
    ]
)
_BLANKS = re.compile(r"[\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f]")
_HYPHENS = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_TRAILING_ZEROS = re.compile(r"[.,]0+$")  # -99 that a spreadsheet shows as -99,0
_OTHER_ERRORS = re.compile(r"#{3,}|(?:Err|Fehler|Fout):\d{3}", re.IGNORECASE)
_FORMULA_TEXT = re.compile(r'=\s*"(.*)"')


@dataclass(frozen=True, slots=True)
class Cell:
    """One text, read: a value, a reason for having none, or neither where it cannot be read.

    `rule` is empty where there is nothing to say. With a value or a reason the finding is a note and `expected` says
    what the text was taken for; without, it is an error and `expected` says what is possible.
    """

    value: object = None
    missing: str | None = None
    rule: str = ""
    expected: str = ""
    extra: str = ""  # the precision of a partial date, the unit written beside a number

    @property
    def is_readable(self) -> bool:
        """Whether the text stands for an answer."""
        return self.value is not None or self.missing is not None


@dataclass(frozen=True)
class Conventions:
    """How the sender writes: the clinic's settings, and whether a workbook's own numbers were read."""

    clinic: str = ""
    date_order: str = ""
    decimal: str = ""
    id_format: str = ""
    date_system: str = ""
    missing_codes: Mapping[str, str] = field(default_factory=dict)
    is_workbook: bool = False

    def as_written(self, writes: Mapping[str, str], missing_codes: Mapping[str, str]) -> "Conventions":
        """These conventions, but for what a mapping says of its export."""
        if not writes and not missing_codes:
            return self
        codes = {tidy(code).casefold(): reason for code, reason in missing_codes.items()}
        return replace(self, **writes, missing_codes={**self.missing_codes, **codes})  # type: ignore[arg-type]

    @property
    def missing_numbers(self) -> list[int]:
        """The missing codes that are numbers."""
        return [int(code) for code in self.missing_codes if re.fullmatch(r"-?\d+", code)]


def conventions_of(clinic: Clinic, kind: str) -> Conventions:
    """The conventions for a file of `kind` (csv, xlsx, ods) from `clinic`."""
    codes = {tidy(code).casefold(): reason for code, reason in clinic.missing_codes.items()}
    return Conventions(
        clinic=clinic.code,
        date_order=clinic.date_order,
        decimal=clinic.decimal,
        id_format=clinic.id_format,
        date_system=clinic.date_system,
        missing_codes=codes,
        is_workbook=kind in ("xlsx", "ods"),
    )


def tidy(text: str) -> str:
    """`text` with ordinary blanks and hyphens, full-width characters folded, nothing invisible, `="x"` opened."""
    folded = unicodedata.normalize("NFKC", _HYPHENS.sub("-", text))
    plain = _BLANKS.sub(" ", _INVISIBLE.sub("", folded)).strip()
    plain = _bare(plain)
    wrapped = _FORMULA_TEXT.fullmatch(plain)
    return _bare(wrapped[1].strip()) if wrapped else plain


def _bare(text: str) -> str:
    """The text without the apostrophe that tells a spreadsheet to leave it alone."""
    return text[1:].strip() if text.startswith("'") else text


def tidying_rule(text: str, plain: str) -> str:
    """The note for a text that needed tidying to become `plain`; blanks at the ends are nobody's business."""
    if text.strip(" \t") == plain:
        return ""
    return "cell_formula_text" if '="' in text.replace(" ", "") else "cell_tidied"


def read_absence(plain: str, conventions: Conventions) -> Cell | None:
    """The reason, for a missing token or one of the clinic's own codes; an error for a spreadsheet error."""
    codes = conventions.missing_codes
    reason = codes.get(plain.casefold()) or codes.get(_TRAILING_ZEROS.sub("", plain))
    if reason is None and (plain in SPREADSHEET_ERRORS or _OTHER_ERRORS.fullmatch(plain)):
        return Cell(rule="cell_spreadsheet_error")
    if plain.startswith("#="):  # a formula that a workbook holds without its result
        return Cell(rule="cell_formula")
    reason = reason or read_missing(plain)
    return Cell(missing=reason) if reason else None


def explain_absence(plain: str, cell: Cell) -> Cell:
    """The unreadable `cell`, named as an undeclared missing code or as a formula where it looks like one."""
    if not cell.is_readable and plain.casefold() in LIKELY_MISSING:
        return Cell(rule="cell_undeclared_missing", expected=REASON_TOKENS)
    return Cell(rule="cell_formula") if not cell.is_readable and plain.startswith("=") else cell
