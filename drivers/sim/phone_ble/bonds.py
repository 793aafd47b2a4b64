"""What a phone remembers of vehicles' Bluetooth radios, by the key it has for each."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Service:
    """What was read of service 0xFFF5, so that it need not be read again."""

    spsm: int
    tx_power_dbm: int
    antenna_id: int


@dataclass(frozen=True, slots=True)
class VehicleBond:
    """What pairing left on the phone's side."""

    ltk: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything remembered at one moment."""

    bonds: dict[bytes, VehicleBond] = field(default_factory=dict)
    services: dict[bytes, Service] = field(default_factory=dict)


class Bonds:
    """Used in the air's thread alone."""

    def __init__(self) -> None:
        self._known = Known()

    def of(self, key_id: bytes) -> VehicleBond | None:
        """The bond that came with this key."""
        return self._known.bonds.get(key_id)

    def service(self, key_id: bytes) -> Service | None:
        """What was read of its vehicle's service."""
        return self._known.services.get(key_id)

    def keep(self, key_id: bytes, bond: VehicleBond) -> None:
        """The first approach has succeeded."""
        self._known.bonds[key_id] = bond

    def keep_service(self, key_id: bytes, service: Service) -> None:
        """It was read."""
        self._known.services[key_id] = service

    def forget(self, key_id: bytes) -> None:
        """The vehicle does not know the bond any more, or is not what it was."""
        self._known.bonds.pop(key_id, None)
        self._known.services.pop(key_id, None)

    def forget_service(self, key_id: bytes) -> None:
        """What was read is not true any more."""
        self._known.services.pop(key_id, None)

    def forget_all_but(self, key_ids: frozenset[bytes]) -> None:
        """These keys are the ones that are left."""
        for key_id in {*self._known.bonds, *self._known.services} - key_ids:
            self.forget(key_id)

    def remember(self) -> Known:
        """All of it, for ``put_back``."""
        return Known(dict(self._known.bonds), dict(self._known.services))

    def put_back(self, known: Known) -> None:
        """Remember this and nothing else."""
        self._known = Known(dict(known.bonds), dict(known.services))
