"""A second study is one file: put beside the first, it stands in every table and picture; a bad line is named."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines.benchmark.reference import FigureError
from pipelines.plan import build_plan
from pipelines.reports import study_rows
from pipelines.reports.clinic_report import clinic_page
from pipelines.reports.counsel import Question, answer
from pipelines.reports.counsel_page import counsel_page
from pipelines.reports.patient_card import patient_page
from pipelines.reports.patient_rows import read_patient
from pipelines.reports.registry_report import registry_page
from pipelines.reports.registry_rows import read_registry
from pipelines.reports.source import Database, source_of
from pipelines.reports.words import read_words
from warehouse.derive import derive
from warehouse.layout import Home

FILE = """\
study,arm,timepoint,measure,category,statistic,n,value,sd,lower,upper,p_between_arms,source,note
later_2031,surgical,baseline,phat_total,,mean_sd,41,40,15,,,,table 1,
later_2031,conservative,baseline,phat_total,,mean_sd,57,42,16,,,,table 1,
later_2031,surgical,month_24,phat_total,,mean_sd,41,88,11,,,,table 3,
later_2031,conservative,month_24,phat_total,,mean_sd,57,86,12,,,,table 3,
later_2031,surgical,month_24,tegner,,median_iqr,41,5,,4,6,,table 3,
later_2031,conservative,month_24,tegner,,median_iqr,57,5,,3,6,,table 3,
later_2031,surgical,month_24,return_to_sport,no_return,count,41,11,,,,,table 4,
later_2031,conservative,month_24,return_to_sport,no_return,count,57,12,,,,,table 4,
"""
PATIENT_SQL = """
select patient_id from mart.patient_benchmark
where study = 'later_2031' and timepoint = 'month_24' and measure = 'phat_total' and is_own_arm
    and comparability = 'comparable'
order by patient_id limit 1
"""
PAGES = ("registry", "clinic", "patient", "counsel")


def derived(home: Path, folder: Path, text: str) -> Path:
    """Derive what the demonstration's snapshot was derived from, with the file beside the first study's."""
    seeds = folder / "seeds"
    shutil.copytree(build_plan().seeds, seeds)
    (seeds / "reference" / "later_2031.csv").write_text(text, encoding="utf-8")
    target = folder / "snapshot"
    target.mkdir()
    with Database(Home(home).registry_path) as database:
        known = database.rows("select known_at, today from ops.known")[0]
    known_at, today = known["known_at"], known["today"]
    assert isinstance(known_at, datetime)
    assert isinstance(today, date)
    plan = replace(build_plan(), seeds=seeds)
    return derive(Home(home).facts_path, target, plan, known_at=known_at, today=today).path


@pytest.fixture(scope="module")
def two_studies(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return derived(demo_home, tmp_path_factory.mktemp("two-studies"), FILE)


@pytest.fixture(scope="module")
def page(two_studies: Path) -> Callable[[str], str]:
    words = read_words("en")
    with Database(two_studies) as database:
        source = source_of(database, is_synthetic=True, registry="Trial")
        rows = read_registry(database)
        patient = read_patient(database, database.rows(PATIENT_SQL)[0]["patient_id"])
    make: dict[str, Callable[[], str]] = {
        "registry": lambda: registry_page(rows, source, words),
        "clinic": lambda: clinic_page(rows, "BRG", "Bergen", source, words),
        "patient": lambda: patient_page(patient, source, words),
        "counsel": lambda: counsel_page(
            Question(52, 38, "two"), answer(Question(52, 38, "two"), study_rows.seed_frame()), None, source, words
        ),
    }
    return lambda name: make[name]()


def test_every_table_of_the_benchmark_has_it_at_its_visit(two_studies: Path) -> None:
    with Database(two_studies) as database:
        for table in ("patient_benchmark", "arm_benchmark", "clinic_benchmark", "arm_difference"):
            rows = database.rows(f"select distinct timepoint from mart.{table} where study = 'later_2031'")
            assert "month_24" in {row["timepoint"] for row in rows}, table
        (arm,) = database.rows(
            "select reference_n, reference_value, n_episodes, n_missing from mart.arm_benchmark "
            "where study = 'later_2031' and arm = 'conservative' and measure = 'phat_total' and timepoint = 'month_24'"
        )
    assert (arm["reference_n"], arm["reference_value"]) == (57, 86)
    assert arm["n_missing"] > 0


@pytest.mark.parametrize("name", PAGES)
def test_every_page_tells_it_and_draws_it(
    name: str, page: Callable[[str], str], two_studies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_rows, "REFERENCE", two_studies.parents[1] / "seeds" / "reference")
    text = page(name)
    assert "later_2031 has figures of 98 people" in text
    assert "at two years" in text
    assert "88 (SD 11)" in text or "to 100 at two years" in text
    if name != "clinic":  # no clinic of the demonstration is large enough for a funnel at two years
        drawn = [picture.partition("</svg>")[0] for picture in text.split("<svg ")[1:]]
        assert any("later" in picture and "2031" in picture for picture in drawn)


def test_before_its_visit_a_study_of_two_years_has_no_row_and_no_words_on_a_card(two_studies: Path) -> None:
    with Database(two_studies) as database:
        states = database.rows(
            "select distinct schedule.status from mart.patient_benchmark "
            "inner join registry.schedule using (patient_id, side, injury_no) "
            "where timepoint = 'month_24' and schedule.visit = timepoint"
        )
        waiting = database.rows(
            "select patient_id from registry.schedule where visit = 'month_24' and status = 'not_yet_due' "
            "and patient_id in (select patient_id from mart.patient_benchmark where study = 'later_2031') "
            "group by all having count(*) = 1 order by all limit 3"
        )
        source = source_of(database, is_synthetic=True, registry="Trial")
        cards = [read_patient(database, row["patient_id"]) for row in waiting]
    assert [row["status"] for row in states] == ["done"]
    assert len(cards) == 3
    for language, told in (("en", "at two years"), ("nl", "na twee jaar"), ("de", "nach zwei Jahren")):
        for card in cards:
            text = patient_page(card, source, read_words(language))
            body = re.sub(r"<svg .*?</svg>", "", text, flags=re.DOTALL)  # the study's bar at two years is the study's
            assert "later_2031" in body
            next_visit = [line for line in body.splitlines() if told in line]
            assert all(re.search("next visit|volgende bezoek|nächste Besuch", line) for line in next_visit), next_visit


def test_a_line_that_cannot_be_right_is_refused_with_its_number(demo_home: Path, tmp_path: Path) -> None:
    with pytest.raises(FigureError, match=r"later_2031\.csv, line 7: lower exceeds upper"):
        derived(demo_home, tmp_path, FILE.replace("57,5,,3,6", "57,5,,6,3"))
