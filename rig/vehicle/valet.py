"""Valet mode: a setting of the vehicle that knows nothing of digital keys (DK-VALET-01)."""

from __future__ import annotations


class Valet:
    """On or off. What it keeps from a valet is not in the sources (AMB-33).

    It takes no key and no keyring: that it works irrespective of digital keys is how it is built.
    """

    def __init__(self) -> None:
        self.on = False

    def turn_on(self) -> None:
        """Hand the vehicle to a valet. No effect when it is on."""
        self.on = True

    def turn_off(self) -> None:
        """Take the vehicle back. No effect when it is off."""
        self.on = False
