"""A home with Dagster's databases in it, made once: creating them costs more than the tests that use them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.instance import open_instance
from tests.support.fake_registry import FakeRegistry
from warehouse.layout import Home


@pytest.fixture(scope="session")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("used") / "home")
    home.create()
    with open_instance(home):
        return home.path


@pytest.fixture
def home(used_home: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(used_home, tmp_path / "home")))


@pytest.fixture
def instance(home: Home) -> Iterator[dg.DagsterInstance]:
    with open_instance(home) as instance:
        yield instance


@pytest.fixture
def registry(home: Home) -> FakeRegistry:
    return FakeRegistry(home)
