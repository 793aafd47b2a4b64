"""What somebody in between does on the virtual air: range, relays, loss, attacks, a pulled plug."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from drivers.api.errors import DeviceNotFound, LinkLost
from drivers.sim.ble_air import BleAir
from drivers.sim.world import World
from tests.drivers.sim.ble_air.radio_room import (
    INTERVAL_S,
    PACKET_S,
    TIMEOUT_S,
    Room,
    began,
    bonded,
    exact,
    joined,
    room,
)

TIMED_OUT, ALTERED, NOT_ESTABLISHED = 0x08, 0x3D, 0x3E


@pytest.fixture
def here() -> Iterator[Room]:
    with room() as made:
        yield made


@pytest.mark.parametrize("delay_s", [0.005, 0.037, 0.1])
def test_a_relay_adds_its_delay_each_way(here: Room, delay_s: float) -> None:
    async def go() -> tuple[float, float]:
        began_s, channel = await joined(here)
        here.air.delay_s = delay_s
        channel.write(b"one")
        await here.clock.sleep(1.0)
        one_way_s = here.heard[-1][0] - began_s - 3 * INTERVAL_S
        asked_s = here.now_s()
        connection = channel.connection
        await here.channel(connection)
        return one_way_s, here.now_s() - asked_s

    one_way_s, both_s = here.run(go())
    assert one_way_s == exact(delay_s)
    # There at an event and its delay, back at the event after that and its delay.
    assert delay_s < both_s - delay_s < delay_s + 2 * INTERVAL_S


def test_a_relay_delays_the_beginning_of_a_connection_too(here: Room) -> None:
    accepted_s: list[float] = []

    async def go() -> float:
        here.vehicle.on("connection", lambda _connection: accepted_s.append(here.now_s()))
        here.air.delay_s = 0.05
        await here.connect()
        began_s = began(here)
        await here.clock.sleep(0.2)
        return began_s

    began_s = here.run(go())
    assert accepted_s == [exact(began_s + 0.05)]


def test_what_is_lost_arrives_at_a_later_event(here: Room) -> None:
    async def go() -> list[float]:
        began_s, channel = await joined(here)
        here.air.loss = 0.5
        for number in range(40):
            channel.write(bytes((number,)))
            await here.clock.sleep(INTERVAL_S)
        here.air.loss = 0.0
        await here.clock.sleep(2 * INTERVAL_S)
        assert [data[0] for _, data in here.heard] == list(range(40))
        return [(t_s - began_s) / INTERVAL_S for t_s, _ in here.heard]

    events = here.run(go())
    within = [event - round(event) for event in events]
    assert all(-1e-6 < late < 10 * PACKET_S / INTERVAL_S for late in within)
    assert len({round(event) for event in events}) < 30  # some had to go together


def test_a_link_that_is_cut_ends_on_both_sides_as_by_supervision_timeout(here: Room) -> None:
    here.run(joined(here))
    here.air.cut()
    assert sorted((who, reason) for who, _, reason in here.ends) == [
        ("phone", TIMED_OUT),
        ("vehicle", TIMED_OUT),
    ]


def test_out_of_range_is_noticed_after_the_supervision_timeout(here: Room) -> None:
    async def go() -> float:
        _, channel = await joined(here)
        left_s = here.now_s()
        here.air.set_range(here.radios["phone"], within=False)
        channel.write(b"nobody hears this")
        await here.clock.sleep(5.0)
        return left_s

    left_s = here.run(go())
    assert sorted(here.ends) == [
        ("phone", exact(left_s + TIMEOUT_S), TIMED_OUT),
        ("vehicle", exact(left_s + TIMEOUT_S), TIMED_OUT),
    ]
    assert here.heard == []


def test_a_link_survives_a_short_absence(here: Room) -> None:
    async def go() -> None:
        _, channel = await joined(here)
        here.air.set_range(here.radios["phone"], within=False)
        channel.write(b"late")
        await here.clock.sleep(TIMEOUT_S / 2)
        here.air.set_range(here.radios["phone"], within=True)
        await here.clock.sleep(TIMEOUT_S * 2)

    here.run(go())
    assert [data for _, data in here.heard] == [b"late"]
    assert here.ends == []


def test_a_connection_that_nobody_takes_is_given_up_after_six_events(here: Room) -> None:
    async def go() -> float:
        await here.vehicle.start_advertising()
        connect = asyncio.ensure_future(here.connect())
        here.air.delay_s = 0.01
        await here.clock.sleep(0)
        while not here.phone.connections:
            await here.clock.sleep(0.001)
        here.radios["vehicle"].fall_silent()
        began_s = began(here)
        await connect
        await here.clock.sleep(1.0)
        return began_s

    began_s = here.run(go())
    assert here.ends == [("phone", exact(began_s + 6 * INTERVAL_S), NOT_ESTABLISHED)]


def test_a_message_on_a_plain_link_can_be_altered(here: Room) -> None:
    async def go() -> None:
        _, channel = await joined(here)
        here.air.tamper = lambda message: message.upper() + b"!"
        channel.write(b"open")
        await here.clock.sleep(0.1)

    here.run(go())
    assert [data for _, data in here.heard] == [b"OPEN!"]


def test_a_message_altered_on_an_encrypted_link_ends_it(here: Room) -> None:
    async def go() -> None:
        await bonded(here)
        connection = await here.connect()
        await connection.encrypt()
        channel = await here.channel(connection)
        here.air.tamper = lambda message: message.replace(b"lock", b"open")
        channel.write(b"hello")
        channel.write(b"lock")
        await here.clock.sleep(0.1)

    here.run(go())
    assert [data for _, data in here.heard] == [b"hello"]
    assert {reason for _, _, reason in here.ends} == {ALTERED}


def test_an_unplugged_controller_is_gone_for_its_host_and_silent_for_the_phone() -> None:
    with World(time="virtual") as world, BleAir(world) as air:
        lost: list[Exception] = []
        line = air.plug(lambda _packet: None, lost.append)
        air.unplug()
        with world.clock.skipping():
            world.clock.sleep(0.1)
        assert [type(why) for why in lost] == [LinkLost]
        with pytest.raises(LinkLost):
            line.send(bytes.fromhex("01030c00"))
        with pytest.raises(DeviceNotFound):
            air.plug(lambda _packet: None, lost.append)
        air.replug()
        air.plug(lambda _packet: None, lost.append).close()


def test_the_vehicle_vanishes_for_a_connected_phone_after_the_supervision_timeout(
    here: Room,
) -> None:
    async def go() -> float:
        await joined(here)
        here.air.link.abandon(here.radios["vehicle"])
        gone_s = here.now_s()
        await here.clock.sleep(5.0)
        return gone_s

    gone_s = here.run(go())
    assert ("phone", exact(gone_s + TIMEOUT_S), TIMED_OUT) in here.ends
