"""Rules about several rows of one file. Comparing the rows stands in the intake."""

from schemas.rules.record import row, rule

ROWS_RULES = (
    rule(
        "rows_contradict",
        "rows error conformance",
        """
        en: {column}: this row and line {expected} of the same file speak of the same key and contradict each other;
            neither was taken. // Keep the right one.
        nl: {column}: deze regel en regel {expected} van hetzelfde bestand gaan over hetzelfde en spreken elkaar tegen;
            geen van beide telt. // Houd de juiste.
        de: {column}: diese Zeile und Zeile {expected} derselben Datei betreffen dasselbe und widersprechen sich; keine
            zählt. // Bitte die richtige behalten.
        """,
        passes=(row("follow_up"), row("follow_up", assessed_on="2025-03-19")),
        fails=(row("follow_up"), row("follow_up", phat_total="12")),
    ),
    rule(
        "row_twice",
        "rows note conformance",
        """
        en: This row says the same as line {expected} of the same file. // Nothing.
        nl: Deze regel zegt hetzelfde als regel {expected} van hetzelfde bestand. // Niets.
        de: Diese Zeile sagt dasselbe wie Zeile {expected} derselben Datei. // Nichts.
        """,
        passes=(row("follow_up"), row("follow_up", assessed_on="2025-03-19")),
        fails=(row("follow_up"), row("follow_up")),
    ),
    rule(
        "visit_label_impossible",
        "rows error plausibility",
        """
        en: {column}: "{found}" is neither of the visits around this date ({expected}). // Check the date; leave the
            visit blank if unsure.
        nl: {column}: "{found}" is geen van de bezoeken rond deze datum ({expected}). // Controleer de datum; laat het
            bezoek bij twijfel leeg.
        de: {column}: "{found}" ist keiner der Besuche um dieses Datum ({expected}). // Bitte das Datum prüfen; im
            Zweifel den Besuch leer lassen.
        """,
        forms="follow_up",
        columns="visit assessed_on",
        passes=(row("enrolment"), row("follow_up", visit="month_12")),
        fails=(row("enrolment"), row("follow_up", visit="month_2")),
    ),
)
