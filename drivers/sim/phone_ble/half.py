"""The phone's Bluetooth half as the phone holds it: from any thread, with the air's behind it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import RemoteFunction
from drivers.sim.ble_air import BleAir
from drivers.sim.motion import Motion
from drivers.sim.phone.ranging_keys import RangingKey
from drivers.sim.phone_ble.bonds import Known
from drivers.sim.phone_ble.central import Central
from drivers.sim.phone_ble.inside import Inside
from drivers.sim.phone_ble.misbehaviour import BleMisbehaviour
from drivers.sim.phone_ble.ranging import PhoneRanging
from drivers.sim.phone_ble.remote import Press, VirtualRemote
from drivers.sim.phone_ble.uwb_clock import UwbClock

T = TypeVar("T")
_SOON_S = 5.0  # the air's thread only has to come round to it


@dataclass(frozen=True, slots=True)
class BluetoothMemory:
    """What it remembers at one moment."""

    known: Known
    ranging_keys: tuple[RangingKey, ...]


_NOTHING_KNOWN = BluetoothMemory(Known(), ())


class BluetoothHalf:
    """Radio, dialogue, remote key and ranging of one phone."""

    def __init__(self, air: BleAir, inside: Inside) -> None:
        world = air.world
        chance = random.Random(world.random.getrandbits(64))  # noqa: S311 - of the simulation
        self.address = _static_address(chance)
        self.misbehave = BleMisbehaviour(chance)
        self.ranging = PhoneRanging(
            UwbClock.of(chance), world.clock.utc, self._motion, self.misbehave, chance
        )
        self._loop, self._inside = air.loop, inside
        self._closed = False
        self._central = Central(air, inside, self.ranging, self.misbehave, chance, self.address)
        self._ranging_air = world.ranging_air
        self._ranging_air.join(self.ranging)
        self.remote = VirtualRemote(air.loop, self._is_connected, self._press)

    def update(self) -> None:
        """Something may have changed: place, power, radios, settings, keys. Any thread."""
        if not self._closed:
            self._loop.post(self._update)

    def state(self) -> BluetoothMemory:
        """Bonds and ranging keys."""
        return self._now(
            lambda: BluetoothMemory(
                self._central.bonds.remember(), self._inside.ranging_keys.remember()
            )
        )

    def restore(self, memory: BluetoothMemory | None) -> None:
        """Remember that and nothing else; None is nothing at all. A link there is ends."""
        memory = memory or _NOTHING_KNOWN

        def put_back() -> None:
            self._central.end()
            self._central.bonds.put_back(memory.known)
            self._inside.ranging_keys.put_back(memory.ranging_keys)
            self._update()

        self._now(put_back)

    @property
    def connected(self) -> bool:
        """Whether it has a link, its channel open and encrypted."""
        dialogue = self._central.dialogue
        return dialogue is not None and dialogue.ready

    def close(self) -> None:
        """Fall silent. Idempotent."""
        self._closed = True
        self._ranging_air.leave(self.ranging)
        self._loop.post(self._central.end)

    def _update(self) -> None:
        left = frozenset(key.key_id for key in self._inside.held())
        self._central.bonds.forget_all_but(left)
        self._inside.ranging_keys.forget_all_but(left)
        self._central.update()

    def _motion(self) -> Motion | None:
        return self._inside.motion() if self._inside.allowed() else None

    def _is_connected(self, vehicle: bytes) -> bool:
        dialogue = self._central.dialogue
        return dialogue is not None and dialogue.ready and dialogue.key.vehicle_id == vehicle

    async def _press(self, vehicle: bytes, function: RemoteFunction) -> None:
        dialogue = self._central.dialogue
        if dialogue is None or not self._is_connected(vehicle):
            raise ActionRefused("the vehicle is out of range")
        press = Press(function)
        dialogue.press(press)
        await press.result

    def _now(self, work: Callable[[], T]) -> T:
        async def run() -> T:
            return work()

        return self._loop.call(run(), _SOON_S)


def _static_address(chance: random.Random) -> str:
    """A random static device address: its two highest bits are set (Core, Vol 6, Part B, 1.3)."""
    octets = bytearray(chance.randbytes(6))
    octets[0] |= 0xC0
    return octets.hex(":").upper()
