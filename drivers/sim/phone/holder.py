"""What virtual phone, watch and key card share: a chip with an applet, a hand to move it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor
from pathlib import Path

from drivers.api.device import Finding, Identity
from drivers.api.phone import KeyHolder
from drivers.sim.contactless import Contactless, Front
from drivers.sim.phone.ecp import ExpressMode
from drivers.sim.phone.misbehaviour import Misbehaviour
from drivers.sim.phone.platforms import EcpHabits
from drivers.sim.phone.secure_element import SecureElement
from drivers.sim.phone.wallet_file import Holder, WalletError, read_holder
from drivers.sim.world import World
from rig.digital_key.errors import Malformed
from rig.digital_key.messages import Outcome


def contactless_atr(historical: bytes) -> bytes:
    """The ATR a PC/SC reader makes up for a contactless chip (PC/SC part 3, 3.1.3.2.3.1)."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    return b"\x3b" + body + bytes((reduce(xor, body),))


class Chip(Contactless):
    """The ChipCard that enters a field."""

    def __init__(
        self,
        process: Callable[[bytes], bytes | None],
        reset: Callable[[], None],
        misbehaviour: Misbehaviour,
        front: Front,
        express: ExpressMode | None = None,
    ) -> None:
        """``express``: what has to be called before it answers a reader that polls."""
        self._process = process
        self._reset = reset
        self._misbehaviour = misbehaviour
        self._express = express
        self.front, self.listener = front, express

    @property
    def atr(self) -> bytes:
        return contactless_atr(self.front.historical)

    def power(self, *, on: bool) -> None:  # noqa: ARG002 - both edges lose what is volatile
        self._reset()
        self._misbehaviour.new_visit()

    def process(self, apdu: bytes) -> bytes | None:
        return self._misbehaviour.process(apdu, self._route)

    def _route(self, apdu: bytes) -> bytes | None:
        if self._express is not None and (refusal := self._express.refusal(apdu)) is not None:
            return refusal
        return self._process(apdu)


def holder_of(wallet: Path | None, name: str, kind: str) -> Holder:
    """An entry of a wallet file, or one without keys where there is no file.

    Raises DeviceNotFound for no such file or holder, WalletError for a bad file or another kind.
    """
    if wallet is None:
        return Holder(kind, kind, ())
    entry = read_holder(wallet, name)
    if entry.kind != kind:
        raise WalletError(f"{wallet}: a {entry.kind}, not a {kind}", device=name)
    return entry


class VirtualHolder(KeyHolder):
    """Base of everything virtual that is held to readers and has keys.

    ``misbehave`` plants faults: ``with phone.misbehave(Fault.MUTE, at=3): ...``.
    """

    historical = b""  # bytes of the ATS

    def __init__(
        self, world: World, entry: Holder, serial: str, ecp: EcpHabits | None = None
    ) -> None:
        """``entry`` says what it holds at first, ``serial`` who it is, ``ecp`` when it answers."""
        self.misbehave = Misbehaviour(self.withdraw)
        self._world = world
        self._model, self._serial = entry.model, serial
        self._element = SecureElement(entry.keys, lambda: world.settings, self.misbehave.sign)
        express = None if ecp is None else ExpressMode(ecp, world.clock)
        self._chip = Chip(self._process, self._reset, self.misbehave, self._front(), express)
        self._place: str | None = None
        self._was_fed = True

    @property
    def last_outcome(self) -> Outcome | None:
        """How the vehicle ended the latest transaction since the device was last presented."""
        return self._element.applet.last_outcome

    def present(self, at: str) -> None:
        self._element.applet.last_outcome = None
        self._place = at
        self._show(fed=self._is_fed())

    def withdraw(self) -> None:
        self._place = None
        self._world.take(self._chip)

    def close(self) -> None:
        self.withdraw()

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", f"virtual {self._model}", self._serial or self.name)

    def self_test(self) -> tuple[Finding, ...]:
        """Which keys there are, and whether their mailboxes fit the settings."""
        names = sorted({key.dialect.name for key in self._element.keys})
        kinds = f" ({', '.join(names)})" if names else ""
        findings = [Finding(f"keys: {len(self._element.keys)}{kinds}", ok=True)]
        try:
            for key in self._element.keys:
                key.contents.laid_out(self._world.settings)
        except Malformed as exc:
            advice = "change the settings mailbox_* or the wallet file"
            findings.append(Finding(f"private mailbox: {exc}", ok=False, advice=advice))
        return tuple(findings)

    def _process(self, apdu: bytes) -> bytes | None:
        return self._element.applet.process(apdu)

    def _reset(self) -> None:
        self._element.applet.reset()

    def _front(self) -> Front:
        """What it shows of itself; a UID of chance, as phones do."""
        return Front(historical=self.historical)

    def _is_fed(self) -> bool:
        """Whether anything would answer in a field."""
        return True

    def _refresh(self) -> None:
        """The supply may have changed: enter or leave the field of the place where it lies."""
        if (fed := self._is_fed()) is not self._was_fed:
            self._show(fed=fed)

    def _show(self, *, fed: bool) -> None:
        self._was_fed = fed
        if self._place is not None and fed:
            self._world.bring(self._chip, self._place)
        else:
            self._world.take(self._chip)
