"""A virtual PN532 with a reader on it that nfcpy drives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from drivers.nfc.clf import ClfReader
from drivers.nfc.polling import PollingLoop
from drivers.sim.phone.device import VirtualPhone
from drivers.sim.pn532 import VirtualPn532
from drivers.sim.world import World
from tests.contracts.echo_card import EchoCard
from tests.drivers.sim.phone.held_in_hand import WALLET

PLACE = "driver_handle"
SELECT = bytes.fromhex("00A4 0400 00")


class ClfBench:
    """A world, a chip at a place, and readers on its line."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.world = self.stack.enter_context(World(seed=1))
        self.chip = self.stack.enter_context(VirtualPn532(self.world, PLACE, "free"))

    def reader(self, apdu_timeout_s: float = 5.0, **polling: object) -> ClfReader:
        """Open a reader; what it is told of its polling on top of a quick period."""
        loop = PollingLoop(**{"period_ms": 10.0, "guard_ms": 1.0, **polling})  # type: ignore[arg-type]
        found = ClfReader(self.chip, apdu_timeout_s, 921600, loop)
        found.name = "handle"
        return self.stack.enter_context(found)

    def hold(self, card: EchoCard | None = None) -> EchoCard:
        held = card or EchoCard()
        self.world.bring(held, PLACE)
        return held

    def phone(self, platform: str = "ios") -> VirtualPhone:
        """Hold a phone to it."""
        holder = "friend_phone" if platform == "pixel" else "owner_phone"
        phone = VirtualPhone(self.world, WALLET, holder, platform=platform)  # type: ignore[arg-type]
        phone.name = "phone"
        phone.present(PLACE)
        return phone


@pytest.fixture
def bench() -> Iterator[ClfBench]:
    opened = ClfBench()
    with opened.stack:
        yield opened
