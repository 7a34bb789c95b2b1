"""`hamreg audit show`: a check's history by clinic, in the snapshots that are kept and the derivations discarded."""

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from tests.support.visit_registry import VisitRegistry
from warehouse.errors import AuditError

CHECK = "registry.seen: score < 80"
SEEN = """/* Visits by clinic.

grain: patient_id
checks:
  - score < 80
*/
select
    left(v.patient_id, 3) as clinic, -- The clinic.
    v.patient_id,
    v.score
from registry.visit as v
"""


@pytest.fixture
def registry(tmp_path: Path) -> VisitRegistry:
    """Two snapshots, and one discarded for a row of UMC."""
    registry = VisitRegistry(tmp_path)
    registry.home.settings_path.touch()
    registry.write("registry/seen", SEEN)
    registry.send("s1", date(2026, 3, 1), ("AMC-1", date(2026, 2, 1), 50), ("UMC-1", date(2026, 2, 2), 60))
    registry.publish(date(2026, 3, 2))
    registry.send("s2", date(2026, 3, 3), ("UMC-2", date(2026, 2, 3), 90))
    with pytest.raises(AuditError):
        registry.publish(date(2026, 3, 4))
    return registry


def show(registry: VisitRegistry, *words: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(registry.home.path), "audit", "show", *words])


def told(result: Result) -> list[str]:
    return [" ".join(row[2:]) for row in csv.reader(result.stdout.splitlines()[1:])]


def test_the_history_tells_numerator_and_denominator_of_each_clinic(registry: VisitRegistry) -> None:
    result = show(registry, CHECK, "--history", "--format", "csv")
    before = ["published AMC 0 1 pass", "published UMC 0 1 pass"]
    assert told(result) == ["discarded AMC 0 1 pass", "discarded UMC 1 2 fail", *before]
    assert result.exit_code == 1
    narrowed = show(registry, CHECK, "--history", "--clinic", "UMC", "--format", "csv")
    assert told(narrowed) == ["discarded UMC 1 2 fail", "published UMC 0 1 pass"]


def test_a_check_that_failed_shows_its_rows_and_one_that_passed_its_history(registry: VisitRegistry) -> None:
    failed = show(registry, CHECK, "--format", "csv")
    assert (failed.exit_code, failed.stdout) == (1, "clinic,patient_id,score\nUMC,UMC-2,90.0\n")
    assert show(registry, CHECK, "--clinic", "UMC", "--format", "csv").stdout == failed.stdout
    assert "It tells of: UMC." in getattr(show(registry, CHECK, "--clinic", "AMC").exception, "remedy", "")
    passed = show(registry, "registry.visit: grain", "--format", "csv")
    assert told(passed) == ["discarded registry 0 3 pass", "published registry 0 2 pass"]


def test_a_published_derivation_shows_one_screen_and_how_to_ask(registry: VisitRegistry) -> None:
    registry.write("registry/seen", SEEN.replace("80", "95"))
    registry.publish(date(2026, 3, 6))
    result = show(registry)
    assert (result.exit_code, "One check's history: hamreg audit show" in result.output) == (0, True)
    assert told(show(registry, CHECK, "--format", "csv"))[0] == "discarded AMC 0 1 pass"
    assert show(registry, "registry.seen: grain").exit_code == 0


def test_a_snapshot_from_before_tells_of_the_registry_as_a_whole(registry: VisitRegistry) -> None:
    with duckdb.connect(str(registry.home.registry_path.resolve())) as connection:
        connection.execute("drop table ops.audit_clinic")
    result = show(registry, CHECK, "--history", "--format", "csv")
    assert told(result)[2:] == ["published registry 0 2 pass"]


def test_what_is_unknown_is_answered_with_what_is_near(registry: VisitRegistry) -> None:
    assert "Near it: registry.seen: score < 80" in getattr(show(registry, "seen: score < 80").exception, "remedy", "")
    assert show(registry, "--history").exit_code != 0
