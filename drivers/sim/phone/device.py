"""The virtual phone as a device on the bench."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drivers.api.device import Finding, Identity
from drivers.api.phone import Phone
from drivers.sim.phone.holder import VirtualHolder
from drivers.sim.world import World


class VirtualPhone(VirtualHolder, Phone):
    """A phone whose keys work with the field alone, whatever its network does.

    Like many phones it shows no historical bytes, so its ATR says nothing about it.
    """

    kind = "phone"

    def __init__(self, world: World, wallet: Path, holder: str) -> None:
        """``holder`` is the phone's entry in the wallet file. Raises as VirtualHolder does."""
        super().__init__(world, wallet, holder)
        self._online = True

    def set_network(self, *, online: bool) -> None:
        self._online = online

    def identity(self) -> Identity:
        state = "online" if self._online else "airplane mode"
        return replace(super().identity(), firmware=f"simulated, {state}")

    def self_test(self) -> tuple[Finding, ...]:
        state = "on" if self._online else "off; NFC does without it"
        return (*super().self_test(), Finding(f"network {state}", ok=True))
