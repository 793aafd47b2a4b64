"""A phone that has Bluetooth: its half for that, and when it may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.api.ble import HciAir
from drivers.api.errors import DriverError
from drivers.api.phone_controls import KeyOption
from drivers.sim.phone.ranging_keys import RangingKeys
from drivers.sim.phone.secure_element import SecureElement
from drivers.sim.world import World

if TYPE_CHECKING:
    from drivers.sim.phone.device import VirtualPhone
    from drivers.sim.phone_ble.half import BluetoothHalf


def bluetooth_of(
    phone: VirtualPhone, element: SecureElement, air: HciAir, world: World
) -> BluetoothHalf:
    """The half of this phone. Raises DriverError for an air that virtual phones are not on.

    Bumble is imported only now: most benches have no air.
    """
    from drivers.sim.ble_air import BleAir  # noqa: PLC0415
    from drivers.sim.phone_ble.half import BluetoothHalf  # noqa: PLC0415
    from drivers.sim.phone_ble.inside import Inside  # noqa: PLC0415

    if not isinstance(air, BleAir):
        raise DriverError("a virtual phone is on no other air than sim.ble_air")
    keys = RangingKeys(world.clock.utc)

    def changed() -> None:
        half.update()

    applet = element.over_bluetooth(keys, changed)
    half = BluetoothHalf(
        air,
        Inside(
            clock=world.clock,
            applet=applet,
            ranging_keys=keys,
            settings=lambda: world.settings,
            held=lambda: element.keys,
            sign=phone.misbehave.sign,
            allowed=lambda: _may_be_used(phone),
            motion=lambda: world.motions.of(phone),
        ),
    )
    world.motions.watch(phone, lambda _motion: changed())
    return half


def _may_be_used(phone: VirtualPhone) -> bool:
    """It runs, its radios are on, and its owner wants passive entry; which needs UWB too."""
    wanted = phone.options.values.get(KeyOption.PASSIVE_ENTRY, False)
    on_the_air = phone.radios.bluetooth and not phone.radios.airplane
    return wanted and phone.battery.running and on_the_air
