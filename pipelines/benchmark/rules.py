"""Who is not compared with a study, and what a comparison must be read with: codes, words and where each comes from.

Only the words live here; `comparability.py` and `patient.py` decide where a rule holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

Source = Literal["study", "article", "guideline", "registry's choice"]


@dataclass(frozen=True)
class Rule:
    """One reason against a comparison (`excludes`) or one thing to read it with."""

    code: str
    text: str
    source: Source
    excludes: bool


def _exclusions(*rules: tuple[str, Source, str]) -> tuple[Rule, ...]:
    return tuple(Rule(code, text, source, excludes=True) for code, source, text in rules)


def _flags(*rules: tuple[str, Source, str]) -> tuple[Rule, ...]:
    return tuple(Rule(code, text, source, excludes=False) for code, source, text in rules)


_ALL = _exclusions(
    ("under_18", "study", "Under 18 at injury: the study's patients are adults."),
    ("elite_athlete", "article", "Elite athlete: the authors say their results do not carry over."),
    (
        "mri_not_confirmed",
        "study",
        "No MRI confirmation of the avulsion is recorded: all of the study's are confirmed.",
    ),
    ("no_tendon_avulsed", "study", "No free tendon is recorded as avulsed: the study's patients have avulsions."),
    (
        "one_tendon",
        "study",
        "One free tendon avulsed, where the arm's patients all had both. That the study's two tendons mean conjoint "
        "and semimembranosus is our reading.",
    ),
    (
        "late_surgery",
        "guideline",
        "Surgery more than 8 weeks after injury (chronic): guidance says repair within 6 to 8 weeks, and PHAT after "
        "repair falls with delay. The limit is the registry's choice.",
    ),
    ("late_first_visit", "registry's choice", "First visit more than 12 weeks after injury (chronic)."),
    ("outside_window", "registry's choice", "Assessed outside the registry's window: the study's own is not stated."),
    ("baseline_after_treatment", "registry's choice", "The baseline was taken after treatment began."),
    ("few_phat_items", "registry's choice", "Fewer than 8 PHAT items were answered."),
    ("eq5d_5l", "study", "EQ-5D-5L: the study used the 3L, and their answers do not compare."),
    ("eq5d_version_unknown", "study", "The EQ-5D version is not recorded: only the 3L compares with the study's."),
    ("other_leg_injured", "registry's choice", "The other leg is injured too, so it is no yardstick."),
    (
        "crossed_over",
        "registry's choice",
        "Operated after a conservative decision: shown, not compared as conservative.",
    ),
    ("arm_unknown", "registry's choice", "The treatment decided is not recorded."),
    ("not_returned", "study", "Has not returned to sport: the study's weeks are of those who did."),
    ("not_measured", "registry's choice", "There is no value."),
    ("ended", "registry's choice", "Died or withdrew before the visit was due."),
) + _flags(
    ("not_a_forecast", "registry's choice", "The other arm: no forecast for the treatment not received."),
    ("age_outside_quartiles", "study", "Age outside the arm's middle half, as half of the study's own patients are."),
    (
        "delay_outside_quartiles",
        "study",
        "Days to the first visit outside the arm's middle half, as for half of the study.",
    ),
    ("one_tendon_as_few", "study", "One free tendon avulsed, as a minority of this arm of the study had."),
    (
        "retracted_20_mm",
        "registry's choice",
        "A tendon is retracted by 20 mm or more. The study gives no retraction; the threshold is ours.",
    ),
    ("age_unknown", "registry's choice", "The age is not recorded, so nothing says that it fits the study."),
    ("tendons_unknown", "registry's choice", "Which free tendons are avulsed is not recorded."),
    ("sport_level_unknown", "registry's choice", "The sport level is not recorded."),
    ("injury_day_unknown", "registry's choice", "The injury is dated by month or year: delays are approximate."),
    (
        "other_leg_injured_before",
        "registry's choice",
        "The other leg was injured before: read comparisons of legs with care.",
    ),
    ("crossed_over_later", "registry's choice", "Operated after this assessment."),
    ("top_of_scale", "registry's choice", "95 or more: at the top of the scale, where a percentile says nothing."),
    (
        "interval_cut",
        "registry's choice",
        "The interval ran past an end of the scale and is cut: its other end is approximate.",
    ),
    (
        "beyond_baselines",
        "registry's choice",
        "The baseline lies beyond the study's (mean +- 2 SD): nothing is expected.",
    ),
    ("no_baseline", "registry's choice", "Without a baseline that counts, nothing is expected from it."),
    ("no_correlation", "study", "The study's figures imply no correlation of baseline and outcome."),
    ("sign_unknown", "study", "The study's sign convention was not seen: no percentile, no better or worse."),
)

RULES: Mapping[str, Rule] = {rule.code: rule for rule in _ALL}

TEXTS: Mapping[str, str] = {
    "code": "Code of the rule, as in the lists of reasons and flags.",
    "text": "What the rule says.",
    "rule_source": "Where it comes from: study, article, guideline or the registry's choice.",
    "is_excluding": "It is a reason against a comparison; else a flag to read one with.",
}

ADULT_YEARS = 18
SURGERY_LIMIT_DAYS = 56
FIRST_VISIT_LIMIT_DAYS = 84
PHAT_ITEMS_NEEDED = 8
TOP_OF_SCALE = 95.0
RETRACTION_MM = 20


def list_rules() -> pl.DataFrame:
    """Give the rows of `mart.benchmark_rule`."""
    return pl.DataFrame(
        [(rule.code, rule.text, rule.source, rule.excludes) for rule in _ALL], list(TEXTS), orient="row"
    )
