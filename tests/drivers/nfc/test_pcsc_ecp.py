"""Calling frames through a PC/SC reader that wraps a PN532, here the virtual one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.api.errors import DeviceRefused, DriverError, FrameError
from drivers.nfc.ecp import crc_a
from drivers.nfc.pcsc import PcscReader
from drivers.nfc.pcsc_ecp import call
from drivers.nfc.polling import PollingLoop
from drivers.sim.pcsc_slot import PcscSlot
from drivers.sim.phone.device import VirtualPhone
from drivers.sim.world import World
from tests.contracts.nfc_benches import PcscBench
from tests.drivers.sim.phone.held_in_hand import PLACE, WALLET
from tests.drivers.sim.pn532.host import BareHost

ACCESS = bytes.fromhex("6A02C30201010001")
POLL, NOBODY = "4A0100", "00"


class Acr:
    """An ACR122-style reader with the virtual chip in it, and an iPhone held to it."""

    def __init__(self, world: World) -> None:
        self.host = BareHost()
        world.listen(PLACE, self.host.antenna)
        self.phone = VirtualPhone(world, WALLET, "owner_phone")
        self.phone.name = "phone"
        self.phone.present(PLACE)
        self.host.command("320500" + "0100")  # its own polling: once a time

    def control(self, data: bytes) -> bytes:
        assert data[:4] == bytes.fromhex("FF000000")
        assert data[4] == len(data) - 5
        assert data[5] == 0xD4
        return bytes.fromhex(self.host.command(data[6:].hex())) + b"\x90\x00"


@pytest.fixture
def acr() -> Iterator[Acr]:
    with World(seed=1) as world:
        made = Acr(world)
        yield made
        made.host.close()


def test_an_iphone_answers_the_firmwares_poll_after_a_call_and_not_before(acr: Acr) -> None:
    before = acr.host.command(POLL)
    exchange = call(acr.control, ACCESS, lambda: 7, "acr")
    after = acr.host.command(POLL)
    assert before.endswith(NOBODY)
    assert len(after) > len(before)
    assert exchange.command == ACCESS + crc_a(ACCESS)
    assert (exchange.sent_ns, exchange.device) == (7, "acr")


def test_a_frame_that_is_none_calls_nobody(acr: Acr) -> None:
    before = acr.host.command(POLL)
    call(acr.control, ACCESS[:-1], lambda: 7, "acr")
    assert acr.host.command(POLL) == before


@pytest.mark.parametrize(
    ("answer", "error"),
    [("", DeviceRefused), ("6300", DeviceRefused), ("9000", FrameError), ("D5439000", FrameError)],
)
def test_a_reader_that_does_not_hand_it_on_is_an_error(
    answer: str, error: type[DriverError]
) -> None:
    with pytest.raises(error):
        call(lambda _data: bytes.fromhex(answer), ACCESS, lambda: 0, "acr")


def test_a_chip_that_refuses_the_frame_is_an_error() -> None:
    def control(data: bytes) -> bytes:
        return bytes((0xD5, data[6] + 1, 0x0D)) + b"\x90\x00"  # overheated

    with pytest.raises(DeviceRefused, match="0x0D"):
        call(control, ACCESS, lambda: 0, "acr")


def test_a_reader_that_takes_no_escapes_says_what_to_do() -> None:
    bench = PcscBench()
    with bench.stack:
        slot = bench.stack.enter_context(PcscSlot(bench.world, bench.pcscd, PLACE))
        loop = PollingLoop(ecp=("access",), period_ms=10.0)
        reader = bench.stack.enter_context(PcscReader(slot, polling=loop))
        with pytest.raises(DeviceRefused, match="allow escapes"):
            reader.wait_for_card(2.0)
