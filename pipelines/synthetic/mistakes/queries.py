"""Mistakes that only other files show: dates before the injury, treatments that change, values that come back.

`context` gives a row what is known of its episode; a rule of the scope `query` asks about each of these.
"""

from datetime import timedelta

from pipelines.synthetic.mistakes.cells import shifted
from pipelines.synthetic.mistakes.record import Mistake, Pen, Row, Texts

OTHER_SIDE = {"left": "right", "right": "left"}
VISIT_DAYS = 365


def query_mistakes() -> tuple[Mistake, ...]:
    """The mistakes of the scope `query`."""
    return (*_dates(), *_answers(), *_enrolments(), *_unknown())


def _dates() -> tuple[Mistake, ...]:
    return (
        Mistake("assessed_before_injury", "follow_up", "assessed_on", _assessed_before_injury),
        Mistake("assessed_before_treatment", "follow_up", "assessed_on", _assessed_before_treatment),
        Mistake("visit_label_differs", "follow_up", "visit", _other_visit),
        Mistake("returned_before_injury", "follow_up", "returned_to_sport_on", _returned_before_injury),
        Mistake("before_injury", "event", "occurred_on", _event_before_injury),
        Mistake("treatment_before_first", "treatment", "treated_on", _treated_before_first),
        Mistake("phases_out_of_order", "rehabilitation", "started_on", _phase_too_early),
        Mistake(
            "date_after_receipt",
            "event",
            "occurred_on",
            lambda row, pen: {"occurred_on": pen.date(shifted(row["_until"], 90))},
        ),
        Mistake("after_death", "event", "event_kind", _death_before_a_visit),
    )


def _answers() -> tuple[Mistake, ...]:
    return (
        Mistake("phat_fell_at_pre_injury_level", "follow_up", "phat_total", _phat_falls),
        Mistake("sport_before_injury_differs", "follow_up", "return_to_sport", _no_sport_before),
        Mistake("phase_one_without_surgery", "rehabilitation", "phase", _phase_one),
        Mistake("crossover_of_surgical", "treatment", "treatment_kind", _crossover_of_surgical),
        Mistake("old_value_returned", "follow_up", "phat_total", _old_value, copy=4),
    )


def _enrolments() -> tuple[Mistake, ...]:
    return (
        Mistake("treatment_changed_after_follow_up", "enrolment", "initial_treatment", _changed_treatment, copy=5),
        Mistake("another_injury", "enrolment", "injured_on", _earlier_injury, copy=2),
        Mistake(
            "treatment_unknown",
            "enrolment",
            "initial_treatment",
            lambda _, __: {"initial_treatment": "", "surgery_on": ""},
        ),
        Mistake(
            "anchor_unknown",
            "enrolment",
            "decision_on",
            lambda row, _: {"decision_on": ""} if row["initial_treatment"] == "conservative" else None,
        ),
    )


def _unknown() -> tuple[Mistake, ...]:
    return (
        Mistake("episode_not_enrolled", "follow_up", "side", _wrong_side),
        Mistake(
            "replaced_date_unknown",
            "follow_up",
            "replaces_on",
            lambda row, pen: {"replaces_on": pen.date(shifted(row["assessed_on"], -1))},
        ),
        Mistake("row_held", "follow_up", "", lambda row, pen: {"patient_id": pen.unused_id(row["_offset"])}),
    )


def _assessed_before_injury(row: Row, pen: Pen) -> Texts | None:
    if row["_injured"] is None or row["returned_to_sport_on"]:
        return None
    return {"assessed_on": pen.date(shifted(row["_injured"], -10)), "visit": ""}


def _assessed_before_treatment(row: Row, pen: Pen) -> Texts | None:
    """Between injury and treatment, where there is room."""
    if row["_injured"] is None or row["returned_to_sport_on"] or (row["_anchor"] - row["_injured"]) < timedelta(days=4):
        return None
    return {"assessed_on": pen.date(shifted(row["_anchor"], -1)), "visit": ""}


def _other_visit(row: Row, _: Pen) -> Texts | None:
    return {"visit": "month_60"} if row["visit"] in ("month_2", "month_6") else None


def _returned_before_injury(row: Row, pen: Pen) -> Texts | None:
    if row["_injured"] is None or not row["returned_to_sport_on"]:
        return None
    return {"returned_to_sport_on": pen.date(shifted(row["_injured"], -30))}


def _event_before_injury(row: Row, pen: Pen) -> Texts | None:
    return row["_injured"] and {"occurred_on": pen.date(shifted(row["_injured"], -20))}


def _treated_before_first(row: Row, pen: Pen) -> Texts | None:
    return row["_anchor"] and {"treated_on": pen.date(shifted(row["_anchor"], -2))}


def _phase_too_early(row: Row, pen: Pen) -> Texts | None:
    """A late phase on the day of the treatment, before the phases under it."""
    is_late = row["phase"] in ("III", "IV") and row["_arm"] == "surgical"
    return {"started_on": pen.date(row["_anchor"])} if is_late else None


def _death_before_a_visit(row: Row, _: Pen) -> Texts | None:
    """A complication entered as a death, with a visit after it."""
    is_alive = row["_last_assessed"] is not None and row["_last_assessed"] > row["occurred_on"]
    return {"event_kind": "death"} if is_alive and row["event_kind"] != "withdrawal_request" else None


def _phat_falls(row: Row, pen: Pen) -> Texts | None:
    before, status = row["_phat_before"], row["return_to_sport"]
    return (
        {"phat_total": pen.number(round(before - 61, 1))}
        if before and before > 61 and status == "pre_injury_level"
        else None
    )


def _no_sport_before(row: Row, _: Pen) -> Texts | None:
    if row["_sport_level"] in (None, "none"):
        return None
    return {"return_to_sport": "no_sport_before_injury", "returned_to_sport_on": ""}


def _phase_one(row: Row, _: Pen) -> Texts | None:
    return {"phase": "I"} if row["_arm"] == "conservative" and row["phase"] == "II" and not row["_is_crossed"] else None


def _crossover_of_surgical(row: Row, _: Pen) -> Texts | None:
    return {"treatment_kind": "surgery_after_conservative"} if row["treatment_kind"] == "reoperation" else None


def _old_value(row: Row, _: Pen) -> Texts | None:
    """The value that a later file had put right, sent once more."""
    return {} if row["_slip"] == "digits swapped" else None


def _changed_treatment(row: Row, pen: Pen) -> Texts | None:
    """The arm as it later turned out, where it should be a later treatment; after a follow-up was sent."""
    if (
        row["initial_treatment"] != "conservative"
        or not row["_first_follow_up"]
        or row["_first_follow_up"] > row["_batch"] + 4
    ):
        return None
    return {"initial_treatment": "surgical", "surgery_on": pen.date(shifted(row["decision_on"], 100))}


def _earlier_injury(row: Row, pen: Pen) -> Texts | None:
    return row["_injured"] and {"injured_on": pen.date(shifted(row["_injured"], -75))}


def _wrong_side(row: Row, _: Pen) -> Texts | None:
    return {"side": OTHER_SIDE[row["side"]]} if row["_sides"] == 1 else None
