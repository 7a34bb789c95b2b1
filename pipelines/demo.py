"""The demonstration: the example submissions handed in as they once were, loaded and derived in a home of their own."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.errors import HomeError, UsageError
from pipelines.home import create_home, replace_text
from pipelines.intake.inbox import hand_in
from pipelines.settings import read_settings
from warehouse.layout import Home

EXAMPLES = Path(__file__).parents[1] / "examples"
MANIFEST = "manifest.csv"


@dataclass(frozen=True)
class Example:
    """One file of the examples: whose it is and when the registry received it (UTC)."""

    path: Path
    clinic: str
    received_at: datetime


def read_examples(folder: Path = EXAMPLES) -> list[Example]:
    """The example submissions in the order they were received."""
    if not (folder / MANIFEST).is_file():
        raise UsageError("The examples are not here.", "Run the demo from a clone of the project.")
    with (folder / MANIFEST).open(encoding="utf-8", newline="") as file:
        items = [
            Example(folder / row["file"], row["clinic"], datetime.fromisoformat(row["received_at"]))
            for row in csv.DictReader(file)
        ]
    return sorted(items, key=lambda item: item.received_at)


def prepare_home(home: Home, folder: Path = EXAMPLES) -> None:
    """Make the demonstration's home, with the examples' settings; one that is synthetic already stays as it is."""
    if home.settings_path.exists():
        if not read_settings(home.settings_path).is_synthetic:
            raise HomeError(
                "This home holds a registry that is not marked synthetic: the demonstration stays away from it.",
                "Name another one: HAMREG_HOME=demo-home hamreg demo",
            )
        return
    text = (folder / "registry.toml").read_text(encoding="utf-8")
    create_home(home, name="Demonstration", timezone="Europe/Amsterdam", is_synthetic=True)
    replace_text(home.settings_path, text)


def hand_in_examples(home: Home, examples: list[Example]) -> Iterator[str]:
    """Hand every example in at the instant it was once received; the submission ids, one by one."""
    for example in examples:
        yield hand_in(home, example.clinic, example.path.name, example.path.read_bytes(), example.received_at)


def day_after(examples: list[Example]) -> datetime:
    """The demonstration's clock: a day after the last file, so that what it shows is the same every day."""
    return max(example.received_at for example in examples) + timedelta(days=1)


def forget(home: Home) -> None:
    """Remove a demonstration's home, and no other."""
    if home.settings_path.exists() and read_settings(home.settings_path).is_synthetic:
        shutil.rmtree(home.path)
