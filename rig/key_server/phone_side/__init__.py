"""The internet the rig lends virtual phones, over the contract of any key server."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.api.backend import Internet
from rig.key_server.availability import MATRIX, SupportedPhones
from rig.key_server.contract import KeyServer
from rig.key_server.phone_side.app import App
from rig.key_server.phone_side.holder import Holder
from rig.key_server.phone_side.pairing import Pairing
from rig.key_server.phone_side.sharing import Sharing
from rig.key_server.phone_side.signing import Pushes, Signing

__all__ = ["internet_of"]


def internet_of(
    server: KeyServer,
    inside: Callable[[bytes], tuple[str, ...]],
    on_change: Callable[[], None],
    vehicle_key: Callable[[bytes], bytes],
    matrix: Sequence[SupportedPhones] = MATRIX,
) -> Internet:
    """What phones reach of a key server and, through it, of the vehicles.

    ``inside``: the fobs and cards a vehicle finds in it. ``on_change`` is called after each
    change, so that a vehicle that is online can reconcile. ``vehicle_key``: a vehicle's public
    key, a point of 65 bytes. A refusal of the server becomes ActionRefused in a wallet's words.
    """
    pushes = Pushes()
    return Internet(
        app=App(server, inside, on_change, matrix),
        pairing=Pairing(server, on_change, vehicle_key, matrix),
        sharing=Sharing(server, on_change, matrix),
        signing=Signing(server, on_change, pushes),
        holder=Holder(server, on_change, vehicle_key, pushes, matrix),
    )
