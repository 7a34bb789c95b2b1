"""The entry point of Dagster: `definitions` reads HAMREG_HOME and hands the home down. Holds no definition itself."""

import os
from pathlib import Path

import dagster as dg

from pipelines.defs.resources import Registry
from pipelines.defs.wiring import build_definitions
from pipelines.journal import configure
from pipelines.plan import build_plan
from pipelines.settings import Settings, read_settings
from warehouse import keys
from warehouse.layout import Home

DEFAULT_HOME = "registry-home"


@dg.definitions
def definitions() -> dg.Definitions:
    """Everything Dagster shows, on the home of HAMREG_HOME; with default settings where there is no home yet."""
    configure(os.environ)
    keys.use_environment(os.environ)
    home = Home(Path(os.environ.get("HAMREG_HOME", DEFAULT_HOME)).absolute())
    settings = read_settings(home.settings_path) if home.settings_path.is_file() else Settings()
    registry = Registry(home, mail_password=os.environ.get("HAMREG_MAIL_PASSWORD", ""))
    return build_definitions(registry, settings, build_plan())
