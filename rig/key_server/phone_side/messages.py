"""The texts that carry links: activation letters and invitations, written and read back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.api.backend import PAIRING_LINK, SHARING_LINK
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from rig.digital_key.secrets import Secret
from rig.key_server.pairing import Letter

_SITE = "https://keys.example.invalid"  # RFC 6761: leads nowhere
ACTIVATE, SHARE = PAIRING_LINK, SHARING_LINK
_LINK = re.compile(rf"{re.escape(_SITE)}({ACTIVATE}|{SHARE})([0-9a-f]+)\b")


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail as a mailbox shows it. The body holds secrets and does not print."""

    subject: str
    body: SecretText


def mail_of(letter: Letter) -> Mail:
    """The e-mail about activating a digital key, with its link and its manual token."""
    until = f"{letter.expires_at:%d %B %Y}"
    return Mail(
        subject="Activate your Digital Key",
        body=SecretText(
            "Your vehicle was added to your account. To create its digital key, open this link on"
            f" your phone:\n\n{link_text(ACTIVATE, letter.link)}\n\nor enter this pairing token in"
            f" the vehicle: {manual_token_of(letter).reveal()}\n\nBoth are good once, until"
            f" {until}.\n"
        ),
    )


def manual_token_of(letter: Letter) -> SecretText:
    """The pairing token that a person types in at the vehicle."""
    return SecretText(letter.manual_token.decode())


def invitation_text(vehicle: str, link: Secret) -> SecretText:
    """The message that goes to the recipient. The activation code is never in it (DK-CODE-02)."""
    return SecretText(
        f"I am sharing the digital key of my {vehicle} with you. Open this link on your phone to"
        f" add it: {link_text(SHARE, link)}"
    )


def link_text(kind: str, link: Secret) -> str:
    """A link as it stands in a message."""
    return f"{_SITE}{kind}{link.decode()}"


def link_in(message: SecretText, kind: str) -> Secret:
    """What the only link of a message carries. Raises ActionRefused for a message without one."""
    found = _LINK.findall(message.reveal())
    if len(found) != 1:
        raise ActionRefused("there is no link to a digital key in this message")
    if found[0][0] != kind:
        wanted = {ACTIVATE: "activates a digital key", SHARE: "adds a shared key"}
        raise ActionRefused(f"this is not a link that {wanted[kind]}")
    return Secret(found[0][1].encode())
