"""The first use of a friend's key: proved by the owner's signature, with or without the network.

The device names a slot that the vehicle gave out and knows no key for. What makes the key known is
an attestation in the device's private mailbox; any doubt about it refuses the device.
"""

from __future__ import annotations

from datetime import datetime

from rig.digital_key.attestation import (
    AWAITS_CODE,
    MAY_START,
    MAY_UNLOCK,
    Attestation,
    Entitlement,
    attested,
)
from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import BadSignature, KeyUnknown, NotEntitled, StatusRefused
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.messages import Outcome
from rig.digital_key.settings import Settings
from rig.vehicle.entitled import moment, restrictions_of
from rig.vehicle.errors import NotEnrolled
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import FRIEND, Key, Origin, name_of_key


def enrol_attested(keyring: Keyring, key: Key) -> Key:
    """Take in a key that was ``introduced`` and has proved itself; the one enrolled.

    Raises NotEnrolled, also where the main key that signed for it has ended meanwhile.
    """
    with keyring.lock:
        known = keyring.by_id(key.key_id) is not None  # the key server has told of it
        owners = [owner.key_id for owner in keyring.owners()]
        if not known and key.attested_by not in owners:
            raise NotEnrolled(f"the main key that attested {key.name} has ended")
        return keyring.enrol(key)


def introduced(mailbox: Mailbox, keyring: Keyring, slot: bytes, now: datetime) -> Key:
    """The key that the device in this slot brings with it, not enrolled yet.

    The key server may tell of it at any time: then it is the key enrolled that counts. Raises
    KeyUnknown when it brings none, NotEntitled, BadSignature or Malformed.
    """
    if (known := keyring.by_slot(slot)) is not None:
        return known
    if not keyring.is_open(slot):
        raise KeyUnknown(slot)
    try:
        package = read_package(mailbox)
    except StatusRefused as exc:  # a mailbox that is not there, or smaller than it should be
        raise KeyUnknown(slot) from exc
    if package is None:
        raise KeyUnknown(slot)
    return examined(package, keyring, slot, now)


def read_package(mailbox: Mailbox) -> Attestation | None:
    """The attestation in a device's private mailbox; None when SigBmp tells of none.

    Raises StatusRefused, Malformed.
    """
    settings = mailbox.settings
    if not mailbox.signals() >> settings.mailbox_attestation_bit & 1:
        return None
    begin, end = settings.mailbox_package_offset, package_end(settings)
    return Attestation.decode(mailbox.read_elements(begin, end, len(Attestation.layout)))


def clear_package(mailbox: Mailbox) -> None:
    """Take attestation and signal away: the key is known. Raises StatusRefused, Malformed."""
    settings = mailbox.settings
    begin = settings.mailbox_package_offset
    mailbox.fill(begin, package_end(settings) - begin)
    mailbox.set_signal(settings.mailbox_attestation_bit, on=False)


def package_end(settings: Settings) -> int:
    """Where the room for the attestation ends: at the receipt, or with the mailbox."""
    if settings.mailbox_receipt_offset > settings.mailbox_package_offset:
        return min(settings.mailbox_receipt_offset, settings.mailbox_size)
    return settings.mailbox_size


def examined(package: Attestation, keyring: Keyring, slot: bytes, now: datetime) -> Key:
    """The key an attestation entitles in this slot, at this time.

    It is the key that is enrolled there where the key server has told of it meanwhile. Raises
    NotEntitled, BadSignature or Malformed; nothing has been enrolled.
    """
    attester = _attester(package, keyring)
    entitlement = Entitlement.decode(package.entitlement)
    if entitlement.vehicle_id != keyring.identifier:
        raise NotEntitled(Outcome.KEY_NOT_TRUSTED, "the attestation is for another vehicle")
    if entitlement.slot != slot:
        raise NotEntitled(Outcome.KEY_NOT_TRUSTED, "the attestation is for another slot")
    if (known := keyring.by_slot(slot)) is not None:
        return known
    if not keyring.is_open(slot):
        raise NotEntitled(Outcome.KEY_DELETED, f"slot {slot.hex()} is not open")
    key = _key(entitlement, attester)
    _check_key(key, entitlement, keyring, now)
    return key


def _attester(package: Attestation, keyring: Keyring) -> Key:
    """The owner as of now, who signed: what an earlier owner signed opens nothing any more."""
    owners = [key for key in keyring.owners() if key.parent is None]  # a watch attests nothing
    if not owners:
        raise NotEntitled(Outcome.KEY_NOT_TRUSTED, "the vehicle has no main key that could attest")
    for owner in owners:
        try:
            owner.public.verify(package.signature, attested(package.entitlement))
        except BadSignature:
            continue
        return owner
    raise BadSignature("the attestation is not signed by the vehicle's main key")


def _key(entitlement: Entitlement, attester: Key) -> Key:
    public = PublicKey(entitlement.device_key)
    return Key(
        name=name_of_key(FRIEND, public),
        role=FRIEND,
        slot=entitlement.slot,
        public=public,
        valid_from=moment(entitlement.not_before),
        valid_until=moment(entitlement.not_after),
        # A start that waits for the screen is not in an entitlement: the vehicle gives it itself.
        activated=bool(entitlement.functions[0] & MAY_START),
        awaits_code=bool(entitlement.functions[0] & AWAITS_CODE),
        restrictions=restrictions_of(entitlement),
        origin=Origin.ATTESTED,
        attested_by=attester.key_id,
        tracked=True,  # the server made the entitlement
    )


def _check_key(key: Key, entitlement: Entitlement, keyring: Keyring, now: datetime) -> None:
    functions = entitlement.functions[0]
    if functions & ~(MAY_UNLOCK | MAY_START | AWAITS_CODE):
        raise NotEntitled(Outcome.BAD_DATA_CONTENT, f"functions {functions:02X} are not known")
    if not functions & MAY_UNLOCK:
        raise NotEntitled(Outcome.KEY_NOT_TRUSTED, "the key may not even unlock")
    if key.valid_from is None or now < key.valid_from:
        raise NotEntitled(Outcome.KEY_EXPIRED, "the key is not valid yet")
    if key.valid_until is not None and now >= key.valid_until:
        raise NotEntitled(Outcome.KEY_EXPIRED, "the key has expired")
    if keyring.was_deleted(key.key_id):
        raise NotEntitled(Outcome.KEY_DELETED, "the key was deleted")
    if keyring.by_id(key.key_id) is not None:
        raise NotEntitled(Outcome.KEY_NOT_TRUSTED, "the key is enrolled already")
