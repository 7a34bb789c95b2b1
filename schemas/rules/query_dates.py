"""Queries about dates in several files. They reject nothing: a query closes by itself when the facts change.

The words stand here; the predicates are SQL in `dbt_like_sql/ops`, by the same ids.
"""

from schemas.rules.record import row, rule

DATE_RULES = (
    rule(
        "assessed_before_injury",
        "query warning plausibility",
        """
        en: {column}: the assessment of {found} lies before the injury, {expected}. // Check both dates.
        nl: {column}: de meting van {found} ligt voor het letsel, {expected}. // Controleer beide datums.
        de: {column}: die Untersuchung vom {found} liegt vor der Verletzung, {expected}. // Bitte beide Daten prüfen.
        """,
        forms="follow_up enrolment",
        columns="assessed_on injured_on",
        passes=(row("enrolment"), row("follow_up")),
        fails=(row("enrolment"), row("follow_up", assessed_on="2024-02-28", visit="", returned_to_sport_on="")),
    ),
    rule(
        "assessed_before_treatment",
        "query warning plausibility",
        """
        en: {column}: the assessment of {found} lies before the treatment, {expected}; it counts for no visit. // Check
            the date; baseline answers belong to the enrolment.
        nl: {column}: de meting van {found} ligt voor de behandeling, {expected}; zij telt voor geen bezoek. //
            Controleer de datum; een nulmeting hoort bij de inclusie.
        de: {column}: die Untersuchung vom {found} liegt vor der Behandlung, {expected}; sie zählt für keinen Besuch. //
            Bitte das Datum prüfen; die Ausgangsmessung gehört zur Aufnahme.
        """,
        forms="follow_up enrolment",
        columns="assessed_on surgery_on decision_on",
        passes=(row("enrolment"), row("follow_up")),
        fails=(row("enrolment"), row("follow_up", assessed_on="2024-03-10", visit="", returned_to_sport_on="")),
    ),
    rule(
        "visit_label_differs",
        "query warning plausibility",
        """
        en: {column}: by its date this assessment belongs to "{expected}", not to "{found}". // Check the date, or leave
            the visit blank.
        nl: {column}: volgens de datum hoort deze meting bij "{expected}", niet bij "{found}". // Controleer de datum,
            of laat het bezoek leeg.
        de: {column}: nach ihrem Datum gehört diese Untersuchung zu "{expected}", nicht zu "{found}". // Bitte das Datum
            prüfen oder den Besuch leer lassen.
        """,
        forms="follow_up enrolment",
        columns="visit assessed_on",
        passes=(row("enrolment"), row("follow_up", visit="month_12")),
        fails=(row("enrolment"), row("follow_up", visit="month_6")),
    ),
    rule(
        "returned_before_injury",
        "query warning plausibility",
        """
        en: {column}: the return to sport on {found} lies before the injury, {expected}. // Check both dates.
        nl: {column}: de terugkeer naar sport op {found} ligt voor het letsel, {expected}. // Controleer beide datums.
        de: {column}: die Rückkehr zum Sport am {found} liegt vor der Verletzung, {expected}. // Bitte beide Daten
            prüfen.
        """,
        forms="follow_up enrolment",
        columns="returned_to_sport_on injured_on",
        passes=(row("enrolment"), row("follow_up")),
        fails=(row("enrolment"), row("follow_up", returned_to_sport_on="2024-02-01")),
    ),
    rule(
        "before_injury",
        "query warning plausibility",
        """
        en: {column}: {found} lies before the injury, {expected}. // Check both dates.
        nl: {column}: {found} ligt voor het letsel, {expected}. // Controleer beide datums.
        de: {column}: {found} liegt vor der Verletzung, {expected}. // Bitte beide Daten prüfen.
        """,
        forms="treatment imaging rehabilitation event enrolment",
        columns="treated_on mri_on started_on completed_on occurred_on injured_on",
        passes=(row("enrolment"), row("event")),
        fails=(row("enrolment"), row("event", occurred_on="2024-02-01")),
    ),
    rule(
        "treatment_before_first",
        "query warning plausibility",
        """
        en: {column}: the later treatment of {found} lies before the initial one, {expected}. // Check both dates.
        nl: {column}: de latere behandeling van {found} ligt voor de eerste, {expected}. // Controleer beide datums.
        de: {column}: die spätere Behandlung vom {found} liegt vor der ersten, {expected}. // Bitte beide Daten prüfen.
        """,
        forms="treatment enrolment",
        columns="treated_on surgery_on decision_on",
        passes=(row("enrolment"), row("treatment", treatment_kind="reoperation")),
        fails=(row("enrolment"), row("treatment", treatment_kind="reoperation", treated_on="2024-03-15")),
    ),
    rule(
        "phases_out_of_order",
        "query warning plausibility",
        """
        en: {column}: the phase begins on {found}, before the phase under it began, {expected}. // Check both dates.
        nl: {column}: de fase begint op {found}, voordat de fase eronder begon, {expected}. // Controleer beide datums.
        de: {column}: die Phase beginnt am {found}, bevor die Phase darunter begann, {expected}. // Bitte beide Daten
            prüfen.
        """,
        forms="rehabilitation",
        columns="started_on phase",
        passes=(row("enrolment"), row("rehabilitation"), row("rehabilitation", phase="III", started_on="2024-06-02")),
        fails=(row("enrolment"), row("rehabilitation"), row("rehabilitation", phase="III", started_on="2024-04-10")),
    ),
    rule(
        "date_after_receipt",
        "query warning plausibility",
        """
        en: {column}: {found} lies after the day the file came, {expected}. // Check the date; plans are not answers.
        nl: {column}: {found} ligt na de dag waarop het bestand kwam, {expected}. // Controleer de datum; plannen tellen
            niet.
        de: {column}: {found} liegt nach dem Tag des Eingangs, {expected}. // Bitte das Datum prüfen; Pläne zählen
            nicht.
        """,
        passes=(row("enrolment"), row("follow_up")),
        fails=(row("enrolment"), row("follow_up", assessed_on="2052-03-18", visit="")),
    ),
    rule(
        "after_death",
        "query warning plausibility",
        """
        en: {column}: {found} lies after the death of the patient, {expected}. // Check the date, the patient and the
            event.
        nl: {column}: {found} ligt na het overlijden van de patiënt, {expected}. // Controleer datum, patiënt en
            gebeurtenis.
        de: {column}: {found} liegt nach dem Tod der Person, {expected}. // Bitte Datum, Person und Ereignis prüfen.
        """,
        passes=(row("enrolment"), row("follow_up"), row("event", event_kind="death", occurred_on="2025-06-01")),
        fails=(row("enrolment"), row("follow_up"), row("event", event_kind="death", occurred_on="2025-01-01")),
    ),
)
