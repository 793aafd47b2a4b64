"""A message by HTTP POST, as plain JSON or as text for Slack or Teams."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from reports.nightly.errors import NotifyError
from reports.nightly.message import Message, subject_of, text_of
from reports.nightly.notify.settings import WebhookSettings

TIMEOUT_S = 30.0
_LONGEST = 3000  # of a text; chat services take little more


def send_webhook(settings: WebhookSettings, message: Message, kind: str) -> None:
    """Post a message. NotifyError when it was not taken; it names the host, never the URL."""
    url = urlsplit(settings.address())
    body = json.dumps(body_of(settings.form, message, kind)).encode()
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(message["id"])}
    connection = _connection(url.scheme, str(url.hostname), url.port)
    try:
        connection.request("POST", target, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as exc:
        said = getattr(exc, "strerror", None) or type(exc).__name__
        raise NotifyError(f"{settings.name}: {url.hostname}: {said}") from exc
    finally:
        connection.close()
    if not 200 <= status < 300:  # a redirection could lead anywhere, and is not followed
        raise NotifyError(f"{settings.name}: {url.hostname} answered {status}")


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)


def body_of(form: str, message: Message, kind: str) -> dict[str, Any]:
    """The message as a service takes it."""
    if form == "json":
        return {"kind": kind, "subject": subject_of(message, kind), **message}
    text = text_of(message, kind)[:_LONGEST]
    if form == "slack":
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return {"text": escaped}
    block = {"type": "TextBlock", "text": text.replace("\n", "\n\n"), "wrap": True}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [block],
    }
    kind_of_card = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind_of_card, "content": card}]}
