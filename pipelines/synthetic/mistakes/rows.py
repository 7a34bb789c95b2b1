"""Mistakes across the cells of a row, and rows of one file that repeat or contradict each other."""

from collections.abc import Callable
from datetime import date
from typing import Any

from pipelines.synthetic.mistakes.cells import shifted
from pipelines.synthetic.mistakes.record import Change, Mistake, Pen, Row, Texts
from pipelines.synthetic.outcomes import DOMAINS, POSITIONS

FINDINGS = ("proximal_continuity", "has_shared_neotendon", "retraction_mm", "fatty_infiltration")
FOLLOW_UP_KEPT = 8  # key, visit, and what is no outcome


def row_mistakes() -> tuple[Mistake, ...]:
    """The mistakes of the scopes `row` and `rows`."""
    shared = (*_questionnaires("enrolment", "baseline_"), *_questionnaires("follow_up", ""))
    return (*_enrolments(), *shared, *_follow_ups(), *_strength(), *_imaging(), *_other_forms(), *_repetitions())


def _blank(form: str, rule: str, *columns: str, when: Callable[[Row], Any] = lambda _: True) -> Mistake:
    """The first column, filled in the row, is left blank; the others as well."""

    def change(row: Row, _: Pen) -> Texts | None:
        return dict.fromkeys(columns, "") if row[columns[0]] is not None and when(row) else None

    return Mistake(rule, form, columns[0], change)


def _moved(rule: str, column: str, earlier: str, days: int, when: Callable[[Row], Any] = lambda _: True) -> Mistake:
    """A date of the enrolment some days before another."""

    def change(row: Row, pen: Pen) -> Texts | None:
        other = _injured(row) if earlier == "injured_on" else row[earlier]
        if row[column] is None or other is None or not when(row):
            return None
        return {column: pen.date(shifted(other, -days))}

    return Mistake(rule, "enrolment", column, change)


def _injured(row: Row) -> date | None:
    """The day of the injury, where it is known."""
    return date.fromisoformat(row["injured_on"]) if len(row["injured_on"]) == len("2024-03-02") else None


def _decided_later(row: Row) -> bool:
    injured = _injured(row)
    return injured is not None and (row["decision_on"] - injured).days > 1


def _enrolments() -> tuple[Mistake, ...]:
    return (
        _moved("first_visit_before_injury", "first_visit_on", "injured_on", 3),
        _moved("decision_before_injury", "decision_on", "injured_on", 2),
        _moved("surgery_before_injury", "surgery_on", "injured_on", 1),
        _moved("baseline_before_injury", "baseline_on", "injured_on", 4),
        _moved("mri_before_injury", "mri_on", "injured_on", 5),
        _moved("consent_before_injury", "consented_on", "injured_on", 1),
        _moved("surgery_before_decision", "surgery_on", "decision_on", 1, _decided_later),
        _blank("enrolment", "surgery_date_missing", "surgery_on"),
        _blank("enrolment", "mri_date_missing", "mri_on", when=lambda row: row["is_mri_confirmed"]),
        _blank("enrolment", "consent_missing", "consented_on"),
        _spared("conjoint", "semimembranosus"),
        _spared("semimembranosus", "conjoint"),
        Mistake("surgery_date_unexpected", "enrolment", "surgery_on", _surgery_of_conservative),
        Mistake("no_tendon_injured", "enrolment", "conjoint_state", _no_tendon),
        Mistake("sport_level_disagrees", "enrolment", "sport", _level_without_sport),
        Mistake("baseline_after_surgery", "enrolment", "baseline_on", _baseline_after_surgery),
    )


def _spared(tendon: str, other: str) -> Mistake:
    def change(row: Row, _: Pen) -> Texts | None:
        is_retracted = bool(row[f"{tendon}_retraction_mm"])
        return {f"{tendon}_state": "intact"} if is_retracted and row[f"{other}_state"] == "avulsed" else None

    return Mistake(f"{tendon}_retraction_not_avulsed", "enrolment", f"{tendon}_retraction_mm", change)


def _surgery_of_conservative(row: Row, pen: Pen) -> Texts | None:
    return (
        {"surgery_on": pen.date(shifted(row["decision_on"], 9))} if row["initial_treatment"] == "conservative" else None
    )


def _no_tendon(row: Row, _: Pen) -> Texts | None:  # noqa: ARG001  # every row fits
    tendons = ("conjoint", "semimembranosus")
    return {f"{t}_state": "intact" for t in tendons} | {f"{t}_retraction_mm": "" for t in tendons}


def _level_without_sport(row: Row, _: Pen) -> Texts | None:
    return None if row["sport_level"] == "none" else {"sport_level": "none"}


def _baseline_after_surgery(row: Row, pen: Pen) -> Texts | None:
    return None if row["surgery_on"] is None else {"baseline_on": pen.date(shifted(row["surgery_on"], 6))}


def _questionnaires(form: str, prefix: str) -> tuple[Mistake, ...]:
    items, version = f"{prefix}phat_items_answered", f"{prefix}eq5d_version"

    def few(row: Row, _: Pen) -> Texts | None:
        return None if row[f"{prefix}phat_total"] is None else {items: "5"}

    def over(level: str) -> Change:
        return lambda row, _: {level: "4"} if row[version] == "3L" else None

    levels = [f"{prefix}eq5d_{domain}" for domain in DOMAINS]
    return (
        Mistake(f"{prefix}phat_items_few", form, items, few),
        _blank(form, f"{prefix}phat_items_missing", items),
        _blank(form, f"{version}_missing", version),
        *(Mistake(f"{level}_over_3l", form, level, over(level)) for level in levels),
    )


def _follow_ups() -> tuple[Mistake, ...]:
    returned = "returned_to_sport_on"
    return (
        Mistake("outcome_missing", "follow_up", "phat_total", _no_outcome),
        Mistake(
            "replaces_itself",
            "follow_up",
            "replaces_on",
            lambda row, pen: {"replaces_on": pen.date(row["assessed_on"])},
        ),
        _blank("follow_up", "return_date_missing", returned),
        _blank("follow_up", "strength_unit_missing", "strength_unit"),
        Mistake(
            "return_after_assessment",
            "follow_up",
            returned,
            lambda row, pen: row[returned] and {returned: pen.date(shifted(row["assessed_on"], 5))},
        ),
        Mistake(
            "return_date_unexpected",
            "follow_up",
            returned,
            lambda row, _: row[returned] and {"return_to_sport": "no_return"},
        ),
    )


def _no_outcome(row: Row, _: Pen) -> Texts | None:
    columns = [name for name in row if not name.startswith("_")]
    return dict.fromkeys(columns[6:], "")


def _strength() -> tuple[Mistake, ...]:
    return tuple(
        mistake
        for position in POSITIONS
        for mistake in (
            Mistake(
                f"strength_{position}_over_120", "follow_up", f"strength_{position}_percent", _swapped_legs(position)
            ),
            Mistake(
                f"strength_{position}_disagrees", "follow_up", f"strength_{position}_percent", _wrong_percent(position)
            ),
        )
    )


def _swapped_legs(position: str) -> Change:
    left, right = f"strength_{position}_left", f"strength_{position}_right"

    def change(row: Row, pen: Pen) -> Texts | None:
        share = _share(row, left, right)
        return {left: pen.number(row[right]), right: pen.number(row[left])} if share and share < 0.8 else None

    return change


def _wrong_percent(position: str) -> Change:
    left, right = f"strength_{position}_left", f"strength_{position}_right"

    def change(row: Row, pen: Pen) -> Texts | None:
        share = _share(row, left, right)
        wrong = round(100 * share + 15, 1) if share else 0
        return {f"strength_{position}_percent": pen.number(wrong)} if 0 < wrong <= 120 else None

    return change


def _share(row: Row, left: str, right: str) -> float | None:
    """Strength of the injured leg as a share of the other's."""
    if not row[left] or not row[right]:
        return None
    injured, other = (row[left], row[right]) if row["side"] == "left" else (row[right], row[left])
    return float(injured / other)


def _imaging() -> tuple[Mistake, ...]:
    return (
        Mistake("imaging_answer_missing", "imaging", FINDINGS[0], lambda _, __: dict.fromkeys(FINDINGS, "")),
        Mistake("neotendon_without_continuity", "imaging", "has_shared_neotendon", _neotendon),
        Mistake(
            "retraction_with_continuity",
            "imaging",
            "retraction_mm",
            lambda row, _: {"retraction_mm": "25"} if row["proximal_continuity"] else None,
        ),
    )


def _other_forms() -> tuple[Mistake, ...]:
    return (
        Mistake("completed_before_start", "rehabilitation", "completed_on", _completed_early),
        _blank(
            "rehabilitation", "completed_without_start", "started_on", when=lambda row: row["completed_on"] is not None
        ),
        _blank(
            "rehabilitation", "criteria_without_completion", "completed_on", when=lambda row: row["has_met_criteria"]
        ),
        _blank("event", "withdrawal_scope_missing", "withdrawal_scope"),
        Mistake(
            "withdrawal_scope_unexpected",
            "event",
            "withdrawal_scope",
            lambda row, _: None if row["event_kind"] == "withdrawal_request" else {"withdrawal_scope": "no_contact"},
        ),
        Mistake(
            "screening_counts", "screening", "n_eligible", lambda row, _: {"n_enrolled": str(row["n_eligible"] + 3)}
        ),
    )


def _neotendon(row: Row, pen: Pen) -> Texts | None:
    return None if row["proximal_continuity"] else {"has_shared_neotendon": pen.profile.yes_no[0]}


def _completed_early(row: Row, pen: Pen) -> Texts | None:
    return None if row["completed_on"] is None else {"completed_on": pen.date(shifted(row["started_on"], -2))}


def _impossible_visit(row: Row, pen: Pen) -> Texts | None:
    """A label years from the date, in a workbook that holds the enrolment too."""
    return {"visit": "month_60"} if pen.profile.is_workbook and row["visit"] in ("month_2", "month_6") else None


def _repetitions() -> tuple[Mistake, ...]:
    def contradict(row: Row, pen: Pen) -> Texts | None:
        phat = row["phat_total"]
        return None if phat is None else {"phat_total": pen.number(round(phat - 20 if phat > 50 else phat + 20, 1))}

    return (
        Mistake("visit_label_impossible", "follow_up", "visit", _impossible_visit, brings="enrolment"),
        Mistake("row_twice", "follow_up", "", lambda _, __: {}, copy=0),
        Mistake("rows_contradict", "follow_up", "phat_total", contradict, copy=0),
    )
