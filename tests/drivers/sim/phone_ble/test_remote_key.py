"""The buttons beside a key: asked for, proved with the device key, and done or refused."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import RemoteFunction
from rig.digital_key import ble_messages as dk
from tests.drivers.sim.phone.applet_bench import DEVICE, VEHICLE_ID
from tests.drivers.sim.phone_ble.drive import Drive

CHALLENGE = bytes(range(16))


class Owner:
    """Presses a button in a thread of their own, which the clock knows."""

    def __init__(self, scene: Drive, function: RemoteFunction) -> None:
        self.refused = "not over"
        self._press: Callable[[], None] = lambda: scene.phone.remote.ask(VEHICLE_ID, function)
        self._thread: threading.Thread = scene.world.clock.thread(self._run, "owner")
        self._scene = scene

    def waits(self) -> str:
        """What the phone has shown; "" is that it was done."""
        while self._thread.is_alive():
            self._scene.passes(0.1)
        return self.refused

    def _run(self) -> None:
        try:
            self._press()
        except ActionRefused as exc:
            self.refused = exc.reason
        else:
            self.refused = ""


def tells(scene: Drive, function: int, action: int, status: dk.RemoteStatus) -> None:
    scene.vehicle.says(dk.remote_status(function, action, status))


@pytest.mark.parametrize(
    ("function", "codes"),
    [
        (RemoteFunction.LOCK, (0x0001, 0x00)),
        (RemoteFunction.UNLOCK, (0x0001, 0x01)),
        (RemoteFunction.TRUNK, (0x0110, 0x01)),
        (RemoteFunction.WINDOWS_OPEN, (0x0210, 0x01)),
        (RemoteFunction.WINDOWS_CLOSE, (0x0210, 0x00)),
    ],
)
def test_a_function_is_asked_for_and_proved(
    scene: Drive, function: RemoteFunction, codes: tuple[int, int]
) -> None:
    scene.bonded()
    owner = Owner(scene, function)
    assert dk.remote_request_of(scene.vehicle.hears(dk.Event)) == codes
    scene.vehicle.says(dk.RkeAuthRequest(CHALLENGE))
    proof = scene.vehicle.hears(dk.RkeAuthResponse)
    signed = CHALLENGE + codes[0].to_bytes(2, "big") + bytes(codes[1:])
    DEVICE.public.verify(proof.signature, signed)
    tells(scene, *codes, dk.RemoteStatus.STARTED)
    tells(scene, 0x0001, 0x77, dk.RemoteStatus.NOT_POSSIBLE)  # of something else
    tells(scene, *codes, dk.RemoteStatus.OK)
    assert owner.waits() == ""


def test_what_the_vehicle_refuses_is_shown(scene: Drive) -> None:
    scene.bonded()
    owner = Owner(scene, RemoteFunction.TRUNK)
    scene.vehicle.hears(dk.Event)
    tells(scene, 0x0110, 0x01, dk.RemoteStatus.NOT_POSSIBLE)
    assert owner.waits() == "not possible now"


def test_a_vehicle_that_says_nothing_is_not_waited_for_for_ever(scene: Drive) -> None:
    scene.bonded()
    assert Owner(scene, RemoteFunction.LOCK).waits() == "no answer from the vehicle"


def test_a_link_that_ends_meanwhile_is_out_of_range(scene: Drive) -> None:
    scene.bonded()
    owner = Owner(scene, RemoteFunction.LOCK)
    scene.vehicle.hears(dk.Event)
    scene.goes()
    assert owner.waits() == "the vehicle is out of range"


def test_functions_are_offered_while_the_vehicle_is_connected(scene: Drive) -> None:
    remote = scene.phone.remote
    assert remote.offered(VEHICLE_ID) == ()
    scene.bonded()
    assert remote.offered(VEHICLE_ID) == tuple(RemoteFunction)
    assert remote.offered(bytes(8)) == ()
    scene.goes()
    scene.passes(10.0)
    assert remote.offered(VEHICLE_ID) == ()
    with pytest.raises(ActionRefused, match="out of range"):
        remote.ask(VEHICLE_ID, RemoteFunction.UNLOCK)


def test_nothing_is_proved_that_the_owner_did_not_ask_for(scene: Drive) -> None:
    scene.bonded()
    scene.vehicle.says(dk.RkeAuthRequest(CHALLENGE))
    assert scene.vehicle.hears(dk.Event).code == dk.CommandComplete.GENERAL_ERROR


def test_a_function_is_proved_once(scene: Drive) -> None:
    scene.bonded()
    owner = Owner(scene, RemoteFunction.UNLOCK)
    scene.vehicle.hears(dk.Event)
    scene.vehicle.says(dk.RkeAuthRequest(CHALLENGE))
    scene.vehicle.hears(dk.RkeAuthResponse)
    scene.vehicle.says(dk.RkeAuthRequest(CHALLENGE[::-1]))
    assert scene.vehicle.hears(dk.Event).code == dk.CommandComplete.GENERAL_ERROR
    tells(scene, 0x0001, 0x01, dk.RemoteStatus.AUTHENTICATION_ERROR)
    assert owner.waits() == "the vehicle does not accept this key"
