"""Rules about one enrolment row: dates in order, arm and surgery, tendons and retraction, consent."""

from schemas.records import Rule
from schemas.rules.answers import eq5d_rules, phat_rules
from schemas.rules.record import row, rule


def _not_before(
    rule_id: str, later: str, earlier: str, passing: str, failing: str, texts: tuple[str, str, str], severity: str
) -> Rule:
    words = f"""
    en: {{column}}: {{found}} lies before {texts[0]}, {{expected}}. // Check both dates.
    nl: {{column}}: {{found}} ligt voor {texts[1]}, {{expected}}. // Controleer beide datums.
    de: {{column}}: {{found}} liegt vor {texts[2]}, {{expected}}. // Bitte beide Daten prüfen.
    """
    return rule(
        rule_id,
        f"row {severity} plausibility",
        words,
        forms="enrolment",
        columns=f"{later} {earlier}",
        predicate=f"{later} >= {earlier}",
        passes=(row("enrolment", **{later: passing}),),
        fails=(row("enrolment", **{later: failing}),),
    )


_INJURY = ("the injury", "het letsel", "der Verletzung")
_DECISION = ("the decision", "de beslissing", "der Entscheidung")


def _retraction(tendon: str) -> Rule:
    return rule(
        f"{tendon}_retraction_not_avulsed",
        "row warning plausibility",
        """
        en: {column}: {found} mm of retraction, but the tendon is "{expected}". // Correct the state or the retraction.
        nl: {column}: {found} mm retractie, maar de pees is "{expected}". // Verbeter de toestand of de retractie.
        de: {column}: {found} mm Retraktion, die Sehne aber "{expected}". // Bitte Zustand oder Retraktion berichtigen.
        """,
        forms="enrolment",
        columns=f"{tendon}_retraction_mm {tendon}_state",
        predicate=f"case when {tendon}_retraction_mm > 0 then {tendon}_state = 'avulsed' end",
        passes=(row("enrolment"),),
        fails=(row("enrolment", **{f"{tendon}_state": "intact"}),),
    )


ENROLMENT_RULES = (
    _not_before(
        "first_visit_before_injury", "first_visit_on", "injured_on", "2024-03-02", "2024-03-01", _INJURY, "error"
    ),
    _not_before("decision_before_injury", "decision_on", "injured_on", "2024-03-02", "2024-03-01", _INJURY, "error"),
    _not_before("surgery_before_injury", "surgery_on", "injured_on", "2024-03-14", "2024-03-01", _INJURY, "error"),
    _not_before("baseline_before_injury", "baseline_on", "injured_on", "2024-03-02", "2024-03-01", _INJURY, "error"),
    _not_before("mri_before_injury", "mri_on", "injured_on", "2024-03-02", "2024-03-01", _INJURY, "warning"),
    _not_before("consent_before_injury", "consented_on", "injured_on", "2024-03-02", "2024-03-01", _INJURY, "warning"),
    _not_before(
        "surgery_before_decision", "surgery_on", "decision_on", "2024-03-14", "2024-03-13", _DECISION, "warning"
    ),
    _retraction("conjoint"),
    _retraction("semimembranosus"),
    rule(
        "baseline_after_surgery",
        "row note plausibility",
        """
        en: {column}: {found} lies after the surgery, {expected}; such a baseline is kept and not compared. // Check
            both dates.
        nl: {column}: {found} ligt na de operatie, {expected}; zo'n nulmeting wordt bewaard en niet vergeleken. //
            Controleer beide datums.
        de: {column}: {found} liegt nach der Operation, {expected}; eine solche Ausgangsmessung wird behalten und nicht
            verglichen. // Bitte beide Daten prüfen.
        """,
        forms="enrolment",
        columns="baseline_on surgery_on",
        predicate="baseline_on <= surgery_on",
        passes=(row("enrolment", baseline_on="2024-03-20"),),
        fails=(row("enrolment", baseline_on="2024-03-21"),),
    ),
    rule(
        "surgery_date_missing",
        "row warning completeness",
        """
        en: {column} is blank in the surgical arm, so no visit can be due. // Send the row again once surgery is done.
        nl: {column} is leeg in de operatieve arm, dus geen bezoek kan gepland worden. // Stuur de regel opnieuw na de
            operatie.
        de: {column} ist leer im operativen Arm, so wird kein Besuch fällig. // Bitte die Zeile nach der Operation
            erneut senden.
        """,
        forms="enrolment",
        columns="surgery_on initial_treatment",
        predicate="case when initial_treatment = 'surgical' "
        "then surgery_on is not null or surgery_on_missing is not null end",
        passes=(row("enrolment"),),
        fails=(row("enrolment", surgery_on=""),),
    ),
    rule(
        "surgery_date_unexpected",
        "row error plausibility",
        """
        en: {column}: there is a date of surgery, {found}, but the initial treatment is conservative. // If surgery came
            later, send it on the form "Later treatment"; otherwise correct the treatment.
        nl: {column}: er is een operatiedatum, {found}, maar de eerste behandeling is conservatief. // Kwam de operatie
            later, stuur haar dan op het formulier "Latere behandeling"; verbeter anders de behandeling.
        de: {column}: es gibt ein Operationsdatum, {found}, die erste Behandlung ist aber konservativ. // Kam die
            Operation später, bitte im Formular "Spätere Behandlung" senden; sonst die Behandlung berichtigen.
        """,
        forms="enrolment",
        columns="surgery_on initial_treatment",
        predicate="case when initial_treatment = 'conservative' then surgery_on is null end",
        passes=(row("enrolment", initial_treatment="conservative", surgery_on=""),),
        fails=(row("enrolment", initial_treatment="conservative"),),
    ),
    rule(
        "no_tendon_injured",
        "row warning plausibility",
        """
        en: {column}: both free tendons are intact, so there is no avulsion. // Correct the state of the tendons.
        nl: {column}: beide vrije pezen zijn intact, dus er is geen avulsie. // Verbeter de toestand van de pezen.
        de: {column}: beide freien Sehnen sind intakt, es gibt also keinen Ausriss. // Bitte den Zustand berichtigen.
        """,
        forms="enrolment",
        columns="conjoint_state semimembranosus_state",
        predicate="conjoint_state <> 'intact' or semimembranosus_state <> 'intact'",
        passes=(row("enrolment", conjoint_state="intact", conjoint_retraction_mm=""),),
        fails=(
            row(
                "enrolment",
                conjoint_state="intact",
                semimembranosus_state="intact",
                conjoint_retraction_mm="",
                semimembranosus_retraction_mm="",
            ),
        ),
    ),
    rule(
        "mri_date_missing",
        "row note completeness",
        """
        en: {column} is blank though the MRI confirmed the injury. // Add the date.
        nl: {column} is leeg terwijl de MRI het letsel bevestigde. // Vul de datum aan.
        de: {column} ist leer, obwohl die MRT die Verletzung bestätigt. // Bitte das Datum ergänzen.
        """,
        forms="enrolment",
        columns="mri_on is_mri_confirmed",
        predicate="case when is_mri_confirmed then mri_on is not null or mri_on_missing is not null end",
        passes=(row("enrolment"),),
        fails=(row("enrolment", mri_on=""),),
    ),
    rule(
        "sport_level_disagrees",
        "row warning plausibility",
        """
        en: {column}: the sport is "{found}" and its level "{expected}"; only one of them says "no sport". // Correct
            one.
        nl: {column}: de sport is "{found}" en het niveau "{expected}"; maar één zegt "geen sport". // Verbeter er één.
        de: {column}: der Sport ist "{found}", das Niveau "{expected}"; nur eines sagt "kein Sport". // Bitte eines
            berichtigen.
        """,
        forms="enrolment",
        columns="sport sport_level",
        predicate="(sport = 'none') = (sport_level = 'none')",
        passes=(row("enrolment", sport="none", sport_level="none"),),
        fails=(row("enrolment", sport_level="none"),),
    ),
    rule(
        "consent_missing",
        "row error completeness",
        """
        en: The row has no consent (date and scope), so it was not kept. // Ask for consent; send the row with its date
            and scope.
        nl: De regel heeft geen toestemming (datum en omvang) en is niet bewaard. // Vraag toestemming; stuur de regel
            met datum en omvang.
        de: Die Zeile hat keine Einwilligung (Datum und Umfang) und wurde nicht behalten. // Bitte einholen und die
            Zeile mit Datum und Umfang senden.
        """,
        forms="enrolment",
        columns="consented_on consent_scope",
        predicate="consented_on is not null and consent_scope is not null",
        passes=(row("enrolment"),),
        fails=(row("enrolment", consented_on=""),),
    ),
    *phat_rules("enrolment", "baseline_"),
    *eq5d_rules("enrolment", "baseline_"),
)
