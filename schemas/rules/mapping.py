"""What is said of an export that is read through a clinic's mapping. Reading one stands in the intake."""

from schemas.rules.record import rule

MAPPING_RULES = (
    rule(
        "mapping_missing_wide",
        "file error conformance",
        """
        en: One row holds several visits ({expected}), and your clinic has no mapping for that. // Send one row a visit,
            as in the template, or ask the coordinator for a mapping with `suffixes`.
        nl: Eén regel bevat meerdere bezoeken ({expected}), en uw kliniek heeft daar geen vertaling voor. // Stuur één
            regel per bezoek, zoals in het sjabloon, of vraag de coördinator om een vertaling met `suffixes`.
        de: Eine Zeile enthält mehrere Besuche ({expected}), und Ihre Klinik hat dafür keine Zuordnung. // Bitte eine
            Zeile je Besuch senden, wie in der Vorlage, oder die Koordination um eine Zuordnung mit `suffixes` bitten.
        """,
    ),
    rule(
        "mapping_broken",
        "file error conformance",
        """
        en: The mapping {found} of your clinic cannot be used: {expected}. // Ask the coordinator to mend it and to run
            `hamreg mapping check`.
        nl: De vertaling {found} van uw kliniek is niet bruikbaar: {expected}. // Vraag de coördinator haar te
            verbeteren en `hamreg mapping check` te draaien.
        de: Die Zuordnung {found} Ihrer Klinik ist nicht verwendbar: {expected}. // Bitte die Koordination, sie zu
            berichtigen und `hamreg mapping check` auszuführen.
        """,
    ),
    rule(
        "mapping_does_not_fit",
        "file error conformance",
        """
        en: The export lacks columns that the mapping {found} reads: {expected}. // Export these columns too, or ask the
            coordinator for a new version of the mapping.
        nl: De export mist kolommen die de vertaling {found} leest: {expected}. // Exporteer ook deze kolommen, of vraag
            de coördinator om een nieuwe versie van de vertaling.
        de: Dem Export fehlen Spalten, die die Zuordnung {found} liest: {expected}. // Bitte auch diese Spalten
            exportieren oder die Koordination um eine neue Version der Zuordnung bitten.
        """,
    ),
    rule(
        "mapping_ambiguous",
        "file error conformance",
        """
        en: Several mappings of your clinic fit this file equally well: {expected}. // Ask the coordinator to take
            one of them away.
        nl: Meerdere vertalingen van uw kliniek passen even goed op dit bestand: {expected}. // Vraag de coördinator er
            één weg te nemen.
        de: Mehrere Zuordnungen Ihrer Klinik passen gleich gut zu dieser Datei: {expected}. // Bitte die Koordination,
            eine davon zu entfernen.
        """,
    ),
    rule(
        "section_mapped",
        "section note conformance",
        """
        en: Read through the mapping {found}. A record that holds nothing of this form counts as blank here. // Nothing.
        nl: Gelezen met de vertaling {found}. Een regel die niets van dit formulier bevat, telt hier als leeg. // Niets.
        de: Mit der Zuordnung {found} gelesen. Ein Datensatz, der nichts von diesem Formular enthält, zählt hier als
            leer. // Nichts.
        """,
    ),
    rule(
        "record_unmapped",
        "record error conformance",
        """
        en: This record holds answers, and the mapping reads nothing from {found}. // Ask the coordinator to add this
            event or instrument to the mapping, or to leave it out in so many words.
        nl: Deze regel bevat antwoorden, en de vertaling leest niets uit {found}. // Vraag de coördinator dit moment of
            formulier aan de vertaling toe te voegen, of het met zoveel woorden weg te laten.
        de: Dieser Datensatz enthält Antworten, und die Zuordnung liest nichts aus {found}. // Bitte die Koordination,
            diesen Zeitpunkt oder Bogen in die Zuordnung aufzunehmen oder ausdrücklich auszulassen.
        """,
    ),
    rule(
        "record_skipped",
        "record note conformance",
        """
        en: The mapping leaves out the event {found}; this record was not read. // Nothing.
        nl: De vertaling laat het moment {found} weg; deze regel is niet gelezen. // Niets.
        de: Die Zuordnung lässt den Zeitpunkt {found} aus; dieser Datensatz wurde nicht gelesen. // Nichts.
        """,
    ),
    rule(
        "record_contradicts",
        "record error conformance",
        """
        en: The rows of this record give different answers for {column}: {found}. // Mend it where the data is kept, and
            export again.
        nl: De regels van dit dossier geven verschillende antwoorden voor {column}: {found}. // Verbeter het waar de
            gegevens staan en exporteer opnieuw.
        de: Die Zeilen dieses Datensatzes geben verschiedene Antworten für {column}: {found}. // Bitte dort berichtigen,
            wo die Daten liegen, und erneut exportieren.
        """,
    ),
    rule(
        "record_silent",
        "record error completeness",
        """
        en: No row of this record in the file says {column}. // Export the event that holds it together with the
            others, or fill it in where the data is kept.
        nl: Geen regel van dit dossier in het bestand zegt {column}. // Exporteer het moment waarop dat staat mee, of
            vul het in waar de gegevens staan.
        de: Keine Zeile dieses Datensatzes in der Datei nennt {column}. // Bitte den Zeitpunkt, an dem es steht,
            mitexportieren oder es dort ergänzen, wo die Daten liegen.
        """,
    ),
    rule(
        "cell_unmapped",
        "record warning conformance",
        """
        en: {column} holds an answer here, and the mapping does not read it in {found}. // Move the answer where it
            belongs, or ask the coordinator to read it there too.
        nl: {column} bevat hier een antwoord, en de vertaling leest het niet in {found}. // Zet het antwoord waar het
            hoort, of vraag de coördinator het daar ook te lezen.
        de: {column} enthält hier eine Antwort, und die Zuordnung liest sie nicht in {found}. // Bitte die Antwort
            dorthin setzen, wo sie hingehört, oder die Koordination bitten, sie auch dort zu lesen.
        """,
    ),
    rule(
        "instrument_incomplete",
        "record note completeness",
        """
        en: The instrument is marked {found} and not complete; it was read all the same. // Mark it complete when it is.
        nl: Het formulier staat op {found} en niet op voltooid; het is toch gelezen. // Zet het op voltooid zodra het
            dat is.
        de: Der Bogen ist mit {found} und nicht als vollständig gekennzeichnet; er wurde dennoch gelesen. // Bitte als
            vollständig kennzeichnen, sobald er es ist.
        """,
    ),
)
