"""Connections: encryption with a bond, PHY updates, and their ends at every step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from bumble.hci import HCI_Error, HCI_LE_Enable_Encryption_Command

from drivers.api.ble import Advert, Bond
from drivers.api.errors import LinkLost
from tests.drivers.ble.central import Central
from tests.drivers.ble.radio_bench import AIRS, LTK, PHONE, SPSM, VEHICLE, Bench


def test_a_known_phone_encrypts_with_its_key_and_gets_a_channel(bench: Bench) -> None:
    bench.talking()
    assert bench.ears.told == ["connected", "encrypted", "channel_opened"]
    assert bench.ears.link.peer == PHONE
    assert bench.ears.link.encrypted


def test_a_forgotten_phone_does_not_encrypt(bench: Bench) -> None:
    phone = bench.bonded()
    phone.disconnect()
    bench.ears.wait("disconnected")
    bench.radio.know((Bond("D0:00:00:00:00:09", LTK),))
    bench.connected(phone)
    with pytest.raises(HCI_Error):
        phone.encrypt()
    assert not bench.ears.link.encrypted
    assert bench.ears.told[-1] == "connected"


def _ask_for_encryption(phone: Central, ltk: bytes, rand: bytes = bytes(8), ediv: int = 0) -> None:
    handle = phone.connection.handle
    command = HCI_LE_Enable_Encryption_Command(handle, rand, ediv, ltk)
    phone.do(phone.device.send_async_command(command))


@pytest.mark.parametrize(("rand", "ediv"), [(bytes(8), 1), (b"\1" + bytes(7), 0)])
def test_a_key_of_a_legacy_pairing_is_asked_for_in_vain(
    bench: Bench, rand: bytes, ediv: int
) -> None:
    phone = bench.phone()
    bench.radio.know((phone.bond(LTK),))
    bench.connected(phone)
    _ask_for_encryption(phone, LTK, rand, ediv)
    bench.ears.pass_time(1)
    assert bench.ears.told == ["connected"]


def test_a_wrong_key_ends_the_link(bench: Bench) -> None:
    phone = bench.phone()
    bench.radio.know((phone.bond(LTK),))
    bench.connected(phone)
    _ask_for_encryption(phone, bytes(16))
    bench.ears.wait("disconnected")
    assert "encrypted" not in bench.ears.told


def test_a_link_is_not_encrypted_once_it_is_over(bench: Bench) -> None:
    phone = bench.bonded()
    phone.disconnect()
    bench.ears.wait("disconnected")
    assert not bench.ears.link.encrypted


def test_a_phy_update_is_told_and_seen_by_the_phone(bench: Bench) -> None:
    phone = bench.connected()
    for count in (1, 2, 3):
        bench.ears.link.trigger_time_sync()
        bench.ears.wait("phy_updated", count)
    bench.ears.pass_time(0.1)
    assert phone.phy_updates == 3


def test_every_phy_update_asks_for_the_other_phy() -> None:
    with ExitStack() as stack:
        _ask_thrice(Bench(stack, AIRS["small air"]))  # the bench's own air has but one PHY


def _ask_thrice(bench: Bench) -> None:
    bench.connected()
    for count in (1, 2, 3):
        bench.ears.link.trigger_time_sync()
        bench.ears.wait("phy_updated", count)
    asked = [parameters[3] for parameters in bench.air.lines[0].commands(0x2032)]
    assert asked == [0x02, 0x01, 0x02]  # 2M, 1M, 2M: to ask for the one in use changes nothing


def test_a_phy_that_cannot_be_had_is_not_told(bench: Bench) -> None:
    bench.connected()
    bench.air.lines[0].refuse(0x2032)
    bench.ears.link.trigger_time_sync()
    bench.ears.pass_time(10)
    assert bench.ears.told == ["connected"]


Step = Callable[[Bench], Central]
STEPS: dict[str, Step] = {
    "connected": Bench.connected,
    "encrypted": Bench.bonded,
    "channel open": Bench.talking,
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_phone_that_leaves_is_told_at_every_step(bench: Bench, step: Step) -> None:
    phone = step(bench)
    phone.disconnect()
    bench.ears.wait("disconnected")
    assert bench.ears.whys == ["REMOTE_USER_TERMINATED_CONNECTION_ERROR"]
    _is_over(bench)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_phone_that_vanishes_is_told_at_every_step(bench: Bench, step: Step) -> None:
    phone = step(bench)
    phone.line.close()
    bench.ears.wait("disconnected")
    assert bench.ears.whys == ["CONNECTION_TIMEOUT_ERROR"]
    _is_over(bench)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_the_vehicle_ends_a_link_at_every_step(bench: Bench, step: Step) -> None:
    phone = step(bench)
    bench.ears.link.disconnect()
    bench.ears.link.disconnect()
    bench.ears.wait("disconnected")
    bench.ears.pass_time(1)
    assert bench.ears.told.count("disconnected") == 1
    assert not phone.device.connections
    _is_over(bench)


def _is_over(bench: Bench) -> None:
    link = bench.ears.link
    link.disconnect()
    with pytest.raises(LinkLost):
        link.trigger_time_sync()
    for channel in bench.ears.channels:
        with pytest.raises(LinkLost):
            channel.send(b"x")
        channel.close()
    told = list(bench.ears.told)
    assert "channel_closed" not in told
    bench.ears.pass_time(1)
    assert bench.ears.told == told
    assert not any(bench.radio_stack().device.l2cap_channel_manager.channels.values())


def test_a_phone_comes_and_goes_a_hundred_times(bench: Bench) -> None:
    phone = bench.phone()
    bench.radio.know((phone.bond(LTK),))
    phone.know(VEHICLE, LTK)
    bench.radio.advertise(Advert())
    for count in range(1, 101):
        phone.connect(VEHICLE)
        phone.encrypt()
        phone.open(SPSM)
        phone.send(count.to_bytes(2, "big"))
        bench.ears.wait("received", count)
        phone.disconnect()
        bench.ears.wait("disconnected", count)
    assert bench.ears.messages == [count.to_bytes(2, "big") for count in range(1, 101)]
    device = bench.radio_stack().device
    assert not device.connections
    assert not device.smp_manager.sessions
    assert not device.l2cap_channel_manager.le_coc_channels


def test_a_phone_that_gives_no_credits_does_not_hold_the_end_up(bench: Bench) -> None:
    phone = bench.talking()
    assert phone.channel is not None
    phone.channel.peer_credits_threshold = -1  # it never replenishes
    for _ in range(100):
        bench.ears.channel.send(bytes(200))
    begun_ns = bench.clock.now_ns()
    bench.ears.link.disconnect()
    bench.ears.wait("disconnected")
    assert (bench.ears.times_ns[-1] - begun_ns) / 1e9 < 1.1
