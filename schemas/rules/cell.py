"""Rules about one cell: can it be read, is it in range, is its code known. Reading a cell stands in the intake."""

from schemas.rules.record import rule

OUT_OF_RANGE = rule(
    "out_of_range",
    "cell error plausibility",
    (
        "{column}: {found} lies outside the range {expected}.",
        "{column}: {found} ligt buiten het bereik {expected}.",
        "{column}: {found} liegt außerhalb des Bereichs {expected}.",
    ),
    (
        "Correct the value, or leave it blank with a reason such as #unknown.",
        "Verbeter de waarde, of geef een reden zoals #onbekend.",
        "Bitte den Wert berichtigen oder einen Grund angeben, etwa #unbekannt.",
    ),
)
CODE_UNKNOWN = rule(
    "code_unknown",
    "cell error conformance",
    (
        "{column}: {found} is not one of the answers {expected}.",
        "{column}: {found} is geen van de antwoorden {expected}.",
        "{column}: {found} ist keine der Antworten {expected}.",
    ),
    (
        "Choose one of the answers.",
        "Kies een van de antwoorden.",
        "Bitte eine der Antworten wählen.",
    ),
)
DATE_TOO_EARLY = rule(
    "date_too_early",
    "cell error plausibility",
    (
        "{column}: {found} lies before {expected}.",
        "{column}: {found} ligt voor {expected}.",
        "{column}: {found} liegt vor dem {expected}.",
    ),
    (
        "Check the year.",
        "Controleer het jaar.",
        "Bitte das Jahr prüfen.",
    ),
)

CELL_RULES = (OUT_OF_RANGE, CODE_UNKNOWN, DATE_TOO_EARLY)
