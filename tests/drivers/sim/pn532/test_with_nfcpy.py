"""nfcpy as it is installed opens the virtual chip, finds cards and exchanges APDUs with them."""

from __future__ import annotations

import os
import random
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from drivers.api.errors import DriverError
from drivers.sim.contactless import Front
from drivers.sim.isodep.faults import RfFault
from drivers.sim.pn532 import ChipFault, VirtualPn532
from drivers.sim.world import World
from tests.contracts.echo_card import OK, PATIENCE_S, EchoCard
from tests.drivers.sim.isodep.air_bench import FrontedCard
from tests.drivers.sim.pn532 import host
from tests.drivers.sim.pn532.host import (
    PLACE,
    Bench,
    activated,
    cut_off,
    impatient,
    nfcpy,
    opened,
    sensed,
)

APDU = bytes.fromhex("80CA1234")


@contextmanager
def once_asked(card: EchoCard, act: Callable[[], None]) -> Iterator[None]:
    """Beside the block, do this as soon as an APDU has reached the card."""

    def wait() -> None:
        card.asked.wait(PATIENCE_S)
        act()

    beside = threading.Thread(target=wait)
    beside.start()
    try:
        yield
    finally:
        beside.join()


def test_it_opens_the_chip_at_its_highest_speed_and_knows_it(bench: Bench) -> None:
    with nfcpy(bench) as frontend:
        assert frontend.device.chipset.get_firmware_version() == bytes.fromhex("32010607")
        assert frontend.device.chipset.transport.baudrate == 921600


def test_closed_and_opened_again_it_works_again(bench: Bench) -> None:
    bench.hold()
    for _ in range(3):
        with nfcpy(bench) as frontend:
            assert activated(frontend).transceive(APDU) == APDU + OK


def test_a_line_left_at_another_speed_is_not_understood(bench: Bench) -> None:
    frontend = opened(bench.chip.path)
    frontend.device.chipset.transport.close()  # without nfcpy's own farewell
    with pytest.raises(OSError, match="timed out"):
        opened(bench.chip.path, patient=False)
    bench.chip.unplug()
    bench.chip.plug()
    opened(bench.chip.path).close()


def test_an_empty_field_is_empty(bench: Bench) -> None:
    with nfcpy(bench) as frontend:
        assert sensed(frontend) is None


def test_at_its_real_pace_it_finds_the_same() -> None:
    with closing(Bench("real")) as bench, nfcpy(bench) as frontend:
        assert sensed(frontend) is None
        bench.hold()
        assert activated(frontend).transceive(APDU) == APDU + OK


@pytest.mark.parametrize("uid", ["01020304", "04A1B2C3D4E5F6", "04010203040506070809"])
def test_what_it_finds_is_what_the_card_shows(bench: Bench, uid: str) -> None:
    bench.hold(FrontedCard(Front(uid=bytes.fromhex(uid), historical=b"rig")))
    with nfcpy(bench) as frontend:
        found = sensed(frontend)
        assert found.sdd_res == bytes.fromhex(uid)
        assert found.sel_res == b"\x20"
        tag = host.tags.activate(frontend, found)
        assert tag.identifier == bytes.fromhex(uid)
        # Of 256 octets a block of nfcpy's has 253 to carry.
        assert "MIU=253" in str(tag)


def test_apdus_of_all_lengths_come_back_whole(bench: Bench) -> None:
    bench.hold()
    chance = random.Random(1)  # noqa: S311
    with nfcpy(bench) as frontend:
        tag = activated(frontend)
        for size in (2, 5, 252, 253, 254, 255, 256, 261, 506, 507, 1000, 4096, 65_000):
            apdu = chance.randbytes(size)
            assert tag.transceive(apdu) == apdu + OK


def test_small_frames_of_the_card_are_kept(bench: Bench) -> None:
    bench.hold(FrontedCard(Front(fsci=2)))
    apdu = bytes(range(256)) * 2
    with nfcpy(bench) as frontend:
        assert activated(frontend).transceive(apdu) == apdu + OK


def test_a_card_is_found_again_and_again_and_begins_anew_each_time(bench: Bench) -> None:
    card = bench.hold()
    with nfcpy(bench) as frontend:
        for _ in range(5):
            assert activated(frontend).transceive(APDU) == APDU + OK
            bench.world.take(card)
            assert sensed(frontend) is None
            bench.hold(card)
    assert card.powers[:4] == [True, False, True, False]


def test_presence_is_seen_and_missed(bench: Bench) -> None:
    card = bench.hold()
    with nfcpy(bench) as frontend:
        tag = activated(frontend)
        assert tag.is_present
        bench.world.take(card)
        assert not tag.is_present


def test_a_card_that_takes_its_time_is_waited_for(bench: Bench) -> None:
    card = bench.hold(FrontedCard(Front(fwi=0)))
    with nfcpy(bench) as frontend:
        tag = activated(frontend)
        card.may_answer.clear()
        with once_asked(card, card.may_answer.set):
            assert tag.transceive(APDU) == APDU + OK


@pytest.mark.parametrize("fault", [RfFault.LOST_ANSWER, RfFault.LOST_COMMAND, RfFault.BAD_CRC])
def test_lost_and_spoilt_frames_are_got_over(bench: Bench, fault: RfFault) -> None:
    bench.hold()
    with nfcpy(bench) as frontend:
        tag = activated(frontend)
        with bench.chip.rf(fault, every=4):
            for number in range(20):
                apdu = bytes((0x80, number)) * 200
                assert tag.transceive(apdu) == apdu + OK
            assert bench.chip.rf.hits >= 10


def test_a_storm_of_requests_for_time_is_ridden_out(bench: Bench) -> None:
    bench.hold(FrontedCard(Front(fwi=0)))
    with nfcpy(bench) as frontend:
        tag = activated(frontend)
        with bench.chip.rf(RfFault.WTX_STORM, most=50):
            assert tag.transceive(APDU) == APDU + OK
            assert bench.chip.rf.hits == 50


def test_a_mute_card_is_a_timeout(bench: Bench) -> None:
    card = bench.hold()
    with nfcpy(bench) as frontend:
        tag = activated(frontend)
        card.mute = True
        with pytest.raises(host.tags.TagCommandError):
            tag.transceive(APDU)


def test_a_card_that_hears_nothing_is_not_found(bench: Bench) -> None:
    bench.hold()
    with nfcpy(bench) as frontend:
        with bench.chip.rf(RfFault.MUTE):
            assert sensed(frontend) is None
        assert sensed(frontend) is not None


def test_a_card_without_rats_is_found_and_not_activated(bench: Bench) -> None:
    bench.hold()
    with nfcpy(bench) as frontend, bench.chip.rf(RfFault.NO_RATS):
        found = sensed(frontend)
        assert found is not None
        assert host.tags.activate(frontend, found) is None


NOT_OPENED = [ChipFault.SILENT, ChipFault.STUCK, ChipFault.NO_ACK, ChipFault.GARBAGE, ChipFault.CUT]


@pytest.mark.parametrize("fault", [*NOT_OPENED, ChipFault.NOISE, ChipFault.BAD_CHECKSUM])
def test_a_chip_that_misbehaves_is_no_device(bench: Bench, fault: ChipFault) -> None:
    with bench.chip.misbehave(fault), pytest.raises(OSError, match=r"."):
        opened(bench.chip.path, patient=False)


@pytest.mark.parametrize("fault", list(ChipFault))
def test_a_chip_that_misbehaves_later_is_an_error_and_then_well_again(
    bench: Bench, fault: ChipFault
) -> None:
    bench.hold()
    with nfcpy(bench) as frontend:
        chipset = frontend.device.chipset
        with bench.chip.misbehave(fault, at=2, most=1):
            chipset.get_firmware_version()
            if fault is ChipFault.NO_ACK:  # which nfcpy only warns of
                chipset.get_firmware_version()
            else:
                with impatient(frontend), pytest.raises((OSError, host.pn53x.Chipset.Error)):
                    chipset.get_firmware_version()
        frontend.device.chipset.send_ack()
        assert activated(frontend).transceive(APDU) == APDU + OK


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


def test_what_is_held_to_it_before_it_is_opened_is_there() -> None:
    with World() as world:
        card = EchoCard()
        world.bring(card, PLACE)
        with VirtualPn532(world, PLACE, "free") as chip:
            frontend = opened(chip.path)
            assert activated(frontend).transceive(APDU) == APDU + OK
            frontend.close()
            assert chip.identity().model == f"virtual PN532 at {chip.path}"
        chip.close()
        with pytest.raises(DriverError, match="closed"):
            chip.plug()


def test_virtual_time_does_not_pass_for_a_serial_line() -> None:
    with World(time="virtual") as world, pytest.raises(DriverError, match="real time"):
        VirtualPn532(world, PLACE)


def test_waiting_for_its_host_it_does_not_hold_up_the_worlds_time(bench: Bench) -> None:
    clock = bench.world.clock
    ahead_ns = clock.now_ns() - time.perf_counter_ns()
    with clock.skipping():
        clock.sleep(2.0)
    assert clock.now_ns() - time.perf_counter_ns() > ahead_ns + 10**9  # of the 2 s at least 1


def test_nothing_is_left_open(bench: Bench) -> None:
    card = bench.hold()
    with nfcpy(bench) as frontend:
        activated(frontend)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            activated(frontend).transceive(APDU)
            bench.world.take(card)
            bench.hold(card)
        activated(frontend)
        assert len(os.listdir("/proc/self/fd")) <= before + 2  # a visit may be ending
