"""What the link in a message leads to."""

from __future__ import annotations

from enum import Enum

from drivers.api.backend import PAIRING_LINK, SHARING_LINK
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText


class Link(Enum):
    """The two kinds of link that a wallet opens."""

    PAIRING = PAIRING_LINK
    SHARING = SHARING_LINK


def link_in(message: SecretText) -> Link:
    """The kind of the link in a message. Raises ActionRefused when there is none."""
    text = message.reveal()
    for link in Link:
        if link.value in text:
            return link
    raise ActionRefused("no link of a digital key in this message")
