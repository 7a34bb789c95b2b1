"""What reports tell of arms and clinics: rounded or withheld, and everything derived from what is told."""

from datetime import date
from math import inf
from typing import Any

import pytest

from pipelines.reports.told_arms import parts_of, tell_arms
from pipelines.reports.told_clinics import Period, tell_funnel, tell_periods, tell_waterfall
from pipelines.reports.told_return import Step, course_of, tell_return

Row = dict[str, Any]

ARM: Row = {
    "study": "van_der_made_2022", "arm": "surgical", "timepoint": "month_12", "category": "", "n_missing": 20,
    "reference_sd": None, "reference_lower": None, "reference_upper": None, "equivalence_margin": None,
    "difference": 0.1, "sd": None, "n_events": None, "estimate": None, "source": "table 2", "note": None,
    "p_between_arms": None, "estimate_lower": None, "estimate_upper": None,
}  # fmt: skip


def share(measure: str, k: int, n: int, category: str = "", reference: tuple[int, int] = (13, 26)) -> Row:
    figures = {"reference_value": float(reference[0]), "reference_n": reference[1]}
    return {**ARM, "measure": measure, "category": category, "statistic": "count", "n": n, "n_events": k, **figures}


def clinics(row: Row, *parts: tuple[int, int]) -> list[Row]:
    return [{**row, "clinic": f"C{i}", "n": n, "n_events": k, "n_missing": 10} for i, (n, k) in enumerate(parts)]


def told(row: Row, *parts: tuple[int, int]) -> Row:
    return tell_arms([row], parts_of(clinics(row, *parts)))[0]


def test_a_share_and_all_that_follows_from_it_come_from_rounded_counts() -> None:
    row = told(share("recurrence", 23, 61), (30, 11), (31, 12))
    assert (row["n"], row["n_events"], row["n_missing"], row["withheld"]) == (60, 25, 20, "")
    assert row["estimate"] == pytest.approx(25 / 60)
    assert row["difference"] == pytest.approx(25 / 60 - 13 / 26)
    assert row["estimate_lower"] < row["estimate"] < row["estimate_upper"]


def test_a_small_count_is_withheld_with_everything_that_follows_from_it() -> None:
    row = told(share("recurrence", 5, 61), (30, 2), (31, 3))
    assert (row["n"], row["n_events"], row["withheld"]) == (60, None, "suppressed")
    assert [row[name] for name in ("estimate", "estimate_lower", "difference", "difference_upper")] == [None] * 4


def test_what_one_clinic_would_find_by_subtracting_is_withheld() -> None:
    assert told(share("recurrence", 23, 61), (30, 20), (31, 3))["withheld"] == "suppressed"


def test_a_figure_whose_clinics_are_not_known_is_withheld() -> None:
    assert tell_arms([share("recurrence", 23, 61)], {})[0]["withheld"] == "suppressed"


def test_a_mean_is_told_in_whole_points_with_an_interval_of_the_rounded_n() -> None:
    phat = {**ARM, "measure": "phat_total", "statistic": "mean_sd", "n": 61, "estimate": 79.43, "sd": 18.61}
    phat |= {"reference_value": 80.0, "reference_sd": 19.0, "reference_n": 26, "equivalence_margin": 10.0}
    row = told(phat, (30, 0), (31, 0))
    assert (row["estimate"], row["sd"], row["n"], row["difference"]) == (79.0, 19.0, 60, -1.0)
    assert row["estimate_upper"] - row["estimate"] == pytest.approx(2.001 * 19 / 60**0.5, rel=1e-3)
    assert row["equivalence"] in ("equivalent", "inconclusive")
    assert 0 < row["equivalence_power"] < 1


def sport(counts: Row) -> list[Row]:
    parts = {name: ((30, k // 2), (31, k - k // 2)) for name, k in counts.items()}
    rows = {name: share("return_to_sport", k, 61, name) for name, k in counts.items()}
    return tell_arms(
        list(rows.values()), parts_of([c for name, row in rows.items() for c in clinics(row, *parts[name])])
    )


def test_categories_of_return_do_not_give_a_withheld_one_away() -> None:
    counts = {"pre_injury_level": 16, "different_level": 20, "different_sport": 4, "no_return": 20}
    rows = {row["category"]: row for row in sport({**counts, "no_sport_before_injury": 1})}
    withheld = {name for name, row in rows.items() if row["withheld"]}
    # With any return told, the other sport would be the rest; the pre-injury level is withheld last.
    assert withheld == {"different_sport", "different_level", "no_return", "no_sport_before_injury", "any_sporting"}
    assert (rows["any"]["n_events"], rows["any"]["n"]) == (40, 60)
    assert (rows["any"]["reference_value"], rows["any"]["reference_n"]) == (39, 65)


def clinic(name: str, n: int, value: float, verdict: str | None = "within", n_missing: int = 0) -> Row:
    counts = {"n": n, "n_missing": n_missing, "n_adjusted": n, "follow_up_percent": 100 * n / (n + n_missing)}
    funnel = {"registry_estimate": 79.6, "residual_sd": 18.4, "n_flags_by_chance": 0.1, "overdispersion_tau2": None}
    funnel |= {"verdict_overdispersed": None, "verdict_with_arm": "within"}
    return {"clinic": name, "adjusted": value, "verdict": verdict, **counts, **funnel}


def test_a_clinic_sees_itself_exactly_and_its_peers_without_name_or_small_numbers() -> None:
    rows = [clinic("AMC", 13, 81.23), clinic("BRG", 22, 77.77, n_missing=3), clinic("LKE", 6, 70.0, "too_few")]
    funnel = tell_funnel(rows, own="AMC")
    assert funnel is not None
    assert [(dot.name, dot.n, dot.value, dot.follow_up_percent) for dot in funnel.dots] == [
        ("AMC", 13, 81.23, 100.0),
        ("", 20, 78.0, None),
    ]
    assert (funnel.theta, funnel.sd, funnel.n_judged, funnel.n_not_shown) == (80, 18, 2, 1)


def test_a_small_clinic_sees_itself_in_the_funnel_and_nobody_else_does() -> None:
    rows = [clinic("AMC", 13, 81.23), clinic("BRG", 9, 70.0, "too_few"), clinic("LKE", 6, 70.0, "too_few")]
    own, other = tell_funnel(rows, own="LKE"), tell_funnel(rows)
    assert own is not None
    assert other is not None
    assert [(dot.name, dot.n) for dot in own.dots] == [("LKE", 6), ("", 15)]
    assert [(dot.name, dot.n) for dot in other.dots] == [("", 15)]


def test_no_funnel_is_told_from_whose_mean_a_clinic_would_find_that_of_six() -> None:
    assert tell_funnel([clinic("AMC", 13, 81.23), clinic("LKE", 6, 70.0, "too_few")], own="AMC") is None


def quarter(month: int, name: str, due: int, done: int) -> Row:
    return {"period": date(2025, month, 1), "clinic": name, "n_due": due, "n_done": done}


def test_quarters_too_small_to_tell_are_pooled_with_their_neighbours() -> None:
    rows = [quarter(m, name, 20, done) for m, done in ((1, 18), (4, 10), (7, 17)) for name in ("AMC", "BRG")]
    periods = tell_periods(rows)
    assert periods == [Period("2025 Q1 - 2025 Q3", 120, 90)]
    assert tell_periods(rows, own="AMC")[0] == Period("2025 Q1", 20, 18)


def test_a_waterfall_tells_small_steps_together() -> None:
    step = {"n_dead_or_withdrawn": 1, "n_not_yet_due": 12, "n_open": 9, "n_due": 30, "n_done": 20, "n_due_lost": 0}
    rows = [{**step, "clinic": name, "n_enrolled": 52} for name in ("AMC", "BRG", "LKE")]
    told_steps = tell_waterfall(rows)
    assert told_steps["withheld"] == ("n_dead_or_withdrawn", "n_open")
    assert (told_steps["n_enrolled"], told_steps["together"], told_steps["n_due"]) == (155, 30, 90)
    assert tell_waterfall(rows, own="AMC")["n_dead_or_withdrawn"] == 1


def person(state: str, lower: int | None, upper: int | None, clinic: str = "AMC") -> Row:
    days = {"lower_days": lower, "upper_days": upper, "days_to_decision": 14}
    return {"clinic": clinic, "arm": "surgical", "return_state": state, **days}


@pytest.mark.parametrize(
    ("row", "since_injury", "since_decision"),
    [
        (person("exact", 140, 140), (20, 20), (18, 18)),
        (person("interval", 63, 182), (9, 26), (7, 24)),
        (person("interval", 0, 182), (0, 26), (0, 24)),
        (person("not_returned", 63, None), (9, inf), (7, inf)),
        (person("dead", 182, 182), (inf, inf), (inf, inf)),
        (person("exact", 7, 7), (1, 1), (0.1, 0.1)),
    ],
)
def test_a_return_without_a_date_lies_between_visits(
    row: Row, since_injury: tuple[float, float], since_decision: tuple[float, float]
) -> None:
    for is_sensitivity, ends in ((False, since_injury), (True, since_decision)):
        course = course_of(row, since_decision=is_sensitivity)
        assert course is not None
        assert (course.lower, course.upper) == ends


def test_who_did_no_sport_before_or_was_never_seen_is_not_at_risk() -> None:
    assert course_of(person("not_at_risk", None, None)) is None
    assert course_of(person("never_seen", None, None)) is None
    assert course_of({**person("exact", 140, 140), "days_to_decision": None}, since_decision=True) is None


def test_the_curve_is_told_where_enough_returned_and_enough_did_not() -> None:
    people = [
        person("exact", 151, 151, clinic) if number < 40 else person("not_returned", 367, None, clinic)
        for number, clinic in enumerate(("AMC", "BRG") * 30)
    ]
    steps = {step.week: step for step in tell_return(people)["surgical"]}
    assert steps[20].share == 0
    assert (steps[24].share, steps[24].n) == (pytest.approx(40 / 60), 60)
    few = {step.week: step for step in tell_return(people[:40] + people[57:])["surgical"]}
    assert few[52] == Step(52, None, None, None, 45)
