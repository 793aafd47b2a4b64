"""What a view of the key server makes of the keyring."""

from __future__ import annotations

from rig.key_server.keys import Functions, KeyEntry, Role, VehicleView
from rig.key_server.keys import KeyState as ServerState
from rig.vehicle.errors import NotEnrolled
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import FRIEND, OWNER, Key, KeyState, Origin, name_of_key

_STATES = {ServerState.ACTIVE: KeyState.ACTIVE, ServerState.PRE_DELETION: KeyState.PRE_DELETION}
_ROLES = {Role.OWNER: OWNER, Role.SHARED: FRIEND}


def apply_view(keyring: Keyring, view: VehicleView, known: set[bytes]) -> tuple[bytes, ...]:
    """Enrol, update and delete until the keyring holds what the view says.

    Returns the identifiers of keys that it says and that have ended here: the server is to be told.

    ``known`` are the keys the server knew before it was asked: of these alone absence is an end.
    A key that was paired and is not tracked yet stays, and so does what the bench provisioned.
    What was deleted here does not come back, whatever the view says. Call it with the keyring
    locked.
    """
    for slot in view.spent:
        keyring.burn(slot)
    listed = {entry.key_id for entry in view.keys}
    for key in keyring:
        if key.key_id in known and key.key_id not in listed:
            keyring.delete(key)
    ended = []
    for entry in view.keys:
        held = keyring.by_id(entry.key_id) or _enrolled(keyring, entry)
        if held is None:
            ended.append(entry.key_id)
        else:
            _update(held, entry)
    keyring.burn_orphans()
    return tuple(ended)


def _enrolled(keyring: Keyring, entry: KeyEntry) -> Key | None:
    """A main key in a slot this vehicle drew was paired here, its last answer lost on the way."""
    role, slot = _ROLES[entry.role], entry.slot.identifier
    paired = role == OWNER and keyring.drew(slot)
    key = Key(
        name=name_of_key(role, entry.public),
        role=role,
        slot=slot,
        public=entry.public,
        origin=Origin.PAIRED if paired else Origin.VIEW,
    )
    try:
        return keyring.enrol(key)
    except NotEnrolled:
        return None


def _update(key: Key, entry: KeyEntry) -> None:
    """Functions UNLOCK are those of a key that may start once it is activated on the screen."""
    key.tracked = True
    key.state = _STATES.get(entry.state, KeyState.DELETED)
    key.opens = entry.functions is not Functions.NONE
    key.activated = entry.functions is Functions.ALL
    key.awaits_code = entry.awaits_code
    key.restrictions = entry.restrictions
    key.parent = entry.parent
    if entry.not_after is not None:
        key.valid_until = entry.not_after
