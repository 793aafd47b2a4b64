"""The endpoint: the key pair a pairing creates, and the chain that vouches for it.

The phone's maker signs an instance authority for each vehicle maker, before any pairing; that one
signs the endpoint's certificate (public notes on CCC-TS-101, section 6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from drivers.sim.phone_framework.x509 import Authority
from rig.digital_key.crypto import PrivateKey


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A new key and the certificates (DER) below the root, which is not sent."""

    private: PrivateKey
    #: its own, the instance's, the maker's; the last is empty when the maker is the root
    chain: tuple[bytes, bytes, bytes]


class EndpointFactory:
    """Creates endpoints in one phone. ``utc`` tells the time that certificates are valid from."""

    def __init__(
        self, maker: Authority, utc: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """``maker`` signs the instances; it may be a root or below one, and serve many phones."""
        self._maker = maker
        self._utc = utc
        self._instances: dict[bytes, Authority] = {}

    def create(self, brand: bytes, vehicle_id: bytes) -> Endpoint:
        """A key for this vehicle of this brand (tag D6)."""
        instance = self._instance(brand)
        private = PrivateKey.generate()
        name = f"Endpoint {vehicle_id.hex().upper()}"
        certificate = instance.issue(name, private.public, self._utc())
        between = b"" if self._maker.is_root else self._maker.certificate
        return Endpoint(private, (certificate, instance.certificate, between))

    def _instance(self, brand: bytes) -> Authority:
        if brand not in self._instances:
            name = f"Instance CA {brand.hex().upper()}"
            self._instances[brand] = Authority(name, self._utc(), self._maker)
        return self._instances[brand]
