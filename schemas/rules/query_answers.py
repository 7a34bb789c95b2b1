"""Queries about answers that do not fit what other files say. The predicates are SQL in `dbt_like_sql/ops`, by id."""

from schemas.rules.record import row, rule

ANSWER_RULES = (
    rule(
        "episode_not_enrolled",
        "query warning conformance",
        """
        en: {column}: this patient is enrolled, but not with the side and injury number {found}; the row waits. //
            Correct the side, or enrol this one.
        nl: {column}: deze patiënt is ingesloten, maar niet met zijde en letselnummer {found}; de regel wacht. //
            Verbeter de zijde, of sluit deze in.
        de: {column}: diese Person ist aufgenommen, aber nicht mit Seite und Verletzungsnummer {found}; die Zeile
            wartet. // Bitte die Seite berichtigen oder diese aufnehmen.
        """,
        forms="follow_up treatment imaging rehabilitation event enrolment",
        columns="side injury_no",
        passes=(row("enrolment"), row("follow_up")),
        fails=(row("enrolment"), row("follow_up", side="right")),
    ),
    rule(
        "phat_fell_at_pre_injury_level",
        "query warning plausibility",
        """
        en: {column}: {found} is 60 points or more below the total before, {expected}, though sport is at the pre-injury
            level. // Check both totals.
        nl: {column}: {found} is 60 punten of meer onder het vorige totaal, {expected}, terwijl de sport op het oude
            niveau is. // Controleer beide totalen.
        de: {column}: {found} liegt 60 Punkte oder mehr unter dem vorigen Gesamtwert, {expected}, obwohl der Sport das
            frühere Niveau hat. // Bitte beide Gesamtwerte prüfen.
        """,
        forms="follow_up",
        columns="phat_total return_to_sport",
        passes=(
            row("enrolment"),
            row("follow_up", assessed_on="2024-09-20", visit="", phat_total="90", returned_to_sport_on=""),
            row("follow_up", return_to_sport="pre_injury_level", phat_total="31"),
        ),
        fails=(
            row("enrolment"),
            row("follow_up", assessed_on="2024-09-20", visit="", phat_total="90", returned_to_sport_on=""),
            row("follow_up", return_to_sport="pre_injury_level", phat_total="30"),
        ),
    ),
    rule(
        "sport_before_injury_differs",
        "query warning plausibility",
        """
        en: {column}: "{found}" does not fit the level of sport before the injury, "{expected}". // Correct one of the
            two.
        nl: {column}: "{found}" past niet bij het sportniveau voor het letsel, "{expected}". // Verbeter één van beide.
        de: {column}: "{found}" passt nicht zum Sportniveau vor der Verletzung, "{expected}". // Bitte eines
            berichtigen.
        """,
        forms="follow_up enrolment",
        columns="return_to_sport sport_level",
        passes=(row("enrolment"), row("follow_up")),
        fails=(row("enrolment", sport="none", sport_level="none"), row("follow_up")),
    ),
    rule(
        "phase_one_without_surgery",
        "query warning plausibility",
        """
        en: {column}: phase {found} is for surgical patients; this one is "{expected}" and had no surgery. // Correct
            the phase or send the surgery.
        nl: {column}: fase {found} is voor geopereerde patiënten; deze is "{expected}" en niet geopereerd. // Verbeter
            de fase of stuur de operatie.
        de: {column}: Phase {found} ist für Operierte; diese Person ist "{expected}" und nicht operiert. // Bitte die
            Phase berichtigen oder die Operation senden.
        """,
        forms="rehabilitation enrolment treatment",
        columns="phase initial_treatment",
        passes=(row("enrolment"), row("rehabilitation", phase="I", started_on="2024-03-21", completed_on="")),
        fails=(
            row("enrolment", initial_treatment="conservative", surgery_on=""),
            row("rehabilitation", phase="I", started_on="2024-03-21", completed_on=""),
        ),
    ),
    rule(
        "treatment_changed_after_follow_up",
        "query warning conformance",
        """
        en: {column}: "{found}" came after the first follow-up; the initial treatment stays "{expected}". // Send
            surgery that came later on the form "Later treatment"; a typing error needs the coordinator.
        nl: {column}: "{found}" kwam na de eerste controle; de eerste behandeling blijft "{expected}". // Stuur een
            latere operatie op het formulier "Latere behandeling"; een typefout gaat via de coördinator.
        de: {column}: "{found}" kam nach der ersten Nachuntersuchung; die erste Behandlung bleibt "{expected}". // Bitte
            eine spätere Operation im Formular "Spätere Behandlung" senden; ein Tippfehler geht über die Koordination.
        """,
        forms="enrolment follow_up",
        columns="initial_treatment",
        passes=(row("enrolment", initial_treatment="conservative", surgery_on=""), row("enrolment"), row("follow_up")),
        fails=(row("enrolment"), row("follow_up"), row("enrolment", initial_treatment="conservative", surgery_on="")),
    ),
    rule(
        "crossover_of_surgical",
        "query warning plausibility",
        """
        en: {column}: "{found}" does not fit the initial treatment, "{expected}". // Correct the kind of treatment.
        nl: {column}: "{found}" past niet bij de eerste behandeling, "{expected}". // Verbeter de soort behandeling.
        de: {column}: "{found}" passt nicht zur ersten Behandlung, "{expected}". // Bitte die Art der Behandlung
            berichtigen.
        """,
        forms="treatment enrolment",
        columns="treatment_kind initial_treatment",
        passes=(row("enrolment", initial_treatment="conservative", surgery_on=""), row("treatment")),
        fails=(row("enrolment"), row("treatment")),
    ),
    rule(
        "old_value_returned",
        "query warning conformance",
        """
        en: {column}: {found} was corrected to {expected} before and now comes back. // Say which is right: send it
            again, or answer "yes, that is so".
        nl: {column}: {found} was eerder verbeterd in {expected} en komt nu terug. // Zeg wat klopt: stuur het opnieuw,
            of antwoord "ja, dat klopt".
        de: {column}: {found} wurde früher in {expected} berichtigt und kommt nun zurück. // Bitte sagen, was stimmt:
            erneut senden oder mit "ja, das stimmt" antworten.
        """,
        passes=(row("enrolment"), row("enrolment", age_at_injury_years="52")),
        fails=(row("enrolment"), row("enrolment", age_at_injury_years="52"), row("enrolment")),
    ),
    rule(
        "another_injury",
        "query warning plausibility",
        """
        en: {column}: {found} is more than 60 days from the injury date known before, {expected}: that is no correction.
            // If the side was injured anew, send it with the next injury number.
        nl: {column}: {found} ligt meer dan 60 dagen van de eerder bekende letseldatum, {expected}: dat is geen
            verbetering. // Is de zijde opnieuw geblesseerd, stuur haar dan met het volgende letselnummer.
        de: {column}: {found} liegt über 60 Tage vom bekannten Verletzungsdatum {expected} entfernt: das ist keine
            Berichtigung. // Wurde die Seite erneut verletzt, bitte mit der nächsten Verletzungsnummer senden.
        """,
        forms="enrolment",
        columns="injured_on",
        passes=(row("enrolment"), row("enrolment", injured_on="2024-03-05")),
        fails=(row("enrolment", injured_on="2023-12-01"), row("enrolment")),
    ),
    rule(
        "treatment_unknown",
        "query warning completeness",
        """
        en: {column} is not known, so the patient is in no arm. // Send it: {expected}.
        nl: {column} is niet bekend, dus de patiënt zit in geen arm. // Stuur het: {expected}.
        de: {column} ist nicht bekannt, die Person ist also in keinem Arm. // Bitte senden: {expected}.
        """,
        forms="enrolment",
        columns="initial_treatment",
        passes=(row("enrolment"),),
        fails=(row("enrolment", initial_treatment="#unknown"),),
    ),
    rule(
        "anchor_unknown",
        "query warning completeness",
        """
        en: {column} is not known, so no visit of this patient can be due (arm: {expected}). // Send the date.
        nl: {column} is niet bekend, dus geen bezoek van deze patiënt kan gepland worden (arm: {expected}). // Stuur de
            datum.
        de: {column} ist nicht bekannt, so wird kein Besuch dieser Person fällig (Arm: {expected}). // Bitte das Datum
            senden.
        """,
        forms="enrolment",
        columns="surgery_on decision_on initial_treatment",
        passes=(row("enrolment"),),
        fails=(row("enrolment", surgery_on=""),),
    ),
    rule(
        "replaced_date_unknown",
        "query warning conformance",
        """
        en: {column}: no assessment of {found} was sent before. // Check the date that should be replaced.
        nl: {column}: er is geen eerdere meting van {found}. // Controleer de datum die vervangen moet worden.
        de: {column}: es gibt keine frühere Untersuchung vom {found}. // Bitte das zu ersetzende Datum prüfen.
        """,
        forms="follow_up",
        columns="replaces_on",
        passes=(
            row("enrolment"),
            row("follow_up", assessed_on="2025-03-08"),
            row("follow_up", replaces_on="2025-03-08"),
        ),
        fails=(row("enrolment"), row("follow_up", replaces_on="2025-03-08")),
    ),
    rule(
        "row_held",
        "query note conformance",
        """
        en: The row waits: here no enrolment of this patient, side and injury is known that your clinic may add to. //
            Send the enrolment, or ask the coordinator about shared care. It loads by itself then.
        nl: De regel wacht: hier is geen inclusie van deze patiënt, zijde en letsel bekend waaraan uw kliniek mag
            toevoegen. // Stuur de inclusie, of vraag de coördinator naar gedeelde zorg. Daarna laadt hij vanzelf.
        de: Die Zeile wartet: hier ist keine Aufnahme dieser Person, Seite und Verletzung bekannt, die Ihre Klinik
            ergänzen darf. // Bitte die Aufnahme senden oder die Koordination nach gemeinsamer Betreuung fragen. Dann
            lädt sie von selbst.
        """,
        passes=(row("enrolment"), row("follow_up")),
        fails=(row("follow_up"),),
    ),
)
