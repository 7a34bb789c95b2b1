"""A release asked for on the desk is cut by the doors that Dagster has: the monthly job and the nightly derivation."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.accountability.chain import read_entries
from pipelines.accountability.log import this_account
from pipelines.defs.instance import open_instance
from pipelines.defs.resources import Registry, now
from pipelines.defs.wiring import build_definitions
from pipelines.release.publication import list_releases
from pipelines.release.requests import CUT, keep_request, read_requests
from pipelines.run import run
from pipelines.settings import Settings, read_settings
from tests.support.fake_registry import PLAN
from tests.support.filled_home import make_home, send_enrolments
from warehouse.layout import Home

YESES = {"clinics_send": "the files of this test are of long ago"}
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "home")
    send_enrolments(home, 3)
    run(home, read_settings(home.settings_path), now)
    return home


def ask(home: Home) -> str:
    before = max((release.id for release in list_releases(home)), default=None)
    return keep_request(home, this_account(), home.current.resolve().name, before, YESES, now())


def monthly(home: Home, instance: dg.DagsterInstance) -> bool:
    job = build_definitions(Registry(home), Settings(), PLAN).resolve_job_def("release")
    return job.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=False).success


def releases(home: Home) -> list[str]:
    return [release.id for release in list_releases(home)]


def test_a_request_with_a_named_yes_becomes_one_release(home: Home) -> None:
    asked = ask(home)
    with open_instance(home) as instance:
        assert monthly(home, instance)
        assert releases(home) == [asked]
        assert not monthly(home, instance)  # nothing is asked for, and nobody said yes to what the gate warns of
    later = ask(home)
    seen = home.current.resolve()
    for _ in range(2):
        Registry(home).derive()
    assert releases(home) == [asked, later]
    assert list_releases(home)[-1].snapshot == seen.name != home.current.resolve().name
    assert [request.state for request in read_requests(home)] == [CUT, CUT]
    logged = [entry.said for entry in read_entries(home) if entry.said.get("act") == "release"]
    assert [(said["release"], said["accepted"]) for said in logged] == [(asked, [*YESES]), (later, [*YESES])]
