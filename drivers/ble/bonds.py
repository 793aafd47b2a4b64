"""The phones that are known: their long-term keys, and who is behind a resolvable address."""

from __future__ import annotations

from bumble import smp
from bumble.hci import Address

from drivers.ble.vehicle import Vehicle

_NO_IRK = (b"", bytes(16))  # none, or one that says that the address does not change


class Bonds(smp.AddressResolver):
    """Looks up what the vehicle knows at the time."""

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__([])
        self._vehicle = vehicle

    def resolve(self, address: Address) -> Address | None:
        self.resolving_keys = [
            (bytes(bond.irk), Address(bond.address))
            for bond in self._vehicle.bonds
            if bond.irk not in _NO_IRK
        ]
        return super().resolve(address)

    def key_of(self, address: Address) -> bytes | None:
        """The long-term key of an identity address; None where there is no bond."""
        for bond in self._vehicle.bonds:
            if bytes(Address(bond.address)) == bytes(address):
                return bytes(bond.ltk)
        return None
