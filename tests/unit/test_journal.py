"""The journal speaks of counts, ids, lines and durations; a field that could hold a patient's value is refused."""

import json
from collections.abc import Iterator

import pytest

from pipelines import journal
from pipelines.errors import UsageError


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    yield
    journal.configure({})


def test_a_step_is_a_line_of_json_with_counts(capsys: pytest.CaptureFixture[str]) -> None:
    journal.configure({journal.LEVEL_VARIABLE: "info", journal.FORMAT_VARIABLE: "json"})
    with journal.timed("intake.read", clinic="AMC") as told:
        told["n_lines"] = 12
    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("seconds") < 1
    assert line == {"event": "intake.read", "level": "info", "clinic": "AMC", "n_lines": 12}


def test_what_is_below_the_level_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    journal.note("intake.read", clinic="AMC")
    journal.note("intake.fault", "error", fault="KeyError at x.py:3")
    assert capsys.readouterr().err.count("\n") == 1


def test_a_field_that_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="the journal knows no patient_id"):
        journal.note("intake.read", patient_id="AMC-0015X")


def test_an_option_goes_before_the_environment_and_a_wrong_one_is_named() -> None:
    journal.configure({journal.LEVEL_VARIABLE: "nonsense"}, level="info")
    with pytest.raises(UsageError, match="no log level nonsense"):
        journal.configure({journal.LEVEL_VARIABLE: "nonsense"})
