"""Headers that ask for who somebody is: a closed list in several languages. Nobody may send such a column.

What a cell looks like is not judged here.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from schemas.codes.identifying import GIVEN_NAMES, HEADERS, PERSON_WORDS, WHOSE
from schemas.vocabulary import LANGUAGES

# What a kind of identifier is called, in the order of LANGUAGES: English, Dutch, German.
KINDS: Mapping[str, tuple[str, str, str]] = {
    "name": ("a name", "een naam", "einem Namen"),
    "birth_date": ("a birth date", "een geboortedatum", "einem Geburtsdatum"),
    "address": ("an address", "een adres", "einer Anschrift"),
    "phone": ("telephone numbers", "telefoonnummers", "Telefonnummern"),
    "email": ("e-mail addresses", "e-mailadressen", "E-Mail-Adressen"),
    "national_number": (
        "national numbers (BSN, NHS, AHV)",
        "nationale nummers (BSN, NHS, AHV)",
        "Versichertennummern (BSN, NHS, AHV)",
    ),
}

# What a workbook holds besides cells, in the same order.
EXTRAS: Mapping[str, tuple[str, str, str]] = {
    "comments": ("comments", "opmerkingen", "Kommentare"),
    "author": ("the author's name", "de naam van de auteur", "der Name des Verfassers"),
    "title": ("title and description", "titel en beschrijving", "Titel und Beschreibung"),
    "company": ("the company's name", "de naam van de organisatie", "der Name der Organisation"),
    "custom_properties": ("other properties", "andere eigenschappen", "weitere Eigenschaften"),
    "page_headers": ("page headers and footers", "kop- en voetteksten", "Kopf- und Fußzeilen"),
    "pictures": ("pictures", "afbeeldingen", "Bilder"),
    "embedded_files": ("embedded files", "ingesloten bestanden", "eingebettete Dateien"),
    "links": ("links", "koppelingen", "Verknüpfungen"),
    "macros": ("macros", "macro's", "Makros"),
}


def identifier_kind(header: str) -> str:
    """The kind of identifier that a column with this header holds (`KINDS`); '' for any other header."""
    whole = re.sub(r"[(\[{<].*", "", header)
    for text in dict.fromkeys((header, whole)):
        if kind := _kind_of(text):
            return kind
    return ""


def words_for(names: str, language: str) -> str:
    """A list of kinds and extras, separated by `, `, in a language; what is neither stays as it is."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    known = {**KINDS, **EXTRAS}
    return ", ".join(known[name][place] if name in known else name for name in names.split(", "))


def _kind_of(header: str) -> str:
    words = _words(header)
    if not words or len(words) > 8:
        return ""
    rest = [word for word in words if word not in _words_of(WHOSE) and not re.fullmatch(r"\d\d?", word)]
    spellings = ("".join(words), "".join(rest), *("".join(words).removeprefix(whose) for whose in ("patient", "pat")))
    known = _known()
    whole = next((known[text] for text in spellings if text in known), "")
    if whole or not rest:
        return whole
    return known[rest[0]] if all(word in known for word in rest) else ""


@cache
def _known() -> Mapping[str, str]:
    """Every header of the list without blanks, and its kind."""
    texts = {kind: re.split(r"/|\n", listed) for kind, listed in HEADERS.items()}
    return {"".join(_words(text)): kind for kind, listed in texts.items() for text in listed if text.strip()}


def is_given_name(word: str) -> bool:
    """Whether a word is a common given name."""
    return "".join(_words(word)) in _words_of(GIVEN_NAMES)


def asks_who(word: str) -> bool:
    """Whether a word stands beside a name: `Herr`, `patient`."""
    return "".join(_words(word)) in _words_of(PERSON_WORDS)


@cache
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_words(text))


@lru_cache(maxsize=20_000)
def _words(header: str) -> tuple[str, ...]:
    """The words of a header: `dateOfBirth`, `date_of_birth` and `Date of birth:` are three each."""
    split = re.sub(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])", " ", header).replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", split).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"[^\w]|_", " ", letters).split()
    return tuple(stem.group() if (stem := re.match(r"[^\W\d]{3,}(?=\d{1,2}$)", word)) else word for word in words)
