"""The gate catches each fault that is planted for it; a warning passes with a named yes alone, which is kept."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from pipelines.errors import GateError
from pipelines.release.check import Check
from pipelines.release.checks import CHECKS
from pipelines.release.disclosure import THRESHOLD
from pipelines.release.gate import judge
from pipelines.release.gate_page import render_gate
from pipelines.release.publication import LAYERS, RUNS, read_release
from pipelines.release.verdict import CONTRACT, DRIFT, ERROR, FAIL, NOT_APPLICABLE, PASS, Subject, Verdict, read_verdict
from tests.support.search import find_everywhere
from warehouse.export import export_tables
from warehouse.layout import Home

BY_NAME = {check.name: check for check in CHECKS}
SOON = timedelta(days=1)

# check -> what is done to a copy of the release before, and the clinics (or tables) that must then be named.
PLANTS: Mapping[str, Sequence[tuple[str, set[str]]]] = {
    "columns_promised": [
        ("alter table mart.completeness rename column visit to appointment", {"registry mart.completeness: visit"}),
        ("alter table episode alter column sex type blob", {"registry registry.episode: sex varchar"}),
        ("drop table imaging", {"registry registry.imaging: "}),
    ],
    "keys_unique": [
        ("insert into follow_up from follow_up where clinic = 'BRG' limit 1", {"BRG registry.follow_up"}),
        ("update episode set side = null where clinic = 'FYS'", {"FYS registry.episode"}),
        ("insert into mart.patient_benchmark from mart.patient_benchmark where clinic = 'NRD'", {"NRD mart.patient"}),
    ],
    "values_in_range": [
        ("update follow_up set phat_total = 101 where clinic = 'BRG'", {"BRG registry.follow_up.phat_total"}),
        ("update episode set age_at_injury_years = -1 where clinic = 'NRD'", {"NRD registry.episode.age_at"}),
    ],
    "codes_known": [("update episode set sex = 'x' where clinic = 'NRD'", {"NRD registry.episode.sex"})],
    "registry_filled": [("delete from episode", {"registry registry.episode"})],
    "columns_kept": [
        ("alter table mart.trajectory drop column clinic", {"registry mart.trajectory: clinic varchar"}),
        ("alter table mart.trajectory alter injury_no type bigint", {"registry mart.trajectory: injury_no integer"}),
    ],
    "clinics_same": [
        ("update episode set clinic = 'NEW' where clinic = 'DLT'", {"DLT", "NEW"}),
        ("delete from episode where clinic = 'DLT'", {"DLT"}),
    ],
    "rows_kept": [
        (
            "delete from follow_up where patient_id = (select min(patient_id) from follow_up where clinic = 'BRG')",
            {"BRG registry.follow_up"},
        ),
        ("delete from reference.outcome where arm = 'surgical'", {"registry reference.outcome"}),
    ],
    "rows_grown": [
        (
            "insert into follow_up select * replace (assessed_on + 1 as assessed_on) from follow_up "
            "where clinic = 'BRG'",
            {"BRG registry.follow_up"},
        ),
        ("insert into imaging from imaging", {"registry registry.imaging"}),  # of few rows a clinic
    ],
    "missing_stable": [
        (
            "update follow_up set tegner = null where clinic = 'FYS' and hash(patient_id) % 2 = 0",
            {"FYS registry.follow_up.tegner"},
        ),
        ("update imaging set clinic = 'BRG', retraction_mm = null", set()),  # of few rows nothing is said
    ],
    "codes_stable": [
        ("update episode set sex = 'male' where clinic = 'FYS'", {"FYS registry.episode.sex = male"}),
        ("update episode set is_mri_confirmed = false where clinic = 'BRG'", {"BRG registry.episode.is_mri_confirmed"}),
    ],
    "means_stable": [
        ("update episode set age_at_injury_years = age_at_injury_years + 20 where clinic = 'BRG'", {"BRG registry.ep"})
    ],
    "spread_stable": [
        (
            "update episode set age_at_injury_years = 40 + 4 * (age_at_injury_years - 40) where clinic = 'BRG'",
            {"BRG registry.episode.age_at_injury_years"},
        ),
        (
            "update episode set age_at_injury_years = 40 + (age_at_injury_years - 40) // 4 where clinic = 'BRG'",
            {"BRG registry.episode.age_at_injury_years"},
        ),
    ],
    "clinics_send": [
        (
            ";".join(
                f"update {table} set changed_at = timestamp '2025-01-01' where clinic = 'NRD'"
                for table in ("episode", "follow_up", "event", "imaging", "rehabilitation", "screening", "treatment")
            ),
            {"NRD"},
        )
    ],
    "snapshot_fresh": [("update ops.known set known_at = known_at - interval 8 days", {"registry ops.known"})],
}
ALL_PLANTS = [(check, *plant) for check, plants in PLANTS.items() for plant in plants]


@pytest.fixture(scope="module")
def before(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before") / "release"
    export_tables(Home(demo_home).registry_path.resolve(), folder, LAYERS)
    return folder / "registry.duckdb"


@pytest.fixture(scope="module")
def at(before: Path) -> datetime:
    """A day after the snapshot."""
    with duckdb.connect(str(before), read_only=True) as connection:
        ((known_at,),) = connection.execute("select known_at from ops.known").fetchall()
    return datetime.combine(known_at.date(), known_at.time(), UTC) + SOON


@pytest.fixture(scope="module")
def unchanged(before: Path, at: datetime) -> Verdict:
    return judge(before, ("r1", before), at=at)


def make(before: Path, folder: Path, fault: str) -> Path:
    path = Path(shutil.copy(before, folder / "now.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute(fault)
    return path


def failed(verdict: Verdict) -> list[str]:
    return [each.name for check in verdict.checks for each in check.subjects if each.result == FAIL]


def test_what_is_as_it_was_passes_every_check(unchanged: Verdict) -> None:
    assert {check.check: check.result for check in unchanged.checks} == dict.fromkeys(BY_NAME, PASS)
    assert {check.severity for check in CHECKS} == {CONTRACT, DRIFT}
    unchanged.refuse()


def test_every_check_has_a_fault_planted_for_it() -> None:
    assert set(PLANTS) == set(BY_NAME)


@pytest.mark.parametrize(("check", "fault", "named"), ALL_PLANTS, ids=[check for check, *_ in ALL_PLANTS])
def test_a_check_catches_the_fault_planted_for_it(
    before: Path, at: datetime, tmp_path: Path, check: str, fault: str, named: set[str]
) -> None:
    verdict = judge(make(before, tmp_path, fault), ("r1", before), at=at, checks=[BY_NAME[check]])
    names = failed(verdict)
    assert [start for start in named if not any(name.startswith(start) for name in names)] == []
    if not named:
        assert names == []
        return
    with pytest.raises(GateError, match=check):
        verdict.refuse()
    assert verdict.is_refused
    assert read_verdict(json.loads(json.dumps(verdict.as_json()))).as_json() == verdict.as_json()


def test_a_first_release_is_held_to_contracts_and_keeps_its_figures(before: Path) -> None:
    verdict = judge(before, None)
    unasked = {check.check for check in verdict.checks if check.result == NOT_APPLICABLE}
    assert unasked == {
        *(check.name for check in CHECKS if check.needs_before),
        *("clinics_send", "snapshot_fresh"),  # no today was told
    }
    (missing,) = (check for check in verdict.checks if check.check == "missing_stable")
    assert {"BRG", "DLT", "FYS", "NRD"} == set(missing.by_clinic())
    assert all(each.denominator for each in missing.subjects)


def test_a_verdict_holds_no_sum_or_share_of_a_few_answers(before: Path, tmp_path: Path) -> None:
    """It is kept in the log, in Dagster and in the release: of one patient, a sum is the patient's answer."""
    lone = "update episode set clinic = 'NEW' where patient_id = (select min(patient_id) from episode)"
    verdict = judge(make(before, tmp_path, lone), ("r1", before))
    telling = ("codes_stable", "means_stable", "spread_stable")
    found = {check.check: {each.denominator for each in check.subjects} for check in verdict.checks}
    assert all(denominators and not {*range(1, THRESHOLD)} & denominators for denominators in map(found.get, telling))
    (missing,) = (check for check in verdict.checks if check.check == "missing_stable")
    assert "NEW" in missing.by_clinic(), "that an answer is there is told of everybody"


def test_a_check_that_cannot_run_is_an_error_that_no_yes_passes(before: Path) -> None:
    told = Check("broken", DRIFT, "", "", lambda _: [Subject("BRG", 1, 1, value="a text")], low=1)  # type: ignore[arg-type]
    verdict = judge(before, ("r1", before), checks=[told])
    assert [check.result for check in verdict.checks] == [ERROR]
    with pytest.raises(GateError, match="no yes can pass"):
        replace(verdict, accepted=()).refuse()


def test_a_check_whose_table_is_gone_is_an_error_beside_its_contract(before: Path, tmp_path: Path) -> None:
    asked = [BY_NAME[name] for name in ("codes_known", "columns_kept")]
    verdict = judge(make(before, tmp_path, "drop table dictionary.code"), ("r1", before), checks=asked)
    assert [check.result for check in verdict.checks] == [ERROR, FAIL]
    with pytest.raises(GateError, match="codes_known failed"):
        verdict.refuse()


def test_its_pages_fetch_nothing_and_show_figures_with_their_history(
    before: Path, unchanged: Verdict, tmp_path: Path
) -> None:
    page = tmp_path / "docs" / "expectations.html"
    fault = "update episode set sex = 'male' where clinic = 'FYS'"
    verdict = judge(make(before, tmp_path, fault), ("r1", before), page, checks=[BY_NAME["codes_stable"]])
    own = render_gate("r2", verdict, [("20250101T000000000000Z", unchanged)])
    for text in (page.read_text(encoding="utf-8"), own):
        assert re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text) == []
        assert re.findall(r"""url\(\s*["']?https?:|<script|<link""", text) == []
        assert "The share of no code has moved" in text
    (row,) = (row for row in own.split("<tr>") if "registry.episode.sex = male" in row and "FYS" in row)
    counts = re.findall(r"20250101: (\d+) of (\d+)", row)
    assert counts
    assert f"{counts[0][1]}</td>" in row, "as many as before are filled"


def call(home: Path, *words: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home), *words])


def test_a_warning_passes_with_a_named_yes_and_every_run_is_kept(demo_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "home"
    shutil.copytree(demo_home, path, symlinks=True, ignore=shutil.ignore_patterns("archive", "dagster"))
    home = Home(path)
    assert call(path, "release").exit_code == 0
    with duckdb.connect(str(home.registry_path)) as connection:  # as if a clinic's rows had been withdrawn
        connection.execute("delete from follow_up where clinic = 'BRG' and hash(patient_id) % 3 = 0")
        patients = [str(row[0]) for row in connection.execute("select patient_id from patient").fetchall()]
    refused = call(path, "release")
    assert isinstance(refused.exception, GateError)
    assert "--accept rows_kept" in refused.exception.remedy
    assert len(list(home.releases.iterdir())) == 1, "nothing half is left"
    assert call(path, "release", "--accept", "rows_kept").exception is not None, "a yes has a reason"
    assert call(path, "release", "--accept", "keys_unique", "--reason", "x").exception is not None, (
        "a contract has none"
    )
    done = call(path, "release", "--accept", "rows_kept", "--reason", "BRG withdrew its trial arm")
    assert done.exit_code == 0, done.output
    newest = sorted(home.releases.glob("*Z"))[-1]
    manifest = json.loads((newest / "manifest.json").read_bytes())
    (yes,) = manifest["accepted"]
    assert (yes["check"], yes["reason"]) == ("rows_kept", "BRG withdrew its trial arm")
    assert "gate.json" in manifest["digests"], "the figures stand beside the manifest, which vouches for them"
    assert json.loads((newest / "gate.json").read_bytes()) == json.loads(
        (home.log / RUNS / f"{newest.name}.json").read_bytes()
    )
    assert "BRG withdrew its trial arm" in call(path, "release", "show", newest.name).output
    assert call(path, "release", "verify", newest.name).exit_code == 0
    assert {page.name for page in (newest / "data_docs").iterdir()} == {"index.html", "expectations.html"}
    check_history(path)
    check_an_earlier_manifest(home, newest.name)
    kept = find_everywhere(path, patients)
    assert kept, "the search finds patients where they are"
    assert not [name for name in kept if name.startswith("log/gate") or "data_docs" in name or "manifest" in name]


def check_an_earlier_manifest(home: Home, name: str) -> None:
    """A release cut when the manifest held what the gate said still tells it."""
    release = read_release(home, name)
    verdict = release.read_verdict()
    assert verdict is not None
    (release.path / "gate.json").unlink()
    content = json.loads((release.path / "manifest.json").read_bytes())
    content["gate"] = verdict.as_json()
    (release.path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_release(home, name).accepted == release.accepted == verdict.accepted
    assert read_release(home, name).read_verdict() == verdict


def check_history(path: Path) -> None:
    runs = call(path, "release", "history").output
    assert re.findall(r"Z  (\w+) ", runs) == ["released", "refused", "released"]
    assert "accepted rows_kept: BRG withdrew its trial arm" in runs
    history = call(path, "release", "history", "rows_kept").output.splitlines()
    assert [line.split()[1] for line in history if line.startswith("  BRG")] == ["not", "fail", "fail"]
    figures = call(path, "release", "history", "rows_kept", "--clinic", "BRG").output
    assert len(re.findall(r"BRG registry.follow_up: \d+ of \d+", figures)) == 3
    assert call(path, "release", "history", "--clinic", "BRG").exception is not None
