"""What virtual phone and virtual key card share: a chip with an applet, a hand to move it."""

from __future__ import annotations

from functools import reduce
from operator import xor
from pathlib import Path

from drivers.api.device import Finding, Identity
from drivers.api.phone import KeyHolder
from drivers.sim.phone.applet import Applet
from drivers.sim.phone.misbehaviour import Misbehaviour
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone.wallet_file import WalletError, read_holder
from drivers.sim.world import World
from rig.digital_key.errors import Malformed
from rig.digital_key.messages import Outcome


def contactless_atr(historical: bytes) -> bytes:
    """The ATR a PC/SC reader makes up for a contactless chip (PC/SC part 3, 3.1.3.2.3.1)."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    return b"\x3b" + body + bytes((reduce(xor, body),))


class Chip:
    """The ChipCard that enters a field."""

    def __init__(self, applet: Applet, misbehaviour: Misbehaviour, atr: bytes) -> None:
        self._applet = applet
        self._misbehaviour = misbehaviour
        self._atr = atr

    @property
    def atr(self) -> bytes:
        return self._atr

    def power(self, *, on: bool) -> None:  # noqa: ARG002 - both edges lose what is volatile
        self._applet.reset()
        self._misbehaviour.new_visit()

    def process(self, apdu: bytes) -> bytes | None:
        return self._misbehaviour.process(apdu, self._applet.process)


class VirtualHolder(KeyHolder):
    """Base of the virtual phone and the virtual key card.

    ``misbehave`` plants faults: ``with phone.misbehave(Fault.MUTE, at=3): ...``.
    """

    historical = b""  # bytes of the ATS

    def __init__(self, world: World, wallet: Path, holder: str) -> None:
        """Raises DeviceNotFound for no such file or holder, WalletError for a bad file."""
        entry = read_holder(wallet, holder)
        if entry.kind != self.kind:
            raise WalletError(f"{wallet}: a {entry.kind}, not a {self.kind}", device=holder)
        self.misbehave = Misbehaviour(self.withdraw)
        self._world = world
        self._keys: tuple[HeldKey, ...] = entry.keys
        self._model, self._holder = entry.model, holder
        self._applet = Applet(entry.keys, lambda: world.settings, sign=self.misbehave.sign)
        self._chip = Chip(self._applet, self.misbehave, contactless_atr(self.historical))

    @property
    def last_outcome(self) -> Outcome | None:
        """How the vehicle ended the latest transaction since the device was last presented."""
        return self._applet.last_outcome

    def present(self, at: str) -> None:
        self._applet.last_outcome = None
        self._world.bring(self._chip, at)

    def withdraw(self) -> None:
        self._world.take(self._chip)

    def close(self) -> None:
        self.withdraw()

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", f"virtual {self._model}", self._holder)

    def self_test(self) -> tuple[Finding, ...]:
        """Whether there are keys, and whether their mailboxes fit the settings."""
        names = sorted({key.dialect.name for key in self._keys})
        found = f"keys: {len(self._keys)} ({', '.join(names)})" if names else "no key"
        findings = [Finding(found, bool(names), "" if names else "add a key to the wallet file")]
        try:
            for key in self._keys:
                key.contents.laid_out(self._world.settings)
        except Malformed as exc:
            advice = "change the settings mailbox_* or the wallet file"
            findings.append(Finding(f"private mailbox: {exc}", ok=False, advice=advice))
        return tuple(findings)
