"""Sending a text by SMTP, where registry.toml names a server. Knows nothing of what the text says."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from pipelines.errors import RegistryError
from pipelines.settings import Mail

TIMEOUT_SECONDS = 30.0


class MailError(RegistryError):
    """The mail could not be handed to the server; what it says lies in the home's digests."""


def send(mail: Mail, password: str, subject: str, text: str) -> bool:
    """Send the text to everybody in `mail.to`; False where the settings name no server."""
    if not mail.host:
        return False
    try:
        with _server(mail, password) as server:
            server.send_message(compose(mail, subject, text))
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(
            f"The mail server {mail.host}:{mail.port} did not take the mail ({type(error).__name__}).",
            "Check [mail] in registry.toml. The text lies in the home's digests/.",
        ) from None
    return True


def compose(mail: Mail, subject: str, text: str) -> EmailMessage:
    """The message: plain text, marked as sent by a machine so that no out-of-office note answers it."""
    message = EmailMessage()
    message["From"] = mail.sender
    message["To"] = mail.to
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


@contextmanager
def _server(mail: Mail, password: str) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_SECONDS)
    with server:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.user:
            server.login(mail.user, password)
        yield server
