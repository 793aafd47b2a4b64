"""The virtual smartwatch: a secure element of its own, for keys of the phone it is paired to."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, cast

from drivers.api.backend import Internet, InternetUser
from drivers.api.device import Identity
from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone, Watch
from drivers.api.restorable import Restorable
from drivers.api.wallet import WalletKey
from drivers.sim.phone.device import VirtualPhone
from drivers.sim.phone.holder import VirtualHolder
from drivers.sim.phone.line import Line, VirtualRadios
from drivers.sim.phone.platforms import ECP_OF_WATCHES, TRAITS
from drivers.sim.phone.power import Charge, VirtualBattery
from drivers.sim.phone.wallet_file import Holder
from drivers.sim.phone_wallet.entries import Entries, Entry, Remembered
from drivers.sim.phone_wallet.receiving import held_key
from drivers.sim.world import World
from rig.digital_key.crypto import PrivateKey

_NO_RESERVE_H = 0.0  # DK-WATCH-05


@dataclass(frozen=True, slots=True)
class _Memory:
    """A watch at one moment."""

    keys: Remembered
    charge: Charge


class VirtualWatch(VirtualHolder, Watch, InternetUser, Restorable):
    """A watch on somebody's wrist, so nothing has to be unlocked.

    Its key is one of its own, which the server tracks as going with the phone's; what a vehicle
    needs to know of it comes from the server. Without power nothing answers.
    """

    kind = "watch"

    def __init__(
        self,
        world: World,
        phone: VirtualPhone,
        platform: Literal["apple_watch", "wear_os"] = "apple_watch",
        *,
        digital_key: bool = True,
    ) -> None:
        """``phone`` is the one it is paired to; ``digital_key``: whether it supports keys."""
        super().__init__(world, Holder("watch", platform, ()), "", ECP_OF_WATCHES[platform])
        self.platform = platform
        self.battery: VirtualBattery = VirtualBattery(world.clock, _NO_RESERVE_H, self._refresh)
        self._phone = phone
        self._supports = digital_key
        self._line = Line(VirtualRadios(), self.battery)
        self._entries = Entries(self._element)

    def connect(self, internet: Internet | None) -> None:
        self._line.lent = internet

    def offers(self, phone: Phone, vehicle: bytes) -> bool:
        """Whether phone and watch both can, and the phone has the key while the watch has not."""
        try:
            self._offered(phone, vehicle)
        except ActionRefused:
            return False
        return True

    def add(self, phone: Phone, vehicle: bytes) -> None:
        original = self._offered(phone, vehicle)
        private = PrivateKey.generate()
        pairing = self._line.reach().pairing
        accepted = pairing.track_watch(original.key.key_id, private.public.point)
        entry = Entry(held_key(accepted, private), original.role, share_id=accepted.share_id)
        self._entries.add(entry)

    def passes(self) -> tuple[WalletKey, ...]:
        self._line.require_running()
        if (internet := self._line.internet) is not None:
            self._drop_ended(internet)
        return tuple(entry.shown for entry in self._entries)

    def state(self) -> object:
        return _Memory(self._entries.remember(), self.battery.charge_now)

    def restore(self, state: object) -> None:
        memory = cast("_Memory", state)
        self.withdraw()
        self.battery.charge_now = memory.charge
        self._entries.put_back(memory.keys)

    def clear(self) -> None:
        self.restore(_Memory(Remembered((), ()), Charge()))

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", f"virtual {self.platform}", self.name, "simulated")

    def _offered(self, phone: Phone, vehicle: bytes) -> Entry:
        """The phone's entry for a key that can be added. Raises ActionRefused."""
        self._line.require_running()
        if phone is not self._phone:
            raise ActionRefused("the watch is not paired to this phone")
        if TRAITS[self._phone.platform].watch != self.platform:
            raise ActionRefused("this phone has no app for this watch")
        if not (self._supports and self._phone.watch_capable):
            raise ActionRefused("phone and watch do not both support digital keys")
        if self._entries.find(vehicle) is not None:
            raise ActionRefused("the watch has this key already")
        entry = self._phone.wallet.entries.of(vehicle)
        if entry.waiting or entry.pairing_id:
            raise ActionRefused("the key on the phone is not ready yet")
        return entry

    def _drop_ended(self, internet: Internet) -> None:
        for entry in self._entries:
            with suppress(ActionRefused):
                if internet.holder.standing(entry.key.key_id) == "deleted":
                    self._entries.drop(entry)

    def _is_fed(self) -> bool:
        return self.battery.running
