"""Why a whole file is refused. One refusal a file; finding the reason stands in the intake."""

from schemas.rules.record import rule

FILE_RULES = (
    rule(
        "file_empty",
        "file error completeness",
        """
        en: The file is empty. // Send the file again after saving it.
        nl: Het bestand is leeg. // Sla het bestand op en stuur het opnieuw.
        de: Die Datei ist leer. // Bitte die Datei speichern und erneut senden.
        """,
    ),
    rule(
        "file_unreadable",
        "file error conformance",
        """
        en: The file cannot be opened as {expected}. // Open it in your spreadsheet, save it as .xlsx or .csv, send it
            again.
        nl: Het bestand is niet te openen als {expected}. // Open het in uw spreadsheet, bewaar het als .xlsx of .csv en
            stuur het opnieuw.
        de: Die Datei lässt sich nicht als {expected} öffnen. // Bitte in der Tabellenkalkulation öffnen, als .xlsx oder
            .csv speichern und erneut senden.
        """,
    ),
    rule(
        "file_kind_unknown",
        "file error conformance",
        """
        en: A file of the kind {found} is not read. // Send .csv, .xlsx or .ods.
        nl: Een bestand van het type {found} wordt niet gelezen. // Stuur .csv, .xlsx of .ods.
        de: Eine Datei vom Typ {found} wird nicht gelesen. // Bitte .csv, .xlsx oder .ods senden.
        """,
    ),
    rule(
        "file_protected",
        "file error conformance",
        """
        en: The workbook has a password. // Save it without a password and send it again.
        nl: De werkmap heeft een wachtwoord. // Bewaar haar zonder wachtwoord en stuur haar opnieuw.
        de: Die Arbeitsmappe hat ein Kennwort. // Bitte ohne Kennwort speichern und erneut senden.
        """,
    ),
    rule(
        "file_encoding",
        "file error conformance",
        """
        en: The characters of the file cannot be read: no known encoding fits all of it. // Save it as "CSV UTF-8".
        nl: De tekens van het bestand zijn niet te lezen: geen bekende codering past op het geheel. // Bewaar het als
            "CSV UTF-8".
        de: Die Zeichen der Datei sind nicht lesbar: keine bekannte Kodierung passt auf das Ganze. // Bitte als "CSV
            UTF-8" speichern.
        """,
    ),
    rule(
        "file_separator",
        "file error conformance",
        """
        en: No separator (comma, semicolon, tab, bar) splits the lines of the file into the columns of its header. //
            Use one separator throughout, as in the template.
        nl: Geen scheidingsteken (komma, puntkomma, tab, streep) verdeelt de regels in de kolommen van de kop. //
            Gebruik overal één scheidingsteken, zoals in het sjabloon.
        de: Kein Trennzeichen (Komma, Semikolon, Tabulator, Strich) teilt die Zeilen in die Spalten der Kopfzeile. //
            Bitte durchgehend ein Trennzeichen verwenden, wie in der Vorlage.
        """,
    ),
    rule(
        "file_does_not_add_up",
        "file error conformance",
        """
        en: The records do not add up: {found} counted, {expected} accounted for. // Save the file anew as .xlsx and
            send it; tell the coordinator if it happens again.
        nl: De regels kloppen niet: {found} geteld, {expected} verantwoord. // Bewaar het bestand opnieuw als .xlsx en
            stuur het; meld het de coördinator als het weer gebeurt.
        de: Die Datensätze gehen nicht auf: {found} gezählt, {expected} zugeordnet. // Bitte neu als .xlsx speichern und
            senden; bei Wiederholung die Koordination verständigen.
        """,
    ),
    rule(
        "file_too_large",
        "file error conformance",
        """
        en: The file has {found} bytes, the limit is {expected}. // Split it by year or by form.
        nl: Het bestand telt {found} bytes, de grens is {expected}. // Splits het per jaar of per formulier.
        de: Die Datei hat {found} Bytes, die Grenze ist {expected}. // Bitte nach Jahr oder Formular aufteilen.
        """,
    ),
    rule(
        "file_unpacks_too_large",
        "file error conformance",
        """
        en: The workbook unpacks to more than {expected} bytes. // Delete empty rows, pictures and formats, or send
            .csv.
        nl: De werkmap wordt uitgepakt groter dan {expected} bytes. // Verwijder lege rijen, plaatjes en opmaak, of
            stuur .csv.
        de: Die Arbeitsmappe wird entpackt größer als {expected} Bytes. // Bitte leere Zeilen, Bilder und Formate
            löschen oder .csv senden.
        """,
    ),
    rule(
        "file_too_many_columns",
        "file error conformance",
        """
        en: The file has {found} columns, the limit is {expected}. // Send the columns of the template only.
        nl: Het bestand telt {found} kolommen, de grens is {expected}. // Stuur alleen de kolommen van het sjabloon.
        de: Die Datei hat {found} Spalten, die Grenze ist {expected}. // Bitte nur die Spalten der Vorlage senden.
        """,
    ),
    rule(
        "file_too_many_cells",
        "file error conformance",
        """
        en: The workbook has {found} cells, empty ones among them; the limit is {expected}. // Delete what stands far
            below or beside the tables, or split the file by year or by form.
        nl: De werkmap telt {found} cellen, lege meegerekend; de grens is {expected}. // Verwijder wat ver onder of
            naast de tabellen staat, of splits het bestand per jaar of per formulier.
        de: Die Arbeitsmappe hat {found} Zellen, leere mitgezählt; die Grenze ist {expected}. // Bitte löschen, was weit
            unter oder neben den Tabellen steht, oder nach Jahr oder Formular aufteilen.
        """,
    ),
    rule(
        "file_too_many_findings",
        "file error conformance",
        """
        en: The file has more than {expected} findings. // Look at its first rows: a column may stand in the wrong
            place, or the clinic's date order or decimal mark is not declared.
        nl: Het bestand heeft meer dan {expected} bevindingen. // Bekijk de eerste regels: misschien staat een kolom op
            de verkeerde plaats, of is de datumvolgorde of het decimaalteken van de kliniek niet vastgelegd.
        de: Die Datei hat mehr als {expected} Befunde. // Bitte die ersten Zeilen ansehen: vielleicht steht eine Spalte
            falsch, oder Datumsfolge oder Dezimalzeichen der Klinik sind nicht eingetragen.
        """,
    ),
    rule(
        "file_too_many_tables",
        "file error conformance",
        """
        en: The file holds {found} tables, the limit is {expected}. // Send one table a form.
        nl: Het bestand bevat {found} tabellen, de grens is {expected}. // Stuur één tabel per formulier.
        de: Die Datei enthält {found} Tabellen, die Grenze ist {expected}. // Bitte eine Tabelle je Formular senden.
        """,
    ),
    rule(
        "form_unknown",
        "file error conformance",
        """
        en: No sheet has the header of a known form. // Start from a template: `hamreg template FORM` (known forms:
            {expected}).
        nl: Geen blad heeft de kop van een bekend formulier. // Begin met een sjabloon: `hamreg template FORM` (bekende
            formulieren: {expected}).
        de: Kein Blatt hat die Kopfzeile eines bekannten Formulars. // Bitte von einer Vorlage ausgehen: `hamreg
            template FORM` (bekannte Formulare: {expected}).
        """,
    ),
    rule(
        "form_ambiguous",
        "file error conformance",
        """
        en: The header fits more than one form: {expected}. // Use the column names of one template.
        nl: De kop past op meer dan één formulier: {expected}. // Gebruik de kolomnamen van één sjabloon.
        de: Die Kopfzeile passt zu mehreren Formularen: {expected}. // Bitte die Spaltennamen einer Vorlage verwenden.
        """,
    ),
    rule(
        "key_column_missing",
        "file error conformance",
        """
        en: The column {expected} is missing; without it no row has an owner. // Add the column as in the template.
        nl: De kolom {expected} ontbreekt; zonder die kolom hoort geen regel bij iemand. // Voeg de kolom toe zoals in
            het sjabloon.
        de: Die Spalte {expected} fehlt; ohne sie gehört keine Zeile zu jemandem. // Bitte die Spalte wie in der Vorlage
            ergänzen.
        """,
    ),
    rule(
        "header_damaged",
        "file error conformance",
        """
        en: The header line is damaged: a quotation mark or NUL character stands where none can be. // Copy the header
            from the template.
        nl: De kopregel is beschadigd: er staat een aanhalingsteken of NUL-teken waar dat niet kan. // Neem de kop over
            uit het sjabloon.
        de: Die Kopfzeile ist beschädigt: ein Anführungs- oder NUL-Zeichen steht an unmöglicher Stelle. // Bitte die
            Kopfzeile aus der Vorlage übernehmen.
        """,
    ),
    rule(
        "column_twice",
        "file error conformance",
        """
        en: Two columns have the meaning {found}. // Delete or rename one of them.
        nl: Twee kolommen betekenen {found}. // Verwijder of hernoem er één.
        de: Zwei Spalten bedeuten {found}. // Bitte eine davon löschen oder umbenennen.
        """,
    ),
    rule(
        "mapping_missing",
        "file error conformance",
        """
        en: This looks like {found}, and your clinic has no mapping for it. // Ask the coordinator to run `hamreg
            mapping draft`.
        nl: Dit lijkt op {found}, en uw kliniek heeft daar geen vertaling voor. // Vraag de coördinator om `hamreg
            mapping draft`.
        de: Das sieht nach {found} aus, und Ihre Klinik hat dafür keine Zuordnung. // Bitte die Koordination um `hamreg
            mapping draft` bitten.
        """,
    ),
    rule(
        "identifier_column",
        "file error conformance",
        """
        en: The columns {expected} look like direct identifiers (name, birth date, address, phone, e-mail, national
            number). The file was not kept. // Delete these columns and send the file again.
        nl: De kolommen {expected} lijken direct herleidbaar (naam, geboortedatum, adres, telefoon, e-mail, BSN). Het
            bestand is niet bewaard. // Verwijder deze kolommen en stuur het bestand opnieuw.
        de: Die Spalten {expected} sehen nach direkten Identifikatoren aus (Name, Geburtsdatum, Adresse, Telefon,
            E-Mail, Versichertennummer). Die Datei wurde nicht behalten. // Bitte diese Spalten löschen und erneut
            senden.
        """,
    ),
    rule(
        "identifier_values",
        "file error conformance",
        """
        en: Most cells of {expected} look like {found}. The file was not kept. // Delete what points to a person, use
            the registry's patient numbers and send the file again.
        nl: De meeste cellen van {expected} lijken op {found}. Het bestand is niet bewaard. // Verwijder wat naar een
            persoon wijst, gebruik de patiëntnummers van de registratie en stuur het bestand opnieuw.
        de: Die meisten Zellen von {expected} sehen nach {found} aus. Die Datei wurde nicht behalten. // Bitte löschen,
            was auf eine Person weist, die Patientennummern des Registers verwenden und erneut senden.
        """,
    ),
    rule(
        "dates_shifted",
        "file error plausibility",
        """
        en: All known dates of {found} patients moved by one constant: date shifting is on. // Export again with date
            shifting off.
        nl: Alle bekende datums van {found} patiënten verschoven met één vast aantal dagen: datumverschuiving staat aan.
            // Exporteer opnieuw met datumverschuiving uit.
        de: Alle bekannten Daten von {found} Personen verschoben sich um dieselbe Spanne: die Datumsverschiebung ist an.
            // Bitte ohne Datumsverschiebung erneut exportieren.
        """,
    ),
    rule(
        "clinic_unknown",
        "file error conformance",
        """
        en: The clinic {found} is not known here; known are {expected}. // Check the code, or run `hamreg clinic add`.
        nl: De kliniek {found} is hier niet bekend; bekend zijn {expected}. // Controleer de code, of gebruik `hamreg
            clinic add`.
        de: Die Klinik {found} ist hier nicht bekannt; bekannt sind {expected}. // Bitte den Code prüfen oder `hamreg
            clinic add` verwenden.
        """,
    ),
)
