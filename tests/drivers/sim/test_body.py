"""The virtual doors and trunk: relays move them, sensors feel them, after a time."""

from __future__ import annotations

import time

import pytest

from drivers.api.errors import DeviceNotFound, DeviceRefused
from drivers.sim.body import CLOSURES, LOCKED, MECHANICS, VirtualBody
from drivers.sim.world import World

SENSES = (
    *(f"unlocked_{name}" for name in CLOSURES),
    *(f"open_{name}" for name in CLOSURES),
    "accessory",
    "drive_ready",
)
DEADLINE_S = 5.0
LONG_MS = 60_000.0  # a travel that does not end within a test


def relays(*names: str) -> int:
    return sum(1 << MECHANICS.index(name) for name in names)


def felt(body: VirtualBody) -> set[str]:
    mask = body.sensed()
    assert mask >> len(SENSES) == 0
    return {name for bit, name in enumerate(SENSES) if mask >> bit & 1}


def wait_for(body: VirtualBody, *names: str) -> None:
    end = time.monotonic() + DEADLINE_S
    while felt(body) != set(names):
        assert time.monotonic() < end, f"{felt(body)} instead of {set(names)}"


@pytest.fixture
def world() -> World:
    return World(seed=7)


@pytest.fixture
def body(world: World) -> VirtualBody:
    return VirtualBody(world, actuation_ms=2.0)


def test_a_new_body_is_locked_shut_and_off(body: VirtualBody) -> None:
    assert felt(body) == set()


@pytest.mark.parametrize("name", CLOSURES)
def test_a_relay_unlocks_its_own_lock_and_its_release_locks_it(
    body: VirtualBody, name: str
) -> None:
    body.energise(relays(name))
    wait_for(body, f"unlocked_{name}")
    body.energise(0)
    wait_for(body)


@pytest.mark.parametrize("name", ["accessory", "drive_ready"])
def test_power_contacts_follow_their_relays(body: VirtualBody, name: str) -> None:
    body.energise(relays(name))
    wait_for(body, name)


def test_a_latch_takes_its_time(world: World) -> None:
    body = VirtualBody(world, actuation_ms=LONG_MS)
    body.energise(relays("driver"))
    assert felt(body) == set()


def test_a_latch_takes_about_its_actuation_time(world: World) -> None:
    body = VirtualBody(world, actuation_ms=10.0)
    started = time.perf_counter()
    body.energise(relays("driver"))
    wait_for(body, "unlocked_driver")
    assert time.perf_counter() - started >= 0.008  # never sooner, however loaded the machine


def test_a_relay_released_on_the_way_leaves_the_latch_where_it_was(world: World) -> None:
    body = VirtualBody(world, actuation_ms=LONG_MS)
    body.energise(relays("driver"))
    body.energise(0)
    slow = body._mechanics["driver"]  # noqa: SLF001 - no sensor shows a latch on its way
    assert (slow.moved, slow.arrives_ns) == (False, None)


def test_one_seed_gives_the_same_spread_and_another_seed_another() -> None:
    def spread(seed: int) -> list[float]:
        world = World(seed=seed)
        body = VirtualBody(world)
        body.energise(relays(*CLOSURES))
        return [world.random.random()]

    assert spread(1) == spread(1) != spread(2)


def test_a_jammed_lock_stays_whatever_its_relay_does_until_freed(body: VirtualBody) -> None:
    body.jam("driver")
    body.energise(relays("driver", "passenger"))
    wait_for(body, "unlocked_passenger")  # the same travel, so the driver's would be over too
    body.energise(relays("driver", "passenger", "accessory"))
    wait_for(body, "unlocked_passenger", "accessory")
    body.free("driver")
    wait_for(body, "unlocked_passenger", "unlocked_driver", "accessory")


def test_a_lock_jammed_when_unlocked_stays_unlocked(body: VirtualBody) -> None:
    body.energise(relays("trunk"))
    wait_for(body, "unlocked_trunk")
    body.jam("trunk")
    body.energise(relays("accessory"))
    wait_for(body, "unlocked_trunk", "accessory")


@pytest.mark.parametrize("name", CLOSURES)
def test_a_locked_door_cannot_be_opened(body: VirtualBody, name: str) -> None:
    body.name = "body"
    with pytest.raises(DeviceRefused, match=f"^body: opening {name}, which is locked") as refused:
        body.move(name, to_open=True)
    assert refused.value.code == LOCKED
    assert felt(body) == set()


@pytest.mark.parametrize("name", CLOSURES)
def test_an_unlocked_door_opens_and_shuts_even_when_locked_meanwhile(
    body: VirtualBody, name: str
) -> None:
    body.energise(relays(name))
    wait_for(body, f"unlocked_{name}")
    body.move(name, to_open=True)
    body.energise(0)
    wait_for(body, f"open_{name}")
    body.move(name, to_open=True)  # it is open already
    body.move(name, to_open=False)
    assert felt(body) == set()


def test_the_release_opens_an_unlocked_trunk(body: VirtualBody) -> None:
    body.energise(relays("trunk"))
    wait_for(body, "unlocked_trunk")
    body.energise(relays("trunk", "release_trunk"))
    wait_for(body, "unlocked_trunk", "open_trunk")


def test_the_release_does_not_open_a_locked_trunk(body: VirtualBody) -> None:
    body.energise(relays("release_trunk", "accessory"))
    wait_for(body, "accessory")
    body.energise(relays("release_trunk", "accessory", "drive_ready"))
    wait_for(body, "accessory", "drive_ready")  # two travels, so the release's is over too


def test_the_trunk_opens_when_unlocked_under_a_held_release(body: VirtualBody) -> None:
    body.energise(relays("release_trunk"))
    body.energise(relays("release_trunk", "trunk"))
    wait_for(body, "unlocked_trunk", "open_trunk")


def test_a_trunk_shut_by_hand_stays_shut_under_a_held_release(body: VirtualBody) -> None:
    body.energise(relays("release_trunk", "trunk"))
    wait_for(body, "unlocked_trunk", "open_trunk")
    body.move("trunk", to_open=False)
    body.energise(relays("release_trunk", "trunk", "accessory"))
    wait_for(body, "unlocked_trunk", "accessory")


def test_what_it_does_not_have_is_refused_by_name(body: VirtualBody) -> None:
    with pytest.raises(DeviceNotFound, match=r"no 'bonnet' .*driver, passenger"):
        body.move("bonnet", to_open=True)
    with pytest.raises(DeviceNotFound, match=r"no 'bonnet' .*drive_ready"):
        body.jam("bonnet")
    with pytest.raises(DeviceNotFound, match=r"no 'bonnet' .*drive_ready"):
        body.free("bonnet")
