"""Digests and failures reach a real mail server, land in the home, and are not told twice."""

import email
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from pipelines.alerts.mail import MailError, send
from pipelines.alerts.telling import tell_digest, tell_failure
from pipelines.settings import Mail, Settings
from warehouse.layout import Home

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")  # on loopback

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


class Postbox:
    """Keeps what the server takes."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802  # its name
        self.messages.append(email.message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def password_is_right(_server: object, _session: object, _envelope: object, _kind: str, given: object) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and given.password == b"secret"
    return AuthResult(success=is_right, handled=False)


@pytest.fixture
def mail(postbox: Postbox) -> Iterator[Mail]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = Controller(
        postbox, "127.0.0.1", port, authenticator=password_is_right, auth_required=True, auth_require_tls=False
    )
    server.start()
    yield Mail("127.0.0.1", port, user="registry", sender="registry@clinic.test", to="a@clinic.test, b@clinic.test")
    server.stop()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def test_a_digest_reaches_everybody_and_lands_in_the_home(home: Home, mail: Mail, postbox: Postbox) -> None:
    told = tell_digest(home, Settings(name="Test", mail=mail), NOW, "secret")
    (message,) = postbox.messages
    assert message["To"] == mail.to
    assert message["Subject"] == "Test: nothing needs you"
    assert message["Auto-Submitted"] == "auto-generated"
    assert told.is_mailed
    assert message.get_content().replace("\r\n", "\n") == (home.path / told.file).read_text()


def test_without_a_server_a_digest_is_a_file(home: Home) -> None:
    told = tell_digest(home, Settings(), NOW)
    assert not told.is_mailed
    assert (home.path / told.file).is_file()


def test_a_failure_is_told_once_a_day(home: Home, mail: Mail, postbox: Postbox) -> None:
    settings = Settings(mail=mail)
    hours = [0, 1, 23, 25]
    news = [tell_failure(home, settings, NOW + timedelta(hours=hour), "derive", "1 audit.", "secret") for hour in hours]
    assert news == [True, False, False, True]
    assert len(postbox.messages) == 2
    assert tell_failure(home, settings, NOW, "derive", "2 audits.", "secret")


def test_a_wrong_password_says_so_and_keeps_the_text(home: Home, mail: Mail) -> None:
    with pytest.raises(MailError, match=r"did not take the mail \(SMTPAuthenticationError\)"):
        tell_digest(home, Settings(mail=mail), NOW, "wrong")
    assert len(list(home.digests.glob("digest-*.txt"))) == 1


def test_a_server_that_is_not_there_says_so() -> None:
    with pytest.raises(MailError, match="ConnectionRefusedError"):
        send(Mail("127.0.0.1", 1, sender="a@b.test", to="c@d.test"), "", "subject", "text")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(security: str, mail: Mail, postbox: Postbox) -> None:
    with pytest.raises(MailError):
        send(Mail(mail.host, mail.port, security, sender="a@b.test", to="c@d.test"), "", "subject", "text")
    assert postbox.messages == []
