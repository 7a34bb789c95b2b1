"""A second study is one file: it stands in every table and picture of both reports, at its visits, with its own n."""

import re
from datetime import date, datetime
from functools import cache

import polars as pl
import pytest

from pipelines.benchmark.arm import compare_arms
from pipelines.benchmark.arm_difference import compare_treatments
from pipelines.benchmark.clinic import compare_clinics
from pipelines.reports.chart_return import Seen, return_chart
from pipelines.reports.clinic_report import clinic_page
from pipelines.reports.registry_report import registry_page
from pipelines.reports.registry_rows import RegistryRows
from pipelines.reports.source import Source
from pipelines.reports.told_arms import parts_of, tell_arms
from pipelines.reports.words import read_words
from tests.support.benchmark_frames import (
    CONSERVATIVE,
    Row,
    episodes,
    follow_ups,
    framed,
    reference,
    schedules,
    strengths,
)
from tests.support.benchmark_frames import OUTCOME as COLUMNS
from tests.support.report_registry import CLINICS, parts, person, small_registry

SOURCE = Source("20260101T000000000000Z", "snapshot", datetime(2026, 1, 1), True, "Trial")
NAME = "later_2031"
N = {"surgical": 41, "conservative": 57}


def figures(arm: str) -> list[Row]:
    """What the second study prints of an arm: the PHAT at the start and at two years, and who returned to sport."""
    here: Row = {"study": NAME, "arm": arm, "n": N[arm], "source": "table 3"}
    late: Row = here | {"timepoint": "month_24"}
    back = {"pre_injury_level": 20, "different_level": 10, "no_return": N[arm] - 30}
    return [
        here | {"timepoint": "baseline", "measure": "phat_total", "statistic": "mean_sd", "value": 40.0, "sd": 15.0},
        late | {"measure": "phat_total", "statistic": "mean_sd", "value": 88.0, "sd": 11.0},
        late | {"measure": "tegner", "statistic": "median_iqr", "value": 5.0, "lower": 4.0, "upper": 6.0},
        *(
            late | {"measure": "return_to_sport", "category": category, "statistic": "count", "value": float(value)}
            for category, value in back.items()
        ),
    ]


@cache
def two_studies() -> RegistryRows:
    """The small registry with two-year visits, beside both studies."""
    people = [person(number) for number in range(150)]
    visits = [
        {
            "patient_id": who["patient_id"],
            "clinic": who["clinic"],
            "visit": "month_24",
            "assessed_on": date(2026, 1, 20),
        }
        | {"phat_total": 70.0 + 3 * number % 30, "phat_items_answered": 10, "tegner": 3 + number % 4}
        | {"return_to_sport": who["return_to_sport"]}
        for number, who in enumerate(people)
    ]
    outcome = pl.concat([reference(), framed([{"category": ""} | row for arm in N for row in figures(arm)], COLUMNS)])
    frames = episodes(*people), follow_ups(*visits), strengths(), outcome
    rows = small_registry()
    arms = compare_arms(*frames, schedules()).to_dicts()
    tables = {
        "arms": arms,
        "baselines": [part for row in arms if row["timepoint"] == "baseline" for part in parts(row, people)],
        "clinics": compare_clinics(*frames, schedules()).to_dicts(),
        "differences": compare_treatments(*frames).to_dicts(),
    }
    return RegistryRows({**rows.tables, **tables}, rows.today)


@cache
def page(kind: str, language: str = "en") -> str:
    words = read_words(language)
    if kind == "registry":
        return registry_page(two_studies(), SOURCE, words)
    return clinic_page(two_studies(), CLINICS[0], "Amsterdam", SOURCE, words)


def section(text: str, heading: str) -> str:
    """The part of a page that begins with a heading."""
    return text.split(f"<h2>{heading}</h2>")[-1].split("</section>")[0]


def test_every_table_of_the_benchmark_has_the_second_study() -> None:
    rows = two_studies()
    for name in ("arms", "clinics", "differences"):
        assert {row["timepoint"] for row in rows.of(name, study=NAME)} >= {"month_24"}
    (row,) = rows.of("arms", study=NAME, arm="surgical", timepoint="month_24", measure="phat_total")
    assert (row["reference_n"], row["n"]) == (41, 75)
    assert row["difference"] == pytest.approx(row["estimate"] - 88)
    (adjusted,) = rows.of("differences", study=NAME, timepoint="month_24", quantity="adjusted")
    assert adjusted["estimate"] is not None


@pytest.mark.parametrize(
    "heading",
    [
        "The registry beside the study, at two years",
        "Surgery and no surgery against each other, at two years",
        "Clinics beside each other: PHAT, at two years",
    ],
)
def test_each_part_of_the_registry_s_report_has_it_with_a_picture(heading: str) -> None:
    part = section(page("registry"), heading)
    assert NAME.replace("_", " ") in part
    assert "<svg " in part
    assert part.count("</tr>") > 2


def test_its_own_n_stands_in_the_tables_and_its_counts_on_the_curve() -> None:
    outcomes = section(page("registry"), "The registry beside the study, at two years")
    assert re.search(r'88 \(SD 11\)(?:<sup>.*?</sup>)?</td><td class="number">41</td>', outcomes)
    assert re.search(r'88 \(SD 11\)(?:<sup>.*?</sup>)?</td><td class="number">57</td>', outcomes)
    curve = section(page("registry"), "Return to any sport over time")
    assert f"({NAME.replace('_', ' ')}): surgery at two years 30 / 41" in curve
    assert "surgery at one year 19 / 25" in curve


def test_the_curve_s_axis_holds_the_counts_of_later_visits() -> None:
    chart = return_chart({}, [Seen(NAME, "surgical", 24.0, 30, 41)], ("weeks", "share")).to_dict()
    assert chart["layer"][0]["encoding"]["x"]["scale"]["domain"][1] > 104


def test_the_study_of_one_year_stands_before_the_one_of_two() -> None:
    text = page("registry")
    assert text.index("<h2>The registry beside the study, at one year") < text.index(
        "<h2>The registry beside the study, at two years"
    )


def test_a_clinic_reads_beside_it_too() -> None:
    assert "88 (SD 11)" in section(page("clinic"), "Your outcomes, at two years")
    assert "study (surgery, no surgery): 88" in section(page("clinic"), "Clinics beside each other: PHAT, at two years")


def test_the_limits_of_both_studies_are_said_and_no_two_pictures_share_an_id() -> None:
    for kind in ("registry", "clinic"):
        assert f"The study {NAME} has figures of 98 people" in page(kind)
        assert "59 adults" in page(kind)
        ids = re.findall(r'\bid="([^"]+)"', page(kind))
        assert len(ids) == len(set(ids))


def test_a_category_is_told_beside_both_studies_or_beside_neither() -> None:
    again = [row | {"timepoint": "month_12"} for row in figures("surgical") if row["measure"] == "return_to_sport"]
    people = [
        person(number) | {"return_to_sport": "no_return" if number < 4 else "different_level"} for number in range(150)
    ]
    outcome = pl.concat([reference(), framed([{"category": ""} | row for row in again], COLUMNS)])
    frames = episodes(*people), follow_ups(), strengths(), outcome
    clinics = parts_of(compare_clinics(*frames, schedules()).to_dicts())
    told = [
        row
        for row in tell_arms(compare_arms(*frames, schedules()).to_dicts(), clinics)
        if row["measure"] == "return_to_sport"
    ]
    here = [row for row in told if row["arm"] == "surgical" and row["timepoint"] == "month_12"]
    by_study = {
        name: {row["category"] for row in here if row["study"] == name and row["n_events"] is not None}
        for name in ("van_der_made_2022", NAME)
    }
    assert by_study[NAME] <= by_study["van_der_made_2022"]
    assert "no_return" not in by_study[NAME] | by_study["van_der_made_2022"]


def test_an_arm_the_study_lacks_is_no_fault() -> None:
    only = pl.concat([reference(), framed([{"category": ""} | row for row in figures("surgical")], COLUMNS)])
    frames = episodes({}, CONSERVATIVE), follow_ups(), strengths(), only
    assert compare_arms(*frames, schedules()).filter(study=NAME)["arm"].unique().to_list() == ["surgical"]
    assert set(compare_treatments(*frames).filter(study=NAME)["quantity"]) <= {"adjusted", "slope"}
