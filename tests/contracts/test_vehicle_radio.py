"""What every radio of a vehicle keeps. One joins by its desk in DESKS."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from bumble.hci import HCI_Error
from bumble.l2cap import L2capError

from drivers.api.ble import INSUFFICIENT_ENCRYPTION, Advert
from drivers.api.errors import DeviceNotFound, LinkLost
from tests.contracts.radio_benches import DESKS, Desk
from tests.drivers.ble.central import Central
from tests.drivers.ble.radio_bench import LTK, SERVICE, SPSM, VEHICLE


@pytest.fixture(params=DESKS)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield DESKS[request.param](stack)


def _talking(desk: Desk) -> Central:
    desk.ears.open_to_all = True
    phone = desk.connected()
    phone.open(SPSM)
    desk.ears.wait("channel_opened")
    return phone


def test_it_advertises_what_it_is_told_until_it_is_told_otherwise(desk: Desk) -> None:
    phone = desk.phone()
    desk.radio.advertise(Advert())
    assert {str(one.address) for one in phone.scan(0.3)} == {desk.radio.address}
    desk.radio.advertise(None)
    assert phone.scan(0.3) == []


def test_it_says_its_address_and_offers_its_service(desk: Desk) -> None:
    assert desk.radio.address == VEHICLE
    values = desk.connected().read().values()
    assert SERVICE.spsm.to_bytes(2, "big") in values


def test_a_channel_is_refused_where_the_listener_does_not_admit_it(desk: Desk) -> None:
    phone = desk.connected()
    with pytest.raises(L2capError) as refused:
        phone.open(SPSM)
    assert refused.value.error_code == INSUFFICIENT_ENCRYPTION
    desk.ears.wait("channel_refused")


def test_messages_go_both_ways_whole_and_in_order(desk: Desk) -> None:
    phone = _talking(desk)
    messages = [bytes((number,)) * (255 - number) for number in range(100)]
    phone.send(*messages)
    for message in messages:
        desk.ears.channel.send(message)
    desk.ears.wait("received", len(messages))
    assert desk.ears.messages == messages
    desk.ears.channel.close()
    phone.wait_until_closed()
    assert phone.received == messages


def test_what_was_sent_before_the_link_is_ended_arrives(desk: Desk) -> None:
    phone = _talking(desk)
    messages = [bytes((number,)) * 200 for number in range(50)]
    for message in messages:
        desk.ears.channel.send(message)
    desk.ears.link.disconnect()
    desk.ears.wait("disconnected")
    phone.wait_until_closed()
    assert phone.received == messages


def test_a_pairing_leaves_a_bond_that_serves_once_it_is_known(desk: Desk) -> None:
    phone = desk.connected()
    context, mine = phone.oob()
    phone.pair(context, desk.ears.link.pair_oob(mine))
    desk.ears.wait("paired")
    desk.radio.know(tuple(desk.ears.bonds))
    phone.disconnect()
    desk.ears.wait("disconnected")
    phone.connect(desk.radio.address)
    phone.encrypt()
    desk.ears.wait("encrypted", 2)


def test_a_phone_that_is_not_known_does_not_encrypt(desk: Desk) -> None:
    phone = desk.phone()
    phone.know(VEHICLE, LTK)
    desk.radio.advertise(Advert())
    phone.connect(VEHICLE)
    with pytest.raises(HCI_Error):
        phone.encrypt()
    assert "encrypted" not in desk.ears.told


def test_times_rise_and_are_the_clocks(desk: Desk) -> None:
    before_ns = desk.clock.now_ns()
    phone = _talking(desk)
    phone.send(b"x")
    desk.ears.wait("received")
    stamps = [before_ns, *desk.ears.times_ns, desk.clock.now_ns()]
    assert stamps == sorted(stamps)


def test_a_phy_update_is_told(desk: Desk) -> None:
    desk.connected()
    desk.ears.link.trigger_time_sync()
    desk.ears.wait("phy_updated")


def test_a_link_ends_from_either_side_and_is_told_once(desk: Desk) -> None:
    phone = _talking(desk)
    phone.disconnect()
    desk.ears.wait("disconnected")
    phone.connect(VEHICLE)
    desk.ears.wait("connected", 2)
    desk.ears.link.disconnect()
    desk.ears.wait("disconnected", 2)
    with pytest.raises(LinkLost):
        desk.ears.channel.send(b"x")


def test_an_unplugged_controller_is_told_and_is_recovered(desk: Desk) -> None:
    _talking(desk)
    desk.unplug()
    desk.ears.wait("failed")
    assert desk.ears.told[-2:] == ["disconnected", "failed"]
    with pytest.raises(LinkLost, match=r"^radio: "):
        desk.radio.advertise(Advert())
    with pytest.raises(DeviceNotFound, match=r"^radio: "):
        desk.radio.recover()
    desk.plug_in()
    desk.radio.recover()
    desk.radio.advertise(Advert())
    assert desk.phone("D0:00:00:00:00:02").scan(0.3)


def test_a_radio_says_who_it_is_and_tests_itself(desk: Desk) -> None:
    assert "Bluetooth 5.0" in desk.radio.identity().model
    assert all(finding.ok for finding in desk.radio.self_test())
    desk.unplug()
    desk.ears.wait("failed")
    (finding,) = desk.radio.self_test()
    assert not finding.ok
    assert finding.advice


def test_closing_is_silent_and_leaves_nothing(desk: Desk) -> None:
    phone = _talking(desk)
    told = list(desk.ears.told)
    desk.radio.close()
    desk.radio.close()
    assert desk.ears.told == told
    assert phone.scan(0.3) == []
    assert not phone.device.connections
    assert "ble-radio" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(LinkLost):
        desk.radio.advertise(Advert())
