"""Synthetic patients follow the study's figures, per arm, at more than 20,000 visits an arm.

Read from the forms as they are filled in, so that a score in the wrong column shows. Tolerances are four standard
errors of the statistic at the n drawn; the figures come from the seed CSV, none is typed here.
"""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from pipelines.synthetic import choices
from pipelines.synthetic.clinics import profiles
from pipelines.synthetic.forms import write_forms
from pipelines.synthetic.outcomes import DOMAINS, POSITIONS, RETURNS
from pipelines.synthetic.registry import draw_registry
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import ARMS, Study, read_study

TEN_YEARS = (14610, 18262)
KEY = ["patient_id", "side", "injury_no"]
STUDY_VISITS = ("month_2", "month_6", "month_12")
Values = NDArray[np.float64]


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


@pytest.fixture(scope="module")
def forms(study: Study) -> dict[str, pl.DataFrame]:
    return write_forms(draw_registry(study, Streams(11), profiles(6), 64_000, TEN_YEARS))


@pytest.fixture(scope="module")
def visits(forms: dict[str, pl.DataFrame]) -> pl.DataFrame:
    arms = forms["enrolment"].select(*KEY, "initial_treatment", "baseline_phat_total", "injured_on")
    joined = forms["follow_up"].join(arms, on=KEY).unique([*KEY, "_visit"], keep="first", maintain_order=True)
    injured_on = pl.col("injured_on").str.to_date("%Y-%m-%d", strict=False)
    weeks = (pl.col("returned_to_sport_on") - injured_on).dt.total_days() / 7
    percents = [percent(position) for position in POSITIONS]
    return joined.with_columns(weeks.alias("weeks"), *percents)


def percent(position: str) -> pl.Expr:
    """Injured leg as percent of the other, as sent or computed."""
    left, right = pl.col(f"strength_{position}_left"), pl.col(f"strength_{position}_right")
    computed = 100 * pl.when(pl.col("side") == "left").then(left / right).otherwise(right / left)
    return pl.coalesce(f"strength_{position}_percent", computed).alias(position)


def visit(visits: pl.DataFrame, arm: str, timepoint: str) -> pl.DataFrame:
    number = choices.VISITS.index(timepoint)
    return visits.filter((pl.col("initial_treatment") == arm) & (pl.col("_visit") == number))


def assert_mean_and_sd(values: Values, mean: float, sd: float) -> None:
    deviations = values - values.mean()
    kurtosis = (deviations**4).mean() / values.var() ** 2
    assert values.mean() == pytest.approx(mean, abs=4 * sd / len(values) ** 0.5)
    assert values.std() == pytest.approx(sd, abs=4 * sd * ((kurtosis - 1) / 4 / len(values)) ** 0.5)


def assert_share(hits: NDArray[np.bool_], share: float) -> None:
    error = max((share * (1 - share) / len(hits)) ** 0.5, 0.001)
    assert hits.mean() == pytest.approx(share, abs=4 * error)


def assert_quartiles(values: Values, quartiles: tuple[float, float, float]) -> None:
    """A value as printed stands for all that rounds to it, so the share below it may fall short."""
    for share, value in zip((0.25, 0.5, 0.75), quartiles, strict=True):
        error = 4 * (share * (1 - share) / len(values)) ** 0.5
        assert (values < value).mean() - error <= share <= (values <= value).mean() + error


@pytest.mark.parametrize("arm", ARMS)
def test_phat_has_the_means_sds_and_correlation_of_the_study(study: Study, visits: pl.DataFrame, arm: str) -> None:
    rows = visit(visits, arm, "month_12")
    before, after = rows["baseline_phat_total"].to_numpy(), rows["phat_total"].to_numpy()
    assert len(after) >= 20_000
    assert_mean_and_sd(before, *study.mean_sd(arm, "baseline", "phat_total"))
    assert_mean_and_sd(after, *study.mean_sd(arm, "month_12", "phat_total"))
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(study.correlation(arm), abs=4 / len(after) ** 0.5)


@pytest.mark.parametrize("arm", ARMS)
def test_the_change_in_phat_has_the_sd_of_the_study_and_a_mean_within_its_interval(
    study: Study, visits: pl.DataFrame, arm: str
) -> None:
    rows = visit(visits, arm, "month_12")
    change = (rows["phat_total"] - rows["baseline_phat_total"]).to_numpy()
    printed = study.figure(arm, "month_12", "phat_change")
    implied = study.mean_sd(arm, "month_12", "phat_total")[0] - study.mean_sd(arm, "baseline", "phat_total")[0]
    assert_mean_and_sd(change, implied, study.change_sd(arm))
    assert printed.lower is not None
    assert printed.upper is not None
    assert printed.lower < change.mean() < printed.upper


def test_phat_stays_on_its_scale_and_is_not_heaped_at_its_ends(visits: pl.DataFrame) -> None:
    phat = visits["phat_total"].to_numpy()
    assert phat.min() >= 0
    assert phat.max() <= 100
    assert (phat >= 99.95).mean() < 0.02  # a normal cut at 100 would heap 15 % there


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("timepoint", STUDY_VISITS)
def test_return_to_sport_has_the_shares_of_the_study(
    study: Study, visits: pl.DataFrame, arm: str, timepoint: str
) -> None:
    did_sport = visit(visits, arm, timepoint).filter(pl.col("return_to_sport") != "no_sport_before_injury")
    counts = {status: study.figure(arm, timepoint, "return_to_sport", status).value for status in RETURNS[:4]}
    for status, count in counts.items():
        assert_share((did_sport["return_to_sport"] == status).to_numpy(), count / sum(counts.values()))


@pytest.mark.parametrize("arm", ARMS)
def test_those_without_sport_before_are_as_many_as_at_one_year_in_the_study(
    study: Study, visits: pl.DataFrame, arm: str
) -> None:
    no_sport = (visit(visits, arm, "month_12")["return_to_sport"] == "no_sport_before_injury").to_numpy()
    assert_share(no_sport, study.share(arm, "month_12", "return_to_sport", "no_sport_before_injury"))


@pytest.mark.parametrize("arm", ARMS)
def test_weeks_to_return_to_sport_have_the_quartiles_of_the_study(study: Study, visits: pl.DataFrame, arm: str) -> None:
    weeks = visit(visits, arm, "month_12")["weeks"].drop_nulls().to_numpy()
    days = np.rint(7 * weeks)
    lower, median, upper = study.quartiles(arm, "month_12", "weeks_to_return_to_sport")
    assert_quartiles(days, (np.rint(7 * lower), np.rint(7 * median), np.rint(7 * upper)))


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("timepoint", ["month_6", "month_12"])
@pytest.mark.parametrize("position", POSITIONS)
def test_strength_has_the_quartiles_of_the_study(
    study: Study, visits: pl.DataFrame, arm: str, timepoint: str, position: str
) -> None:
    values = visit(visits, arm, timepoint)[position].to_numpy().round(1)
    assert_quartiles(values, study.quartiles(arm, timepoint, f"strength_{position}_percent"))


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("timepoint", ["month_6", "month_12"])
@pytest.mark.parametrize(
    ("column", "measure"),
    [
        ("straight_leg_raise", "passive_straight_leg_raise_difference_deg"),
        ("knee_extension", "active_knee_extension_difference_deg"),
    ],
)
def test_leg_differences_have_the_means_and_sds_of_the_study(
    study: Study, visits: pl.DataFrame, arm: str, timepoint: str, column: str, measure: str
) -> None:
    rows = visit(visits, arm, timepoint)
    left, right = rows[f"{column}_left_deg"].to_numpy(), rows[f"{column}_right_deg"].to_numpy()
    difference = np.where((rows["side"] == "left").to_numpy(), left - right, right - left)
    mean, sd = study.mean_sd(arm, timepoint, measure)
    assert_mean_and_sd(difference, mean, (sd**2 + 1 / 12) ** 0.5)  # sent in whole degrees: 1/12 is their variance


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("timepoint", STUDY_VISITS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_eq5d_has_the_shares_without_problems_of_the_study(
    study: Study, visits: pl.DataFrame, arm: str, timepoint: str, domain: str
) -> None:
    levels = visit(visits, arm, timepoint).filter(pl.col("eq5d_version") == "3L")[f"eq5d_{domain}"]
    assert set(levels.unique()) <= {1, 2, 3}
    assert_share((levels == 1).to_numpy(), study.share(arm, timepoint, f"eq5d_{domain}_no_problems"))


@pytest.mark.parametrize("arm", ARMS)
def test_age_delay_and_tendons_are_those_of_the_study(study: Study, forms: dict[str, pl.DataFrame], arm: str) -> None:
    rows = forms["enrolment"].filter(pl.col("initial_treatment") == arm)
    exact = rows.filter(pl.col("injured_on").str.len_chars() == 10)
    delay = (exact["first_visit_on"] - exact["injured_on"].str.to_date("%Y-%m-%d")).dt.total_days()
    both = (rows["conjoint_state"] == "avulsed") & (rows["semimembranosus_state"] == "avulsed")
    assert rows.height >= 20_000
    assert_quartiles(rows["age_at_injury_years"].to_numpy(), study.quartiles(arm, "baseline", "age_years"))
    assert_quartiles(delay.to_numpy(), study.quartiles(arm, "baseline", "days_injury_to_visit"))
    assert_share(both.to_numpy(), study.share(arm, "baseline", "two_tendon_avulsion"))


def test_the_arms_are_as_large_beside_each_other_as_in_the_study(study: Study, forms: dict[str, pl.DataFrame]) -> None:
    sizes = [study.arm_size(arm) for arm in ARMS]
    assert_share((forms["enrolment"]["initial_treatment"] == ARMS[0]).to_numpy(), sizes[0] / sum(sizes))


@pytest.mark.parametrize("arm", ARMS)
def test_mri_continuity_is_that_of_the_study(study: Study, forms: dict[str, pl.DataFrame], arm: str) -> None:
    arms = forms["enrolment"].select(*KEY, "initial_treatment")
    rows = forms["imaging"].join(arms, on=KEY).filter(pl.col("initial_treatment") == arm)
    assert_share(rows["proximal_continuity"].to_numpy(), study.share(arm, "month_12", "mri_tendon_continuity"))


@pytest.mark.parametrize("arm", ARMS)
def test_recurrences_within_the_year_are_as_frequent_as_in_the_study(
    study: Study, forms: dict[str, pl.DataFrame], arm: str
) -> None:
    rows = forms["enrolment"].filter(pl.col("initial_treatment") == arm)
    recurred = forms["event"].filter(pl.col("event_kind") == "recurrence").select(KEY).with_columns(hit=True)
    hits = rows.join(recurred, on=KEY, how="left")["hit"].fill_null(False).to_numpy()
    assert_share(hits, study.share(arm, "month_12", "recurrence"))


@pytest.mark.parametrize("arm", ARMS)
def test_more_would_choose_the_same_than_the_study_says_at_least(study: Study, visits: pl.DataFrame, arm: str) -> None:
    least = study.figure(arm, "month_12", "would_choose_same_treatment").value
    assert least < visit(visits, arm, "month_12")["would_choose_same_treatment"].to_numpy().mean() < 1
