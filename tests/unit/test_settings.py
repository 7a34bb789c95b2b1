from pathlib import Path

import pytest

from pipelines.errors import SettingsError
from pipelines.settings import Limits, parse_settings, read_settings

GOOD = """
[registry]
name = "Test"
timezone = "Europe/Amsterdam"

[clinics.AMC]
name = "Amsterdam UMC"
language = "nl"
date_order = "dmy"
decimal = "comma"
separator = ";"
missing_codes = { "-99" = "unknown" }

[limits]
max_columns = 40
"""


def test_a_clinic_is_read_with_its_habits() -> None:
    clinic = parse_settings(GOOD).clinics["AMC"]
    assert (clinic.language, clinic.date_order, clinic.decimal, clinic.separator) == ("nl", "dmy", "comma", ";")
    assert clinic.missing_codes == {"-99": "unknown"}


def test_what_is_not_said_has_its_default() -> None:
    settings = parse_settings(GOOD)
    assert settings.limits.max_columns == 40
    assert settings.limits.max_bytes == Limits().max_bytes
    assert settings.schedules.derive == "0 2 * * *"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[registry", "not valid TOML"),
        ("[registry]\ntimezone = 'Mars/Olympus'", "registry.timezone"),
        ("[registry]\ncolour = 'red'", "registry.colour"),
        ("[clinics.amc]", "clinics.amc"),
        ("[clinics.AMC]\nlanguage = 'fr'", "clinics.AMC.language"),
        ("[clinics.AMC]\nlanguage = 3", "clinics.AMC.language"),
        ("[clinics.AMC]\nid_format = '('", "clinics.AMC.id_format"),
        ("[clinics.AMC]\nmissing_codes = { x = 'forgotten' }", "clinics.AMC.missing_codes"),
        ("[limits]\nmax_bytes = true", "limits.max_bytes"),
        ("clinics = 3", "clinics"),
        ("[cliniques]", "cliniques"),
    ],
)
def test_a_fault_is_named_with_its_key_and_a_remedy(text: str, where: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    assert where in caught.value.message
    assert "hamreg config check" in caught.value.remedy


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no registry\.toml") as caught:
        read_settings(tmp_path / "registry.toml")
    assert "hamreg init" in caught.value.remedy
