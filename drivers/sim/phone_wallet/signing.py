"""The owner's signature for a recipient's key, made without the owner.

The main key vouches for nothing that its holder has not asked for: an entitlement must be of the
vehicle, the slot and the very restrictions of the invitation that went out.
"""

from __future__ import annotations

from drivers.api.backend import Internet, SigningRequest
from drivers.api.errors import ActionRefused
from drivers.api.sharing import Area, Hours, Restrictions
from drivers.sim.phone_wallet.entries import Entries, Entry, Role
from rig.digital_key.attestation import (
    Attestation,
    Entitlement,
    WireArea,
    WireHours,
    areas_in,
    attested,
    hours_in,
)
from rig.digital_key.errors import Malformed

_DEGREE = 10_000_000


class Signing:
    """Signs what waits for the main keys of one phone."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def serve(self, internet: Internet) -> None:
        """Sign and deliver all that waits and that was asked for."""
        for entry in self._entries:
            if entry.role is Role.OWNER and entry.asked:
                self._serve(entry, internet)

    def _serve(self, entry: Entry, internet: Internet) -> None:
        try:
            requests = internet.signing.to_sign(entry.key.key_id)
        except ActionRefused:  # the main key may have ended
            return
        for request in requests:
            if not was_asked_for(entry, request):
                continue
            signature = entry.key.private.sign(attested(request.entitlement))
            attestation = Attestation(request.entitlement, signature).encode()
            try:
                internet.signing.deliver(request.share_id, attestation)
            except ActionRefused:  # taken back meanwhile
                continue


def was_asked_for(entry: Entry, request: SigningRequest) -> bool:
    """Whether an entitlement says what the owner's invitation said."""
    asked = entry.asked.get(request.share_id)
    if asked is None:
        return False
    try:
        entitlement = Entitlement.decode(request.entitlement)
        same = _restricts(entitlement, asked.request.restrictions)
    except Malformed:
        return False
    named = (entitlement.vehicle_id, entitlement.slot)
    return same and named == (entry.key.vehicle_id, asked.slot)


def _restricts(entitlement: Entitlement, wanted: Restrictions) -> bool:
    """Whether it restricts as wanted: no less, and no more. Raises Malformed."""
    hours = hours_in(entitlement.hours) if entitlement.hours else ()
    areas = areas_in(entitlement.areas) if entitlement.areas else ()
    return (
        set(hours) == {_on_the_wire(window) for window in wanted.hours}
        and len(areas) == len(wanted.areas)
        and all(map(_is_same_area, areas, wanted.areas))
        and _number(entitlement.top_speed) == wanted.top_speed_kmh
        and _number(entitlement.volume) == wanted.volume_percent
    )


def _number(value: bytes | None) -> int | None:
    return None if value is None else int.from_bytes(value, "big")


def _on_the_wire(window: Hours) -> WireHours:
    begin, end = (at.hour * 60 + at.minute for at in (window.begin, window.end))
    return WireHours(begin, end, sum(1 << day for day in window.weekdays))


def _is_same_area(said: WireArea, wanted: Area) -> bool:
    """The wire counts in steps: a centimetre of the centre, a metre of the radius."""
    return (
        abs(said.latitude - wanted.latitude_deg * _DEGREE) <= 1
        and abs(said.longitude - wanted.longitude_deg * _DEGREE) <= 1
        and abs(said.radius_m - wanted.radius_m) <= 1
    )
