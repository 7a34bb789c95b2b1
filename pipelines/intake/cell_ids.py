"""Patient numbers: which texts are one, and what an odd text can only have been; the check character settles doubts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.intake.cell import Cell
from pipelines.intake.cell_codes import to_latin

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHECKED = r"^[A-Z][A-Z0-9]{1,7}-[0-9]{4,12}[0-9A-Z]$"
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?E\+?(\d{1,2})", re.IGNORECASE)
_DIGITS = str.maketrans("OILQ", "0110")
_LONGEST_NUMBER = 12
_VALUES = np.full(256, 255, dtype=np.uint8)
_VALUES[[ord(character) for character in _ALPHABET]] = np.arange(36, dtype=np.uint8)


@dataclass(frozen=True)
class IdRules:
    """Whose numbers these are, and the own formats of clinics that have no check character."""

    clinic: str
    formats: Mapping[str, str] = field(default_factory=dict)  # clinic -> regular expression

    @property
    def codes(self) -> tuple[str, ...]:
        """Clinic codes that may stand before a number, the sender's first."""
        return tuple(code for code in dict.fromkeys((self.clinic, *self.formats)) if code)


def is_checked(texts: pl.Series) -> pl.Series:
    """Which texts are a number with its right check character (ISO 7064 MOD 37,36 over clinic code and digits)."""
    shaped = texts.str.contains(_CHECKED).fill_null(False)
    compact = texts.filter(shaped).str.replace("-", "", literal=True)
    result = np.zeros(len(texts), dtype=bool)
    result[shaped.to_numpy()] = _has_right_check(compact)
    return pl.Series(texts.name, result)


def _has_right_check(compact: pl.Series) -> npt.NDArray[np.bool_]:
    """One step of the sum for every text at once: a million numbers take as long as their longest."""
    lengths = compact.str.len_bytes().to_numpy().astype(np.int64)
    if not len(lengths):
        return np.zeros(0, dtype=bool)
    starts = np.cumsum(lengths) - lengths
    content = np.frombuffer("".join(compact.to_list()).encode(), dtype=np.uint8)
    total = np.full(len(lengths), 36, dtype=np.int64)
    for place in range(int(lengths.max())):
        values = _VALUES[content[np.minimum(starts + place, len(content) - 1)]]
        doubled = (total * 2) % 37 if place else total
        following = (doubled + values) % 36
        total = np.where(place < lengths, np.where(following == 0, 36, following), total)
    return np.asarray(total % 36 == 1)


def read_id(plain: str, rules: IdRules) -> Cell:
    """The number that a tidied text can only be, or an error."""
    latin = to_latin(plain)
    has_look_alikes = latin != plain
    text = latin.upper()
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        whole = _expand(scientific)
        return _settled(whole, rules, "id_scientific", False) if whole else Cell(rule="id_scientific")
    return _settled(re.sub(r"[.,]0$", "", text), rules, "id_unreadable", has_look_alikes)


def _settled(text: str, rules: IdRules, otherwise: str, has_look_alikes: bool) -> Cell:
    own, note = _own_numbers(text, rules)
    if own:
        return _one_of(own, note)
    prefix, rest = _split(text, rules)
    example = _example(rules.formats.get(prefix, ""), rules.clinic)
    number, check = rest[:-1].translate(_DIGITS), rest[-1:]
    if not number.isdigit() or len(number) > _LONGEST_NUMBER or not check.isalnum() or not check.isascii():
        return Cell(rule=otherwise, expected=example)
    is_padded = len(number) < 4
    found = _checked(f"{prefix}-{number.zfill(4)}", check)
    if is_padded and found and (number.startswith("0") or check.isdigit()):
        return Cell(rule="id_zeros_ambiguous", expected=" / ".join(found))  # the check character may be what is missing
    if not found:
        has_check = not rules.formats.get(prefix) and otherwise == "id_unreadable"
        return Cell(rule="id_check_character", expected=prefix) if has_check else Cell(rule=otherwise, expected=example)
    swapped = has_look_alikes or number != rest[:-1]
    return _one_of(found, "id_zeros_restored" if is_padded else "cell_look_alike" if swapped else "id_tidied")


def _example(own: str, clinic: str) -> str:
    """What a number looks like: `FYS-\\d{4}` is shown as FYS-0000."""
    shown = re.sub(r"(?:\\d|\[0-9\])(?:\{(\d{1,2})(?:,\d*)?\})?", lambda match: "0" * int(match[1] or 1), own)
    return shown if own and re.fullmatch(r"[\w-]+", shown) else f"{clinic}-0015?"


def _split(text: str, rules: IdRules) -> tuple[str, str]:
    """Clinic code and the rest; the sender's code where there is none."""
    for code in rules.codes:
        if text.startswith(code) and len(text) > len(code):
            return code, _squeeze(text[len(code) :])
    before, hyphen, after = text.partition("-")
    if hyphen and re.fullmatch(r"[A-Z][A-Z0-9]{1,7}", before):
        return before, _squeeze(after)
    return rules.clinic, _squeeze(text)


def _squeeze(text: str) -> str:
    return re.sub(r"[-_ ./]", "", text)


def _checked(stem: str, check: str) -> list[str]:
    """The stem with the check character as given, if it is right.

    No look-alike is tried here: every letter and digit is a check character of its own, and one that looks like it
    belongs to another patient's number as soon as a digit is wrong as well.
    """
    option = pl.Series([f"{stem}{check}"])
    return option.filter(is_checked(option)).to_list()


def _own_numbers(text: str, rules: IdRules) -> tuple[list[str], str]:
    """Numbers in a clinic's own format that the text can be, and the note: as written, then with zeros restored."""
    hyphenated = re.sub(r"^([A-Z]+)[ _./]?(?=\d)", r"\1-", text)
    spellings = (text, _squeeze(text), "-".join(_split(text, rules)), hyphenated)
    written = sorted({value for spelling in spellings if (value := own_number(spelling, rules))})
    if written:
        return written, "id_tidied"
    own = rules.formats.get(rules.clinic, "")
    digits = re.search(r"\d+$", text)
    if not own or digits is None or digits[0].startswith("0"):
        return [], ""
    stems = {text[: digits.start()], f"{rules.clinic}-"}
    padded = product(stems, range(len(digits[0]) + 1, _LONGEST_NUMBER + 1))
    options = {own_number(f"{stem}{digits[0].zfill(width)}", rules) for stem, width in padded}
    return sorted(option for option in options if option), "id_zeros_restored"


def own_number(text: str, rules: IdRules) -> str | None:
    """The number as stored, if it has the own format of the clinic whose code it carries (the sender's if none)."""
    for code in rules.codes:
        pattern = rules.formats.get(code, "")
        bare = text.removeprefix(f"{code}-")
        if (
            pattern
            and (bare != text or code == rules.clinic)
            and (re.fullmatch(pattern, f"{code}-{bare}") or re.fullmatch(pattern, bare))
        ):
            return f"{code}-{bare}"
    return None


def _expand(scientific: re.Match[str]) -> str | None:
    """The digits of `1.2345E+4`; None where the spreadsheet has dropped some."""
    digits, exponent = scientific[1] + (scientific[2] or ""), int(scientific[3])
    return digits if len(digits) == exponent + 1 else None


def _one_of(found: Iterable[str], note: str) -> Cell:
    options = list(found)
    if len(options) > 1:
        return Cell(rule="id_zeros_ambiguous", expected=" / ".join(options))
    return Cell(options[0], rule=note, expected=options[0])
