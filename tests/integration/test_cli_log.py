"""Every act and every look at a patient is in the log, whoever asks and however the question is put."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.accountability.chain import read_entries
from pipelines.accountability.pseudonym import find_patient
from pipelines.cli import hamreg
from warehouse.layout import Home

PATIENT = "BRG-0004M"


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    copy = tmp_path_factory.mktemp("log") / "home"
    shutil.copytree(demo_home, copy, symlinks=True)
    return Home(copy)


def invoke(home: Home, *words: str) -> Result:
    return CliRunner(env={"HAMREG_USER": "anna"}).invoke(hamreg, ["--home", str(home.path), *words])


def newest(home: Home) -> dict[str, object]:
    return dict(list(read_entries(home))[-1].said)


def looks(home: Home, *words: str) -> list[dict[str, object]]:
    """What a command adds to the log."""
    before = len(list(read_entries(home)))
    result = invoke(home, *words)
    assert result.exit_code == 0, result.output
    return [dict(entry.said) for entry in list(read_entries(home))[before:]]


@pytest.mark.parametrize("command", ["history", "benchmark"])
def test_a_look_at_one_patient_names_who_and_whom(home: Home, command: str) -> None:
    (look,) = looks(home, command, PATIENT)
    assert (look["who"], look["act"], look["command"]) == ("anna", "look", command)
    assert look["patients"] == [find_patient(home, PATIENT)]
    assert look["account"] != "anna"


@pytest.mark.parametrize(
    "sql",
    [
        f"from registry.episode where patient_id = '{PATIENT}'",
        f"select patient_id as x from mart.one_year where patient_id = '{PATIENT}'",
        f"select list(patient_id) from episode where patient_id = '{PATIENT}'",
        f"select e.* from mart.completeness as c, lateral (from episode where patient_id = '{PATIENT}') as e limit 1",
        f"select 1; from registry.follow_up where patient_id = '{PATIENT}' limit 1",
        f"from follow_up_as_of(timestamp '2999-01-01') where patient_id = '{PATIENT}' limit 1",
    ],
)
def test_a_query_that_shows_a_patient_is_a_look_at_the_patient(home: Home, sql: str) -> None:
    (look,) = looks(home, "query", sql)
    assert look["patients"] == [find_patient(home, PATIENT)]
    assert PATIENT not in str(look)


def test_a_count_over_patients_is_a_look_at_a_table(home: Home) -> None:
    (look,) = looks(home, "query", "select count(*) from registry.episode where arm = 'surgical'")
    assert (look["tables"], look["n_rows"], "patients" in look) == (["registry.episode"], 1, False)


def test_a_question_whose_plan_cannot_be_told_is_a_look_all_the_same(home: Home) -> None:
    (look,) = looks(home, "query", f"prepare p as from episode where patient_id = '{PATIENT}'; execute p")
    assert (look["tables"], look["patients"]) == (["untold"], [find_patient(home, PATIENT)])


@pytest.mark.parametrize("sql", ["from mart.completeness", "from reference.outcome", "from mart.arm_benchmark"])
def test_a_table_without_patients_is_no_look(home: Home, sql: str) -> None:
    assert looks(home, "query", sql) == []


def test_lists_of_patients_are_looks(home: Home) -> None:
    for words in (("overdue",), ("duplicates",), ("as-of", "2025-03-01", "from registry.episode")):
        (look,) = looks(home, *words)
        assert look["command"] == words[0]


def test_what_clinic_and_coordinator_do_is_in_the_log(home: Home, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("patient_id,side\n")
    (submit,) = looks(home, "submit", "--clinic", "NRD", str(tmp_path / "x.csv"))
    assert (submit["act"], submit["clinic"], str(submit["submission"])[-4:]) == ("submit", "NRD", ".csv")
    (release,) = looks(home, "release")
    assert (release["act"], release["release"]) == ("release", next(home.releases.glob("*Z")).name)
    (share,) = looks(home, "share", PATIENT, "NRD")
    assert (share["act"], share["clinic"], share["patients"]) == ("share", "NRD", [find_patient(home, PATIENT)])


def test_the_log_is_shown_and_checked(home: Home) -> None:
    looks(home, "history", PATIENT)
    shown = invoke(home, "log", "--last", "1").output
    assert " UTC  anna (as " in shown
    assert shown.endswith("look      command history, 1 patient\n")
    assert invoke(home, "log", "--patient", PATIENT).output.endswith(shown)
    checked = invoke(home, "log", "--verify")
    assert (checked.exit_code, checked.output.split(":")[0]) == (0, "The log holds together")
    entries = list(read_entries(home))
    assert checked.output.endswith(f"Newest digest: {entries[-1].digest}\n")
    digest = entries[3].digest
    assert invoke(home, "log", "--verify", "--mailed", digest[:16]).exit_code == 0
    assert invoke(home, "log", "--verify", "--mailed", "0123456789abcdef").exit_code == 1


def test_a_rewritten_log_is_named(home: Home) -> None:
    path = max(home.log.glob("acts-*.jsonl"))
    path.write_text(path.read_text().replace('"who":"anna"', '"who":"bert"', 1))
    result = invoke(home, "log", "--verify")
    assert result.exit_code == 1
    assert "The log was rewritten or is damaged: acts-" in result.output
