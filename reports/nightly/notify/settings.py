"""The file that says who is told: YAML, strict, with the line of what is wrong.

    mail:
      - name: team
        server: mail.example.org
        port: 587
        security: starttls
        user: rig
        password_env: RIG_SMTP_PASSWORD
        sender: rig@example.org
        to: [team@example.org]
    webhooks:
      - name: chat
        url_env: RIG_CHAT_WEBHOOK
        form: slack

No password stands in it: it names a variable of the environment, or a file that its owner alone may
read.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, Strict, model_validator

from reports.nightly.errors import NotifyError
from rig.plans.catalogue import Entry, Text, Texts
from rig.plans.errors import PlanError
from rig.plans.load import read_entry

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _Channel(Entry):
    name: Text
    when: Literal["problems", "always"] = "problems"  # and when they are over


class MailSettings(_Channel):
    """A mailbox, and how it is reached."""

    server: Text
    port: Annotated[int, Strict(True), Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_env: str = ""
    password_file: str = ""
    sender: Text
    to: Annotated[Texts, Field(min_length=1)]

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.user and not (self.password_env or self.password_file):
            raise ValueError("user wants password_env or password_file")
        if self.user and self.security == "none" and self.server not in _LOOPBACK:
            raise ValueError("a password wants security: starttls or tls")
        if any(not text.isprintable() for text in (self.sender, *self.to, self.name)):
            raise ValueError("an address is a line of text")
        return self

    def password(self) -> str:
        """NotifyError when it is not to be had, or not kept safe."""
        return secret(self.name, self.password_env, self.password_file)


class WebhookSettings(_Channel):
    """A URL that takes a message by POST. A URL with a secret in it stands in the environment."""

    url: str = ""
    url_env: str = ""
    url_file: str = ""
    form: Literal["json", "slack", "teams"] = "json"

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        if sum(map(bool, (self.url, self.url_env, self.url_file))) != 1:
            raise ValueError("wants exactly one of url, url_env and url_file")
        if self.url:
            refuse_unsafe(self.url)
        return self

    def address(self) -> str:
        """NotifyError when it is not to be had, or no safe one."""
        found = self.url or secret(self.name, self.url_env, self.url_file)
        try:
            refuse_unsafe(found)
        except ValueError as exc:
            raise NotifyError(f"{self.name}: {exc}") from exc
        return found


class NotifySettings(Entry):
    """Everybody who is told."""

    mail: Annotated[tuple[MailSettings, ...], Strict(False)] = ()
    webhooks: Annotated[tuple[WebhookSettings, ...], Strict(False)] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [channel.name for channel in (*self.mail, *self.webhooks)]
        if len(set(names)) != len(names):
            raise ValueError("every channel has a name of its own")
        return self


def load_notify(path: Path) -> NotifySettings:
    """Read the file; NotifyError says what is wrong and on which line."""
    try:
        return read_entry(path, NotifySettings, PlanError)
    except PlanError as exc:
        raise NotifyError(str(exc)) from exc


def refuse_unsafe(url: str) -> None:
    """ValueError for what is no https URL; http goes to this machine alone."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as exc:
        raise ValueError("url is none") from exc
    if not host or not url.isprintable() or " " in url:
        raise ValueError("url is none")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ValueError("url must begin with https://")


def secret(channel: str, variable: str, file: str) -> str:
    """A secret from the environment, or from a file that is its owner's alone; NotifyError."""
    if variable:
        if found := os.environ.get(variable):
            return found
        raise NotifyError(f"{channel}: {variable} is not in the environment")
    path = Path(file).expanduser()
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise NotifyError(f"{channel}: {path} may be read by others: chmod 600")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise NotifyError(f"{channel}: {path} cannot be read") from exc
