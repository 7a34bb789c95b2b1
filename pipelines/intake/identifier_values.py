"""What one cell's text looks like: a national number with its right check digits, an e-mail address, a phone number.

One in eleven random numbers has a right check digit, so a column is judged by how many of its cells look so.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from pipelines.intake.cell import tidy

EMAIL, PHONE, NATIONAL_NUMBER = "email", "phone", "national_number"
# What a line must hold to be worth a look: dates and the registry's own numbers do not.
SUSPECT = r"@|＠|\d{8}|(?:\d[ .()/\u{A0}\u{2010}-\u{2015}-]{0,2}){9}"
REGIONS = ("NL", "DE", "GB", "BE", "CH", "AT", "FR", "US")
UNMARKED = ("NL", "DE", "GB")  # where a mobile number is known without its nought
# The character before the sign is enough: more of them would be tried from each character of a long cell.
_EMAIL = re.compile(r"[\w.+-] ?(?:@|\(at\)|\[at\]) ?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_CODED = re.compile(r"[A-Z][A-Z0-9]{1,7}-(\d{8,10})", re.IGNORECASE)  # a clinic's code before a number
_NUMBER = re.compile(
    r"(?:[a-z]{2,6}[.:]? ?)?(\+?[\d(][\d .()/-]{6,24}\d)(?: ?(?:ext|tst|toestel|x)\.? ?\d{1,5})?", re.I
)
_DATE = re.compile(
    r"(?:19|20)\d{2}([-./ ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:[ T]?\d{2}:?\d{2}(?::?\d{2})?)?"
)
_DATE_REVERSED = re.compile(r"[0-3]?\d([-./ ]?)[0-3]?\d\1(?:19|20)\d{2}(?:[ T]\d{1,2}:?\d{2}.*)?")
_SHORTEST_PHONE = 9  # digits; a number of eight with a nought in front is more often somebody's record
_FLOAT = re.compile(r"(\d{8,13})[.,]0+")


def kind_of_value(text: str, own_formats: Collection[str] = ()) -> str:
    """The kind of identifier that a cell looks like; '' for none. `own_formats` are patterns of hospital numbers."""
    plain = tidy(text)
    if any(re.fullmatch(own, plain) for own in own_formats):
        return ""
    if _EMAIL.search(plain):
        return EMAIL
    number = _FLOAT.sub(r"\1", plain)
    if len(number) > 40 or _DATE.fullmatch(number) or _DATE_REVERSED.fullmatch(number):
        return ""
    if coded := _CODED.fullmatch(number):
        return NATIONAL_NUMBER if _is_national(coded[1]) else ""
    match = _NUMBER.fullmatch(number)
    return _kind_of_number(match[1]) if match else ""


def kinds_in(text: str) -> frozenset[str]:
    """The kinds of identifier that stand anywhere in a free text."""
    found = {EMAIL} if _EMAIL.search(text) else set()
    found |= {_kind_of_number(match[1].strip()) for match in _NUMBER.finditer(tidy(text)) if not _is_day(match[1])}
    return frozenset(found - {""})


def _is_day(text: str) -> bool:
    return bool(_DATE.fullmatch(text.strip()) or _DATE_REVERSED.fullmatch(text.strip()))


@lru_cache(maxsize=50_000)
def _kind_of_number(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if not text.startswith(("+", "(", "00")) and _is_national(digits):
        return NATIONAL_NUMBER
    return PHONE if 8 <= len(digits) <= 15 and _is_phone(text, digits) else ""


def _is_national(digits: str) -> bool:
    """The check digits of BSN (8 digits where a spreadsheet took the first nought), NHS number and AHV number."""
    if len(set(digits)) == 1:
        return False
    match len(digits):
        case 8 | 9:
            import stdnum.nl.bsn

            return stdnum.nl.bsn.is_valid(digits.zfill(9))
        case 10:
            import stdnum.gb.nhs

            return stdnum.gb.nhs.is_valid(digits)
        case 13:
            import stdnum.ch.ssn

            return stdnum.ch.ssn.is_valid(digits)
    return False


def _is_phone(text: str, digits: str) -> bool:
    """A number in use by a country's plan; without a sign that it is one, mobile numbers alone."""
    import phonenumbers

    is_marked = text.startswith(("+", "(")) or (text.startswith("0") and len(digits) >= _SHORTEST_PHONE)
    asked = f"+{digits[2:]}" if digits.startswith("00") else text
    for region in REGIONS:
        try:
            number = phonenumbers.parse(asked, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number_for_region(number, region) or asked.startswith("+"):
            kind = phonenumbers.number_type(number)
            if kind != phonenumbers.PhoneNumberType.UNKNOWN and (
                is_marked or (region in UNMARKED and kind == phonenumbers.PhoneNumberType.MOBILE)
            ):
                return True
    return False
