"""Codes of the injury, its treatments and consent: data only.

The lookup stands in `schemas.vocabulary`.
"""

from schemas.codes.record import Texts

INJURY: Texts = {
    "tendon_state": {
        "intact": ("Intact", "Intact", "Intakt", "The tendon holds on the bone.", "intackt|normal|normaal"),
        "partial": (
            "Partially torn",
            "Gedeeltelijk gescheurd",
            "Teilweise gerissen",
            "A part of the tendon is off the bone.",
            "partially|partieel|partiell|partial tear|partialy",
        ),
        "avulsed": (
            "Avulsed",
            "Afgescheurd",
            "Ausgerissen",
            "The whole tendon is off the bone.",
            "avulsion|avulsie|avulsed completely|complete|compleet|komplett|avulced|avusled|abgerissen",
        ),
        "not_assessed": (
            "Not assessed",
            "Niet beoordeeld",
            "Nicht beurteilt",
            "Nobody looked at this tendon.",
            "not seen|niet gezien|nicht gesehen",
        ),
    },
    "other_leg_state": {
        "healthy": ("Healthy", "Gezond", "Gesund", "Never an avulsion; fit to compare with.", "helthy|normal|normaal"),
        "injured_before": (
            "Injured before",
            "Eerder geblesseerd",
            "Früher verletzt",
            "Had a hamstring injury before this one.",
            "before|eerder|frueher verletzt",
        ),
        "injured_too": (
            "Injured too",
            "Ook geblesseerd",
            "Auch verletzt",
            "Avulsed in the same period: no fit comparison.",
            "both|too|ook|auch|beide",
        ),
    },
    "treatment": {
        "surgical": (
            "Surgical",
            "Operatief",
            "Operativ",
            "Repair was decided on.",
            "surgery|operative|operation|operatie|chirurgisch|op|surgcial|surgial",
        ),
        "conservative": (
            "Conservative",
            "Conservatief",
            "Konservativ",
            "Rehabilitation without surgery was decided on.",
            "non-operative|nonoperative|non-surgical|niet-operatief|nicht operativ|cons|conservativ|consevative",
        ),
    },
    "treatment_kind": {
        "surgery_after_conservative": (
            "Surgery after a conservative course",
            "Operatie na conservatief beloop",
            "Operation nach konservativem Verlauf",
            "First repair after conservative treatment: a crossover.",
            "crossover|late surgery|delayed surgery|late operatie|spaete operation",
        ),
        "reoperation": (
            "Reoperation",
            "Heroperatie",
            "Reoperation",
            "Another operation after a repair.",
            "re-operation|revision|revisie|re-operatie|zweitoperation",
        ),
    },
    "treatment_reason": {
        "persistent_symptoms": (
            "Persistent symptoms",
            "Aanhoudende klachten",
            "Anhaltende Beschwerden",
            "Pain or weakness that stayed.",
            "symptoms|klachten|beschwerden",
        ),
        "recurrence": ("Recurrence", "Recidief", "Rezidiv", "The tendon tore off again.", "rerupture|re-rupture"),
        "complication": ("Complication", "Complicatie", "Komplikation", "Such as an infection or a nerve.", ""),
        "patient_wish": (
            "Patient's wish",
            "Wens van de patiënt",
            "Wunsch der Person",
            "Asked for.",
            "wish|wens|wunsch",
        ),
        "other": ("Other", "Anders", "Anderes", "None of these.", "overig|andere|sonstiges"),
    },
    "consent_scope": {
        "registry": (
            "Registry only",
            "Alleen registratie",
            "Nur Register",
            "Data may be kept and benchmarked, and leave in no release.",
            "register|registratie",
        ),
        "registry_and_research": (
            "Registry and research",
            "Registratie en onderzoek",
            "Register und Forschung",
            "Data may also go into releases for research.",
            "research|onderzoek|forschung|both|all",
        ),
    },
}
