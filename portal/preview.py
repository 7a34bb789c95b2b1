"""What a checked file would change: its rows beside the current snapshot's, of the patients that the clinic may see.

It reads the snapshot and needs no lock; what waits in the inbox is not counted, which the page says, and intake has the
last word.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.reports.source import Database
from portal.answer_words import answer_words
from portal.visible import in_care
from warehouse.connection import identifier, literal

if TYPE_CHECKING:
    from pipelines.intake.verdict import Section, Verdict
    from schemas.dictionary import Dictionary, Form

CHANGES_SHOWN = 100
ENROLMENT = "enrolment"
EPISODE = ("patient_id", "side", "injury_no")
KINDS = ("new", "corrected", "known", "held")

Key = tuple[object, ...]
Row = Mapping[str, Any]


def preview_of(verdict: "Verdict", database: Database, clinic: str, dictionary: "Dictionary", language: str) -> Row:
    """Counts by form of rows that would be new, corrected, known already or held, and the first values that change.

    A row is held where neither the snapshot nor the file enrols its patient, or where the patient is not the clinic's.
    """
    enrolled = {
        _key(row, EPISODE)
        for section in verdict.sections
        if section.form == ENROLMENT
        for row in section.rows.iter_rows(named=True)
    }
    forms: dict[str, dict[str, int]] = {}
    changes: list[Row] = []
    for section in verdict.sections:
        form = dictionary.forms[section.form]
        known = _known(database, form, clinic)
        episodes = enrolled | {key[:3] for key in _known(database, dictionary.forms[ENROLMENT], clinic)}
        counts = forms.setdefault(form.label[language], dict.fromkeys(KINDS, 0))
        for kind, told in _judged(section, form, known, episodes, (dictionary, language)):
            counts[kind] += 1
            changes += told
    return {"forms": forms, "changes": changes[:CHANGES_SHOWN], "n_more": max(len(changes) - CHANGES_SHOWN, 0)}


def _judged(
    section: "Section", form: "Form", known: Mapping[Key, Row], episodes: set[Key], said: "tuple[Dictionary, str]"
) -> Iterator[tuple[str, Sequence[Row]]]:
    """What becomes of each accepted row, and the values that it changes. A blank cell changes nothing."""
    has_patient = form.key[0] in EPISODE
    dictionary, language = said
    for row in section.rows.sort("line").iter_rows(named=True):
        if has_patient and form.name != ENROLMENT and _key(row, EPISODE) not in episodes:
            yield "held", ()
            continue
        before = known.get(_key(row, form.key))
        if before is None:
            yield "new", ()
            continue
        changed = [
            field
            for field in form.fields
            if field.name in row and not field.is_key and _differs(row, before, field.name)
        ]
        place = {"line": row["line"], "form": form.label[language], "key": _shown(row, form, said)}
        yield (
            "corrected" if changed else "known",
            [
                {
                    **place,
                    "label": field.label[language],
                    "before": answer_words(_text(before[field.name]), field, dictionary, language),
                    "after": answer_words(_text(row[field.name]), field, dictionary, language),
                }
                for field in changed
            ],
        )


def _known(database: Database, form: "Form", clinic: str) -> Mapping[Key, Row]:
    """The form's rows that count now, by key: of the clinic's patients, or what the clinic sent where no patient is."""
    version = identifier(f"{form.name}_version")
    visible = in_care("version", clinic) if form.key[0] in EPISODE else f"version.clinic = {literal(clinic)}"
    rows = database.rows(
        f"select version.* from ops.{version} as version where {visible} "  # noqa: S608 - identifiers and literals
        "and version.superseded_at is null and version.row_state in ('new', 'corrected')"
    )
    return {_key(row, form.key): row for row in rows}


def _key(row: Row, names: Sequence[str]) -> Key:
    return tuple(row[name] for name in names)


def _differs(row: Row, before: Row, name: str) -> bool:
    """Whether the file says something of the field, and something else than is known."""
    return row[name] is not None and name in before and row[name] != before[name]


def _text(answer: Any) -> str:
    """A value, or why there is none."""
    if not isinstance(answer, dict):
        return "" if answer is None else str(answer)
    return f"#{answer['missing']}" if answer["missing"] else _text(answer["value"])


def _shown(row: Row, form: "Form", said: "tuple[Dictionary, str]") -> str:
    """The row's key as people say it."""
    return " · ".join(
        answer_words(_text(row[name]), form.field(name), *said) for name in form.key if row[name] is not None
    )
