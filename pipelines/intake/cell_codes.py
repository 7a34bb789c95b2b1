"""Odd texts that stand for a code, a yes or a no: labels in three languages, known misspellings, look-alike letters."""

from collections.abc import Mapping
from functools import cache

from pipelines.intake.cell import Cell
from schemas.vocabulary import VOCABULARIES, normalise, read_code

# Greek and Cyrillic letters that print like Latin ones: a keyboard left in another layout, or a copied heading.
_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXo")
_USUAL_BOOLEANS = frozenset(
    ["y", "n", "j", "1", "0", "true", "false", "t", "f", "waar", "onwaar", "wahr", "falsch", "10", "00"]
)  # 1.0 loses its point


def to_latin(text: str) -> str:
    """`text` with letters that only look Latin made Latin."""
    return text.translate(_LOOK_ALIKE)


def read_coded(plain: str, vocabulary: str) -> Cell:
    """The code that a tidied text means; a label is as good as a code, an alias is noted."""
    code = read_code(vocabulary, plain)
    latin = to_latin(plain)
    if code is None and latin != plain:
        code = read_code(vocabulary, latin)
        return _unknown(vocabulary) if code is None else Cell(code, rule="cell_look_alike", expected=code)
    if code is None and plain.endswith((".0", ",0")):  # a whole number that passed through a spreadsheet
        return read_coded(plain[:-2], vocabulary)
    if code is None:
        return _unknown(vocabulary)
    is_usual = normalise(plain) in _usual_words(vocabulary)
    return Cell(code) if is_usual else Cell(code, rule="code_alias", expected=code)


def read_boolean(plain: str) -> Cell:
    """True or false, for yes and no in three languages."""
    cell = read_coded(plain, "boolean")
    if cell.value is None:
        return Cell(rule="boolean_unreadable", expected="yes, no")
    is_usual = normalise(plain) in _USUAL_BOOLEANS
    word = "yes" if cell.value == "true" else "no"
    return Cell(cell.value == "true", rule="" if is_usual else cell.rule, expected=word)


def _unknown(vocabulary: str) -> Cell:
    return Cell(rule="code_unknown", expected=", ".join(code.code for code in VOCABULARIES[vocabulary]))


@cache
def _usual_words(vocabulary: str) -> Mapping[str, str]:
    return {
        normalise(word): code.code for code in VOCABULARIES[vocabulary] for word in (code.code, *code.labels.values())
    }
