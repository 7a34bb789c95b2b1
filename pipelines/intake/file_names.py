"""Names of files and sheets that tell who somebody is, and what is said in their place.

A name is judged before it is written anywhere; what a file holds is judged elsewhere.
"""

import re
from collections.abc import Sequence, Set
from functools import cache
from itertools import pairwise
from pathlib import PurePath

from pipelines.intake.cell import tidy
from pipelines.intake.identifier_values import kind_of_value, kinds_in
from schemas.dictionary import Dictionary, read_dictionary
from schemas.identifiers import asks_who, identifier_kind, is_given_name
from schemas.vocabulary import LANGUAGES

SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\+?\d{8,15}")
_DAY = re.compile(r"\d{1,4}[-./ ]?\d{1,2}[-./ ]?\d{2,4}")
_PARTICLES = frozenset({"de", "den", "der", "van", "von", "vom", "zu", "ten", "ter", "la", "le", "el", "al"})
_MONTHS_AND_NAMES = frozenset({"jan", "mark", "april", "may", "june", "mai", "august"})
_OFFICE = """
    export exports import data database file files copy kopie kopia final definitief definitive version versie
    backup new nieuw neu old oud alt draft test example voorbeeld beispiel book sheet blad tabelle tabel table map
    mappe list lijst liste report rapport bericht all alle alles part deel teil batch upload download send sent
    resend again week month year quarter kwartaal quartal spring summer autumn winter lente zomer herfst frühling
    sommer january february march april may june july august september october november december januari februari
    maart mei juni juli augustus oktober januar februar märz mai dezember jan feb mar mrt apr jun jul aug sep sept
    oct okt nov dec dez mon tue wed thu fri sat sun clinic hospital kliniek klinik ziekenhuis krankenhaus centre
    center centrum zentrum university academic registry register registratie hamstring hamstrings proximal tendon
    avulsion study studie redcap castor excel csv xlsx ods utf mistakes messy corrected correction mended to mend
    follow up followup wide long raw labels labelled checked returned surgery operative conservative control
    policlinic poli orthopaedics orthopedie orthopädie physio fysio sports sport
"""


def safe_name(name: str) -> str:
    """The name, or one that tells nothing where it tells too much."""
    return f"file{PurePath(name).suffix.lower()}" if is_telling(name) else name


def is_telling(name: str) -> bool:
    """Whether a name holds a number, an address or the name of somebody."""
    stem = name.rpartition(".")[0] if SUFFIX.fullmatch(PurePath(name).suffix) else name
    plain = tidy(stem.replace("_", " "))
    return _holds_number(plain) or _holds_name(plain)


def names_somebody(text: str) -> bool:
    """Whether one of several words is a common given name that the registry does not use itself."""
    words = [word.casefold() for word in _WORD.findall(tidy(text))]
    return len(words) > 1 and _holds_strange(set(filter(is_given_name, words)))


def _holds_number(plain: str) -> bool:
    kinds = kinds_in(plain)
    is_dialled = re.search(r"\(?\+?\d[\d ()-]{7,}\d", plain) and "phone" in kinds
    return "email" in kinds or bool(is_dialled) or any(kind_of_value(run) for run in _DIGITS.findall(plain))


def _holds_name(plain: str) -> bool:
    words = _WORD.findall(plain)
    longer = {word.casefold() for word in words if len(word) > 1}
    asked = {word.casefold() for word in words if identifier_kind(word)}
    labels = asked | {word.casefold() for word in words if asks_who(word)}
    is_labelled = bool(labels and longer - _known() - labels) or bool(asked and _DAY.search(plain))
    return is_labelled or _holds_strange(set(filter(is_given_name, longer))) or _is_full_name(words)


def _holds_strange(words: Set[str]) -> bool:
    """Whether the registry itself never uses one of these words."""
    return bool(words and words - _known())


def _is_full_name(words: Sequence[str]) -> bool:
    """Two words with capitals side by side that the registry never uses, or one beside an initial or a given name."""
    parts = [_part_of_name(word) for word in words if word not in _PARTICLES]
    return any({*pair} in ({"name"}, {"name", "initial"}) for pair in pairwise(parts))


def _part_of_name(word: str) -> str:
    if word[0].isupper() and (len(word) == 1 or word.casefold() in _MONTHS_AND_NAMES):
        return "initial"
    return "name" if word[0].isupper() and word[1:].islower() and word.casefold() not in _known() else ""


@cache
def _known() -> frozenset[str]:
    """Every word that the registry itself uses, in its languages."""
    dictionary = read_dictionary()
    texts = [_OFFICE, *_texts(dictionary)]
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))


def _texts(dictionary: Dictionary) -> list[str]:
    fields = [field for form in dictionary.forms.values() for field in form.fields]
    codes = [code for codes in dictionary.vocabularies.values() for code in codes]
    said = [text for rule in dictionary.rules.values() for text in rule.sentence.values()]
    labels = [form.label[language] for form in dictionary.forms.values() for language in LANGUAGES]
    return [
        *labels,
        *said,
        *dictionary.forms,
        *(text for field in fields for text in (field.name, field.description, *field.label.values())),
        *(text for code in codes for text in (code.code, *code.labels.values())),
    ]
