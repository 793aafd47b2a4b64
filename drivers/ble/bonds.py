"""The phones that are known, in memory only: their long-term keys, and who is behind an address."""

from __future__ import annotations

from bumble import smp
from bumble.hci import Address

from drivers.api.ble import Bond

_NO_KEY = (b"", bytes(16))  # no IRK, or one that says that the address does not change


class Bonds(smp.AddressResolver):
    """What ``know`` was last told. Safe to use from several threads."""

    def __init__(self) -> None:
        super().__init__([])
        self._keys: dict[bytes, bytes] = {}

    def know(self, bonds: tuple[Bond, ...]) -> None:
        """Know these and no others."""
        self._keys = {bytes(Address(bond.address)): bytes(bond.ltk) for bond in bonds}
        self.resolving_keys = [
            (bytes(bond.irk), Address(bond.address)) for bond in bonds if bond.irk not in _NO_KEY
        ]

    def key_of(self, address: Address) -> bytes | None:
        """The long-term key of an identity address; None where there is no bond."""
        return self._keys.get(bytes(address))
