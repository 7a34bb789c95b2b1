"""A coordinator makes a home, adds clinics and hands out numbers. Commands run in process, as click runs them."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from pipelines.errors import HomeError, SettingsError, UsageError
from pipelines.settings import read_settings
from schemas.patient_id import is_valid_patient_id


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home), *arguments])


def add_amc(home: Path) -> Result:
    habits = ["--language", "nl", "--date-order", "dmy", "--decimal", "comma"]
    return run(home, "clinic", "add", "AMC", "--name", "Amsterdam UMC", *habits)


def test_init_makes_a_home_that_only_its_owner_can_read(home: Path) -> None:
    assert run(home, "init").exit_code == 0
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "registry.toml").stat().st_mode) == 0o600
    assert (home / "facts.duckdb").exists()
    assert run(home, "config", "check").exit_code == 0


def test_init_leaves_a_home_that_is_there_alone(home: Path) -> None:
    run(home, "init", "--name", "First")
    second = run(home, "init", "--name", "Second")
    assert isinstance(second.exception, UsageError)
    assert read_settings(home / "registry.toml").name == "First"


def test_a_clinic_is_added_with_its_habits_and_the_file_keeps_its_comments(home: Path) -> None:
    run(home, "init")
    assert add_amc(home).exit_code == 0
    clinic = read_settings(home / "registry.toml").clinics["AMC"]
    assert (clinic.language, clinic.date_order, clinic.decimal, clinic.separator) == ("nl", "dmy", "comma", ";")
    assert "# every night" in (home / "registry.toml").read_text()
    assert (home / "inbox" / "AMC").is_dir()
    assert "AMC" in run(home, "clinic", "list").output


def test_numbers_are_handed_out_once_and_carry_a_check_character(home: Path) -> None:
    run(home, "init")
    add_amc(home)
    first = run(home, "ids", "--clinic", "AMC", "--count", "30").output.split()
    second = run(home, "ids", "--clinic", "AMC", "--count", "30").output.split()
    assert len(set(first + second)) == 60
    assert all(is_valid_patient_id(number) for number in first + second)


def test_a_clinic_nobody_added_gets_no_numbers(home: Path) -> None:
    run(home, "init")
    refused = run(home, "ids", "--clinic", "XYZ")
    assert isinstance(refused.exception, UsageError)
    assert "hamreg clinic add XYZ" in refused.exception.remedy


def test_a_broken_settings_file_is_named_with_its_key(home: Path) -> None:
    run(home, "init")
    with (home / "registry.toml").open("a") as file:
        file.write('\n[clinics.AMC]\nlanguage = "klingon"\n')
    refused = run(home, "config", "check")
    assert isinstance(refused.exception, SettingsError)
    assert "clinics.AMC.language" in refused.exception.message


def test_a_cron_line_with_four_parts_is_named(home: Path) -> None:
    run(home, "init")
    text = (home / "registry.toml").read_text()
    (home / "registry.toml").write_text(text.replace('derive = "0 2 * * *"', 'derive = "0 2 * *"'))
    refused = run(home, "config", "check")
    assert isinstance(refused.exception, SettingsError)
    assert "schedules.derive" in refused.exception.message


def test_a_home_that_is_not_there_says_how_to_make_one(home: Path) -> None:
    refused = run(home, "clinic", "list")
    assert isinstance(refused.exception, HomeError)
    assert "hamreg init" in refused.exception.remedy
