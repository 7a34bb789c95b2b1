"""Notes: what an odd but unambiguous cell was taken for. They load and ask for nothing."""

from schemas.records import Rule
from schemas.rules.record import rule


def _note(rule_id: str, english: str, dutch: str, german: str) -> Rule:
    words = f"""
    en: {{column}}: "{{found}}" was read as {{expected}} ({english}). // Nothing, if that is right.
    nl: {{column}}: "{{found}}" is gelezen als {{expected}} ({dutch}). // Niets, als dat klopt.
    de: {{column}}: "{{found}}" wurde als {{expected}} gelesen ({german}). // Nichts, wenn das stimmt.
    """
    return rule(rule_id, "cell note conformance", words)


NOTE_RULES = (
    _note("cell_tidied", "blanks, hyphens, quotes tidied", "spaties en streepjes opgeruimd", "Leerzeichen bereinigt"),
    _note("cell_formula_text", "a text written as a formula", "tekst als formule", "Text als Formel"),
    _note("cell_look_alike", "letters that only look alike", "letters die erop lijken", "ähnlich aussehende Zeichen"),
    _note("code_alias", "another word for the answer", "ander woord voor het antwoord", "anderes Wort dafür"),
    _note("number_thousands", "with a thousands mark", "met duizendtalteken", "mit Tausenderzeichen"),
    _note("number_decimal_mark", "decimal mark not declared", "decimaalteken niet vastgelegd", "Dezimalzeichen offen"),
    _note("number_percent", "with a percent sign", "met procentteken", "mit Prozentzeichen"),
    _note("number_rounded", "more decimals than are kept", "meer decimalen dan bewaard", "mehr Stellen als behalten"),
    _note("number_unit", "with its unit", "met eenheid", "mit Einheit"),
    _note("number_out_of", "out of the top of the scale", "van het maximum", "vom Höchstwert"),
    _note("date_one_order", "the other order is impossible", "andersom kan niet", "andersherum unmöglich"),
    _note("date_two_digit_year", "year of two digits", "jaartal van twee cijfers", "zweistelliges Jahr"),
    _note("date_serial", "a spreadsheet's day number", "dagnummer van de spreadsheet", "Tageszahl der Tabelle"),
    _note("date_compact", "written without marks", "zonder streepjes", "ohne Trennzeichen"),
    _note("date_month_name", "with the month's name", "met de naam van de maand", "mit Monatsnamen"),
    _note("date_month_alone", "a month written otherwise", "maand anders geschreven", "Monat anders geschrieben"),
    _note("date_time_dropped", "the time of day left out", "tijdstip weggelaten", "Uhrzeit weggelassen"),
    _note("id_tidied", "blanks, hyphens or case tidied", "spaties of streepjes opgeruimd", "bereinigt"),
    _note("id_zeros_restored", "lost zeros put back", "verloren nullen hersteld", "verlorene Nullen ergänzt"),
)
