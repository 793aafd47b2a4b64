"""Controllers that are pulled out, fall silent or break, at every step; and what closing leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from drivers.api.ble import Advert
from drivers.api.errors import DeviceNotFound, DriverError, LinkLost
from drivers.ble.radio import BumbleRadio
from tests.drivers.ble.central import Central
from tests.drivers.ble.ears import Ears
from tests.drivers.ble.radio_bench import LTK, SERVICE, SPSM, VEHICLE, Bench
from tests.drivers.ble.tapped_air import TappedLine

Step = Callable[[Bench], object]
Break = Callable[[Bench], None]


def _pairing(bench: Bench) -> Central:
    phone = bench.connected()
    bench.ears.link.pair_oob(phone.oob()[1])
    phone.say(0x0006, bytes.fromhex("01 03 01 0D 10 02 02"))
    return phone


def _two(bench: Bench) -> None:
    bench.connected()
    bench.connected(bench.phone("D0:00:00:00:00:02"))


STEPS: dict[str, Step] = {
    "idle": lambda _bench: None,
    "advertising": lambda bench: bench.radio.advertise(Advert()),
    "connected": Bench.connected,
    "pairing": _pairing,
    "encrypted": Bench.bonded,
    "channel open": Bench.talking,
    "two phones": _two,
}


def _fall_silent(bench: Bench) -> None:
    bench.air.lines[0].silent = True


def _report_hardware_error(bench: Bench) -> None:
    bench.air.lines[0].deliver(bytes.fromhex("04 10 01 42"))


BREAKS: dict[str, Break] = {
    "pulled out": Bench.unplug,
    "silent": _fall_silent,
    "broken": _report_hardware_error,
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("break_it", BREAKS.values(), ids=BREAKS)
def test_a_controller_that_is_gone_is_told_and_comes_back(
    bench: Bench, step: Step, break_it: Break
) -> None:
    step(bench)
    links = list(bench.ears.links)
    break_it(bench)
    bench.ears.wait("failed")
    assert bench.ears.told.count("disconnected") == len(links)
    assert bench.ears.told[-1] == "failed"
    for link in links:
        with pytest.raises(LinkLost):
            link.trigger_time_sync()
    with pytest.raises(LinkLost, match=r"^radio: the controller is gone"):
        bench.radio.advertise(Advert())
    bench.plug_in()
    bench.radio.recover()
    assert all(finding.ok for finding in bench.radio.self_test())
    other = bench.phone("D0:00:00:00:00:03")
    assert other.scan() == []  # nothing is advertised until somebody says so
    bench.bonded(other)
    other.open(SPSM)
    other.send(b"again")
    bench.ears.wait("received")
    assert bench.ears.told.count("failed") == 1


def test_bonds_service_and_address_outlive_a_controller(bench: Bench) -> None:
    phone = bench.bonded()
    bench.unplug()
    bench.ears.wait("failed")
    bench.plug_in()
    bench.radio.recover()
    assert bench.radio.address == VEHICLE
    bench.ears.pass_time(10)  # until the phone has missed it
    bench.connected(phone)
    phone.encrypt()
    bench.ears.wait("encrypted", 2)
    assert len(phone.read()) == 3


def test_a_controller_that_is_still_gone_is_not_found(bench: Bench) -> None:
    bench.unplug()
    bench.ears.wait("failed")
    for _ in range(3):
        with pytest.raises(DeviceNotFound, match=r"^radio: no Bluetooth controller"):
            bench.radio.recover()
    assert not bench.radio.self_test()[0].ok
    bench.plug_in()
    bench.radio.recover()
    bench.radio.advertise(Advert())
    assert bench.ears.told == ["failed"]


def test_recover_leaves_a_controller_that_works_alone(bench: Bench) -> None:
    phone = bench.talking()
    bench.radio.recover()
    phone.send(b"x")
    bench.ears.wait("received")
    assert len(bench.air.lines) == 2  # the radio's and the phone's


def test_a_controller_goes_and_comes_ten_times(bench: Bench) -> None:
    bench.radio.advertise(Advert())
    for count in range(1, 11):
        bench.air.lines[-1].pull()
        bench.ears.wait("failed", count)
        bench.radio.recover()
        bench.radio.advertise(Advert())
    assert bench.phone().scan()


def test_an_idle_controller_is_watched(bench: Bench) -> None:
    bench.ears.pass_time(600)
    assert bench.ears.told == []
    _fall_silent(bench)
    since_ns = bench.clock.now_ns()
    bench.ears.wait("failed")
    assert "has not answered" in bench.ears.whys[-1]
    assert (bench.ears.times_ns[-1] - since_ns) / 1e9 < 16


def _counted(line: TappedLine, count: int) -> None:
    """Pull it out at its so many-th packet."""
    left = [count]

    def before(_packet: bytes) -> None:
        left[0] -= 1
        if left[0] == 0:
            line.pull()

    line.before = before


@pytest.mark.parametrize("count", range(1, 31))
def test_a_controller_pulled_out_at_any_packet_of_an_approach_is_told_once(
    bench: Bench, count: int
) -> None:
    phone = bench.phone()
    bench.radio.know((phone.bond(LTK),))
    phone.know(VEHICLE, LTK)
    _counted(bench.air.lines[0], count)
    with suppress(Exception):  # the phone fails as its library does, anywhere
        bench.radio.advertise(Advert())
        phone.connect(VEHICLE)
        phone.encrypt()
        phone.read()
        phone.open(SPSM)
        bench.ears.wait("channel_opened")
        for number in range(40):
            bench.ears.channel.send(bytes((number,)))
    bench.ears.wait("failed")
    bench.ears.pass_time(60)
    assert bench.ears.told.count("failed") == 1
    assert bench.ears.told[-1] == "failed"
    assert bench.ears.told.count("disconnected") == bench.ears.told.count("connected")
    bench.radio.recover()
    bench.radio.advertise(Advert())


def test_what_a_controller_says_against_its_rules_harms_nothing(bench: Bench) -> None:
    phone = bench.talking()
    for packet in ("", "04", "04 3E", "04 3E 01 01", "02 0100 ffff", "99 00", "04 0E 03 01 0000"):
        bench.air.lines[0].deliver(bytes.fromhex(packet))
    bench.ears.pass_time(1)
    phone.send(b"still here")
    bench.ears.wait("received")


def test_no_controller_at_all_is_not_found_and_leaves_no_thread(bench: Bench) -> None:
    bench.air.empty = True
    before = threading.active_count()
    with pytest.raises(DeviceNotFound, match="no Bluetooth controller"):
        BumbleRadio(bench.air)
    assert threading.active_count() == before


NOWHERE = ("tcp-client:127.0.0.1:1", "serial:/dev/no-such-port", "carrier-pigeon:", "tcp-client:x")


@pytest.mark.parametrize("where", NOWHERE)
def test_a_transport_that_leads_nowhere_is_not_found(where: str) -> None:
    before = threading.active_count()
    with pytest.raises(DeviceNotFound, match=where.partition(":")[0]):
        BumbleRadio(where)
    assert threading.active_count() == before


def test_a_snooper_that_would_write_keys_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUMBLE_SNOOPER", "btsnoop:file:keys.log")
    with pytest.raises(DriverError, match="would write keys"):
        BumbleRadio("tcp-client:127.0.0.1:1")


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_closing_is_silent_ends_the_links_and_leaves_no_thread(bench: Bench, step: Step) -> None:
    air, ears = bench.air, Ears(bench.clock)
    step(bench)
    told = list(bench.ears.told)
    bench.radio.close()
    bench.radio.close()
    assert "ble-radio" not in {thread.name for thread in threading.enumerate()}
    watcher = bench.phone("D0:00:00:00:00:09")
    assert watcher.scan() == []
    assert bench.ears.told == told
    assert air.lines[0].commands(0x0C03)[1:] == [b""]  # reset once more at the end
    with pytest.raises(LinkLost, match="radio: it is closed"):
        bench.radio.advertise(Advert())
    with pytest.raises(LinkLost, match="radio: it is closed"):
        bench.radio.recover()
    with BumbleRadio(air, VEHICLE) as radio:
        radio.serve(SERVICE, ears)
        radio.advertise(Advert())
        assert watcher.scan()


def test_closing_ends_the_phones_connection(bench: Bench) -> None:
    phone = bench.talking()
    bench.radio.close()
    bench.ears.pass_time(10)
    assert not phone.device.connections


def test_a_radio_whose_controller_is_gone_closes(bench: Bench) -> None:
    bench.talking()
    bench.unplug()
    bench.radio.close()
    assert "ble-radio" not in {thread.name for thread in threading.enumerate()}
