"""A registry home with files of invented patients waiting, for tests that run the real core."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.home import create_home, write_clinic
from pipelines.intake.inbox import hand_in
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id
from warehouse.layout import Home

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_home(path: Path, clinics: Sequence[str] = ("AMC", "UMCU")) -> Home:
    """A home that knows these clinics, which write as the dictionary's examples do."""
    home = Home(path)
    create_home(home, name="Test registry", timezone="Europe/Amsterdam")
    for clinic in clinics:
        write_clinic(home, clinic, {"name": clinic, "date_order": "ymd", "decimal": "point"})
    return home


def send_enrolments(home: Home, n_files: int, since: int = 0) -> list[str]:
    """Hand in files of one enrolment each, from every clinic in turn; gives the submissions."""
    clinics = sorted(path.name for path in home.inbox_folder.iterdir())
    return [_send(home, clinics[number % len(clinics)], number) for number in range(since, since + n_files)]


def _send(home: Home, clinic: str, number: int) -> str:
    row = read_dictionary().forms["enrolment"].example_row(patient_id=make_patient_id(clinic, number + 1))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return hand_in(home, clinic, "enrolment.csv", text.getvalue().encode(), START + timedelta(seconds=number))
