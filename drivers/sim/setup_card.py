"""The virtual setup card: it begins a set-up and opens nothing."""

from __future__ import annotations

import hashlib
import re

from drivers.api.device import Identity
from drivers.api.errors import DriverError
from drivers.api.phone import SetupCard
from drivers.api.secret_text import SecretText
from drivers.sim.contactless import Front, fixed_uid
from drivers.sim.ndef import NdefApplication
from drivers.sim.phone.holder import Chip
from drivers.sim.phone.misbehaviour import Misbehaviour
from drivers.sim.setup_link import card_link
from drivers.sim.world import World

_SECRET = re.compile(r"[A-Za-z0-9_-]{8,100}")


class VirtualSetupCard(SetupCard):
    """A Type 4 tag with one link, the same that is printed on its back.

    The link's secret names the card to the server. It is the option ``secret`` or, without one,
    the first 32 hexadecimal digits of SHA-256 over "setup card " and the serial number, so that a
    server can be told of it by whoever knows the serial. A vehicle finds no digital key on it.
    """

    def __init__(self, world: World, serial: str, secret: str = "") -> None:
        """Raises DriverError for a secret that no link can carry."""
        derived = hashlib.sha256(f"setup card {serial}".encode()).hexdigest()[:32]
        if secret and not _SECRET.fullmatch(secret):
            raise DriverError("a setup card's secret is 8 to 100 letters, digits, - and _")
        self._world = world
        self._serial = serial
        self._link = card_link(SecretText(secret or derived))
        self._application = NdefApplication(self._link)
        self.misbehave = Misbehaviour(self.withdraw)
        self._chip = Chip(
            self._application.process,
            self._application.reset,
            self.misbehave,
            Front(uid=fixed_uid(serial)),
        )

    @property
    def qr_code(self) -> SecretText:
        return self._link

    def present(self, at: str) -> None:
        self._world.bring(self._chip, at)

    def withdraw(self) -> None:
        self._world.take(self._chip)

    def close(self) -> None:
        self.withdraw()

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", "virtual setup card", self._serial)
