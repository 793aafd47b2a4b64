"""A message by SMTP. What the server or the library says becomes a NotifyError, without secrets."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from reports.nightly.errors import NotifyError
from reports.nightly.message import Message, subject_of, text_of
from reports.nightly.notify.settings import MailSettings

TIMEOUT_S = 30.0


def send_mail(settings: MailSettings, message: Message, kind: str) -> None:
    """Hand a message to the server. NotifyError when it did not take it."""
    letter = _letter(settings, message, kind)
    try:
        with _connected(settings) as server:
            if settings.user:
                server.login(settings.user, settings.password())
            server.send_message(letter)
    except smtplib.SMTPAuthenticationError:
        raise NotifyError(f"{settings.name}: {settings.server} refused the password") from None
    except (smtplib.SMTPException, OSError) as exc:
        said = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise NotifyError(f"{settings.name}: {settings.server}: {said}") from exc


def _connected(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    where = (settings.server, settings.port)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(*where, timeout=TIMEOUT_S)
    if settings.security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _letter(settings: MailSettings, message: Message, kind: str) -> EmailMessage:
    """The same night has the same Message-ID: a letter that comes twice is seen to be one."""
    letter = EmailMessage()
    letter["Subject"] = _line(subject_of(message, kind))
    letter["From"] = settings.sender
    letter["To"] = ", ".join(settings.to)
    letter["Message-ID"] = f"<{message['id']}.{_word(settings.name)}@digital-key-rig.invalid>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_printable(text_of(message, kind)))
    return letter


def _line(text: str) -> str:
    """A header has one line, whatever a bench is called."""
    return "".join(c if c.isprintable() else " " for c in text)[:200]


def _word(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isalnum()) or "channel"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
