"""A small registry's rows as a snapshot would give them: three clinics, both arms, benchmarks made by the benchmark."""

from datetime import date
from functools import cache

from pipelines.benchmark.arm import compare_arms
from pipelines.benchmark.clinic import compare_clinics
from pipelines.reports.registry_rows import RegistryRows
from tests.support.benchmark_frames import (
    CONSERVATIVE,
    Row,
    episodes,
    follow_ups,
    reference,
    schedules,
    strengths,
)

CLINICS = ("AMC", "BRG", "LKE")
STATUSES = ("pre_injury_level", "different_level", "different_level", "different_sport", "no_return", "no_return")


@cache
def small_registry(n: int = 150) -> RegistryRows:
    people = [person(number) for number in range(n)]
    frames = episodes(*people), follow_ups(), strengths(), reference()
    arms, clinics = (compare(*frames, schedules()).to_dicts() for compare in (compare_arms, compare_clinics))
    baselines = [part for row in arms if row["timepoint"] == "baseline" for part in parts(row, people)]
    tables = {
        "arms": arms,
        "clinics": clinics,
        "baselines": baselines,
        "completeness": [waterfall(clinic, visit) for visit in ("month_2", "month_12") for clinic in CLINICS],
        "quarters": [quarter(month, clinic) for month in (1, 4, 7) for clinic in CLINICS],
        "enrolled": [
            {"clinic": clinic, "arm": arm, "n": 25, "n_crossed_over": 1 if arm == "conservative" else 0}
            for clinic in CLINICS
            for arm in ("surgical", "conservative")
        ],
        "screened": [
            {"clinic": clinic, "n_eligible": 70, "n_enrolled": 50, "n_declined": 12, "n_missed": 8}
            for clinic in CLINICS
        ],
        "people": [follow(number, people[number]) for number in range(n)],
        "overdue": [{"clinic": "AMC", "visit": "month_12", "n": 3}],
        "findings": [
            {"clinic": "AMC", "severity": "error", "rule": "number_unreadable", "column": "phat_total", "n": 3},
            {"clinic": "AMC", "severity": "warning", "rule": "surgery_before_decision", "column": "surgery_on", "n": 2},
        ],
        "questions": [{"clinic": "AMC", "n": 4}],
    }
    return RegistryRows(tables, date(2026, 1, 1))


def person(number: int) -> Row:
    arm: Row = CONSERVATIVE if number % 2 else {}
    scores = {"phat_total": 60.0 + 7 * number % 40, "baseline_phat_total": 25.0 + 3 * number % 30}
    others = {
        "patient_id": f"P{number:04}",
        "return_to_sport": STATUSES[number // 6 % 6],
        "has_recurrence": number == 9,
    }
    return {**arm, **scores, **others, "clinic": CLINICS[number // 2 % 3]}


def parts(row: Row, people: list[Row]) -> list[Row]:
    n = {
        clinic: sum(p["clinic"] == clinic and p.get("arm", "surgical") == row["arm"] for p in people)
        for clinic in CLINICS
    }
    events = [n[clinic] if row["n_events"] else 0 for clinic in CLINICS]
    counts = [{"n": n[c], "n_missing": 0, "n_events": k} for c, k in zip(CLINICS, events, strict=True)]
    return [{**row, "clinic": clinic, **count} for clinic, count in zip(CLINICS, counts, strict=True)]


def waterfall(clinic: str, visit: str) -> Row:
    steps = {"n_dead_or_withdrawn": 1, "n_not_yet_due": 0, "n_open": 9, "n_due": 40, "n_due_lost": 2, "n_done": 31}
    return {"clinic": clinic, "visit": visit, "visit_no": 1, "n_enrolled": 50, **steps}


def quarter(month: int, clinic: str) -> Row:
    return {
        "visit": "month_12",
        "visit_no": 3,
        "clinic": clinic,
        "period": date(2025, month, 1),
        "n_due": 30,
        "n_done": 20,
    }


def follow(number: int, who: Row) -> Row:
    """When this person returned to sport, in days from the injury."""
    is_back = who["return_to_sport"] != "no_return"
    days = 7 * (12 + number % 30) if is_back else 385
    state = "exact" if is_back else "not_returned"
    back = {"return_state": state, "lower_days": days, "upper_days": days if is_back else None}
    return {"clinic": who["clinic"], "arm": who.get("arm", "surgical"), "days_to_decision": 10, **back}
