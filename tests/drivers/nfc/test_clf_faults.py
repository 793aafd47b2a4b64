"""What a front end on a serial line can suffer, and that it comes back from it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from drivers.api.errors import (
    CardLost,
    DeviceNotFound,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
    ReaderSilent,
)
from drivers.nfc.clf import ClfReader
from drivers.nfc.clf_library import open_front_end
from drivers.sim.isodep.faults import RfFault
from drivers.sim.pn532 import ChipFault
from tests.contracts.echo_card import OK, PATIENCE_S
from tests.contracts.nfc_benches import activated
from tests.drivers.nfc.clf_benches import SELECT, ClfBench, bench

__all__ = ["bench"]
HANGS = [ChipFault.SILENT, ChipFault.STUCK]
BREAKS = [ChipFault.GARBAGE, ChipFault.BAD_CHECKSUM, ChipFault.CUT, ChipFault.NOISE]


@pytest.mark.parametrize("fault", HANGS)
def test_a_chip_that_hangs_in_mid_apdu_is_a_silent_reader_and_comes_back(
    bench: ClfBench, fault: ChipFault
) -> None:
    reader = bench.reader(apdu_timeout_s=0.3)
    bench.hold()
    link = activated(reader)
    with bench.chip.misbehave(fault), pytest.raises(ReaderSilent) as hung:
        link.transceive(SELECT)
    assert hung.value.device == "handle"
    with pytest.raises(LinkLost):
        link.transceive(SELECT)
    link.close()
    assert activated(reader).transceive(SELECT) == SELECT + OK


@pytest.mark.parametrize("fault", HANGS)
def test_a_chip_that_hangs_is_closed_safely(bench: ClfBench, fault: ChipFault) -> None:
    reader = bench.reader()
    bench.hold()
    activated(reader)
    with bench.chip.misbehave(fault):
        reader.close()
        reader.close()
    assert activated(bench.reader()).transceive(SELECT) == SELECT + OK


@pytest.mark.parametrize("fault", HANGS)
def test_a_chip_that_hangs_while_polling_is_silent_and_comes_back(
    bench: ClfBench, fault: ChipFault
) -> None:
    reader = bench.reader(ecp=("access",))
    with bench.chip.misbehave(fault):
        with pytest.raises(ReaderSilent):
            reader.wait_for_card(PATIENCE_S)
        assert not any(finding.ok for finding in reader.self_test())
    assert all(finding.ok for finding in reader.self_test())
    bench.hold()
    assert activated(reader).transceive(SELECT) == SELECT + OK


@pytest.mark.parametrize("fault", BREAKS)
def test_broken_octets_of_the_chip_are_never_an_answer(bench: ClfBench, fault: ChipFault) -> None:
    reader = bench.reader(apdu_timeout_s=0.5)
    bench.hold()
    link = activated(reader)
    with bench.chip.misbehave(fault), pytest.raises((FrameError, LinkTimeout)):
        link.transceive(SELECT)
    with pytest.raises(LinkLost):
        link.transceive(SELECT)
    assert activated(reader).transceive(SELECT) == SELECT + OK


@pytest.mark.parametrize("fault", BREAKS)
def test_one_broken_answer_of_the_chip_ends_the_link_at_most(
    bench: ClfBench, fault: ChipFault
) -> None:
    reader = bench.reader(apdu_timeout_s=0.5)
    bench.hold()
    for at in (1, 4):
        link = activated(reader)
        with bench.chip.misbehave(fault, at=at, most=1):
            try:
                answer: object = link.transceive(SELECT)
            except (FrameError, LinkTimeout) as exc:  # nobody's hand took the card
                answer = exc
            assert isinstance(answer, DriverError) or answer == SELECT + OK
    assert activated(reader).transceive(SELECT) == SELECT + OK


@pytest.mark.parametrize("fault", [RfFault.BAD_CRC, RfFault.LOST_ANSWER, RfFault.LOST_COMMAND])
def test_one_broken_frame_on_the_air_is_got_over(bench: ClfBench, fault: RfFault) -> None:
    reader = bench.reader()
    bench.hold()
    link = activated(reader)
    apdu = SELECT * 300
    with bench.chip.rf(fault, every=5):
        assert link.transceive(apdu) == apdu + OK
        assert bench.chip.rf.hits


def test_answers_that_are_always_broken_on_the_air_are_no_answer(bench: ClfBench) -> None:
    reader = bench.reader()
    bench.hold()
    link = activated(reader)
    with bench.chip.rf(RfFault.BAD_CRC), pytest.raises(DriverError) as broken:
        link.transceive(SELECT)
    assert isinstance(broken.value, FrameError | CardLost)
    assert activated(reader).transceive(SELECT) == SELECT + OK


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_pulled_cable_is_a_lost_link_until_it_is_back(
    bench: ClfBench, *, elsewhere: bool
) -> None:
    reader = bench.reader()
    bench.hold()
    link = activated(reader)
    bench.chip.unplug()
    with pytest.raises(LinkLost) as lost:
        link.transceive(SELECT)
    assert not isinstance(lost.value, CardLost)
    for _ in range(2):
        with pytest.raises(LinkLost, match="cannot be opened again"):
            reader.wait_for_card(0)
    assert not any(finding.ok for finding in reader.self_test())
    bench.chip.plug(elsewhere=elsewhere)
    assert activated(reader).transceive(SELECT) == SELECT + OK


@pytest.mark.parametrize("wait", [ClfReader.wait_for_card, ClfReader.wait_for_removal])
def test_a_cable_pulled_while_waiting_is_heard(
    bench: ClfBench, wait: Callable[[ClfReader, float], object]
) -> None:
    reader = bench.reader()
    if wait is ClfReader.wait_for_removal:
        bench.hold()
        activated(reader)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait, reader, PATIENCE_S)
        bench.chip.unplug()
        assert isinstance(waiting.exception(PATIENCE_S), LinkLost)


def test_a_cable_pulled_in_mid_apdu_is_no_lost_card(bench: ClfBench) -> None:
    reader, card = bench.reader(), bench.hold()
    link = activated(reader)
    card.may_answer.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(link.transceive, SELECT)
        assert card.asked.wait(PATIENCE_S)
        bench.chip.unplug()
        lost = waiting.exception(PATIENCE_S)
    card.may_answer.set()
    assert isinstance(lost, LinkLost)
    assert not isinstance(lost, CardLost)
    link.close()
    bench.chip.plug()
    assert activated(reader).transceive(SELECT) == SELECT + OK


def test_a_reader_without_its_cable_closes(bench: ClfBench) -> None:
    reader = bench.reader()
    bench.chip.unplug()
    reader.close()


def test_a_chip_that_was_left_at_a_higher_speed_is_found(bench: ClfBench) -> None:
    left = open_front_end(bench.chip.path, 921600)
    left.device.chipset.transport.close()  # as a process that was killed leaves it
    bench.hold()
    assert activated(bench.reader()).transceive(SELECT) == SELECT + OK


def test_a_line_in_use_is_not_opened_twice(bench: ClfBench) -> None:
    bench.reader()
    with pytest.raises(DeviceNotFound):
        bench.reader()


def test_nothing_stays_open(bench: ClfBench) -> None:
    bench.reader().close()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        bench.reader().close()
        bench.chip.unplug()
        with pytest.raises(DeviceNotFound):
            bench.reader()
        bench.chip.plug()
    assert len(os.listdir("/proc/self/fd")) == before
