"""The log only grows, holds together under many writers, and shows a rewrite; an erased patient's lines name nobody."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.accountability.chain import read_entries, verify
from pipelines.accountability.log import Actor, forget, read_about, record
from pipelines.accountability.pseudonym import find_patient
from warehouse.errors import HomeError
from warehouse.layout import Home
from warehouse.tombstones import hash_of, make_key

NOW = datetime(2026, 3, 31, 22, tzinfo=UTC)
ANNA = Actor("anna", "registry")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def look(home: Home, patient: str, now: datetime = NOW) -> str:
    return record(home, ANNA, "look", now, [patient], command="history")


def said(home: Home) -> list[dict[str, object]]:
    return [dict(entry.said) for entry in read_entries(home)]


def segment(home: Home) -> Path:
    return home.log / "acts-2026-03.jsonl"


def test_a_line_says_who_did_what_and_never_names_the_patient(home: Home) -> None:
    look(home, "AMC-0015X")
    (entry,) = said(home)
    assert entry.pop("patients") == [find_patient(home, "AMC-0015X")]
    assert entry == {
        "at": "2026-03-31T22:00:00.000+00:00",
        **{"who": "anna", "account": "registry", "act": "look", "command": "history"},
        **{"n_patients": 1, "before": "0" * 64},
    }
    assert not any(b"AMC-0015X" in path.read_bytes() for path in home.path.rglob("*") if path.is_file())
    assert {path.stat().st_mode & 0o777 for path in home.log.iterdir()} == {0o600}


def test_the_same_patient_has_the_same_hash_and_another_patient_another(home: Home) -> None:
    for patient in ("AMC-0015X", "AMC-0023K", "AMC-0015X"):
        look(home, patient)
    first, second, third = (entry["patients"] for entry in said(home))
    assert first == third != second
    assert len(list(read_about(home, "AMC-0015X"))) == 2


def test_the_chain_runs_on_from_month_to_month_even_when_the_clock_goes_back(home: Home) -> None:
    for now in (NOW, datetime(2026, 4, 1, tzinfo=UTC), NOW):
        look(home, "AMC-0015X", now)
    assert [path.name for path in sorted(home.log.glob("*.jsonl"))] == ["acts-2026-03.jsonl", "acts-2026-04.jsonl"]
    found = verify(home)
    assert (found.n_entries, found.fault) == (3, "")


def test_writers_at_the_same_time_lose_nothing(home: Home) -> None:
    patients = [f"AMC-{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda patient: look(home, patient), patients))
    assert (verify(home).n_entries, verify(home).fault) == (40, "")
    assert all(len(list(read_about(home, patient))) == 1 for patient in patients)


def change_a_word(lines: list[str]) -> list[str]:
    return [lines[0], lines[1].replace("anna", "bert"), lines[2]]


def remove_a_line(lines: list[str]) -> list[str]:
    return [lines[0], lines[2]]


def remove_the_first(lines: list[str]) -> list[str]:
    return lines[1:]


@pytest.mark.parametrize("rewrite", [change_a_word, remove_a_line, remove_the_first])
def test_a_rewrite_shows(home: Home, rewrite: object) -> None:
    for _ in range(3):
        look(home, "AMC-0015X")
    lines = segment(home).read_text().splitlines(keepends=True)
    segment(home).write_text("".join(rewrite(lines)))  # type: ignore[operator]  # one of the three above
    assert "acts-2026-03.jsonl, line " in verify(home).fault


def test_a_line_cut_off_by_a_crash_is_taken_off_by_the_next(home: Home) -> None:
    look(home, "AMC-0015X")
    with segment(home).open("a") as stream:
        stream.write('{"at": "2026-')
    assert verify(home).n_entries == 1
    look(home, "AMC-0015X")
    assert (verify(home).n_entries, verify(home).fault) == (2, "")


def test_a_very_long_line_is_followed_as_well(home: Home) -> None:
    record(home, ANNA, "look", NOW, [f"AMC-{number}" for number in range(500)])
    assert len(segment(home).read_bytes()) > 16_000
    record(home, ANNA, "submit", NOW, submission="x" * 70_000)
    look(home, "AMC-0015X")
    assert (verify(home).n_entries, verify(home).fault) == (3, "")


def test_an_answer_about_very_many_patients_is_counted_not_named(home: Home) -> None:
    record(home, ANNA, "look", NOW, [f"AMC-{number}" for number in range(501)])
    (entry,) = said(home)
    assert (entry["n_patients"], "patients" in entry) == (501, False)


def test_the_hash_of_an_erased_patient_names_nobody(home: Home) -> None:
    look(home, "AMC-0015X")
    look(home, "AMC-0023K")
    keys = json.loads((home.log / "patient-keys.json").read_text())
    forget(home, {hash_of(make_key(home), "AMC-0015X")})
    assert find_patient(home, "AMC-0015X") is None
    assert find_patient(home, "AMC-0023K") is not None
    assert len(json.loads((home.log / "patient-keys.json").read_text())) == len(keys) - 1
    assert verify(home).fault == ""
    look(home, "AMC-0015X")  # a number that was given again is somebody else
    first, _, again = (entry["patients"] for entry in said(home))
    assert first != again


def test_nothing_goes_on_where_the_log_cannot_be_written(home: Home) -> None:
    segment(home).mkdir()
    with pytest.raises(HomeError, match="The log cannot be written, so nothing was done"):
        look(home, "AMC-0015X")
