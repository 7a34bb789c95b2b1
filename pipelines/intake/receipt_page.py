"""A receipt as a page to read: one file, no script, nothing from outside. Its words stand here in three languages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.intake.receipt import Receipt, is_clean
from pipelines.intake.receipt_html import write_page
from schemas.dictionary import Dictionary
from schemas.vocabulary import LANGUAGES

# name -> English, Dutch, German
_WORDS: Mapping[str, tuple[str, str, str]] = {
    "title": ("Receipt", "Ontvangstbewijs", "Empfangsbestätigung"),
    "clinic": ("Clinic", "Kliniek", "Klinik"),
    "received": ("received", "ontvangen", "empfangen"),
    "submission": ("submission", "inzending", "Einsendung"),
    "refused": ("This file was refused.", "Dit bestand is geweigerd.", "Diese Datei wurde abgelehnt."),
    "columns": ("Columns", "Kolommen", "Spalten"),
    "lines": ("Lines", "Regels", "Zeilen"),
    "resend": (
        "This file was sent before; nothing has changed. It was first received as",
        "Dit bestand is al eerder gestuurd; er is niets veranderd. Het kwam eerder binnen als",
        "Diese Datei wurde schon gesendet; nichts hat sich geändert. Zuerst empfangen als",
    ),
    "clean": (
        "All is well: nothing needs your attention.",
        "Alles is in orde: u hoeft niets te doen.",
        "Alles in Ordnung: es ist nichts zu tun.",
    ),
    "work": (
        "Most of it may be loaded already. What needs work is listed below; mend it and send those rows again.",
        "Wat goed is, is al geladen. Wat werk vraagt staat hieronder; verbeter die regels en stuur ze opnieuw.",
        "Was stimmt, ist schon geladen. Was zu tun ist, steht unten; bitte diese Zeilen berichtigen und neu senden.",
    ),
    "accepted": ("Accepted", "Aangenomen", "Angenommen"),
    "corrected": ("of which corrections", "waarvan verbeteringen", "davon Berichtigungen"),
    "already_known": ("Already known", "Al bekend", "Schon bekannt"),
    "held": (
        "Waiting for an enrolment or an agreement",
        "Wachten op een inclusie of een afspraak",
        "Warten auf einen Einschluss oder eine Absprache",
    ),
    "rejected": ("Rejected", "Afgewezen", "Abgelehnt"),
    "header": ("Header", "Kopregel", "Kopfzeile"),
    "blank": ("Blank", "Leeg", "Leer"),
    "furniture": ("Titles, totals, repeated headers", "Titels, totalen, herhaalde koppen", "Titel, Summen, Kopfzeilen"),
    "physical": ("Lines in the file", "Regels in het bestand", "Zeilen in der Datei"),
    "cells_set_aside": (
        "Cells left out (the rest of their row counts)",
        "Overgeslagen cellen (de rest van de regel telt)",
        "Ausgelassene Zellen (der Rest der Zeile zählt)",
    ),
    "line": ("Line", "Regel", "Zeile"),
    "cell": ("Cell", "Cel", "Zelle"),
    "kind": ("Kind", "Soort", "Art"),
    "message": ("What we found", "Wat wij zagen", "Was wir fanden"),
    "remedy": ("What to do", "Wat te doen", "Was zu tun ist"),
    "error": ("Error", "Fout", "Fehler"),
    "warning": ("Please check", "Graag nakijken", "Bitte prüfen"),
    "note": ("Note", "Opmerking", "Hinweis"),
    "omitted": (
        "{} more findings are not listed here; they are counted and kept.",
        "{} verdere bevindingen staan hier niet; zij zijn geteld en bewaard.",
        "{} weitere Befunde stehen hier nicht; sie sind gezählt und aufbewahrt.",
    ),
}
_ROWS = ("accepted", "corrected", "already_known", "held", "rejected", "header", "blank", "furniture", "physical")


def render_page(receipt: Receipt, dictionary: Dictionary, language: str, zone: ZoneInfo) -> str:
    """The receipt as HTML; everything the clinic sent is escaped."""
    words = words_in(language)
    received = receipt["received_at"]
    return write_page(
        receipt,
        [_section(section, dictionary, language, words) for section in receipt["sections"]],
        words,
        language,
        f"{datetime.fromisoformat(received).astimezone(zone):%Y-%m-%d %H:%M}" if received else "",
        is_clean(receipt),
    )


def words_in(language: str) -> Mapping[str, str]:
    """The page's words in a language, in English where it has none."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {name: texts[place] for name, texts in _WORDS.items()}


def _section(section: Receipt, dictionary: Dictionary, language: str, words: Mapping[str, str]) -> dict[str, Any]:
    label = dictionary.forms[section["form"]].label.get(language, section["form"])
    records = section["records"]
    kinds = {"corrected": "part", "physical": "sum"}
    return {
        **section,
        "title": f"{label} ({section['sheet']})" if section["sheet"] else label,
        "counts": [{"label": words[name], "count": records[name], "kind": kinds.get(name, "")} for name in _ROWS],
    }
