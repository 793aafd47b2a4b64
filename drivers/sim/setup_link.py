"""The link on a setup card: a URL whose last part is the card's secret.

What a real card holds is not public. The address is the lab's own, under a domain reserved for
examples; an app takes from it the secret, by which the server finds the card's vehicle.
"""

from __future__ import annotations

from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText

SCHEME = "https://"
_ADDRESS = f"{SCHEME}setup.vehicle-maker.example/digital-key/card/"


def card_link(secret: SecretText) -> SecretText:
    """What the chip holds and the QR code shows."""
    return SecretText(_ADDRESS + secret.reveal())


def card_secret(link: SecretText) -> SecretText:
    """The secret in a card's link. Raises ActionRefused for any other link."""
    text = link.reveal()
    secret = text.removeprefix(_ADDRESS)
    if not secret or secret == text:
        raise ActionRefused("this is no setup card")
    return SecretText(secret)
