"""An export that shifts dates is recognised by several patients whose dates all moved by a constant."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipelines.intake.date_shift import count_shifted, dated_forms
from schemas.dictionary import read_dictionary

KNOWN = {
    "AMC-0001": {"injured_on": date(2024, 3, 1), "surgery_on": date(2024, 3, 20)},
    "AMC-0002": {"injured_on": date(2024, 5, 1), "surgery_on": date(2024, 5, 9), "assessed_on": date(2025, 5, 9)},
}


def dates(patients: dict[str, dict[str, date]]) -> pl.DataFrame:
    rows = [(patient, "left", 1, what, on) for patient, days in patients.items() for what, on in days.items()]
    return pl.DataFrame(rows, schema=["patient_id", "side", "injury_no", "what", "on"], orient="row")


def moved(**days: int) -> dict[str, dict[str, date]]:
    names = dict(zip(["first", "second"], KNOWN, strict=True))
    return {
        patient: {what: on + timedelta(days=days.get(name, 0)) for what, on in KNOWN[patient].items()}
        for name, patient in names.items()
    }


@pytest.mark.parametrize(
    ("first", "second", "n"),
    [(0, 0, 0), (-30, 0, 1), (-30, -30, 2), (-30, 12, 2)],
)
def test_each_patient_has_a_constant_of_its_own(first: int, second: int, n: int) -> None:
    assert count_shifted(dates(moved(first=first, second=second)), dates(KNOWN)) == n


def test_a_correction_of_one_date_is_no_shift() -> None:
    sent = moved()
    sent["AMC-0001"]["injured_on"] -= timedelta(days=3)
    sent["AMC-0002"]["surgery_on"] += timedelta(days=2)
    assert count_shifted(dates(sent), dates(KNOWN)) == 0


def test_one_known_date_is_not_enough_to_say_so() -> None:
    sent = {patient: {"injured_on": days["injured_on"] + timedelta(days=9)} for patient, days in KNOWN.items()}
    assert count_shifted(dates(sent), dates(KNOWN)) == 0


def test_patients_nobody_knows_are_compared_with_nothing() -> None:
    assert count_shifted(dates(KNOWN), dates({"AMC-0009": KNOWN["AMC-0001"]})) == 0


def test_only_what_an_episode_has_once_is_compared() -> None:
    assert list(dated_forms(read_dictionary())) == ["enrolment"]
