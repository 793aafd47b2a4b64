"""A host that gives a command up, or pulls the line, has the chip to itself again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from drivers.sim.isodep.faults import RfFault
from tests.contracts.echo_card import OK
from tests.drivers.sim.pn532.host import (
    BareHost,
    Bench,
    activated,
    cut_off,
    impatient,
    nfcpy,
    opened,
)

VERSION = bytes.fromhex("32010607")
APDU = bytes.fromhex("00A40400")
ACK, READ_VERSION = "0000FF00FF00", "0000FF02FED4022A00"
IS_VERSION = "0000FF06FAD50332010607E800"
IN_DATA_EXCHANGE = 0x40


@pytest.fixture
def frontend(bench: Bench) -> Iterator[Any]:
    with nfcpy(bench) as opened_one:
        yield opened_one


def by_the_firmware(frontend: Any) -> Any:
    """The chip, with the card selected and the block protocol left to it."""
    chipset = frontend.device.chipset
    chipset.set_parameters(0x10)
    assert chipset.in_list_passive_target(1, 0, b"") is not None
    return chipset


def test_a_card_that_always_wants_more_time_does_not_keep_the_host_out(
    bench: Bench, frontend: Any
) -> None:
    bench.hold()
    chipset = by_the_firmware(frontend)
    with bench.chip.rf(RfFault.WTX_STORM):
        with impatient(frontend), pytest.raises(OSError, match="timed out"):
            chipset.in_data_exchange(APDU, timeout=0.1)
        assert chipset.get_firmware_version() == VERSION
        assert bench.chip.rf.hits > 1


def test_it_can_be_unplugged_while_a_card_always_wants_more_time(bench: Bench) -> None:
    bench.hold()
    frontend = opened(bench.chip.path)
    chipset = by_the_firmware(frontend)
    with bench.chip.rf(RfFault.WTX_STORM):
        chipset.command(IN_DATA_EXCHANGE, b"\x01" + APDU, timeout=0)  # does not wait for it
        bench.chip.unplug()
    cut_off(frontend)
    bench.chip.plug()
    with nfcpy(bench) as again:
        assert activated(again).transceive(APDU) == APDU + OK


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_ones(
    bench: Bench, frontend: Any
) -> None:
    card = bench.hold()
    chipset = by_the_firmware(frontend)
    card.may_answer.clear()
    with impatient(frontend), pytest.raises(OSError, match="timed out"):
        chipset.in_data_exchange(APDU, timeout=0.1)
    card.may_answer.set()
    for _ in range(3):
        assert chipset.get_firmware_version() == VERSION
    chipset.set_parameters(0x00)
    assert activated(frontend).transceive(APDU) == APDU + OK


def test_a_host_that_speaks_before_the_answer_does_not_get_it(host: BareHost) -> None:
    host.speaks = True
    assert host.say(READ_VERSION) == [ACK]
    host.speaks = False
    assert host.say(READ_VERSION) == [ACK, IS_VERSION]
