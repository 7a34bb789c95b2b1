"""Digests and failures reach a real mail server, land in the home, and are not told twice."""

import email
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from pipelines.accountability.log import Actor, record
from pipelines.alerts.digest import read_lines
from pipelines.alerts.mail import MailError, send
from pipelines.alerts.telling import tell_digest, tell_failure, tell_faults
from pipelines.daily import close_day
from pipelines.intake.batch import Failure
from pipelines.settings import Mail, Settings, read_settings
from warehouse.connection import reader
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


def test_files_that_bring_out_a_fault_are_told_at_once_and_once_a_day(home: Home, mail: Mail, postbox: Postbox) -> None:
    settings = Settings(name="Test", mail=mail)
    failures = [Failure("20260301T060000000000Z~1.csv", "AMC", "KeyError at cells.py:12")]
    assert not tell_faults(home, settings, NOW, [], "secret")
    assert [tell_faults(home, settings, NOW + timedelta(hours=hour), failures, "secret") for hour in (0, 2)] == [
        True,
        False,
    ]
    (message,) = postbox.messages
    assert message["Subject"] == "Test: 1 file could not be loaded"
    assert "20260301T060000000000Z~1.csv of AMC: KeyError at cells.py:12" in message.get_content()
    assert tell_faults(home, settings, NOW, [*failures, Failure("2", "FYS", "KeyError at cells.py:12")], "secret")


def test_a_failure_that_somebody_else_mails_is_kept_and_not_mailed(home: Home, mail: Mail, postbox: Postbox) -> None:
    assert tell_failure(home, Settings(mail=mail), NOW, "hamreg run", "why", "secret", is_mailed=False)
    assert len(list(home.digests.glob("failure-*.txt"))) == 1
    assert postbox.messages == []


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


def test_the_daily_mail_carries_the_digest_of_the_log(home: Home, mail: Mail, postbox: Postbox) -> None:
    digest = record(home, Actor("anna", "registry"), "submit", NOW, clinic="AMC", submission="s1")
    settings = Settings(name="Test", mail=mail)
    assert close_day(home, settings, Actor("night", "night"), NOW, "secret")
    (message,) = postbox.messages
    assert message["Subject"] == f"Test: the log holds together, {digest[:16]}"
    assert f"Digest of the newest line: {digest}" in message.get_content()
    assert f"hamreg log --verify --mailed {digest[:16]}" in message.get_content()
    assert not close_day(home, settings, Actor("night", "night"), NOW, "secret"), "once a day"
    assert len(postbox.messages) == 1


def test_mail_that_failed_is_told_by_the_next_digest_until_one_goes_out(
    home: Home, mail: Mail, postbox: Postbox
) -> None:
    settings = Settings(name="Test", mail=mail)
    assert close_day(home, settings, Actor("night", "night"), NOW, "wrong"), "the day is closed all the same"
    assert tell_failure(home, settings, NOW, "derive", "1 audit.", "wrong")
    assert [line.kind for line in read_lines(home, settings, NOW)] == ["unsent"]
    assert tell_failure(home, settings, NOW, "derive", "2 audits.", "secret")
    assert read_lines(home, settings, NOW) == ()
    assert len(postbox.messages) == 1


def test_no_mail_holds_a_patient_or_a_file_name(demo_home: Path, tmp_path: Path, mail: Mail, postbox: Postbox) -> None:
    home = Home(Path(shutil.copytree(demo_home, tmp_path / "full", symlinks=True)))
    with reader(home.registry_path) as connection:
        patients = connection.execute("select patient_id from registry.patient").fetchall()
        files = connection.execute("select distinct file from ops.submission").fetchall()
    words = [str(word) for (word,) in [*patients, *files]]
    settings = replace(read_settings(home.settings_path), mail=mail)
    now = datetime.now(UTC)
    tell_digest(home, settings, now, "secret")
    close_day(home, settings, Actor("night", "night"), now, "secret")
    tell_failure(home, settings, now, "load", "1 audit did not pass.", "secret")
    sent = [message.as_string().replace("=\n", "") for message in postbox.messages]
    assert len(sent) == 3
    assert len(words) > 150
    assert [word for word in words if any(word in text for text in sent)] == []
    assert any("BRG" in text for text in sent), "the search sees the mail's words"
