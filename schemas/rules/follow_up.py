"""Rules about one follow-up row: an outcome, return to sport, strength with its unit and side."""

from schemas.records import Rule
from schemas.rules.answers import eq5d_rules, phat_rules
from schemas.rules.record import row, rule

POSITIONS = ("prone_0_90", "prone_0_15", "supine_90_90")
OUTCOMES = [
    "phat_total",
    "tegner",
    "eq5d_mobility",
    "eq5d_self_care",
    "eq5d_usual_activities",
    "eq5d_pain",
    "eq5d_anxiety",
    "eq5d_vas",
    "return_to_sport",
    "straight_leg_raise_left_deg",
    "straight_leg_raise_right_deg",
    "knee_extension_left_deg",
    "knee_extension_right_deg",
    "strength_prone_0_90_left",
    "strength_prone_0_90_right",
    "strength_prone_0_90_percent",
    "strength_prone_0_15_left",
    "strength_prone_0_15_right",
    "strength_prone_0_15_percent",
    "strength_supine_90_90_left",
    "strength_supine_90_90_right",
    "strength_supine_90_90_percent",
    "would_choose_same_treatment",
]
BACK_IN_SPORT = "return_to_sport in ('pre_injury_level', 'different_level', 'different_sport')"


def any_answered(columns: list[str]) -> str:
    """SQL: one of the columns holds a value or a reason for having none."""
    return " or ".join(f"{name} is not null or {name}_missing is not null" for name in columns)


def _strength(position: str) -> tuple[Rule, Rule]:
    left, right, percent = (f"strength_{position}_{end}" for end in ("left", "right", "percent"))
    measured = (
        f"case when side = 'left' and {right} > 0 then 100.0 * {left} / {right} "
        f"when side = 'right' and {left} > 0 then 100.0 * {right} / {left} end"
    )
    over = """
    en: {column}: the injured leg has more than 120 percent of the other leg's strength. // Were the legs swapped?
    nl: {column}: het aangedane been heeft meer dan 120 procent van de kracht van het andere. // Zijn de benen
        verwisseld?
    de: {column}: das verletzte Bein hat über 120 Prozent der Kraft des anderen. // Wurden die Beine vertauscht?
    """
    disagrees = """
    en: {column}: {found} percent does not follow from left, right and the injured side ({expected}). // Correct the
        percent or the strengths.
    nl: {column}: {found} procent volgt niet uit links, rechts en de aangedane zijde ({expected}). // Verbeter het
        percentage of de kracht.
    de: {column}: {found} Prozent folgt nicht aus links, rechts und der verletzten Seite ({expected}). // Bitte Prozent
        oder Kraft berichtigen.
    """
    columns = f"{percent} {left} {right} side"
    return (
        rule(
            f"strength_{position}_over_120",
            "row warning plausibility",
            over,
            forms="follow_up",
            columns=columns,
            predicate=f"coalesce({percent}, {measured}) <= 120",
            passes=(row("follow_up", **{percent: "120", left: "", right: ""}),),
            fails=(row("follow_up", **{percent: "", left: "150", right: "110"}),),
        ),
        rule(
            f"strength_{position}_disagrees",
            "row warning plausibility",
            disagrees,
            forms="follow_up",
            columns=columns,
            predicate=f"abs({percent} - ({measured})) <= 2",
            passes=(row("follow_up"),),
            fails=(row("follow_up", **{percent: "95", left: "110", right: "150"}),),
        ),
    )


FOLLOW_UP_RULES = (
    rule(
        "outcome_missing",
        "row error completeness",
        """
        en: The row has no outcome. // Fill in one outcome at least, or a reason such as #refused in one of them.
        nl: De regel heeft geen uitkomst. // Vul ten minste één uitkomst in, of bij één een reden zoals #geweigerd.
        de: Die Zeile hat kein Ergebnis. // Bitte mindestens ein Ergebnis eintragen, oder bei einem einen Grund wie
            #verweigert.
        """,
        forms="follow_up",
        columns=" ".join(OUTCOMES),
        predicate=any_answered(OUTCOMES),
        passes=(row("follow_up", **{**dict.fromkeys(OUTCOMES, ""), "tegner": "4"}),),
        fails=(row("follow_up", **dict.fromkeys(OUTCOMES, "")),),
    ),
    rule(
        "replaces_itself",
        "row warning conformance",
        """
        en: {column}: {found} is the date of this row itself. // Give the wrong date that was sent before, or leave it
            blank.
        nl: {column}: {found} is de datum van deze regel zelf. // Geef de eerder gestuurde foute datum, of laat leeg.
        de: {column}: {found} ist das Datum dieser Zeile selbst. // Bitte das früher gesendete falsche Datum angeben
            oder leer lassen.
        """,
        forms="follow_up",
        columns="replaces_on assessed_on",
        predicate="replaces_on <> assessed_on",
        passes=(row("follow_up", replaces_on="2025-03-08"),),
        fails=(row("follow_up", replaces_on="2025-03-18"),),
    ),
    rule(
        "return_after_assessment",
        "row warning plausibility",
        """
        en: {column}: {found} lies after the assessment, {expected}. // Check both dates; a planned return is not one.
        nl: {column}: {found} ligt na de meting, {expected}. // Controleer beide datums; een geplande terugkeer telt
            niet.
        de: {column}: {found} liegt nach der Untersuchung, {expected}. // Bitte beide Daten prüfen; eine geplante
            Rückkehr zählt nicht.
        """,
        forms="follow_up",
        columns="returned_to_sport_on assessed_on",
        predicate="returned_to_sport_on <= assessed_on",
        passes=(row("follow_up", returned_to_sport_on="2025-03-18"),),
        fails=(row("follow_up", returned_to_sport_on="2025-03-19"),),
    ),
    rule(
        "return_date_unexpected",
        "row warning plausibility",
        """
        en: {column}: there is a date of return, {found}, but the answer is "{expected}". // Correct one of the two.
        nl: {column}: er is een datum van terugkeer, {found}, maar het antwoord is "{expected}". // Verbeter één van
            beide.
        de: {column}: es gibt ein Datum der Rückkehr, {found}, die Antwort ist aber "{expected}". // Bitte eines von
            beiden berichtigen.
        """,
        forms="follow_up",
        columns="returned_to_sport_on return_to_sport",
        predicate=f"case when returned_to_sport_on is not null then {BACK_IN_SPORT} end",
        passes=(row("follow_up"),),
        fails=(row("follow_up", return_to_sport="no_return"),),
    ),
    rule(
        "return_date_missing",
        "row note completeness",
        """
        en: {column} is blank though the answer is "{expected}"; the time to return then lies between two visits. // Add
            it.
        nl: {column} is leeg terwijl het antwoord "{expected}" is; de terugkeer ligt dan tussen twee bezoeken. // Vul
            aan.
        de: {column} ist leer, obwohl die Antwort "{expected}" ist; die Rückkehr liegt dann zwischen zwei Besuchen. //
            Bitte ergänzen.
        """,
        forms="follow_up",
        columns="returned_to_sport_on return_to_sport",
        predicate=f"case when {BACK_IN_SPORT} "
        "then returned_to_sport_on is not null or returned_to_sport_on_missing is not null end",
        passes=(row("follow_up"),),
        fails=(row("follow_up", returned_to_sport_on=""),),
    ),
    rule(
        "strength_unit_missing",
        "row warning completeness",
        """
        en: {column} is blank, so left and right cannot be read as a strength. // Write N, Nm, kg or Nm/kg.
        nl: {column} is leeg, dus links en rechts zijn niet als kracht te lezen. // Schrijf N, Nm, kg of Nm/kg.
        de: {column} ist leer, links und rechts sind also nicht als Kraft lesbar. // Bitte N, Nm, kg oder Nm/kg
            schreiben.
        """,
        forms="follow_up",
        columns=" ".join(["strength_unit", *(f"strength_{p}_{leg}" for p in POSITIONS for leg in ("left", "right"))]),
        predicate="case when "
        + " or ".join(f"strength_{p}_{leg} is not null" for p in POSITIONS for leg in ("left", "right"))
        + " then strength_unit is not null or strength_unit_missing is not null end",
        passes=(row("follow_up"),),
        fails=(row("follow_up", strength_unit=""),),
    ),
    *phat_rules("follow_up"),
    *eq5d_rules("follow_up"),
    *(rule for position in POSITIONS for rule in _strength(position)),
)
