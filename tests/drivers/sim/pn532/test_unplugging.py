"""The chip's cable is pulled, at any moment, and put back."""

from __future__ import annotations

import termios
import time

import pytest

from tests.contracts.echo_card import OK, PATIENCE_S
from tests.drivers.sim.pn532.host import Bench, activated, cut_off, nfcpy, once_asked, opened

APDU = bytes.fromhex("80CA1234")
# A pulled line is termios.error to nfcpy where it flushes, and OSError where it reads or writes.
PULLED = (OSError, termios.error)


def test_an_unplugged_chip_is_an_error_at_once(bench: Bench) -> None:
    bench.hold()
    frontend = opened(bench.chip.path)
    tag = activated(frontend)
    bench.chip.unplug()
    with pytest.raises(PULLED):
        tag.transceive(APDU)
    cut_off(frontend)


def test_unplugged_in_the_middle_of_an_apdu_it_is_an_error_too(bench: Bench) -> None:
    card = bench.hold()
    frontend = opened(bench.chip.path)
    tag = activated(frontend)
    card.may_answer.clear()
    with once_asked(card, bench.chip.unplug), pytest.raises(PULLED):
        tag.transceive(APDU)
    card.may_answer.set()
    cut_off(frontend)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_plugged_in_again_it_works_where_it_says_it_is(bench: Bench, *, elsewhere: bool) -> None:
    bench.hold()
    before = bench.chip.path
    bench.chip.unplug()
    bench.chip.plug(elsewhere=elsewhere)
    assert not elsewhere or bench.chip.path != before
    with nfcpy(bench) as frontend:
        assert activated(frontend).transceive(APDU) == APDU + OK


def test_a_card_loses_its_power_when_the_chip_is_unplugged(bench: Bench) -> None:
    card = bench.hold()
    frontend = opened(bench.chip.path)
    activated(frontend)
    bench.chip.unplug()
    cut_off(frontend)
    until = time.monotonic() + PATIENCE_S
    while not card.powers or card.powers[-1]:  # told by a thread of the card's own
        assert time.monotonic() < until


def test_a_line_left_at_another_speed_is_not_understood(bench: Bench) -> None:
    frontend = opened(bench.chip.path)
    frontend.device.chipset.transport.close()  # without nfcpy's own farewell
    with pytest.raises(OSError, match="timed out"):
        opened(bench.chip.path, patient=False)
    bench.chip.unplug()
    bench.chip.plug()
    opened(bench.chip.path).close()
