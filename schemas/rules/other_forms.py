"""Rules about one row of imaging, rehabilitation, event and screening."""

from schemas.rules.follow_up import any_answered
from schemas.rules.record import row, rule

FINDINGS = ["proximal_continuity", "has_shared_neotendon", "retraction_mm", "fatty_infiltration"]

IMAGING_RULES = (
    rule(
        "imaging_answer_missing",
        "row error completeness",
        """
        en: The row says nothing of what the MRI shows. // Fill in one finding at least, or a reason such as #not_done.
        nl: De regel zegt niets over wat de MRI toont. // Vul ten minste één bevinding in, of een reden zoals
            #niet_gedaan.
        de: Die Zeile sagt nicht, was die MRT zeigt. // Bitte mindestens einen Befund oder einen Grund wie
            #nicht_erhoben.
        """,
        forms="imaging",
        columns=" ".join(FINDINGS),
        predicate=any_answered(FINDINGS),
        passes=(row("imaging", **{**dict.fromkeys(FINDINGS, ""), "retraction_mm": "0"}),),
        fails=(row("imaging", **dict.fromkeys(FINDINGS, "")),),
    ),
    rule(
        "neotendon_without_continuity",
        "row warning plausibility",
        """
        en: {column}: a shared neotendon, but no continuity with the bone. // Correct one of the two.
        nl: {column}: een gezamenlijke neopees, maar geen continuïteit met het bot. // Verbeter één van beide.
        de: {column}: eine gemeinsame Neosehne, aber keine Kontinuität mit dem Knochen. // Bitte eines berichtigen.
        """,
        forms="imaging",
        columns="has_shared_neotendon proximal_continuity",
        predicate="case when has_shared_neotendon then proximal_continuity end",
        passes=(row("imaging", has_shared_neotendon="yes"),),
        fails=(row("imaging", has_shared_neotendon="yes", proximal_continuity="no"),),
    ),
    rule(
        "retraction_with_continuity",
        "row warning plausibility",
        """
        en: {column}: {found} mm of retraction, but the tendons are continuous with the bone. // Correct one of the two.
        nl: {column}: {found} mm retractie, maar de pezen zijn continu met het bot. // Verbeter één van beide.
        de: {column}: {found} mm Retraktion, die Sehnen sind aber mit dem Knochen verbunden. // Bitte eines berichtigen.
        """,
        forms="imaging",
        columns="retraction_mm proximal_continuity",
        predicate="case when proximal_continuity then retraction_mm = 0 end",
        passes=(row("imaging"),),
        fails=(row("imaging", retraction_mm="25"),),
    ),
)

REHABILITATION_RULES = (
    rule(
        "completed_before_start",
        "row error plausibility",
        """
        en: {column}: {found} lies before the start of the phase, {expected}. // Check both dates.
        nl: {column}: {found} ligt voor het begin van de fase, {expected}. // Controleer beide datums.
        de: {column}: {found} liegt vor dem Beginn der Phase, {expected}. // Bitte beide Daten prüfen.
        """,
        forms="rehabilitation",
        columns="completed_on started_on",
        predicate="completed_on >= started_on",
        passes=(row("rehabilitation", completed_on="2024-04-20"),),
        fails=(row("rehabilitation", completed_on="2024-04-19"),),
    ),
    rule(
        "completed_without_start",
        "row warning completeness",
        """
        en: {column} is blank though the phase was completed on {expected}. // Add the start, unless it was sent before.
        nl: {column} is leeg terwijl de fase op {expected} is afgesloten. // Vul het begin aan, tenzij eerder gestuurd.
        de: {column} ist leer, obwohl die Phase am {expected} abgeschlossen wurde. // Bitte den Beginn ergänzen, wenn er
            nicht schon gesendet wurde.
        """,
        forms="rehabilitation",
        columns="started_on completed_on",
        predicate="case when completed_on is not null "
        "then started_on is not null or started_on_missing is not null end",
        passes=(row("rehabilitation"),),
        fails=(row("rehabilitation", started_on=""),),
    ),
    rule(
        "criteria_without_completion",
        "row note completeness",
        """
        en: {column} is blank though the criteria of the phase were met. // Add the date of completion.
        nl: {column} is leeg terwijl de criteria van de fase behaald zijn. // Vul de einddatum aan.
        de: {column} ist leer, obwohl die Kriterien der Phase erfüllt sind. // Bitte das Datum des Abschlusses ergänzen.
        """,
        forms="rehabilitation",
        columns="completed_on has_met_criteria",
        predicate="case when has_met_criteria then completed_on is not null or completed_on_missing is not null end",
        passes=(row("rehabilitation"),),
        fails=(row("rehabilitation", completed_on=""),),
    ),
)

EVENT_RULES = (
    rule(
        "withdrawal_scope_missing",
        "row warning completeness",
        """
        en: {column} is blank beside a request to withdraw. // Ask the patient how far it goes, and send the row again.
        nl: {column} is leeg naast een verzoek tot terugtrekking. // Vraag hoe ver het gaat en stuur de regel opnieuw.
        de: {column} ist leer neben einer Bitte um Widerruf. // Bitte nachfragen, wie weit er geht, und erneut senden.
        """,
        forms="event",
        columns="withdrawal_scope event_kind",
        predicate="case when event_kind = 'withdrawal_request' then withdrawal_scope is not null end",
        passes=(row("event", event_kind="withdrawal_request", withdrawal_scope="erase"),),
        fails=(row("event", event_kind="withdrawal_request"),),
    ),
    rule(
        "withdrawal_scope_unexpected",
        "row warning conformance",
        """
        en: {column}: "{found}" is given, but the event is "{expected}". // Correct the event, or leave it blank.
        nl: {column}: "{found}" is ingevuld, maar de gebeurtenis is "{expected}". // Verbeter de gebeurtenis, of laat
            leeg.
        de: {column}: "{found}" steht da, das Ereignis ist aber "{expected}". // Bitte das Ereignis berichtigen oder
            leer lassen.
        """,
        forms="event",
        columns="withdrawal_scope event_kind",
        predicate="case when withdrawal_scope is not null then event_kind = 'withdrawal_request' end",
        passes=(row("event", event_kind="withdrawal_request", withdrawal_scope="erase"),),
        fails=(row("event", withdrawal_scope="erase"),),
    ),
)

SCREENING_RULES = (
    rule(
        "screening_counts",
        "row error plausibility",
        """
        en: {column}: enrolled, declined and missed add up to more than {found} eligible. // Correct the counts.
        nl: {column}: geïncludeerd, geweigerd en gemist zijn samen meer dan {found}. // Verbeter de aantallen.
        de: {column}: aufgenommen, abgelehnt und verpasst ergeben mehr als {found}. // Bitte die Zahlen berichtigen.
        """,
        forms="screening",
        columns="n_eligible n_enrolled n_declined n_missed",
        predicate="coalesce(n_enrolled, 0) + coalesce(n_declined, 0) + coalesce(n_missed, 0) <= n_eligible",
        passes=(row("screening"),),
        fails=(row("screening", n_enrolled="6"),),
    ),
)
