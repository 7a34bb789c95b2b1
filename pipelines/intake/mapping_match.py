"""How like a variable of somebody else's project is to a field of our forms, by name, label and choices.

Which matches are good enough to write down is decided here; how a mapping is written stands in `mapping_draft`.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from pipelines.intake.cell_codes import read_boolean
from pipelines.intake.header import fold
from schemas.dictionary import Dictionary, Field, Form
from schemas.vocabulary import read_code

SURE, NEARLY, LIKELY = 1.0, 0.99, 0.6
FEWEST = 2  # sure matches, or twice as many likely ones, that make an instrument one of a form
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")


class Variable(Protocol):
    """What is asked of a variable."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str:
        """REDCap's field type."""

    @property
    def label(self) -> str:
        """What the form shows."""

    @property
    def choices(self) -> Mapping[str, str]:
        """Code and label of each choice."""


@dataclass(frozen=True)
class Match:
    """A variable that may be a field."""

    field: Field
    variable: Variable
    score: float  # 1 is the same name or label

    @property
    def is_sure(self) -> bool:
        """Whether it may be written down without a person."""
        return self.score >= SURE


def parse_choices(text: str) -> Mapping[str, str]:
    """`1, Left | 2, Right` -> code and label."""
    pairs = (choice.partition(",") for choice in text.split("|") if "," in choice)
    return {code.strip(): label.strip() for code, _, label in pairs}


def best_form(variables: Sequence[Variable], dictionary: Dictionary) -> str:
    """The form that most of the variables come near to; '' where none does."""
    scores = {name: _nearness(match_fields(variables, form).values()) for name, form in dictionary.forms.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= FEWEST else ""


def _nearness(matches: Iterable[Match]) -> float:
    """A field that is surely asked counts whole, one that may be counts half."""
    return sum(1.0 if match.is_sure else 0.5 for match in matches)


def match_fields(variables: Sequence[Variable], form: Form) -> dict[str, Match]:
    """Field -> the variable that is most like it; each variable is taken once, the same names and labels first."""
    found: dict[str, Match] = {}
    for likeness in (_sameness, _likeness):
        taken = {match.variable.name for match in found.values()}
        fields = [field for field in form.template_fields if field.name not in found]
        rest = [variable for variable in variables if variable.name not in taken]
        pairs = [Match(field, variable, likeness(field, variable)) for field in fields for variable in rest]
        for match in sorted(pairs, key=lambda each: -each.score):
            if match.score >= LIKELY and match.field.name not in found and match.variable.name not in taken:
                found[match.field.name] = match
                taken.add(match.variable.name)
    return {field.name: found[field.name] for field in form.template_fields if field.name in found}


def _sameness(field: Field, variable: Variable) -> float:
    """1 for the same name or label, which alone is sure: left and right, 0/15 and 0/90 are nearly the same text."""
    return SURE if set(_names(field)) & set(_texts(variable)) else 0.0


def _likeness(field: Field, variable: Variable) -> float:
    pairs = [(name, text) for name in _names(field) for text in _texts(variable)]
    words = max(_shared_words(f"{field.name} {label}", variable) for label in field.label.values())
    return min(max(words, *(_ratio(name, text) for name, text in pairs)), NEARLY)


def _names(field: Field) -> list[str]:
    return [fold(text) for text in (field.name, *field.label.values())]


def _texts(variable: Variable) -> list[str]:
    return [fold(text) for text in (variable.name, variable.label, _IN_BRACKETS.sub("", variable.label)) if text]


@lru_cache(maxsize=100_000)
def _ratio(ours: str, theirs: str) -> float:
    """How much of two texts is the same; 0 where it is too little to matter, which is told quickly."""
    matcher = difflib.SequenceMatcher(None, ours, theirs)
    is_near = matcher.real_quick_ratio() >= LIKELY and matcher.quick_ratio() >= LIKELY
    return matcher.ratio() if is_near else 0.0


def _shared_words(ours: str, variable: Variable) -> float:
    """The share of their words that are ours as well."""
    theirs = _words(f"{variable.name} {variable.label}")
    return len(theirs & _words(ours)) / len(theirs) if theirs else 0.0


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"[\W_]+", text.casefold()) if len(word) > 1}


def code_pairs(match: Match, dictionary: Dictionary) -> Iterator[tuple[str, str, str]]:
    """Their code or label, ours ('' where a person must decide), and what is allowed."""
    field, choices = match.field, match.variable.choices
    if field.kind == "integer" and all(code.isdigit() for code in choices):
        low, high = field.minimum or 0, field.maximum or len(choices)
        fits = all(low <= int(code) <= high for code in choices)
        yield from ((label, code if fits else "", f"{low:g} to {high:g}") for code, label in choices.items() if label)
        return
    if field.kind not in ("code", "boolean"):
        return
    allowed = ["yes", "no"] if field.kind == "boolean" else [c.code for c in dictionary.vocabularies[field.vocabulary]]
    for code, label in choices.items():
        ours = _our_code(field, code, label)
        yield from ((text, ours, ", ".join(allowed)) for text in dict.fromkeys((code, label)) if text)


def _our_code(field: Field, code: str, label: str) -> str:
    """What a choice means: its label is asked first, and its code only where that is a word."""
    texts = [label] if code.lstrip("-").isdigit() else [label, code]
    if field.kind == "boolean":
        words = {True: "yes", False: "no"}
        return next((words[bool(value)] for text in texts if (value := read_boolean(text).value) is not None), "")
    return next((found for text in texts if (found := read_code(field.vocabulary, text))), "")
