"""Codes of what follows a treatment, follow-up, rehabilitation and events: data only.

The lookup stands in `schemas.vocabulary`.
"""

from schemas.codes.record import Texts

COURSE: Texts = {
    "return_to_sport": {
        "pre_injury_level": (
            "Same sport at the pre-injury level",
            "Zelfde sport op het oude niveau",
            "Gleicher Sport auf früherem Niveau",
            "Back in the same sport at the level before the injury.",
            "same sport pre-injury level|pre-injury|full|same level|preinjury level|oude niveau|vorheriges niveau",
        ),
        "different_level": (
            "Same sport at a different level",
            "Zelfde sport op een ander niveau",
            "Gleicher Sport auf anderem Niveau",
            "Back in the same sport at another level.",
            "same sport different level|lower level|lager niveau|niedrigeres niveau|other level|diferent level",
        ),
        "different_sport": (
            "Different sport",
            "Andere sport",
            "Anderer Sport",
            "Back in another sport.",
            "other sport|diferent sport",
        ),
        "no_return": (
            "No return",
            "Geen terugkeer",
            "Keine Rückkehr",
            "Not back in sport.",
            "no|none|nee|nein|not yet|noreturn",
        ),
        "no_sport_before_injury": (
            "No sport before the injury",
            "Geen sport voor het letsel",
            "Kein Sport vor der Verletzung",
            "Did no sport before, so cannot return to it.",
            "no sport|geen sport|kein sport",
        ),
    },
    "strength_unit": {
        "N": ("N", "N", "N", "Newton.", "newton"),
        "Nm": ("Nm", "Nm", "Nm", "Newton metre.", "newton metre|newtonmeter|newton meter"),
        "kg": ("kg", "kg", "kg", "Kilogram-force.", "kgf|kilo|kilogram|kilogramm"),
        "Nm_per_kg": ("Nm/kg", "Nm/kg", "Nm/kg", "Newton metre per kilogram of body mass.", "nm per kg"),
    },
    "eq5d_version": {
        "3L": ("EQ-5D-3L", "EQ-5D-3L", "EQ-5D-3L", "Three levels; the version of the study.", "3|3 levels|EQ5D3L"),
        "5L": ("EQ-5D-5L", "EQ-5D-5L", "EQ-5D-5L", "Five levels; never compared with a 3L.", "5|5 levels|EQ5D5L"),
    },
    "phase": {
        "I": ("I", "I", "I", "Protective, immobilised; after surgery only.", "1|phase 1|fase 1|phase I|fase I"),
        "II": ("II", "II", "II", "Normal gait, balance, first strength.", "2|phase 2|fase 2|phase II|fase II"),
        "III": (
            "III",
            "III",
            "III",
            "Sport-specific movement, strength when long.",
            "3|phase 3|fase 3|phase III|fase III",
        ),
        "IV": ("IV", "IV", "IV", "High speed, many planes, return to sport.", "4|phase 4|fase 4|phase IV|fase IV"),
    },
    "event_kind": {
        "recurrence": (
            "Recurrence",
            "Recidief",
            "Rezidiv",
            "The tendon tore off again.",
            "rerupture|re-rupture|reruptuur|reruptur",
        ),
        "other_side_injury": (
            "Injury of the other side",
            "Letsel aan de andere zijde",
            "Verletzung der anderen Seite",
            "An avulsion of the other leg; enrol it as its own episode.",
            "other side|andere zijde|andere seite|contralateral",
        ),
        "infection": ("Infection", "Infectie", "Infektion", "Of the wound or deep.", "wound infection|wondinfectie"),
        "nerve": (
            "Nerve injury",
            "Zenuwletsel",
            "Nervenverletzung",
            "Of the sciatic or a skin nerve.",
            "nerve|zenuw|nerv",
        ),
        "thrombosis": (
            "Thrombosis",
            "Trombose",
            "Thrombose",
            "In a vein, or of the lung.",
            "dvt|vte|pe|thrombosis leg",
        ),
        "other_complication": (
            "Other complication",
            "Andere complicatie",
            "Andere Komplikation",
            "A complication that is none of these.",
            "complication|complicatie|komplikation",
        ),
        "death": ("Death", "Overleden", "Verstorben", "The patient died.", "dead|died|deceased|dood|tod|gestorben"),
        "lost_to_follow_up": (
            "Lost to follow-up",
            "Uit het oog verloren",
            "Nicht mehr erreichbar",
            "Cannot be reached; visits stay due.",
            "lost|ltfu|lost to followup|loss to follow-up",
        ),
        "moved": (
            "Moved to another clinic",
            "Verhuisd",
            "Verzogen",
            "Another clinic may follow up.",
            "moved|umgezogen",
        ),
        "withdrawal_request": (
            "Request to withdraw",
            "Verzoek tot terugtrekking",
            "Bitte um Widerruf",
            "The patient wants to withdraw, in the scope given.",
            "withdrawal|withdrawn|withdraw|teruggetrokken|widerruf",
        ),
    },
    "withdrawal_scope": {
        "no_contact": (
            "No more contact",
            "Geen contact meer",
            "Kein Kontakt mehr",
            "What is known may be used.",
            "contact",
        ),
        "no_further_use": (
            "No further use",
            "Geen verder gebruik",
            "Keine weitere Nutzung",
            "What is known leaves every figure and release from now on.",
            "no use|geen gebruik|keine nutzung",
        ),
        "erase": ("Erase", "Wissen", "Löschen", "What is known is erased.", "delete|verwijderen|loeschen"),
    },
}
