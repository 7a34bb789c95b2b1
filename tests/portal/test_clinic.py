"""A clinic's own page: its figures are those of the snapshot, its peers' are not in it, and a coordinator may look."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.portal.conftest import Browser
from tests.portal.test_pages import ask, patient_of


def others(home: Path) -> list[str]:
    return [
        str(clinic) for (clinic,) in ask(home, "select distinct clinic from registry.episode where clinic <> 'BRG'")
    ]


def test_the_run_counts_each_visit_in_the_month_its_window_closed(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    page = as_user("anna").get("/our-clinic?visit=month_12").text
    expected = ask(
        portal_home,
        "select strftime(window_closes_on, '%Y-%m'), count(*), count_if(status = 'done') from registry.schedule "
        "where clinic = 'BRG' and visit = 'month_12' and is_window_closed and status <> 'ended' group by 1",
    )
    assert expected
    for month, due, done in expected:
        row = f'<tr><th scope="row">{month}</th><td class="number">{due}</td><td class="number">{done}</td>'
        assert row in page
        assert f"{month}: {done}/{due}" in page  # in the picture's description
    assert "Visits done in their window, of those whose window has closed" in page


def test_participation_sums_the_clinics_own_screening(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    page = as_user("anna").get("/our-clinic").text
    names = ("n_eligible", "n_enrolled", "n_declined", "n_missed", "n_episodes")
    (total,) = ask(
        portal_home,
        f"select {', '.join(f'sum({name})' for name in names)} from mart.participation where clinic = 'BRG' "
        "and month_on > (select max(month_on) - interval 24 month from mart.participation where clinic = 'BRG')",
    )
    shown = re.findall(r'<tr><th scope="row">[a-z ]+</th><td class="number">(\d+)</td></tr>', page)
    assert [int(n) for n in shown] == [int(str(n)) for n in total]


def test_what_changed_since_counts_what_was_received_since(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    page = as_user("anna").get("/our-clinic?months=12").text
    since = re.search(r"What changed since (\S+)<", page)
    assert since is not None
    (expected,) = ask(
        portal_home,
        "select count(*) filter (where form = 'enrolment' and row_state = 'new'), "
        "count(*) filter (where form = 'follow_up' and row_state = 'new'), "
        "count(*) filter (where row_state = 'corrected') from ops.row_version "
        f"where clinic = 'BRG' and received_at >= date '{since[1]}' + interval 23 hour",
    )
    shown = re.findall(r"<dd>(\d+)</dd>", page)
    assert [int(n) for n in shown[:3]] == [int(str(n)) for n in expected]
    assert int(shown[2]) > 0


def test_no_other_clinic_is_named_and_no_figure_of_one_is_exact(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    page = as_user("anna").get("/our-clinic").text
    assert "<svg" in page
    assert [clinic for clinic in others(portal_home) if clinic in page] == []
    rows = ask(
        portal_home,
        "select distinct adjusted from mart.clinic_benchmark where clinic <> 'BRG' and measure = 'phat_total' "
        "and arm = 'all' and adjusted is not null",
    )
    assert rows
    told = re.sub(r"<[^>]*>", " ", page)  # the picture draws what its description tells; a path's numbers are pixels
    assert "a clinic: n " in told
    assert [value for (value,) in rows if f"{value:.1f}" in told or f"{value:.2f}" in told] == []


@pytest.mark.parametrize("language", ["nl", "de"])
def test_pictures_have_words_and_a_table_behind_them_in_every_language(
    as_user: Callable[[str], Browser], language: str
) -> None:
    browser = as_user("anna")
    browser.get("/account")
    browser.post("/account/language", {"language": language})
    page = browser.get("/our-clinic").text
    n_pictures = len(
        re.findall(r'<svg [^>]*role="img" aria-labelledby=[^>]*><title[^>]*>.+?</title><desc[^>]*>.+?</desc>', page)
    )
    assert n_pictures == page.count("<svg ") == page.count("<details>") == 3
    assert "style=" not in page
    assert "The numbers as a table" not in page


def test_a_coordinator_chooses_a_clinic_and_prints_its_report(as_user: Callable[[str], Browser]) -> None:
    browser = as_user("chief")
    assert "Which clinic do you want to look at?" in browser.get("/our-clinic").text
    assert browser.get("/our-clinic/report").status_code == 404
    browser.get("/start")
    browser.post("/clinic/choose", {"clinic": "NRD"})
    assert "(NRD)" in browser.get("/our-clinic").text
    report = browser.get("/our-clinic/report")
    assert report.status_code == 200
    assert "script-src 'none'" in report.headers["content-security-policy"]


def test_a_patients_page_draws_the_course_and_tells_each_field(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    changes = ask(
        portal_home,
        "select patient_id, value_before, value_after from ops.change where clinic = 'BRG' and field = 'phat_total' "
        "and value_before not in ('', value_after) limit 1",
    )
    number = str(changes[0][0]) if changes else patient_of(portal_home, "BRG")
    browser = as_user("anna")
    browser.get("/patients")
    page = browser.post("/patients/find", {"number": number}).text
    picture = browser.get(f"{browser.answer.url.path}/course/1").text
    assert 'id="course-title"' in picture
    assert "style=" not in picture
    assert "style=" not in page
    assert '<th scope="row" rowspan="1">Sex</th>' in page
    for _, before, _ in changes:
        assert f"<del>{before}</del>" in page
