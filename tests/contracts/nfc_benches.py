"""Benches with virtual readers, real PC/SC stack or none, behind one face."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from drivers.api.errors import DriverUnavailable
from drivers.api.nfc import CardLink, NfcReader
from drivers.nfc.clf import ClfReader
from drivers.nfc.pcsc import PcscReader
from drivers.nfc.polling import PollingLoop
from drivers.sim.pcsc_slot import PcscSlot
from drivers.sim.pcscd import PrivatePcscd
from drivers.sim.pn532 import VirtualPn532
from drivers.sim.reader import InProcessReader
from drivers.sim.world import World
from tests.contracts.echo_card import PATIENCE_S


class NfcBench:
    """A world with readers at places; closes everything it opened."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.world = self.stack.enter_context(World())

    def reader(self, place: str, apdu_timeout_s: float = 5.0) -> NfcReader:
        """Open a reader at a place, named like it."""
        found = self.stack.enter_context(self._open(place, apdu_timeout_s))
        found.name = place
        return found

    def shown(self, atr: bytes) -> bytes:
        """What a reader tells of a card with this ATR."""
        return atr

    def _open(self, place: str, apdu_timeout_s: float) -> NfcReader:
        return InProcessReader(self.world, place, apdu_timeout_s)


class PcscBench(NfcBench):
    """The same over a private pcscd."""

    def __init__(self) -> None:
        super().__init__()
        try:
            self.pcscd = self.stack.enter_context(PrivatePcscd(slots=4))
        except DriverUnavailable as exc:
            pytest.skip(str(exc))

    def _open(self, place: str, apdu_timeout_s: float) -> NfcReader:
        slot = self.stack.enter_context(PcscSlot(self.world, self.pcscd, place))
        return PcscReader(slot, apdu_timeout_s)


class ClfBench(NfcBench):
    """The same over nfcpy and virtual chips on serial lines."""

    def shown(self, atr: bytes) -> bytes:
        historical = atr[4 : 4 + (atr[1] & 0x0F)]
        return bytes((5 + len(historical),)) + bytes.fromhex("78808002") + historical

    def _open(self, place: str, apdu_timeout_s: float) -> NfcReader:
        chip = self.stack.enter_context(VirtualPn532(self.world, place))
        return ClfReader(chip, apdu_timeout_s, 921600, PollingLoop(period_ms=20))


def activated(reader: NfcReader) -> CardLink:
    """The link to the card that is, or comes, into the reader's field."""
    link = reader.wait_for_card(PATIENCE_S)
    assert link is not None, "no card was seen"
    return link
