"""Codes of the person, the calendar and sport, and the words for yes, no and missing: data only.

The lookup stands in `schemas.vocabulary`.
"""

from schemas.codes.record import Texts

WORDS: Texts = {
    "boolean": {
        "true": ("Yes", "Ja", "Ja", "It is so.", "y|j|1|true|t|waar|wahr"),
        "false": ("No", "Nee", "Nein", "It is not so.", "n|0|false|f|onwaar|falsch|neen"),
    },
    "missing_reason": {
        "not_done": ("#not_done", "#niet_gedaan", "#nicht_erhoben", "Nobody measured or asked.", ""),
        "refused": ("#refused", "#geweigerd", "#verweigert", "The patient did not want to.", ""),
        "not_applicable": (
            "#not_applicable",
            "#niet_van_toepassing",
            "#nicht_zutreffend",
            "The question does not apply.",
            "#nvt",
        ),
        "unknown": ("#unknown", "#onbekend", "#unbekannt", "It may have been so; nobody knows.", ""),
        "erased": ("#erase", "#wissen", "#loeschen", "What is known of this cell is erased.", "#löschen|#erased"),
    },
    "side": {
        "left": ("Left", "Links", "Links", "The left leg.", "l|li|lft|linker|linkes|linkerbeen|sin|sinister"),
        "right": ("Right", "Rechts", "Rechts", "The right leg.", "r|re|rt|rigth|rihgt|rechter|rechtes|rechterbeen|dex"),
    },
    "date_precision": {
        "day": ("Day", "Dag", "Tag", "The day is known.", ""),
        "month": ("Month", "Maand", "Monat", "Only month and year are known.", ""),
        "year": ("Year", "Jaar", "Jahr", "Only the year is known.", ""),
    },
    "visit": {
        "month_2": ("2 months", "2 maanden", "2 Monate", "Two months after the anchor.", "2|m2|2m|2mnd|8 weeks"),
        "month_6": ("6 months", "6 maanden", "6 Monate", "Six months after the anchor.", "6|m6|6m|6mnd"),
        "month_12": (
            "12 months",
            "12 maanden",
            "12 Monate",
            "One year after.",
            "12|m12|12m|12mnd|1 year|1 jaar|1 jahr|1y",
        ),
        "month_24": (
            "24 months",
            "24 maanden",
            "24 Monate",
            "Two years after.",
            "24|m24|24m|24mnd|2 years|2 jaar|2 jahre|2y",
        ),
        "month_60": (
            "60 months",
            "60 maanden",
            "60 Monate",
            "Five years after.",
            "60|m60|60m|60mnd|5 years|5 jaar|5 jahre|5y",
        ),
    },
    "sport": {
        "football": ("Football", "Voetbal", "Fußball", "Association football.", "soccer|fussball|voetballen"),
        "running": ("Running", "Hardlopen", "Laufen", "Any distance, jogging included.", "jogging|run|joggen|rennen"),
        "athletics": (
            "Track and field",
            "Atletiek",
            "Leichtathletik",
            "Sprint, hurdles, jumps.",
            "athletics|sprint|sprinting",
        ),
        "water_skiing": (
            "Water skiing",
            "Waterskiën",
            "Wasserski",
            "Wakeboarding included.",
            "waterski|wakeboard|wakeboarding",
        ),
        "skiing": ("Skiing", "Skiën", "Skifahren", "Snowboarding included.", "ski|snowboard|snowboarding|wintersport"),
        "hockey": ("Hockey", "Hockey", "Hockey", "On a field.", "field hockey|hocky|feldhockey|veldhockey"),
        "ice_sport": (
            "Ice sport",
            "IJssport",
            "Eissport",
            "Skating, ice hockey.",
            "skating|ice hockey|schaatsen|eishockey",
        ),
        "rugby": ("Rugby", "Rugby", "Rugby", "American football included.", "american football"),
        "racket": (
            "Racket sport",
            "Racketsport",
            "Schlägersport",
            "Tennis, padel, squash.",
            "tennis|padel|squash|badminton",
        ),
        "ball_indoor": (
            "Indoor ball sport",
            "Zaalsport",
            "Hallensport",
            "Hand-, volley-, basketball.",
            "handball|handbal|volleyball|volleybal|basketball|basketbal|korfbal|korfball",
        ),
        "martial_arts": (
            "Martial arts",
            "Vechtsport",
            "Kampfsport",
            "Judo, karate, boxing.",
            "judo|karate|boxing|boksen|boxen",
        ),
        "gymnastics_dance": (
            "Gymnastics or dance",
            "Turnen of dans",
            "Turnen oder Tanz",
            "Yoga included.",
            "dance|dans|tanz|gymnastics|turnen|yoga|ballet",
        ),
        "fitness": (
            "Fitness",
            "Fitness",
            "Fitness",
            "Gym, weight training.",
            "gym|crossfit|krachttraining|krafttraining|fittness",
        ),
        "cycling": ("Cycling", "Wielrennen", "Radfahren", "Road or mountain.", "bike|fietsen|mountainbike|radsport"),
        "equestrian": (
            "Horse riding",
            "Paardrijden",
            "Reiten",
            "With or without jumps.",
            "horse|equestrian|paardensport|reitsport",
        ),
        "other": (
            "Other sport",
            "Andere sport",
            "Anderer Sport",
            "A sport that is none of these.",
            "other|overig|anders|anderes",
        ),
        "none": ("No sport", "Geen sport", "Kein Sport", "Did no sport before the injury.", "none|geen|kein|keine"),
    },
    "sport_level": {
        "elite": (
            "Elite",
            "Topsport",
            "Leistungssport",
            "Paid for or in a national selection.",
            "professional|prof|profi",
        ),
        "competitive": (
            "Competitive",
            "Wedstrijdsport",
            "Wettkampfsport",
            "Plays matches or races in a league or club.",
            "competition|competitief|wedstrijd|wettkampf|compettitive",
        ),
        "recreational": (
            "Recreational",
            "Recreatief",
            "Freizeitsport",
            "For health or pleasure.",
            "recreation|recreative|recrational|recreatie|freizeit|hobby",
        ),
        "none": ("No sport", "Geen sport", "Kein Sport", "Did no sport before the injury.", "none|geen|kein|keine"),
    },
    "sex": {
        "female": ("Female", "Vrouw", "Weiblich", "Female.", "f|v|w|vr|woman|vrouwelijk|frau|femal|famale"),
        "male": ("Male", "Man", "Männlich", "Male.", "m|mannelijk|mann|maennlich|mannlich|mal"),
        "other": ("Other", "Anders", "Divers", "Neither female nor male.", "x|o|d|non-binary"),
    },
}
