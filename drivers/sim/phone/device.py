"""The virtual phone as a device on the bench."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drivers.api.device import Finding, Identity
from drivers.api.phone import Phone
from drivers.api.phone_controls import PhoneRadios
from drivers.sim.phone.holder import VirtualHolder
from drivers.sim.world import World


class VirtualRadios(PhoneRadios):
    """Whether the phone is on the air."""

    def __init__(self) -> None:
        self.airplane, self.cellular = False, True

    @property
    def online(self) -> bool:
        """Whether it reaches the internet."""
        return self.cellular and not self.airplane

    def set_airplane(self, *, on: bool) -> None:
        self.airplane = on

    def set_cellular(self, *, on: bool) -> None:
        self.cellular = on


class VirtualPhone(VirtualHolder, Phone):
    """A phone whose keys work with the field alone, whatever its network does.

    Like many phones it shows no historical bytes, so its ATR says nothing about it.
    """

    kind = "phone"

    def __init__(self, world: World, wallet: Path, holder: str) -> None:
        """``holder`` is the phone's entry in the wallet file. Raises as VirtualHolder does."""
        super().__init__(world, wallet, holder)
        self.radios: VirtualRadios = VirtualRadios()

    def identity(self) -> Identity:
        state = "online" if self.radios.online else "airplane mode"
        return replace(super().identity(), firmware=f"simulated, {state}")

    def self_test(self) -> tuple[Finding, ...]:
        state = "on" if self.radios.online else "off; NFC does without it"
        return (*super().self_test(), Finding(f"network {state}", ok=True))
