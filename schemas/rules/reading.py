"""What a reader says of a sheet or of a record before any cell is believed. The reader itself stands in the intake."""

from schemas.rules.record import rule

READING_RULES = (
    rule(
        "column_unknown",
        "section note conformance",
        """
        en: The column {found} belongs to no form; it was not read and not stored. // Nothing, or rename it as in the
            template.
        nl: De kolom {found} hoort bij geen formulier; zij is niet gelezen en niet bewaard. // Niets, of hernoem haar
            zoals in het sjabloon.
        de: Die Spalte {found} gehört zu keinem Formular; sie wurde nicht gelesen und nicht gespeichert. // Nichts, oder
            wie in der Vorlage umbenennen.
        """,
    ),
    rule(
        "sheet_ignored",
        "section note conformance",
        """
        en: The sheet {found} is no form; it was not read and not stored. // Nothing.
        nl: Het blad {found} is geen formulier; het is niet gelezen en niet bewaard. // Niets.
        de: Das Blatt {found} ist kein Formular; es wurde nicht gelesen und nicht gespeichert. // Nichts.
        """,
    ),
    rule(
        "extras_ignored",
        "section note conformance",
        """
        en: Comments and document properties were not stored: {found}. // Nothing; write answers into cells.
        nl: Opmerkingen en documenteigenschappen zijn niet bewaard: {found}. // Niets; schrijf antwoorden in cellen.
        de: Kommentare und Dokumenteigenschaften wurden nicht gespeichert: {found}. // Nichts; Antworten gehören in
            Zellen.
        """,
    ),
    rule(
        "extras_identify",
        "section warning conformance",
        """
        en: Comments or document properties hold {found}; they were not stored. // Take them out before you send the
            next file.
        nl: Opmerkingen of documenteigenschappen bevatten {found}; zij zijn niet bewaard. // Haal ze weg voor u het
            volgende bestand stuurt.
        de: Kommentare oder Dokumenteigenschaften enthalten Folgendes: {found}; sie wurden nicht gespeichert. // Bitte
            vor dem nächsten Senden entfernen.
        """,
    ),
    rule(
        "file_name_replaced",
        "section note conformance",
        """
        en: The name of the file told too much and was replaced. // Leave patients out of file names.
        nl: De naam van het bestand vertelde te veel en is vervangen. // Zet geen patiënten in bestandsnamen.
        de: Der Name der Datei verriet zu viel und wurde ersetzt. // Bitte keine Angaben zu Personen in Dateinamen.
        """,
    ),
    rule(
        "sheet_name_replaced",
        "section note conformance",
        """
        en: The name of a sheet told too much; here it is called {found}. // Leave patients out of the names of sheets.
        nl: De naam van een blad vertelde te veel; hier heet het {found}. // Zet geen patiënten in namen van bladen.
        de: Der Name eines Blattes verriet zu viel; hier heißt es {found}. // Bitte keine Angaben zu Personen in Namen
            von Blättern.
        """,
    ),
    rule(
        "section_empty",
        "section note completeness",
        """
        en: There is a header and no row under it. // Fill in rows, or leave the sheet out.
        nl: Er is een kop en geen regel eronder. // Vul regels in, of laat het blad weg.
        de: Es gibt eine Kopfzeile und keine Zeile darunter. // Bitte Zeilen ausfüllen oder das Blatt weglassen.
        """,
    ),
    rule(
        "column_empty",
        "section note completeness",
        """
        en: {found} columns have neither header nor content; they were left out. // Nothing.
        nl: {found} kolommen hebben kop noch inhoud; zij zijn overgeslagen. // Niets.
        de: {found} Spalten haben weder Kopf noch Inhalt; sie wurden ausgelassen. // Nichts.
        """,
    ),
    rule(
        "column_nameless",
        "section note conformance",
        """
        en: The column {found} has content and no name; it was not read and not stored. // Name it as in the template,
            if it holds answers.
        nl: De kolom {found} heeft inhoud en geen naam; zij is niet gelezen en niet bewaard. // Noem haar zoals in het
            sjabloon, als zij antwoorden bevat.
        de: Die Spalte {found} hat Inhalt und keinen Namen; sie wurde nicht gelesen und nicht gespeichert. // Bitte wie
            in der Vorlage benennen, wenn sie Antworten enthält.
        """,
    ),
    rule(
        "line_preamble",
        "record note conformance",
        """
        en: This line stands above the header and was not read as data. // Nothing.
        nl: Deze regel staat boven de kop en is niet als gegevens gelezen. // Niets.
        de: Diese Zeile steht über der Kopfzeile und wurde nicht als Daten gelesen. // Nichts.
        """,
    ),
    rule(
        "line_identifies",
        "record note conformance",
        """
        en: This line holds {found}; it is kept nowhere. // Leave out who somebody is, beside the answers as well.
        nl: Deze regel bevat {found}; hij wordt nergens bewaard. // Laat weg wie iemand is, ook naast de antwoorden.
        de: Diese Zeile enthält Folgendes: {found}; sie wird nirgends gespeichert. // Bitte auch neben den Antworten
            keine Angaben zu Personen machen.
        """,
    ),
    rule(
        "line_total",
        "record note conformance",
        """
        en: This line looks like a total and was not read as data. // Nothing; if it is a patient, fill in the number.
        nl: Deze regel lijkt een totaal en is niet als gegevens gelezen. // Niets; is het een patiënt, vul dan het
            nummer in.
        de: Diese Zeile sieht nach einer Summe aus und wurde nicht als Daten gelesen. // Nichts; ist es eine Person,
            bitte die Nummer eintragen.
        """,
    ),
    rule(
        "line_header_repeated",
        "record note conformance",
        """
        en: This line repeats the header and was not read as data. // Nothing.
        nl: Deze regel herhaalt de kop en is niet als gegevens gelezen. // Niets.
        de: Diese Zeile wiederholt die Kopfzeile und wurde nicht als Daten gelesen. // Nichts.
        """,
    ),
    rule(
        "line_header_second",
        "record note conformance",
        """
        en: This line explains the header and was not read as data. // Nothing.
        nl: Deze regel legt de kop uit en is niet als gegevens gelezen. // Niets.
        de: Diese Zeile erklärt die Kopfzeile und wurde nicht als Daten gelesen. // Nichts.
        """,
    ),
    rule(
        "line_other_separator",
        "record note conformance",
        """
        en: This line uses the separator {found} where the file uses {expected}; it was read so. // Nothing.
        nl: Deze regel gebruikt het scheidingsteken {found} waar het bestand {expected} gebruikt; zo is hij gelezen. //
            Niets.
        de: Diese Zeile nutzt das Trennzeichen {found}, die Datei {expected}; so wurde sie gelesen. // Nichts.
        """,
    ),
    rule(
        "line_other_encoding",
        "record note conformance",
        """
        en: This line is written in {found} where the file is written in {expected}; it was read so. // Nothing.
        nl: Deze regel is geschreven in {found} waar het bestand {expected} gebruikt; zo is hij gelezen. // Niets.
        de: Diese Zeile ist in {found} geschrieben, die Datei in {expected}; so wurde sie gelesen. // Nichts.
        """,
    ),
    rule(
        "line_end_missing",
        "record warning conformance",
        """
        en: The file ends without a line break here: if it was cut off, {column} is not whole. // Check the last value.
        nl: Het bestand eindigt hier zonder regeleinde: als het is afgebroken, is {column} niet heel. // Controleer de
            laatste waarde.
        de: Die Datei endet hier ohne Zeilenende: wurde sie abgeschnitten, ist {column} nicht vollständig. // Bitte den
            letzten Wert prüfen.
        """,
    ),
    rule(
        "record_broken",
        "record error conformance",
        """
        en: A piece of a line stands next to this line, which may therefore lack a part of a value. // Join the pieces.
        nl: Naast deze regel staat een stuk van een regel; er kan dus een deel van een waarde ontbreken. // Voeg de
            stukken samen.
        de: Neben dieser Zeile steht ein Zeilenstück; ihr kann daher ein Teil eines Wertes fehlen. // Bitte die Stücke
            zusammenfügen.
        """,
    ),
    rule(
        "row_hidden",
        "record note conformance",
        """
        en: This row is hidden in the workbook; it was read like any other. // Delete it if it should not count.
        nl: Deze rij is verborgen in de werkmap; zij is gelezen als elke andere. // Verwijder haar als zij niet telt.
        de: Diese Zeile ist in der Arbeitsmappe ausgeblendet; sie wurde wie jede andere gelesen. // Bitte löschen, wenn
            sie nicht zählt.
        """,
    ),
    rule(
        "record_before_header",
        "record error conformance",
        """
        en: This line looks like data but stands above the header. // Move it below the header.
        nl: Deze regel lijkt op gegevens maar staat boven de kop. // Zet hem onder de kop.
        de: Diese Zeile sieht nach Daten aus, steht aber über der Kopfzeile. // Bitte unter die Kopfzeile setzen.
        """,
    ),
    rule(
        "record_too_long",
        "record error conformance",
        """
        en: The line has {found} fields where the header has {expected}. // Remove the extra separator, or put the text
            that holds it between quotes.
        nl: De regel heeft {found} velden waar de kop er {expected} heeft. // Verwijder het extra scheidingsteken, of
            zet de tekst tussen aanhalingstekens.
        de: Die Zeile hat {found} Felder, die Kopfzeile {expected}. // Bitte das überzählige Trennzeichen entfernen oder
            den Text in Anführungszeichen setzen.
        """,
    ),
    rule(
        "record_too_short",
        "record error conformance",
        """
        en: The line has {found} fields where the header has {expected}. // Add the missing separators; the line may be
            cut off.
        nl: De regel heeft {found} velden waar de kop er {expected} heeft. // Voeg de ontbrekende scheidingstekens toe;
            de regel kan afgebroken zijn.
        de: Die Zeile hat {found} Felder, die Kopfzeile {expected}. // Bitte fehlende Trennzeichen ergänzen; die Zeile
            ist vielleicht abgeschnitten.
        """,
    ),
    rule(
        "record_quote",
        "record error conformance",
        """
        en: A quotation mark stands where none can be, so the fields of this line are uncertain. // Remove the mark, or
            write it twice inside a quoted text.
        nl: Er staat een aanhalingsteken waar dat niet kan, dus de velden van deze regel zijn onzeker. // Verwijder het,
            of schrijf het dubbel binnen een tekst tussen aanhalingstekens.
        de: Ein Anführungszeichen steht an unmöglicher Stelle, die Felder dieser Zeile sind unsicher. // Bitte entfernen
            oder innerhalb eines Textes in Anführungszeichen verdoppeln.
        """,
    ),
    rule(
        "record_cut",
        "record error conformance",
        """
        en: The file ends in the middle of this line. // Save and send the whole file again.
        nl: Het bestand eindigt midden in deze regel. // Bewaar en stuur het hele bestand opnieuw.
        de: Die Datei endet mitten in dieser Zeile. // Bitte die ganze Datei erneut speichern und senden.
        """,
    ),
    rule(
        "record_encoding",
        "record error conformance",
        """
        en: This line holds characters of another encoding than the rest of the file. // Save the file as "CSV UTF-8".
        nl: Deze regel bevat tekens in een andere codering dan de rest. // Bewaar het bestand als "CSV UTF-8".
        de: Diese Zeile enthält Zeichen einer anderen Kodierung als der Rest. // Bitte als "CSV UTF-8" speichern.
        """,
    ),
    rule(
        "record_nul",
        "record error conformance",
        """
        en: This line holds NUL characters: it was damaged on the way. // Save and send the file again.
        nl: Deze regel bevat NUL-tekens: hij is onderweg beschadigd. // Bewaar en stuur het bestand opnieuw.
        de: Diese Zeile enthält NUL-Zeichen: sie wurde unterwegs beschädigt. // Bitte erneut speichern und senden.
        """,
    ),
    rule(
        "record_cell_too_long",
        "record error conformance",
        """
        en: A cell of this line has {found} characters, the limit is {expected}. // Shorten it; a quotation mark that is
            not closed may be the cause.
        nl: Een cel van deze regel telt {found} tekens, de grens is {expected}. // Kort hem in; mogelijk is een
            aanhalingsteken niet gesloten.
        de: Eine Zelle dieser Zeile hat {found} Zeichen, die Grenze ist {expected}. // Bitte kürzen; vielleicht ist ein
            Anführungszeichen nicht geschlossen.
        """,
    ),
    rule(
        "patient_erased",
        "record error conformance",
        """
        en: This row is of a patient who was erased from the registry; nothing of it was kept. // Take the row out of
            your file, and send nothing more of this patient.
        nl: Deze regel is van een patiënt die uit het register is gewist; er is niets van bewaard. // Haal de regel uit
            het bestand en stuur niets meer van deze patiënt.
        de: Diese Zeile ist von einer Person, die aus dem Register gelöscht wurde; nichts davon wurde behalten. // Bitte
            die Zeile aus der Datei nehmen und nichts mehr zu dieser Person senden.
        """,
    ),
)
