"""Rules that every form with the same questionnaire shares: PHAT and its items, EQ-5D and its version."""

from schemas.records import Rule
from schemas.rules.record import row, rule

DOMAINS = ("mobility", "self_care", "usual_activities", "pain", "anxiety")


def phat_rules(form: str, prefix: str = "") -> tuple[Rule, ...]:
    """PHAT: how many items the total rests on."""
    total, items = f"{prefix}phat_total", f"{prefix}phat_items_answered"
    few = """
    en: {column}: {found} items were answered; under 8 the total is kept and not benchmarked. // Nothing, if that is so.
    nl: {column}: {found} vragen beantwoord; onder 8 wordt het totaal bewaard en niet vergeleken. // Niets, als dat
        klopt.
    de: {column}: {found} Fragen beantwortet; unter 8 wird der Gesamtwert behalten und nicht verglichen. // Nichts, wenn
        das stimmt.
    """
    unknown = """
    en: {column} is blank beside a total of {expected}; such a total is kept and not benchmarked. // Add the number.
    nl: {column} is leeg naast een totaal van {expected}; zo'n totaal wordt bewaard en niet vergeleken. // Vul aan.
    de: {column} ist leer neben einem Gesamtwert von {expected}; er wird behalten und nicht verglichen. // Bitte
        ergänzen.
    """
    return (
        rule(
            f"{prefix}phat_items_few",
            "row note completeness",
            few,
            forms=form,
            columns=f"{items} {total}",
            predicate=f"case when {total} is not null then {items} >= 8 end",
            passes=(row(form, **{items: "8"}),),
            fails=(row(form, **{items: "7"}),),
        ),
        rule(
            f"{prefix}phat_items_missing",
            "row note completeness",
            unknown,
            forms=form,
            columns=f"{items} {total}",
            predicate=f"case when {total} is not null then {items} is not null or {items}_missing is not null end",
            passes=(row(form),),
            fails=(row(form, **{items: ""}),),
        ),
    )


def eq5d_rules(form: str, prefix: str = "") -> tuple[Rule, ...]:
    """EQ-5D: a version beside the levels, and no level of a 5L in a 3L."""
    version = f"{prefix}eq5d_version"
    levels = [f"{prefix}eq5d_{domain}" for domain in DOMAINS]
    some = " or ".join(f"{level} is not null" for level in levels)
    unknown = """
    en: {column} is blank, so the levels mean nothing and are not compared. // Write 3L or 5L.
    nl: {column} is leeg, dus de niveaus betekenen niets en worden niet vergeleken. // Schrijf 3L of 5L.
    de: {column} ist leer, die Stufen bedeuten also nichts und werden nicht verglichen. // Bitte 3L oder 5L schreiben.
    """
    missing = rule(
        f"{version}_missing",
        "row warning completeness",
        unknown,
        forms=form,
        columns=" ".join([version, *levels]),
        predicate=f"case when {some} then {version} is not null or {version}_missing is not null end",
        passes=(row(form),),
        fails=(row(form, **{version: ""}),),
    )
    return (missing, *(_over_3l(form, version, level) for level in levels))


def _over_3l(form: str, version: str, level: str) -> Rule:
    words = """
    en: {column}: level {found} does not exist in the version given, {expected}. // Correct the level, or the version
        to 5L.
    nl: {column}: niveau {found} bestaat niet in de opgegeven versie, {expected}. // Verbeter het niveau, of de versie
        in 5L.
    de: {column}: Stufe {found} gibt es in der angegebenen Version, {expected}, nicht. // Bitte die Stufe berichtigen,
        oder die Version in 5L.
    """
    return rule(
        f"{level}_over_3l",
        "row warning conformance",
        words,
        forms=form,
        columns=f"{level} {version}",
        predicate=f"case when {version} = '3L' then {level} <= 3 end",
        passes=(row(form, **{level: "3"}),),
        fails=(row(form, **{level: "4"}),),
    )
