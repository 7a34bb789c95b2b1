"""A portal on a filled home, and its users' browsers: Starlette's client, which runs the real app."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pipelines.users.store import Users
from portal.app import create_app
from warehouse.layout import Home

PASSWORD = "correct horse battery"  # noqa: S105 (of invented users)
USERS = (
    ("anna", "clinic", "BRG"),
    ("bob", "clinic", "NRD"),
    ("reader", "read_only", "BRG"),
    ("chief", "coordinator", ""),
)
BASE = "http://portal.example"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    instant: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **span: float) -> None:
        self.instant += timedelta(**span)


@dataclass
class Browser:
    """A user's browser: it keeps cookies and sends the token of the page that it last saw."""

    client: TestClient
    token: str = ""
    answer: Any = field(default=None)

    def get(self, path: str, **options: Any) -> Any:
        return self._see(self.client.get(path, **options))

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        return self._see(self.client.post(path, data={"csrf": self.token, **(data or {})}, **options))

    def _see(self, answer: Any) -> Any:
        self.answer = answer
        found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer


def browser_of(app: Starlette) -> Browser:
    return Browser(TestClient(app, base_url=BASE))


def sign_in(app: Starlette, name: str, password: str = PASSWORD, code: str = "") -> Browser:
    browser = browser_of(app)
    browser.get("/sign-in")
    browser.post("/sign-in", {"name": name, "password": password, "code": code})
    return browser


def add_user(home: Home, name: str, role: str, clinic: str, language: str = "en", now: datetime = MONDAY) -> None:
    users = Users(home)
    users.accept(users.add(name, role, clinic, language, now), PASSWORD, now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(portal_home: Path, clock: Clock) -> Starlette:
    return create_app(Home(portal_home), clock)


@pytest.fixture
def as_user(app: Starlette) -> Iterator[Callable[[str], Browser]]:
    browsers: list[Browser] = []

    def begin(name: str) -> Browser:
        browsers.append(sign_in(app, name))
        return browsers[-1]

    yield begin
    for browser in browsers:
        browser.client.close()


@pytest.fixture(scope="session")
def user_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The users, made once: argon2 is slow on purpose."""
    folder = tmp_path_factory.mktemp("portal-users")
    for name, role, clinic in USERS:
        add_user(Home(folder), name, role, clinic)
    return folder / "portal"


@pytest.fixture
def portal_home(demo_home: Path, user_folder: Path, tmp_path: Path) -> Path:
    """A copy of the demonstration's home with four users; a page may write to it."""
    home = tmp_path / "home"
    shutil.copytree(demo_home, home, symlinks=True, ignore=shutil.ignore_patterns("archive", "dagster"))
    shutil.copytree(user_folder, home / "portal")
    return home
