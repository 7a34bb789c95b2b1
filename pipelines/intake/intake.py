"""All that loading needs to know: the home, its settings, the dictionary, the facts and the run's clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from pipelines.intake.confirmation import known_confirmations
from pipelines.intake.erased import IsErased
from pipelines.intake.facts import settings_json, version_of
from pipelines.settings import Settings
from schemas.dictionary import Dictionary
from warehouse import ledger
from warehouse.connection import Connection
from warehouse.layout import Home
from warehouse.records import SectionStates

States = Callable[[Sequence[str]], Sequence[SectionStates]]


@dataclass(frozen=True)
class Intake:
    """What every file of a run is loaded with."""

    home: Home
    settings: Settings
    dictionary: Dictionary
    connection: Connection
    loaded_at: datetime
    states: States | None = None
    is_erased: IsErased | None = None

    @cached_property
    def settings_text(self) -> str:
        """The settings as JSON, to be kept once for each version."""
        return settings_json(self.settings)

    @cached_property
    def settings_version(self) -> str:
        """The version of the settings."""
        return version_of(self.settings_text)

    @cached_property
    def dictionary_text(self) -> str:
        """The dictionary as JSON, to be kept once for each version."""
        return self.dictionary.to_json()

    @cached_property
    def formats(self) -> Mapping[str, str]:
        """How each clinic writes its own numbers."""
        return {code: clinic.id_format for code, clinic in self.settings.clinics.items()}

    def confirmations(self) -> pl.DataFrame:
        """What clinics have confirmed up to now."""
        return known_confirmations(ledger.read_decisions(self.connection).values())
