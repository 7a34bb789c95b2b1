"""Rules about one cell that cannot be taken: unreadable, ambiguous, out of range. Reading stands in the intake."""

from schemas.rules.record import row, rule

OUT_OF_RANGE = rule(
    "out_of_range",
    "cell error plausibility",
    """
    en: {column}: {found} lies outside the range {expected}. // Correct the value, or give a reason such as #unknown.
    nl: {column}: {found} ligt buiten het bereik {expected}. // Verbeter de waarde, of geef een reden zoals #onbekend.
    de: {column}: {found} liegt außerhalb des Bereichs {expected}. // Bitte berichtigen oder einen Grund angeben, etwa
        #unbekannt.
    """,
    passes=(row("follow_up", phat_total="100"),),
    fails=(row("follow_up", phat_total="100.5"),),
)
CODE_UNKNOWN = rule(
    "code_unknown",
    "cell error conformance",
    """
    en: {column}: "{found}" is none of the answers {expected}. // Choose one of the answers.
    nl: {column}: "{found}" is geen van de antwoorden {expected}. // Kies een van de antwoorden.
    de: {column}: "{found}" ist keine der Antworten {expected}. // Bitte eine der Antworten wählen.
    """,
    passes=(row("follow_up", return_to_sport="no_return"),),
    fails=(row("follow_up", return_to_sport="sometimes"),),
)
DATE_TOO_EARLY = rule(
    "date_too_early",
    "cell error plausibility",
    """
    en: {column}: {found} lies before {expected}. // Check the year.
    nl: {column}: {found} ligt voor {expected}. // Controleer het jaar.
    de: {column}: {found} liegt vor dem {expected}. // Bitte das Jahr prüfen.
    """,
    passes=(row("enrolment", injured_on="1980-01-01"),),
    fails=(row("enrolment", mri_on="1924-03-12"),),
)
TEXT_TOO_LONG = rule(
    "text_too_long",
    "cell error conformance",
    """
    en: {column}: the text is longer than {expected} characters. // Shorten it to what the column asks; never a name.
    nl: {column}: de tekst is langer dan {expected} tekens. // Kort in tot wat de kolom vraagt; nooit een naam.
    de: {column}: der Text ist länger als {expected} Zeichen. // Bitte kürzen auf das Gefragte; niemals ein Name.
    """,
    passes=(row("enrolment", consent_version="2.1"),),
    fails=(row("enrolment", consent_version="signed by her husband on Tuesday"),),
)

CELL_RULES = (
    OUT_OF_RANGE,
    CODE_UNKNOWN,
    DATE_TOO_EARLY,
    TEXT_TOO_LONG,
    rule(
        "key_missing",
        "cell error completeness",
        """
        en: {column} is blank or has no value; without it the row has no owner. // Fill it in.
        nl: {column} is leeg of heeft geen waarde; zonder hoort de regel bij niemand. // Vul het in.
        de: {column} ist leer oder ohne Wert; ohne gehört die Zeile zu niemandem. // Bitte ausfüllen.
        """,
        passes=(row("follow_up"),),
        fails=(row("follow_up", assessed_on=""),),
    ),
    rule(
        "required_missing",
        "cell warning completeness",
        """
        en: {column} is blank; what is known stays as it is. // Fill it in if it was never sent, or give a reason such
            as #unknown.
        nl: {column} is leeg; wat bekend is blijft zo. // Vul het in als het nooit gestuurd is, of geef een reden zoals
            #onbekend.
        de: {column} ist leer; was bekannt ist, bleibt. // Bitte ausfüllen, wenn es nie gesendet wurde, oder einen Grund
            angeben, etwa #unbekannt.
        """,
        passes=(row("event"),),
        fails=(row("event", event_kind=""),),
    ),
    rule(
        "clinic_other",
        "cell error conformance",
        """
        en: {column}: {found} is not the clinic that sends the file, {expected}. // Send your own counts, or leave it
            blank.
        nl: {column}: {found} is niet de kliniek die het bestand stuurt, {expected}. // Stuur eigen aantallen, of laat
            leeg.
        de: {column}: {found} ist nicht die sendende Klinik {expected}. // Bitte eigene Zahlen senden oder leer lassen.
        """,
        passes=(row("screening", clinic=""),),
        fails=(row("screening", clinic="OTHER"),),
    ),
    rule(
        "cell_spreadsheet_error",
        "cell error conformance",
        """
        en: {column}: the cell holds the spreadsheet error {found}. // Repair the formula, or type the value.
        nl: {column}: de cel bevat de spreadsheetfout {found}. // Herstel de formule, of typ de waarde.
        de: {column}: die Zelle enthält den Tabellenfehler {found}. // Bitte die Formel reparieren oder den Wert
            eintippen.
        """,
        passes=(row("follow_up", tegner="4"),),
        fails=(row("follow_up", tegner="#REF!"),),
    ),
    rule(
        "cell_formula",
        "cell error conformance",
        """
        en: {column}: {found} is a formula whose result is not in the file. // Open the file in your spreadsheet, save
            it and send it again, or type the value.
        nl: {column}: {found} is een formule waarvan de uitkomst niet in het bestand staat. // Open het bestand in uw
            spreadsheet, bewaar het en stuur het opnieuw, of typ de waarde.
        de: {column}: {found} ist eine Formel, deren Ergebnis nicht in der Datei steht. // Bitte in der
            Tabellenkalkulation öffnen, speichern und erneut senden oder den Wert eintippen.
        """,
        passes=(row("follow_up", tegner="4"),),
        fails=(row("follow_up", tegner="=B2+1"), row("follow_up", tegner="#=B2+1")),
    ),
    rule(
        "cell_undeclared_missing",
        "cell error conformance",
        """
        en: {column}: "{found}" looks like a code for "missing" that your clinic has not declared. // Write one of
            {expected}, or have the code declared.
        nl: {column}: "{found}" lijkt een code voor "ontbreekt" die uw kliniek niet heeft opgegeven. // Schrijf een van
            {expected}, of laat de code opnemen.
        de: {column}: "{found}" sieht nach einem Kürzel für "fehlt" aus, das Ihre Klinik nicht erklärt hat. // Bitte
            eines von {expected} schreiben oder das Kürzel eintragen lassen.
        """,
        passes=(row("follow_up", phat_total="#not_done"),),
        fails=(row("follow_up", phat_total="-99"),),
    ),
    rule(
        "boolean_unreadable",
        "cell error conformance",
        """
        en: {column}: "{found}" is neither yes nor no. // Write yes or no.
        nl: {column}: "{found}" is geen ja of nee. // Schrijf ja of nee.
        de: {column}: "{found}" ist weder Ja noch Nein. // Bitte Ja oder Nein schreiben.
        """,
        passes=(row("follow_up", would_choose_same_treatment="no"),),
        fails=(row("follow_up", would_choose_same_treatment="perhaps"),),
    ),
    rule(
        "number_unreadable",
        "cell error conformance",
        """
        en: {column}: "{found}" is not a number. // Write digits only, or give a reason such as #not_done.
        nl: {column}: "{found}" is geen getal. // Schrijf alleen cijfers, of geef een reden zoals #niet_gedaan.
        de: {column}: "{found}" ist keine Zahl. // Bitte nur Ziffern schreiben oder einen Grund angeben, etwa
            #nicht_erhoben.
        """,
        passes=(row("follow_up", phat_total="80.5"),),
        fails=(row("follow_up", phat_total="good"),),
    ),
    rule(
        "number_not_whole",
        "cell error conformance",
        """
        en: {column}: {found} is not a whole number. // Write a whole number.
        nl: {column}: {found} is geen geheel getal. // Schrijf een geheel getal.
        de: {column}: {found} ist keine ganze Zahl. // Bitte eine ganze Zahl schreiben.
        """,
        passes=(row("follow_up", tegner="4"),),
        fails=(row("follow_up", tegner="4.5"),),
    ),
    rule(
        "number_ambiguous",
        "cell error conformance",
        """
        en: {column}: "{found}" can be read as {expected}. // Write it without a thousands mark, or have your clinic's
            decimal mark declared.
        nl: {column}: "{found}" kan gelezen worden als {expected}. // Schrijf het zonder duizendtalteken, of laat het
            decimaalteken van uw kliniek vastleggen.
        de: {column}: "{found}" kann als {expected} gelesen werden. // Bitte ohne Tausenderzeichen schreiben oder das
            Dezimalzeichen der Klinik eintragen lassen.
        """,
        passes=(row("follow_up", strength_prone_0_90_left="1234"),),
        fails=(row("follow_up", strength_prone_0_90_left="1.234"),),
    ),
    rule(
        "number_scientific",
        "cell error conformance",
        """
        en: {column}: "{found}" is a number the spreadsheet shortened. // Format the column as a number and type it
            again.
        nl: {column}: "{found}" is een getal dat de spreadsheet heeft ingekort. // Maak de kolom op als getal en typ
            opnieuw.
        de: {column}: "{found}" ist eine von der Tabelle gekürzte Zahl. // Bitte die Spalte als Zahl formatieren und neu
            eintippen.
        """,
        passes=(row("follow_up", phat_total="80"),),
        fails=(row("follow_up", phat_total="8E+01"),),
    ),
    rule(
        "number_is_date",
        "cell error conformance",
        """
        en: {column}: "{found}" is a date the spreadsheet made of a number. // Format the column as text and type it
            again.
        nl: {column}: "{found}" is een datum die de spreadsheet van een getal maakte. // Maak de kolom op als tekst en
            typ opnieuw.
        de: {column}: "{found}" ist ein Datum, das die Tabelle aus einer Zahl machte. // Bitte die Spalte als Text
            formatieren und neu eintippen.
        """,
        passes=(row("follow_up", tegner="3"),),
        fails=(row("follow_up", tegner="2-mrt"),),
    ),
    rule(
        "number_other_unit",
        "cell error conformance",
        """
        en: {column}: "{found}" is not in {expected}. // Convert it and write the number only.
        nl: {column}: "{found}" is niet in {expected}. // Reken het om en schrijf alleen het getal.
        de: {column}: "{found}" ist nicht in {expected}. // Bitte umrechnen und nur die Zahl schreiben.
        """,
        passes=(row("imaging", retraction_mm="12"),),
        fails=(row("imaging", retraction_mm="12 kg"),),
    ),
)
