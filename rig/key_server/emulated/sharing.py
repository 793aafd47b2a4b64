"""Sharing: invitations, their acceptance, and activation codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from rig.digital_key.crypto import PublicKey
from rig.digital_key.secrets import Secret
from rig.key_server import contract
from rig.key_server.emulated import counting, keybook, slots, texts
from rig.key_server.emulated.desk import Desk, Operation
from rig.key_server.emulated.offers import check_offer, check_platforms
from rig.key_server.emulated.schema import moment
from rig.key_server.emulated.seal import digest
from rig.key_server.emulated.signing import ask_for_signature
from rig.key_server.emulated.store import Row
from rig.key_server.errors import InvitationClosed, KeyRefused, NotFound, OfferRefused, WrongCode
from rig.key_server.invitations import (
    CodeEntry,
    Invitation,
    InvitationState,
    Offer,
    Platform,
    Sent,
    ShareUsage,
)
from rig.key_server.keys import Ending, Functions, KeyState, Receipt

_MICROSECOND = timedelta(microseconds=1)


class Sharing(contract.Sharing):
    """From offer to key."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def invite(self, main_key: bytes, offer: Offer, slot: bytes | None = None) -> Sent:
        """Raises KeyRefused, NotEligible, OfferRefused, SharesExhausted, SlotRefused."""
        if offer.code is None:
            offer = replace(offer, code=CodeEntry(self._desk.readings.code_by_default))
        with self._desk.operation() as operation:
            vehicle_id = keybook.main_key(operation, main_key)["vehicle_id"]
            check_offer(operation, vehicle_id, offer)
            rule = self._desk.readings.counting
            counting.check_room(operation, vehicle_id, more=int(rule.pending))
            invitation_id = operation.identifier()
            link = self._desk.seal.link("sharing", invitation_id)
            lifetime = self._desk.readings.invitation_lifetime // _MICROSECOND
            operation.change(
                "INSERT INTO invitations (invitation_id, vehicle_id, offer, link_digest, state,"
                " created_at, expires_at) VALUES (?, ?, ?, ?, 'pending', ?, ?)",
                *(invitation_id, vehicle_id, texts.offer_text(offer), digest(link)),
                *(operation.now, operation.now + lifetime),
            )
            slots.allot_to_invitation(operation, vehicle_id, invitation_id, slot)
            code = None
            if offer.code is not CodeEntry.NONE:
                code = self._desk.seal.code(invitation_id)
            return Sent(_shown(operation, _find(operation, invitation_id)), link, code)

    def cancel(self, main_key: bytes, invitation_id: str) -> None:
        """Raises KeyRefused, NotFound, InvitationClosed."""
        with self._desk.operation() as operation:
            owner, row = keybook.main_key(operation, main_key), _find(operation, invitation_id)
            if row["vehicle_id"] != owner["vehicle_id"]:
                raise NotFound("invitation", invitation_id)
            _expect(row, InvitationState.PENDING, "cancel it")
            operation.change("DELETE FROM slots WHERE invitation_id = ?", invitation_id)
            _move(operation, invitation_id, InvitationState.CANCELLED)

    def accept(self, link: Secret, public: PublicKey, platform: Platform) -> Receipt:
        """Raises NotFound, InvitationClosed, NotEligible, KeyRefused, SharesExhausted."""
        with self._desk.operation() as operation:
            row = operation.row("SELECT * FROM invitations WHERE link_digest = ?", digest(link))
            if row is None:
                raise NotFound("invitation", "of this link")
            invitation_id, vehicle_id = row["invitation_id"], row["vehicle_id"]
            _expect(row, InvitationState.PENDING, "accept it")
            offer = texts.offer_from(row["offer"])
            check_platforms(operation, vehicle_id, offer, platform)
            if not self._desk.readings.counting.pending:
                counting.check_room(operation, vehicle_id)
            key_id = keybook.enter(
                operation, vehicle_id, public, Functions.NONE, invitation_id=invitation_id
            )
            slot = slots.hand_over(operation, invitation_id, key_id)
            _move(operation, invitation_id, InvitationState.ACCEPTED)
            if offer.code is not CodeEntry.PHONE:
                grant(operation, invitation_id, on_screen=False)
            return keybook.receipt(operation, vehicle_id, key_id, slot)

    def enter_code(self, invitation_id: str, code: Secret, at: CodeEntry) -> None:
        """Raises NotFound, InvitationClosed, OfferRefused, KeyRefused, WrongCode."""
        with self._desk.operation() as operation:
            row = _find(operation, invitation_id)
            _check_entry(row, at)
            key = _key_of(operation, invitation_id)
            if key is None or key["state"] != KeyState.ACTIVE:
                raise KeyRefused(b"" if key is None else key["key_id"], "it has ended")
            right = self._desk.seal.is_code(invitation_id, code)
            if right:
                operation.change(
                    "UPDATE invitations SET code_entered = ? WHERE invitation_id = ?",
                    *(at, invitation_id),
                )
                grant(operation, invitation_id, on_screen=at is CodeEntry.VEHICLE)
                return
            tries_left = self._count_wrong(operation, row, key["key_id"])
        # Raised outside, so that the try is counted and not undone.
        raise WrongCode(invitation_id, tries_left)

    def _count_wrong(self, operation: Operation, row: Row, key_id: bytes) -> int:
        operation.change(
            "UPDATE invitations SET wrong_codes = wrong_codes + 1 WHERE invitation_id = ?",
            row["invitation_id"],
        )
        tries_left = self._desk.readings.code_tries - int(row["wrong_codes"]) - 1
        if tries_left <= 0:
            keybook.delete(operation, key_id, Ending.WRONG_CODES, operation.now)
        return max(tries_left, 0)


class ShareLedger(contract.ShareLedger):
    """Invitations and shares as they stand."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def invitation(self, invitation_id: str) -> Invitation:
        with self._desk.operation() as operation:
            return _shown(operation, _find(operation, invitation_id))

    def invitations(self, vehicle_id: bytes) -> Sequence[Invitation]:
        with self._desk.operation() as operation:
            operation.vehicle(vehicle_id)
            found = operation.rows(
                "SELECT * FROM invitations WHERE vehicle_id = ? ORDER BY created_at, rowid",
                vehicle_id,
            )
            return tuple(_shown(operation, row) for row in found)

    def usage(self, vehicle_id: bytes) -> ShareUsage:
        with self._desk.operation() as operation:
            return counting.usage(operation, vehicle_id)


def grant(operation: Operation, invitation_id: str, *, on_screen: bool) -> None:
    """Give an accepted key the functions it has by now (AMB-04, AMB-05).

    Everything once its code is entered, if it has one, and it was activated on screen, where the
    reading asks for that. Until then it unlocks; a code for the phone alone was entered before.
    """
    row = _find(operation, invitation_id)
    offer = texts.offer_from(row["offer"])
    awaited = offer.code is not CodeEntry.NONE and row["code_entered"] is None
    on_acceptance = operation.desk.readings.full_function == "on_acceptance"
    full = not awaited and (on_screen or on_acceptance)
    operation.change(
        "UPDATE keys SET functions = ? WHERE invitation_id = ?",
        *(Functions.ALL if full else Functions.UNLOCK, invitation_id),
    )
    if full:
        _move(operation, invitation_id, InvitationState.ACTIVE)
    ask_for_signature(operation, invitation_id)


def awaits_code(operation: Operation, invitation_id: str) -> bool:
    """Whether an activation code was set and has not been entered."""
    row = _find(operation, invitation_id)
    has_code = texts.offer_from(row["offer"]).code is not CodeEntry.NONE
    return has_code and row["code_entered"] is None


def awaits_code_in_vehicle(operation: Operation, invitation_id: str) -> bool:
    """Whether the code that was set can be typed in at the vehicle, and was not entered yet."""
    offer = texts.offer_from(_find(operation, invitation_id)["offer"])
    in_vehicle = offer.code in (CodeEntry.VEHICLE, CodeEntry.EITHER)
    return in_vehicle and awaits_code(operation, invitation_id)


def _check_entry(row: Row, at: CodeEntry) -> None:
    _expect(row, InvitationState.ACCEPTED, "take a code for it")
    wanted = texts.offer_from(row["offer"]).code
    if wanted in (None, CodeEntry.NONE) or row["code_entered"] is not None:
        raise OfferRefused(f"invitation {row['invitation_id']} awaits no code")
    if at not in (CodeEntry.PHONE, CodeEntry.VEHICLE):
        raise OfferRefused("a code is entered on the phone or in the vehicle")
    if wanted not in (at, CodeEntry.EITHER):
        raise OfferRefused(f"the code is to be entered on the {wanted.value}, not the {at.value}")


def _find(operation: Operation, invitation_id: str) -> Row:
    row = operation.row("SELECT * FROM invitations WHERE invitation_id = ?", invitation_id)
    if row is None:
        raise NotFound("invitation", invitation_id)
    return row


def _expect(row: Row, state: InvitationState, doing: str) -> None:
    if row["state"] != state:
        raise InvitationClosed(row["invitation_id"], InvitationState(row["state"]), doing)


def _move(operation: Operation, invitation_id: str, state: InvitationState) -> None:
    operation.change(
        "UPDATE invitations SET state = ? WHERE invitation_id = ?", state, invitation_id
    )


def _key_of(operation: Operation, invitation_id: str) -> Row | None:
    return operation.row(
        "SELECT key_id, state FROM keys WHERE invitation_id = ? AND device = 'phone'", invitation_id
    )


def _shown(operation: Operation, row: Row) -> Invitation:
    key = _key_of(operation, row["invitation_id"])
    return Invitation(
        invitation_id=row["invitation_id"],
        vehicle_id=row["vehicle_id"],
        offer=texts.offer_from(row["offer"]),
        state=InvitationState(row["state"]),
        expires_at=moment(row["expires_at"]),
        key_id=None if key is None else key["key_id"],
        code_entered=None if row["code_entered"] is None else CodeEntry(row["code_entered"]),
    )
