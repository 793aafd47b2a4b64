"""A device key as the vehicle holds it: whose it is, what it may do, how far its life has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drivers.api.ble import Bond
from drivers.api.sharing import Restrictions
from rig.digital_key.crypto import PublicKey
from rig.digital_key.secrets import Secret
from rig.key_server.keys import key_identifier
from rig.vehicle.ranging_keys import RangingKey

OWNER, FRIEND, CARD = ROLES = ("owner", "friend", "card")


class KeyState(StrEnum):
    """Where a key is in its life, as far as access goes."""

    ACTIVE = "active"
    INACTIVE = "inactive"  # enrolled but switched off, such as a service card in storage
    PRE_DELETION = "pre_deletion"  # revoked by the owner, until another key uses the vehicle
    DELETED = "deleted"


class Origin(StrEnum):
    """How the vehicle came to know a key."""

    PROVISIONED = "provisioned"  # from the bench's file
    PAIRED = "paired"  # with this vehicle, by owner pairing
    ATTESTED = "attested"  # by the owner's signature, at its first use
    VIEW = "view"  # the key server told


@dataclass(slots=True)
class Key:
    """One enrolled device key. Times are with zone; None is unlimited.

    ``opens`` and ``start`` are rights; ``activated`` is the confirmation on the vehicle's screen,
    without which a shared key starts nothing; ``awaits_code``: nor before its code is typed in
    there, as last heard from server or owner. ``tracked``: the key server knows it, so that its
    absence from the server's view is its end.
    """

    name: str
    role: str  # one of ROLES
    slot: bytes
    public: PublicKey
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    state: KeyState = KeyState.ACTIVE
    start: bool = True  # may bring the vehicle to drive-ready
    persistent: Secret | None = field(default=None, repr=False)
    opens: bool = True  # may unlock and lock; not while its activation code is awaited
    activated: bool = True
    awaits_code: bool = False
    restrictions: Restrictions = field(default_factory=Restrictions)
    token: Secret | None = field(default=None, repr=False)  # immobilizer token, once provisioned
    origin: Origin = Origin.PROVISIONED
    tracked: bool = False
    parent: bytes | None = None  # of a watch's key, the identifier of the phone's
    attested_by: bytes | None = None  # the identifier of the main key that signed for it
    supplied: bool = False  # with slot identifiers for friends, as an owner's key is
    bond: Bond | None = field(default=None, repr=False)  # of its phone's Bluetooth
    ranging: RangingKey | None = None  # for passive entry; neither is in a provisioning file

    @property
    def key_id(self) -> bytes:
        """The identifier in vehicle and key server, 20 bytes."""
        return key_identifier(self.public)


def name_of_key(role: str, public: PublicKey) -> str:
    """What a key is called that no bench file names: its role, and how its identifier begins."""
    return f"{role} {key_identifier(public)[:4].hex()}"
