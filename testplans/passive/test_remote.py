"""What the wallet offers beside a key: lock, unlock and trunk, over Bluetooth LE in range."""

from __future__ import annotations

from contextlib import suppress

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.phone_controls import RemoteFunction
from drivers.api.stage import Stage
from rig.measure.limits import Limits
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from rig.vehicle.passive.conditions import reached
from rig.vehicle.passive.interference import Between, altered, replayed
from rig.vehicle.wiring import TRUNK
from testplans.steps import walking

pytestmark = pytest.mark.usefixtures("passive")
IN_RANGE_M = 5.0  # outside of every zone: nothing opens by itself


def come_into_range(car: Car, stage: Stage, phone: Phone) -> None:
    """Stand where the vehicle hears the phone, until it has proved its key."""
    stage.place(phone, walking.beside("driver", IN_RANGE_M))
    reached(car.passive, "set_up").wait(walking.FOREVER_S)


@pytest.mark.requirement("DK-CORE-02")
def test_the_wallet_locks_unlocks_and_opens_the_trunk(
    car: Car, stage: Stage, phone: Phone, measure: Measure, limits: Limits
) -> None:
    vehicle, name = car.keyring.identifier, "remote_function"
    come_into_range(car, stage, phone)
    offered = phone.remote.offered(vehicle)
    asked = [RemoteFunction.UNLOCK, RemoteFunction.LOCK, RemoteFunction.TRUNK]
    assert set(asked) <= set(offered)
    conditions = (car.door("driver").unlocked, car.locked, car.door(TRUNK).open)
    with measure(name, unit="ms", of="requests", **limits(name)).repeat(len(asked)) as samples:
        for function, condition, sample in zip(asked, conditions, samples, strict=True):
            begun_ns = car.clock.now_ns()
            phone.remote.ask(vehicle, function)
            sample.takes((car.clock.now_ns() - begun_ns) / 1e6)
            assert condition, function
    car.shut(TRUNK)


@pytest.mark.requirement("DK-TRUNK-04")
def test_the_trunk_opens_with_the_phone_alone(
    car: Car, stage: Stage, phone: Phone, measure: Measure, limits: Limits
) -> None:
    come_into_range(car, stage, phone)
    name = "request_to_trunk_open"
    with measure(name, unit="ms", of="requests", **limits(name)).once() as sample:
        sample.starts()
        phone.remote.ask(car.keyring.identifier, RemoteFunction.TRUNK)
        sample.ends_with(car.door(TRUNK).open)
    car.shut(TRUNK)


@pytest.mark.requirement("DK-CORE-02")
def test_out_of_range_the_wallet_does_nothing(car: Car, stage: Stage, phone: Phone) -> None:
    come_into_range(car, stage, phone)
    walking.go_away(car, stage, phone)
    with pytest.raises(ActionRefused):
        phone.remote.ask(car.keyring.identifier, RemoteFunction.UNLOCK)
    assert car.locked


@pytest.mark.requirement("DK-SEC-02", "DK-CORE-02")
@pytest.mark.parametrize(
    "spoilt", [replayed("RKE_Auth_RS"), altered("RKE_Auth_RS", 40)], ids=["replayed", "altered"]
)
def test_a_request_without_a_signature_of_its_own_does_nothing(
    car: Car, stage: Stage, phone: Phone, spoilt: Between
) -> None:
    """The first request of a replay is as it should be; what it was signed with serves once."""
    vehicle = car.keyring.identifier
    come_into_range(car, stage, phone)
    with car.passive.between(spoilt):
        with suppress(ActionRefused):
            phone.remote.ask(vehicle, RemoteFunction.UNLOCK)
        car.lock_all()
        with pytest.raises(ActionRefused):
            phone.remote.ask(vehicle, RemoteFunction.UNLOCK)
    assert car.locked
    told = "; ".join(approach.told for approach in car.passive.approaches())
    assert "remote function: bad signature" in told


@pytest.mark.requirement("DK-LOCK-03", "DK-CORE-02")
def test_the_wallet_locks_nothing_while_a_door_stands_open(
    car: Car, stage: Stage, phone: Phone
) -> None:
    come_into_range(car, stage, phone)
    phone.remote.ask(car.keyring.identifier, RemoteFunction.UNLOCK)
    car.open("driver")
    with pytest.raises(ActionRefused):
        phone.remote.ask(car.keyring.identifier, RemoteFunction.LOCK)
    assert car.body.is_unlocked("driver")
    car.shut("driver")


@pytest.mark.requirement("DK-CORE-02", "DK-UNLOCK-02")
def test_what_the_wallet_locked_at_the_handle_stays_locked(
    car: Car, stage: Stage, phone: Phone
) -> None:
    """Who stands there with the key has just been asked what they want."""
    walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
    phone.remote.ask(car.keyring.identifier, RemoteFunction.LOCK)
    assert car.passive.next_movement(walking.FOREVER_S) is None
    assert car.locked
