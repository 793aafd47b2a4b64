"""The pace that the virtual air adds to Bumble's local link, exact on virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from bumble import hci

from drivers.sim.ble_air import BleAir
from drivers.sim.world import World
from tests.drivers.sim.ble_air.radio_room import (
    INTERVAL_S,
    PACKET_S,
    Room,
    began,
    exact,
    joined,
    room,
)

REMOTE_USER = 0x13


@pytest.fixture
def here() -> Iterator[Room]:
    with room() as made:
        yield made


def test_a_connection_begins_at_an_advert(here: Room) -> None:
    async def go() -> float:
        began_s = here.now_s()
        await here.connect()
        return here.now_s() - began_s

    # The first is sent before the phone listens, the second it answers.
    assert here.run(go()) == exact(0.0425)


def test_data_waits_for_the_next_connection_event_and_keeps_its_order(here: Room) -> None:
    async def go() -> list[tuple[float, bytes]]:
        began_s, channel = await joined(here)
        await here.clock.sleep(began_s + 5.4 * INTERVAL_S - here.now_s())
        channel.write(b"one")
        channel.write(b"two")
        await here.clock.sleep(INTERVAL_S)
        channel.write(b"three")
        await here.clock.sleep(INTERVAL_S)
        return [(t_s - began_s, data) for t_s, data in here.heard]

    assert here.run(go()) == [
        (exact(6 * INTERVAL_S), b"one"),
        (exact(6 * INTERVAL_S + PACKET_S), b"two"),
        (exact(7 * INTERVAL_S), b"three"),
    ]


def test_what_an_event_brings_is_answered_at_the_next(here: Room) -> None:
    async def go() -> float:
        connection = await here.connect()
        await here.channel(connection)  # one request, one answer
        return here.now_s() - began(here)

    assert here.run(go()) == exact(2 * INTERVAL_S)


def test_a_polite_end_reaches_the_other_side_at_the_next_event(here: Room) -> None:
    async def go() -> float:
        began_s, channel = await joined(here)
        await channel.connection.disconnect()
        await here.clock.sleep(1.0)
        return began_s

    began_s = here.run(go())
    assert here.ends[0][0] == "phone"
    assert here.ends[1] == ("vehicle", exact(began_s + 3 * INTERVAL_S), REMOTE_USER)


def test_adverts_are_heard_in_the_scan_window_only(here: Room) -> None:
    heard_s: list[float] = []

    async def go() -> float:
        await here.vehicle.start_advertising(
            advertising_interval_min=42.5, advertising_interval_max=42.5
        )
        here.phone.host.on("advertising_report", lambda _report: heard_s.append(here.now_s()))
        await here.clock.sleep(0.01)
        await here.phone.start_scanning(scan_interval=550, scan_window=96)
        began_s = here.now_s()
        await here.clock.sleep(5.5)
        return began_s

    began_s = here.run(go())
    into_s = [(t_s - began_s) % 0.55 for t_s in heard_s]
    assert max(into_s) < 0.096
    heard = len(set(heard_s))
    assert 10 * 2 <= heard <= 10 * 3  # windows, and adverts that fit in one


def test_both_sides_are_told_of_a_phy_update_at_its_own_event(here: Room) -> None:
    told: list[tuple[str, float]] = []

    async def go() -> float:
        connection = await here.connect()
        await here.clock.sleep(0.1)
        connection.on("connection_phy_update", lambda _phy: told.append(("phone", here.now_s())))
        theirs = here.accepted[0]
        theirs.on("connection_phy_update", lambda _phy: told.append(("vehicle", here.now_s())))
        await theirs.set_phy()
        await here.clock.sleep(0.2)
        return began(here)

    began_s = here.run(go())
    event_s = exact(began_s + 5 * INTERVAL_S)  # asked for at the fourth
    assert sorted(told) == [("phone", event_s), ("vehicle", event_s)]


def test_a_plugged_in_controller_answers_hci() -> None:
    answers: list[bytes] = []
    with World(time="virtual") as world, BleAir(world) as air:
        line = air.plug(answers.append, lambda _why: None)
        line.send(bytes.fromhex("01030c00"))  # HCI_Reset
        with world.clock.skipping():
            world.clock.sleep(0.1)
        line.close()
        line.close()
    assert answers == [bytes.fromhex("040e0401030c00")]


def test_advertising_goes_at_its_interval_in_the_legacy_way_too(here: Room) -> None:
    heard_s: list[float] = []

    async def go() -> None:
        radio = here.radios["vehicle"]
        for command in (
            hci.HCI_LE_Set_Advertising_Parameters_Command(
                advertising_interval_min=68,
                advertising_interval_max=68,
                advertising_type=0,
                own_address_type=1,
                peer_address_type=0,
                peer_address=hci.Address.ANY,
                advertising_channel_map=7,
                advertising_filter_policy=0,
            ),
            hci.HCI_LE_Set_Advertising_Enable_Command(advertising_enable=1),
        ):
            radio.on_hci_packet(command)
        here.phone.host.on("advertising_report", lambda _report: heard_s.append(here.now_s()))
        await here.phone.start_scanning(scan_interval=100, scan_window=100)
        await here.clock.sleep(1.0)

    here.run(go())
    times = sorted(set(heard_s))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == [exact(0.0425)] * len(gaps)
    assert len(gaps) > 20


def test_advertising_that_is_enabled_twice_goes_at_its_interval_all_the_same(here: Room) -> None:
    heard_s: list[float] = []

    async def go() -> None:
        await here.vehicle.start_advertising(
            advertising_interval_min=42.5, advertising_interval_max=42.5
        )
        (handle,) = here.radios["vehicle"].advertising_sets
        await here.clock.sleep(0.01)
        enable = hci.HCI_LE_Set_Extended_Advertising_Enable_Command(
            enable=1,
            advertising_handles=[handle],
            durations=[0],
            max_extended_advertising_events=[0],
        )
        here.radios["vehicle"].on_hci_packet(enable)
        here.phone.host.on("advertising_report", lambda _report: heard_s.append(here.now_s()))
        await here.phone.start_scanning(scan_interval=100, scan_window=100)
        await here.clock.sleep(1.0)

    here.run(go())
    times = sorted(set(heard_s))
    assert len(times) in (23, 24)
    assert [b - a for a, b in pairwise(times)] == [exact(0.0425)] * (len(times) - 1)
