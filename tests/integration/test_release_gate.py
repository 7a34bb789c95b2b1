"""The gate catches each fault that is planted for it; a warning passes with a named yes alone, which is kept."""

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from pipelines.errors import GateError
from pipelines.release import gate
from pipelines.release.drift import CHECKS, Check
from pipelines.release.gate import judge
from pipelines.release.verdict import CONTRACT, ERROR, FAIL, NOT_APPLICABLE, PASS, read_verdict
from warehouse.layout import Home

TABLES = """
create schema ops;
create table ops.known as select timestamp '2026-03-01' as known_at;
create table episode as
    select clinic, 'P' || clinic || i as patient_id, if(i % 2 = 0, 'surgical', 'conservative') as arm,
        40.0 as baseline_phat_total
    from range(100) as t(i), (values ('AMC'), ('UMC')) as c(clinic);
create table follow_up as
    select clinic, patient_id, 'month_12' as visit, true as is_counted, 80.0::double as phat_total,
        timestamp '2026-02-01' as changed_at
    from episode;
"""
PLANTS = {
    "columns_kept": "alter table episode drop column patient_id",
    "clinics_kept": "delete from episode where clinic = 'UMC'",
    "registry_filled": "delete from episode",
    "scores_in_range": "update follow_up set phat_total = 101 where patient_id = 'PUMC7'",
    "injuries_kept": "delete from episode where patient_id in ('PUMC1', 'PUMC2', 'PUMC3')",
    "follow_ups_kept": "delete from follow_up where patient_id in ('PUMC1', 'PUMC2', 'PUMC3')",
    "baseline_missing": "update episode set baseline_phat_total = null where patient_id like 'PUMC1%'",
    "score_missing": "update follow_up set phat_total = null where clinic = 'UMC' and patient_id > 'PUMC8'",
    "arms_stable": "update episode set arm = 'surgical' where patient_id like 'PUMC%'",
    "scores_stable": "update follow_up set phat_total = 69 where clinic = 'UMC'",
    "clinics_send": "update follow_up set changed_at = timestamp '2025-01-01' where clinic = 'UMC'",
}


def make(path: Path, fault: str = "") -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES + fault)
    return path


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("before") / "before.duckdb")


def test_what_is_as_it_was_passes_every_check(before: Path, tmp_path: Path) -> None:
    verdict = judge(make(tmp_path / "now.duckdb"), ("r1", before))
    assert {check.check: check.result for check in verdict.checks} == dict.fromkeys(PLANTS, PASS)
    verdict.refuse()


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_each_check_catches_the_fault_planted_for_it(before: Path, tmp_path: Path, check: str) -> None:
    verdict = judge(make(tmp_path / "now.duckdb", PLANTS[check]), ("r1", before))
    (found,) = (each for each in verdict.checks if each.check == check)
    assert found.result == FAIL
    assert [each.subject for each in found.subjects if each.result == FAIL] != []
    with pytest.raises(GateError, match=check):
        verdict.refuse()
    assert read_verdict(json.loads(json.dumps(verdict.as_json()))) == read_verdict(verdict.as_json())


def test_a_first_release_is_held_to_contracts_alone(tmp_path: Path) -> None:
    results = {check.check: check.result for check in judge(make(tmp_path / "now.duckdb"), None).checks}
    assert {name for name, result in results.items() if result == NOT_APPLICABLE} == {
        check.name for check in CHECKS if check.needs_before
    }


def test_of_few_people_no_rate_is_compared(before: Path, tmp_path: Path) -> None:
    few = "delete from episode where patient_id like 'PUMC_%' and patient_id not like 'PUMC1%'"
    (arms,) = (
        check
        for check in judge(make(tmp_path / "now.duckdb", few), ("r1", before)).checks
        if check.check == "arms_stable"
    )
    assert [(each.subject, each.result) for each in arms.subjects] == [("AMC", PASS), ("UMC", NOT_APPLICABLE)]


def test_a_check_that_cannot_run_is_an_error_that_no_yes_passes(
    before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Check("broken", CONTRACT, "", CHECKS[2].sql, lambda _: "a text", low=1, needs_before=False)  # type: ignore[arg-type,return-value]
    monkeypatch.setattr(gate, "CHECKS", (broken,))
    verdict = judge(make(tmp_path / "now.duckdb"), ("r1", before))
    assert [check.result for check in verdict.checks] == [ERROR]
    with pytest.raises(GateError, match="no yes can pass"):
        verdict.refuse()


def test_a_check_whose_column_is_gone_is_an_error_beside_its_contract(before: Path, tmp_path: Path) -> None:
    verdict = judge(make(tmp_path / "now.duckdb", "alter table episode drop column arm"), ("r1", before))
    results = {check.check: check.result for check in verdict.checks}
    assert {name for name, result in results.items() if result == ERROR} == {"arms_stable"}
    assert results["columns_kept"] == FAIL
    with pytest.raises(GateError, match="columns_kept, arms_stable"):
        verdict.refuse()


def test_the_page_of_great_expectations_fetches_nothing(before: Path, tmp_path: Path) -> None:
    page = tmp_path / "docs" / "index.html"
    judge(make(tmp_path / "now.duckdb", PLANTS["arms_stable"]), ("r1", before), page)
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text) == []
    assert re.findall(r"""url\(\s*["']?https?:""", text) == []
    assert "The share operated has not moved" in text


def call(home: Path, *words: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home), *words])


def test_a_warning_passes_with_a_named_yes_which_is_kept(demo_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "home"
    shutil.copytree(demo_home, path, symlinks=True, ignore=shutil.ignore_patterns("archive", "dagster"))
    home = Home(path)
    assert call(path, "release").exit_code == 0
    with duckdb.connect(str(home.registry_path)) as connection:  # as if a clinic's rows had been withdrawn
        connection.execute("delete from follow_up where clinic = 'BRG' and hash(patient_id) % 3 = 0")
    refused = call(path, "release")
    assert isinstance(refused.exception, GateError)
    assert "--accept follow_ups_kept" in refused.exception.remedy
    assert len(list(home.releases.iterdir())) == 1, "nothing half is left"
    assert json.loads((home.log / "gate.json").read_bytes())["accepted"] == []
    assert call(path, "release", "--accept", "follow_ups_kept").exception is not None, "a yes has a reason"
    assert call(path, "release", "--accept", "registry_filled", "--reason", "x").exception is not None
    done = call(path, "release", "--accept", "follow_ups_kept", "--reason", "BRG withdrew its trial arm")
    assert done.exit_code == 0, done.output
    newest = sorted(home.releases.glob("*Z"))[-1]
    (yes,) = json.loads((newest / "manifest.json").read_bytes())["gate"]["accepted"]
    assert (yes["check"], yes["reason"]) == ("follow_ups_kept", "BRG withdrew its trial arm")
    assert "BRG withdrew its trial arm" in call(path, "release", "show", newest.name).output
    assert call(path, "release", "verify", newest.name).exit_code == 0
    history = call(path, "release", "history", "follow_ups_kept").output.splitlines()
    assert [line.split()[-1] for line in history if line.startswith("  BRG")] == ["fail"], (
        "the first had none before it"
    )
    assert (newest / "data_docs" / "index.html").is_file()
