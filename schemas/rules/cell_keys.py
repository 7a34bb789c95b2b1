"""Rules about dates and patient numbers that cannot be taken. Reading them stands in the intake."""

from schemas.rules.record import row, rule

DATE_AND_ID_RULES = (
    rule(
        "date_unreadable",
        "cell error conformance",
        """
        en: {column}: "{found}" is not a date. // Write it as 2024-03-02.
        nl: {column}: "{found}" is geen datum. // Schrijf haar als 2024-03-02.
        de: {column}: "{found}" ist kein Datum. // Bitte als 2024-03-02 schreiben.
        """,
        passes=(row("enrolment", first_visit_on="2024-03-11"),),
        fails=(row("enrolment", first_visit_on="last week"),),
    ),
    rule(
        "date_ambiguous",
        "cell error conformance",
        """
        en: {column}: "{found}" can be read as {expected}. // Write it as 2024-03-02, or have your clinic's date order
            declared.
        nl: {column}: "{found}" kan gelezen worden als {expected}. // Schrijf haar als 2024-03-02, of laat de
            datumvolgorde van uw kliniek vastleggen.
        de: {column}: "{found}" kann als {expected} gelesen werden. // Bitte als 2024-03-02 schreiben oder die
            Datumsreihenfolge der Klinik eintragen lassen.
        """,
        passes=(row("follow_up", assessed_on="2025-03-18"),),
        fails=(row("follow_up", returned_to_sport_on="03/04/2024"),),
    ),
    rule(
        "date_impossible",
        "cell error conformance",
        """
        en: {column}: "{found}" is no day of the calendar. // Check day and month.
        nl: {column}: "{found}" is geen dag van de kalender. // Controleer dag en maand.
        de: {column}: "{found}" ist kein Tag des Kalenders. // Bitte Tag und Monat prüfen.
        """,
        passes=(row("enrolment", mri_on="2024-03-12"),),
        fails=(row("enrolment", mri_on="2024-02-31"),),
    ),
    rule(
        "date_incomplete",
        "cell error conformance",
        """
        en: {column}: "{found}" is not a whole date. // Write it as 2024-03-02.
        nl: {column}: "{found}" is geen hele datum. // Schrijf haar als 2024-03-02.
        de: {column}: "{found}" ist kein vollständiges Datum. // Bitte als 2024-03-02 schreiben.
        """,
        passes=(row("enrolment", mri_on="2024-03-12"),),
        fails=(row("enrolment", mri_on="12 March"),),
    ),
    rule(
        "date_other_order",
        "cell error conformance",
        """
        en: {column}: "{found}" is no date in your clinic's order; in the other order it is {expected}. // Write it as
            2024-03-02.
        nl: {column}: "{found}" is geen datum in de volgorde van uw kliniek; andersom is het {expected}. // Schrijf haar
            als 2024-03-02.
        de: {column}: "{found}" ist kein Datum in der Reihenfolge Ihrer Klinik; andersherum wäre es {expected}. // Bitte
            als 2024-03-02 schreiben.
        """,
    ),
    rule(
        "date_serial_ambiguous",
        "cell error conformance",
        """
        en: {column}: the day number {found} can mean {expected}. // Format the column as a date, or have your clinic's
            date system (1900 or 1904) declared.
        nl: {column}: het dagnummer {found} kan {expected} betekenen. // Maak de kolom op als datum, of laat het
            datumsysteem (1900 of 1904) van uw kliniek vastleggen.
        de: {column}: die Tageszahl {found} kann {expected} bedeuten. // Bitte die Spalte als Datum formatieren oder das
            Datumssystem (1900 oder 1904) der Klinik eintragen lassen.
        """,
        passes=(row("enrolment", mri_on="2024-03-12"),),
        fails=(row("enrolment", mri_on="45363"),),
    ),
    rule(
        "date_not_a_month",
        "cell error conformance",
        """
        en: {column}: "{found}" is a day where a month is asked. // Write it as {expected}.
        nl: {column}: "{found}" is een dag waar een maand gevraagd wordt. // Schrijf het als {expected}.
        de: {column}: "{found}" ist ein Tag, gefragt ist ein Monat. // Bitte als {expected} schreiben.
        """,
        passes=(row("screening", month_on="2024-03"),),
        fails=(row("screening", month_on="2024-03-17"),),
    ),
    rule(
        "id_unreadable",
        "cell error conformance",
        """
        en: {column}: "{found}" is not a patient number such as {expected}. // Use the number from your key list.
        nl: {column}: "{found}" is geen patiëntnummer zoals {expected}. // Gebruik het nummer van uw sleutellijst.
        de: {column}: "{found}" ist keine Patientennummer wie {expected}. // Bitte die Nummer der Schlüsselliste
            verwenden.
        """,
        passes=(row("follow_up"),),
        fails=(row("follow_up", patient_id="no. 12"),),
    ),
    rule(
        "id_check_character",
        "cell error conformance",
        """
        en: {column}: the check character of {found} is wrong: the number holds a typing error. // Compare with your key
            list.
        nl: {column}: het controleteken van {found} klopt niet: het nummer bevat een typefout. // Vergelijk met uw
            sleutellijst.
        de: {column}: das Prüfzeichen von {found} stimmt nicht: die Nummer enthält einen Tippfehler. // Bitte mit der
            Schlüsselliste vergleichen.
        """,
        passes=(row("follow_up", patient_id="AMC-0015W"),),
        fails=(row("follow_up", patient_id="AMC-0051W"),),
    ),
    rule(
        "id_scientific",
        "cell error conformance",
        """
        en: {column}: "{found}" is a number the spreadsheet shortened; its digits are lost. // Format the column as text
            and type the number again.
        nl: {column}: "{found}" is een nummer dat de spreadsheet heeft ingekort; cijfers zijn verloren. // Maak de kolom
            op als tekst en typ het nummer opnieuw.
        de: {column}: "{found}" ist eine von der Tabelle gekürzte Nummer; Ziffern sind verloren. // Bitte die Spalte als
            Text formatieren und die Nummer neu eintippen.
        """,
        passes=(row("follow_up", patient_id="AMC-0015W"),),
        fails=(row("follow_up", patient_id="4E+05"),),
    ),
    rule(
        "cell_identifies",
        "cell error conformance",
        """
        en: {column} holds {found}; the cell was not read and is kept nowhere. // Take it out, and write the answer
            that was asked for.
        nl: {column} bevat {found}; de cel is niet gelezen en wordt nergens bewaard. // Haal het weg en schrijf het
            gevraagde antwoord.
        de: {column} enthält Folgendes: {found}; die Zelle wurde nicht gelesen und wird nirgends gespeichert. // Bitte
            entfernen und die erfragte Antwort schreiben.
        """,
        passes=(row("enrolment", consent_version="2.1"),),
        fails=(
            row("enrolment", consent_version="ask 06-12345678"),
            row("enrolment", sport="j.jansen@example.org"),
        ),
    ),
    rule(
        "id_zeros_ambiguous",
        "cell error conformance",
        """
        en: {column}: "{found}" has lost zeros or its check character and can be {expected}. // Format the column as
            text and type the number again.
        nl: {column}: "{found}" mist nullen of het controleteken en kan {expected} zijn. // Maak de kolom op als tekst
            en typ het nummer opnieuw.
        de: {column}: "{found}" fehlen Nullen oder das Prüfzeichen, es kann {expected} sein. // Bitte die Spalte als
            Text formatieren und die Nummer neu eintippen.
        """,
    ),
)
