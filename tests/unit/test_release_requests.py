"""A run answers what was asked for on a page before it loads anything; a refusal stops nothing."""

from datetime import timedelta
from pathlib import Path

from pipelines.accountability.log import Actor
from pipelines.release.requests import OVERTAKEN, keep_request, read_requests
from pipelines.run import run
from pipelines.settings import read_settings
from tests.support.filled_home import START, make_home, send_enrolments
from warehouse.snapshots import read_names


def test_a_run_answers_a_request_for_a_snapshot_that_is_gone_and_goes_on(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    send_enrolments(home, 1)
    keep_request(home, Actor("chief", "me"), "20260101T000000000000Z", None, {}, START)
    summary = run(home, read_settings(home.settings_path), lambda: START + timedelta(days=1), actor=Actor("me", "me"))
    assert [request.state for request in read_requests(home)] == [OVERTAKEN]
    assert len(summary.receipts) == 1
    assert len(read_names(home)) == 1
