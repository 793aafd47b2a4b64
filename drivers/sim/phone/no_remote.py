"""The remote key of a phone that has no Bluetooth on its bench."""

from __future__ import annotations

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import RemoteFunction, RemoteKey


class NoRemote(RemoteKey):
    """No vehicle is ever in range."""

    def offered(self, vehicle: bytes) -> tuple[RemoteFunction, ...]:  # noqa: ARG002
        return ()

    def ask(self, vehicle: bytes, function: RemoteFunction) -> None:  # noqa: ARG002
        raise ActionRefused("the vehicle is out of range")
