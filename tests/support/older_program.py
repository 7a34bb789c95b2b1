"""Loads what waits in a home as an earlier version of the program did, whose dictionary was another one.

Run as a program of its own: `python -m tests.support.older_program HOME [--with-every-field]`. In that version the
Tegner level of a visit ended at 5, that before the injury at 20, and, but with every field, nobody asked for the
version of the consent.
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from schemas import forms
from schemas.records import Field, Form

CHANGED = {("follow_up", "tegner"): 5, ("enrolment", "pre_injury_tegner"): 20}
ABSENT = {"enrolment": ["consent_version"]}


def older(form: Form) -> Form:
    absent = ABSENT.get(form.name, [])
    return replace(form, fields=tuple(_older(form.name, field) for field in form.fields if field.name not in absent))


def _older(form: str, field: Field) -> Field:
    return replace(field, maximum=CHANGED.get((form, field.name), field.maximum))


def load(home_path: Path) -> None:
    forms.FORMS = {name: older(form) for name, form in forms.FORMS.items()}  # before any is read
    from pipelines.intake.submission import Intake, load, waiting
    from pipelines.settings import read_settings
    from schemas.dictionary import read_dictionary
    from warehouse.connection import open_facts
    from warehouse.layout import Home

    home = Home(home_path)
    with open_facts(home) as connection:
        intake = Intake(home, read_settings(home.settings_path), read_dictionary(), connection, datetime.now(UTC))
        load(intake, waiting(home))


if __name__ == "__main__":
    if "--with-every-field" in sys.argv:
        ABSENT.clear()
    load(Path(sys.argv[1]))
