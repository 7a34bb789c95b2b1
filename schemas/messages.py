"""One rule's words for one finding, in the clinic's language. The words themselves stand beside the rules."""

from collections.abc import Mapping
from functools import cache

from schemas.records import Rule
from schemas.vocabulary import LANGUAGES


@cache
def _rules() -> Mapping[str, Rule]:
    from schemas.rules import RULES

    return {rule.id: rule for rule in RULES}


def sentence(rule_id: str, language: str, column_label: str, found: str, expected: str) -> tuple[str, str]:
    """What is wrong and what to do about it. A language without words is answered in English."""
    rule = _rules()[rule_id]
    spoken = language if language in LANGUAGES else "en"
    blanks = {"column": column_label, "found": found, "expected": expected}
    return rule.sentence[spoken].format(**blanks), rule.remedy[spoken].format(**blanks)
