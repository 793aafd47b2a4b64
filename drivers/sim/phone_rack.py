"""Many virtual phones of one kind."""

from __future__ import annotations

from typing import Literal, cast

from drivers.api.backend import Internet, InternetUser
from drivers.api.device import Identity
from drivers.api.errors import DriverError
from drivers.api.phone import PhoneRack
from drivers.api.restorable import Restorable
from drivers.sim.phone.device import VirtualPhone
from drivers.sim.world import World


class VirtualPhoneRack(PhoneRack, InternetUser, Restorable):
    """``count`` phones without keys, named ``<name>_1`` and so on."""

    def __init__(
        self,
        world: World,
        count: int = 20,
        platform: Literal["ios", "pixel", "samsung"] = "ios",
    ) -> None:
        """Raises DriverError for less than one phone."""
        if count < 1:
            raise DriverError(f"a rack of {count} phones")
        self._phones = tuple(VirtualPhone(world, platform=platform) for _ in range(count))

    def phones(self) -> tuple[VirtualPhone, ...]:
        for number, phone in enumerate(self._phones, start=1):
            phone.name = f"{self.name}_{number}"
        return self._phones

    def connect(self, internet: Internet | None) -> None:
        for phone in self._phones:
            phone.connect(internet)

    def state(self) -> object:
        return tuple(phone.state() for phone in self._phones)

    def restore(self, state: object) -> None:
        for phone, own in zip(self._phones, cast("tuple[object, ...]", state), strict=True):
            phone.restore(own)

    def clear(self) -> None:
        for phone in self._phones:
            phone.clear()

    def close(self) -> None:
        for phone in self._phones:
            phone.close()

    def identity(self) -> Identity:
        one = self._phones[0]
        model = f"{len(self._phones)} virtual {one.platform} phones"
        return Identity("Digital Key Rig", model, self.name)
