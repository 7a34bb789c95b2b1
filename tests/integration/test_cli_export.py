"""`hamreg export` gives a patient all that is held on them, and nothing of anybody else."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from warehouse.layout import Home

PATIENT = "BRG-0004M"
NUMBER = re.compile(r"(?:BRG|DLT|FYS|NRD)-\d{4,}[A-Z]?")


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    copy = tmp_path_factory.mktemp("export") / "home"
    shutil.copytree(demo_home, copy, symlinks=True)
    return Home(copy)


def invoke(home: Home, *words: str) -> Result:
    return CliRunner(env={"HAMREG_USER": "anna"}).invoke(hamreg, ["--home", str(home.path), *words])


def test_a_machine_reads_rows_as_sent_versions_tables_and_who_looked(home: Home, tmp_path: Path) -> None:
    invoke(home, "history", PATIENT)
    file = tmp_path / "held.json"
    assert invoke(home, "export", PATIENT.lower(), "-o", str(file)).exit_code == 0
    held = json.loads(file.read_text())
    assert set(NUMBER.findall(file.read_text())) == {PATIENT}
    assert {row["form"] for row in held["sent"]} == {"enrolment", "follow_up", "rehabilitation", "imaging"}
    enrolment = held["sent"][0]
    assert (enrolment["clinic"], enrolment["file"], enrolment["cells"]["Patientennummer"]) == (
        *("BRG", "BRG_enrolment_02.csv", PATIENT),
    )
    tables = {table["name"]: table for table in held["tables"]}
    assert {"registry.episode", "registry.follow_up", "mart.patient_benchmark"} <= tables.keys()
    assert tables["registry.episode"]["columns"]["arm"]
    assert len(held["versions"]) >= len(held["sent"]) - 2
    ours = [line for line in held["log"] if line["who"] == "anna"]  # other tests look at the home this one copies
    assert [line["act"] for line in ours] == ["look"]
    assert len(held["places"]["archive"]) >= len({row["submission"] for row in held["sent"]})


def test_a_person_reads_a_page_in_the_clinics_language_or_another(home: Home, tmp_path: Path) -> None:
    for language, title in ((None, "Was das Register aufbewahrt"), ("nl", "Wat het register bewaart")):
        file = tmp_path / "held.html"
        words = ("--language", language) if language else ()
        result = invoke(home, "export", PATIENT, "-o", str(file), *words)
        assert result.exit_code == 0, result.output
        page = file.read_text()
        assert title in page
        assert "PHAT-Gesamtwert zu Beginn" in page
        assert set(NUMBER.findall(page)) == {PATIENT}
        assert file.stat().st_mode & 0o777 == 0o600


def test_an_export_is_in_the_log_and_a_number_nobody_has_is_refused(home: Home, tmp_path: Path) -> None:
    invoke(home, "export", PATIENT, "-o", str(tmp_path / "x.json"))
    assert "export" in invoke(home, "log", "--patient", PATIENT, "--last", "1").output
    result = invoke(home, "export", "BRG-9999Q", "-o", str(tmp_path / "none.json"))
    assert "The facts know no patient of that number." in str(result.exception)
    assert not (tmp_path / "none.json").exists()
