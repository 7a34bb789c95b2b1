"""The order of questions, held against a slow oracle: give every possible answer and take the mean again."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from pipelines.reports.ranked_questions import ranked_sql

COLUMNS = ("phat_total", "assessed_on", "tegner", "returned_to_sport_on", "surgery_on", "sex", "")
OUTCOMES = ("tegner", "eq5d_mobility", "return_to_sport", "straight_leg_raise_left_deg", "knee_extension_left_deg")
STRENGTH = [
    f"strength_{place}_{what}"
    for place in ("prone_0_90", "prone_0_15", "supine_90_90")
    for what in ("percent", "left", "right")
]
TABLES = f"""
create schema registry; create schema mart; create schema ops;
create table mart.one_year (patient_id varchar, side varchar, injury_no int, arm varchar, is_in_window boolean,
    assessed_on date, phat_total double, phat_items_answered int);
create table registry.follow_up (patient_id varchar, side varchar, injury_no int, assessed_on date, visit varchar,
    nearest_visit varchar, phat_total double, phat_items_answered int, {" double, ".join(OUTCOMES)} double,
    would_choose_same_treatment boolean, {" double, ".join(STRENGTH)} double);
create table registry.schedule (patient_id varchar, arm varchar, visit varchar, status varchar,
    window_opens_on date, window_closes_on date);
create table ops.follow_up_version (submission varchar, section int, line int, patient_id varchar, assessed_on date,
    row_state varchar, phat_total struct("value" double), tegner struct("value" int),
    return_to_sport struct("value" varchar), phat_items_answered struct("value" int));
create table ops.query (rule varchar, severity varchar, form varchar, row_key varchar, patient_id varchar, side varchar,
    injury_no int, clinic varchar, submission varchar, section int, line int, "column" varchar, found varchar,
    expected varchar, opened_at timestamp);
"""
DAY = date(2025, 1, 1)


class World:
    """A few injuries, each with one assessment, and one question of each kind about each."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (no secret)
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(TABLES)
        self.injuries = [self._injury(number) for number in range(self.chance.randint(1, 6))]
        for injury in self.injuries:
            self._lay(injury)

    def _injury(self, number: int) -> dict[str, Any]:
        standing = self.chance.choice(["result", "outside", "no_anchor", "other_visit", "held"])
        arm = self.chance.choice(["surgical", "conservative"])
        return {
            "patient": f"P{number}",
            "arm": None if standing == "no_anchor" and self.chance.random() < 0.5 else arm,
            "score": self.chance.choice([None, 0.0, 100.0, round(self.chance.uniform(0, 100), 1)]),
            "items": self.chance.choice([None, 7, 10]),
            "tegner": self.chance.choice([None, 4]),
            "standing": standing,
            "day": DAY + timedelta(days=number),
        }

    def _lay(self, injury: dict[str, Any]) -> None:
        key, day, standing = [injury["patient"], "left", 1], injury["day"], injury["standing"]
        is_result, is_held = standing == "result", standing == "held"
        seen = [True, day, injury["score"], injury["items"]] if is_result else [None, None, None, None]
        self._add("mart.one_year", [*key, injury["arm"], *seen])
        status = "done" if is_result else "overdue"
        self._add("registry.schedule", [key[0], injury["arm"], "month_12", status, day, day])
        if is_held:
            values = [{"value": injury[name]} for name in ("score", "tegner")]
            row = [f"s{key[0]}", 1, 1, key[0], day, "held", *values, {"value": None}, {"value": injury["items"]}]
            self._add("ops.follow_up_version", row)
        else:
            visit = {"result": "month_12", "outside": "outside_window", "other_visit": "month_6"}
            named = [visit.get(standing, "no_anchor"), "month_6" if standing == "other_visit" else "month_12"]
            nothing = [None] * (len(OUTCOMES) + len(STRENGTH))
            self._add(
                "registry.follow_up", [*key, day, *named, injury["score"], injury["items"], injury["tegner"], *nothing]
            )
        for column in COLUMNS:
            form = "enrolment" if column in ("surgery_on", "sex") else "follow_up"
            row_key = f"{key[0]} left 1" + (f" {day}" if form == "follow_up" else "")
            row = ["r", "warning", form, row_key, *key, "AMC", f"s{key[0]}", 1, 1 if form == "follow_up" else 2]
            self._add("ops.query", [*row, column, "", "", "2025-06-01"])

    def _add(self, table: str, row: list[Any]) -> None:
        self.connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)

    def ranked(self) -> list[dict[str, Any]]:
        answer = self.connection.execute(ranked_sql("true", 1000))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def known_score(injury: dict[str, Any]) -> float | None:
    return None if injury["items"] == 7 else injury["score"]


def means(injuries: list[dict[str, Any]]) -> dict[str, float | None]:
    """The mean of each arm, over the injuries that have a result."""
    found: dict[str, float | None] = {}
    for arm in ("surgical", "conservative"):
        results = [each for each in injuries if each["standing"] == "result" and each["arm"] == arm]
        scores = [score for each in results if (score := known_score(each)) is not None]
        found[arm] = sum(scores) / len(scores) if scores else None
    return found


def answers(injury: dict[str, Any], column: str) -> Iterator[dict[str, Any]]:
    """What the injury may be after an answer."""
    is_result = injury["standing"] == "result"
    may_become = injury["standing"] in ("outside", "no_anchor")
    if injury["standing"] == "held":
        if column not in ("surgery_on", "sex"):
            yield {**injury, "standing": "result"}
    elif column == "phat_total" and is_result:
        for score in (0.0, 100.0, None):
            yield {**injury, "score": score, "items": None}
    elif column in ("assessed_on", "", "surgery_on") and (is_result or may_become):
        changed = {**injury, "standing": "gone" if is_result else "result"}
        yield from ({**changed, "arm": arm} for arm in ([injury["arm"]] if injury["arm"] else means([])))


def furthest(world: World, injury: dict[str, Any], column: str) -> float:
    """How far the mean of an arm goes at most."""
    before, far = means(world.injuries), 0.0
    for answer in answers(injury, column):
        after = means([answer if each is injury else each for each in world.injuries])
        for arm, mean in before.items():
            now = after[arm]
            if mean is None and now is None:
                continue
            far = max(far, 100.0 if mean is None or now is None else abs(now - mean))
    return far


@pytest.mark.parametrize("seed", range(12))
def test_the_number_is_the_most_that_any_answer_moves_the_mean(seed: int) -> None:
    world = World(seed)
    of_patient = {injury["patient"]: injury for injury in world.injuries}
    ranked = world.ranked()
    assert len(ranked) == len(world.injuries) * len(COLUMNS)
    for row in ranked:
        expected = furthest(world, of_patient[row["patient_id"]], row["column"])
        assert row["moves"] == pytest.approx(expected, abs=1e-9), (of_patient[row["patient_id"]], row)
    assert [row["moves"] for row in ranked] == sorted((row["moves"] for row in ranked), reverse=True)


def test_a_missing_result_comes_before_a_remark() -> None:
    world = World(3)
    ranked = world.ranked()
    places = {(row["patient_id"], row["column"]): place for place, row in enumerate(ranked)}
    results = [each for each in world.injuries if each["standing"] == "result"]
    assert all(places[each["patient"], "phat_total"] < places[each["patient"], "sex"] for each in results)
    assert {row["reach"] for row in ranked} >= {"none"}
