"""Who is told what of a night: news once, what everybody knows not again, and when it is over.

What was told is in the state of the nights. A message that could not be handed over is tried again
by the next call, as long as no later night has told that channel; none of it touches the gate. It
is written down after it was sent, so a power cut in between sends it twice, under the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from reports.nightly.errors import NotifyError
from reports.nightly.message import Message
from reports.nightly.notify.mail import send_mail
from reports.nightly.notify.settings import MailSettings, NotifySettings, WebhookSettings
from reports.nightly.notify.webhook import send_webhook
from reports.nightly.state import FAILED, NOT_DUE, SENT, Night, Notice

REMIND_NIGHTS = 7  # what is not mended is said again after so many
PROBLEM, RECOVERY, NIGHT = "problem", "recovery", "night"
Channel = MailSettings | WebhookSettings


def tell(settings: NotifySettings, night: Night, earlier: Sequence[Night]) -> list[str]:
    """Tell everybody of a night who has not been told yet; what went wrong.

    ``earlier`` are the nights of the bench before, the newest first.
    """
    wrong = []
    channels: tuple[Channel, ...] = (*settings.mail, *settings.webhooks)
    for channel in channels:
        known = night.notices.get(channel.name)
        if known is not None and known.outcome != FAILED:
            continue
        notice = _told(channel, night, earlier)
        night.notices[channel.name] = notice
        night.save()
        wrong += [notice.error] if notice.error else []
    return wrong


def _told(channel: Channel, night: Night, earlier: Sequence[Night]) -> Notice:
    kind = kind_of(channel, night, earlier)
    fingerprint, now = str(night.message.get("fingerprint", "")), _now()
    if not kind:
        return Notice(NOT_DUE, fingerprint=fingerprint, at_utc=now)
    try:
        _sender(channel)(night.message, kind)
    except NotifyError as exc:
        return Notice(FAILED, kind, fingerprint, now, str(exc))
    return Notice(SENT, kind, fingerprint, now)


def _sender(channel: Channel) -> Callable[[Message, str], None]:
    if isinstance(channel, MailSettings):
        return lambda message, kind: send_mail(channel, message, kind)
    return lambda message, kind: send_webhook(channel, message, kind)


def kind_of(channel: Channel, night: Night, earlier: Sequence[Night]) -> str:
    """What kind of message is due; "" for none."""
    fingerprint = str(night.message.get("fingerprint", ""))
    last = _last_sent(channel.name, earlier)
    if fingerprint:
        if channel.when == "problems" and last is not None:
            known, since = last
            if (
                known.fingerprint == fingerprint
                and (night.night - since.night).days < REMIND_NIGHTS
            ):
                return ""
        return PROBLEM
    if last is not None and last[0].fingerprint:
        return RECOVERY
    return NIGHT if channel.when == "always" else ""


def _last_sent(channel: str, earlier: Sequence[Night]) -> tuple[Notice, Night] | None:
    """What the channel was told last, and in which night."""
    for night in earlier:
        notice = night.notices.get(channel)
        if notice is not None and notice.outcome == SENT:
            return notice, night
    return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
