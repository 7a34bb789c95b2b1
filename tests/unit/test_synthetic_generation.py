"""What `hamreg generate` writes: files, settings and manifest that a registry can take as they are."""

import csv
import hashlib
import re
from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from pipelines.cli.generate import generate_command as command
from pipelines.errors import UsageError
from pipelines.settings import read_settings
from pipelines.synthetic.generation import INSTANT, GenerationSummary, generate
from schemas.dictionary import normalise, read_dictionary


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> GenerationSummary:
    return generate(tmp_path_factory.mktemp("synthetic") / "registry", clinics=6, patients=150, seed=3)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def manifest(folder: Path) -> list[dict[str, str]]:
    return table(folder / "manifest.csv")


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def headers(summary: GenerationSummary) -> set[tuple[str, ...]]:
    """The first lines of the files whose lines nobody spoilt."""
    found = set()
    settings = read_settings(summary.folder / "registry.toml")
    spoilt = {row["file"] for row in table(summary.folder / "truth.csv") if not row["column"] or row["line"] == "1"}
    for path in sorted(summary.folder.rglob("*.csv")):
        if path.parent != summary.folder and path.relative_to(summary.folder).as_posix() not in spoilt:
            text = path.read_bytes().decode("cp1252" if path.read_bytes()[:3] != b"\xef\xbb\xbf" else "utf-8-sig")
            found.add(tuple(text.splitlines()[0].split(settings.clinics[path.parent.name].separator)))
    return found


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("first", 3), ("again", 3), ("other", 4)):
        generate(tmp_path / name, clinics=3, patients=30, seed=seed)
    first, again, other = (digests(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    assert first["manifest.csv"] != other["manifest.csv"]


def test_the_settings_are_marked_synthetic_and_pass_their_check(summary: GenerationSummary) -> None:
    settings = read_settings(summary.folder / "registry.toml")
    assert settings.is_synthetic
    assert len(settings.clinics) == summary.clinics == 6
    assert all(
        "Synthetic" in clinic.name and clinic.contact.endswith(".example") for clinic in settings.clinics.values()
    )
    assert {clinic.date_order for clinic in settings.clinics.values()} == {"dmy", "", "mdy"}


def test_the_manifest_names_every_file_in_the_order_of_receipt(summary: GenerationSummary) -> None:
    rows = manifest(summary.folder)
    instants = [datetime.strptime(row["received_at"], INSTANT) for row in rows]
    files = {
        path.relative_to(summary.folder).as_posix()
        for path in summary.folder.rglob("*")
        if path.parent != summary.folder and path.is_file()
    }
    assert instants == sorted(instants)
    assert len(rows) == summary.files
    assert {row["file"] for row in rows} == files
    assert all(row["file"].startswith(row["clinic"] + "/") for row in rows)


def test_a_few_files_are_sent_twice(summary: GenerationSummary) -> None:
    names = [row["file"] for row in manifest(summary.folder)]
    assert 0 < summary.files - len(set(names)) < summary.files / 10


def test_every_form_is_sent_with_the_columns_of_its_template_by_name_or_label(summary: GenerationSummary) -> None:
    forms = read_dictionary().forms.values()
    templates = {tuple(field.name for field in form.template_fields) for form in forms}
    known = {name: field for form in forms for name, field in form.headers.items()}
    assert {tuple(known[normalise(text)] for text in header) for header in headers(summary)} == templates
    assert {header for header in headers(summary) if "Datum der Verletzung" in header}


def test_one_clinic_sends_workbooks_with_dates_and_numbers_as_such(summary: GenerationSummary) -> None:
    path = min(summary.folder.rglob("DLT_*.xlsx"))
    book = openpyxl.load_workbook(BytesIO(path.read_bytes()))
    sheet = book["enrolment"]
    row = dict(zip([cell.value for cell in sheet[1]], [cell.value for cell in sheet[2]], strict=True))
    assert isinstance(row["Datum eerste bezoek"], datetime)
    assert isinstance(row["Leeftijd bij letsel"], int | float)


def test_a_clinic_with_its_own_numbers_uses_them(summary: GenerationSummary) -> None:
    settings = read_settings(summary.folder / "registry.toml")
    text = min((summary.folder / "FYS").glob("*enrolment*")).read_text(encoding="cp1252")
    ids = [line.split(";")[0] for line in text.splitlines()[1:]]
    assert ids
    assert all(re.fullmatch(settings.clinics["FYS"].id_format, number) for number in ids)


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / "new"), "--clinics", "2", "--patients", "12"])
    assert result.exit_code == 0
    assert "synthetic clinics" in result.output


def test_the_command_overwrites_nothing_and_wants_a_period(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        CliRunner().invoke(command, [str(tmp_path)], catch_exceptions=False)
    with pytest.raises(UsageError, match="60 days"):
        CliRunner().invoke(command, [str(tmp_path / "new"), "--since", "2025-12-01"], catch_exceptions=False)
