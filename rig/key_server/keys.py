"""Tracked keys, and what vehicle and key server tell each other about them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from rig.digital_key.attestation import TrackingReceipt, tracked
from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import Malformed
from rig.key_server.invitations import Restrictions


def key_identifier(public: PublicKey) -> bytes:
    """The keyID of CCC, SHA-1(device.PK): 20 bytes.

    That it is taken over the uncompressed point is inferred.
    """
    return hashlib.sha1(public.point, usedforsecurity=False).digest()


class Role(StrEnum):
    """Whose key it is."""

    OWNER = "owner"
    SHARED = "shared"


class Device(StrEnum):
    """What holds the key."""

    PHONE = "phone"
    WATCH = "watch"


class KeyState(StrEnum):
    """Pre-deletion: revoked by the owner, not gone before another key uses the vehicle."""

    ACTIVE = "active"
    PRE_DELETION = "pre_deletion"
    DELETED = "deleted"


class Functions(StrEnum):
    """What an active key may do; restrictions come on top."""

    NONE = "none"  # an activation code is awaited
    UNLOCK = "unlock"
    ALL = "all"


class Ending(StrEnum):
    """By what a key ends, or is about to."""

    OWNER_WALLET = "owner_wallet"
    HOLDER_WALLET = "holder_wallet"
    VEHICLE = "vehicle"
    PHONE_LOST = "phone_lost"
    PHONE_REPLACED = "phone_replaced"
    MAIN_KEY_DELETED = "main_key_deleted"  # a shared key that went with it
    WRONG_CODES = "wrong_codes"


class Authority(StrEnum):
    """What lies in the vehicle when its menu is used."""

    NOTHING = "nothing"
    MAIN_KEY = "main_key"
    SHARED_KEY = "shared_key"
    FOB = "fob"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the vehicle's key store. The identifier, 1 to 8 bytes, names one key for ever.

    A vehicle draws it and gives it out; the server draws one where nobody did.
    """

    number: int
    identifier: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server's statement that it tracks a key. ``tracked_at`` has whole seconds.

    On the wire it is a `TrackingReceipt`, whose layout is a gap in the public sources.
    """

    vehicle_id: bytes
    key_id: bytes
    slot: Slot
    tracked_at: datetime
    signature: bytes

    def wire(self) -> TrackingReceipt:
        """The same as it travels."""
        return TrackingReceipt(
            vehicle_id=self.vehicle_id,
            key_id=self.key_id,
            slot_number=self.slot.number.to_bytes(2, "big"),
            slot=self.slot.identifier,
            tracked_at=int(self.tracked_at.timestamp()).to_bytes(8, "big"),
            signature=self.signature,
        )

    def encode(self) -> bytes:
        """What the device puts into its private mailbox for the vehicle."""
        return self.wire().encode()

    @classmethod
    def decode(cls, data: bytes) -> Receipt:
        """Read a receipt as it travels; its signature is not checked. Raises Malformed."""
        wire = TrackingReceipt.decode(data)
        return cls(
            vehicle_id=wire.vehicle_id,
            key_id=wire.key_id,
            slot=Slot(int.from_bytes(wire.slot_number, "big"), wire.slot),
            tracked_at=_moment(wire.tracked_at),
            signature=wire.signature,
        )

    def message(self) -> bytes:
        """The bytes that are signed."""
        return tracked(self.wire())

    def verify(self, server: PublicKey) -> None:
        """Check the signature, as the vehicle does. Raises BadSignature."""
        server.verify(self.signature, self.message())


def _moment(seconds: bytes) -> datetime:
    try:
        return datetime.fromtimestamp(int.from_bytes(seconds, "big"), UTC)
    except (OverflowError, ValueError) as exc:
        raise Malformed(f"second {seconds.hex()} since 1970 is in no calendar") from exc


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as the server knows it. ``slot`` is None once the key is deleted."""

    key_id: bytes
    vehicle_id: bytes
    role: Role
    device: Device
    public: PublicKey
    state: KeyState
    functions: Functions
    slot: Slot | None
    invitation_id: str | None
    parent: bytes | None  # of a watch's key, the phone's
    ending: Ending | None


class EventKind(StrEnum):
    """What a vehicle may have to tell.

    A friend's first use is ``USED`` as any other: the server tracks the key since its acceptance.
    """

    USED = "used"  # unlocked, locked or started, with a digital key
    FOB_USED = "fob_used"
    CARD_USED = "card_used"
    ACTIVATED = "activated"  # the on-screen activation at the first use of a shared key
    DELETED = "deleted"  # in the vehicle's menu
    PRE_DELETION_OVER = "pre_deletion_over"  # the vehicle itself saw another key's use
    REPLACED = "replaced"  # a main key that ended because another was paired in its place


@dataclass(frozen=True, slots=True)
class VehicleEvent:
    """One thing that happened. Numbers rise by one and are never used again for a vehicle."""

    number: int
    at: datetime
    kind: EventKind
    key_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class VehicleReport:
    """What happened since the last acknowledged event. Sending it again changes nothing."""

    vehicle_id: bytes
    events: tuple[VehicleEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key as the vehicle is to hold it; ``functions`` are what it may do in this state.

    ``awaits_code``: its activation code is to be typed in at the vehicle, and was not entered yet.
    ``not_after``: when a shared key's validity is over, as in its entitlement; None is unlimited,
    or not said.
    """

    key_id: bytes
    public: PublicKey
    slot: Slot
    role: Role
    state: KeyState
    functions: Functions
    restrictions: Restrictions
    awaits_code: bool = False
    not_after: datetime | None = None
    parent: bytes | None = None  # of a watch's key, the phone's, with which it ends


@dataclass(frozen=True, slots=True)
class Objection:
    """An event that was taken note of and has no effect, and why."""

    event: VehicleEvent
    reason: str


@dataclass(frozen=True, slots=True)
class VehicleView:
    """All keys the vehicle is to hold, by slot; what it holds besides is to be removed.

    ``acknowledged`` is the number of the last event the server has; the vehicle may forget up to
    it. ``objections`` concern the report that this answers. ``spent`` are the slot identifiers of
    ended keys and of invitations that were cancelled or expired, all there ever were, oldest
    first: nothing may be enrolled under one of these again. At some twenty shares and eight bytes
    each, a vehicle's whole life of them is small enough to send each time.
    """

    vehicle_id: bytes
    keys: tuple[KeyEntry, ...]
    acknowledged: int
    objections: tuple[Objection, ...] = ()
    spent: tuple[bytes, ...] = ()
