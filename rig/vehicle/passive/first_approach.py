"""First approach: a phone with a key and no bond pairs by Bluetooth, then proves its key.

The applet's transaction proves who it is; only then is the bond kept, for the key that proved
itself (facts 5.1, 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.api.ble import OobData
from drivers.api.errors import LinkLost
from rig.digital_key.ble_messages import FirstApproachRequest, FirstApproachResponse
from rig.digital_key.errors import Unverified
from rig.vehicle.passive.approach import PhoneGone
from rig.vehicle.passive.dialogue import Dialogue, happening
from rig.vehicle.passive.proving import prove
from rig.vehicle.passive.sequence import serve

if TYPE_CHECKING:
    from rig.vehicle.passive.caller import Caller

_PAIRING_S = 10.0  # LE Secure Connections over a slow connection interval, with room


class PairingRefused(Unverified):
    """The phones did not pair."""


def first_approach(caller: Caller, asked: FirstApproachRequest) -> Dialogue[None]:
    """Pair, prove, keep the bond, and go on as with a bonded phone."""
    phone, station = caller.phone, caller.station
    try:
        ours = phone.link.pair_oob(OobData(asked.confirm, asked.random))
    except LinkLost as exc:
        raise PhoneGone(str(exc)) from exc
    phone.tell(FirstApproachResponse(station.address, ours.confirm, ours.random))
    found = yield from happening(("paired", "pairing failed"), _PAIRING_S)
    if found == "pairing failed" or phone.bond is None:
        raise PairingRefused(phone.pairing_failure or "no bond came of it")
    if not phone.link.encrypted:
        yield from happening(("encrypted",), _PAIRING_S)
    key = yield from prove(caller, first=True)
    for other in station.keyring:
        if other.bond is not None and other.bond.address == phone.bond.address:
            other.bond = None  # the phone holds another key now
    key.bond = phone.bond
    caller.owner = key
    phone.approach.key = key.name
    phone.approach.note("first approach: bonded")
    station.bonds_changed()
    yield from serve(caller)
