"""Entitlements on their way to the owner's device, attestations on their way to the recipient's."""

from __future__ import annotations

from collections.abc import Sequence

from rig.digital_key.attestation import Attestation, attested
from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import BadSignature, Malformed
from rig.key_server import contract
from rig.key_server.emulated import keybook, slots, texts
from rig.key_server.emulated.desk import Desk, Operation
from rig.key_server.emulated.schema import moment
from rig.key_server.emulated.store import Row
from rig.key_server.entitlements import Rights, entitlement
from rig.key_server.errors import AttestationRefused, InvitationClosed, NotFound
from rig.key_server.invitations import CodeEntry, InvitationState, ToSign
from rig.key_server.keys import Functions

_LIVING = (InvitationState.ACCEPTED, InvitationState.ACTIVE)


class SigningRelay(contract.SigningRelay):
    """Holds an entitlement from acceptance on, and its signature once there is one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def to_sign(self, main_key: bytes) -> Sequence[ToSign]:
        """Raises NotFound, KeyRefused."""
        with self._desk.operation() as operation:
            owner = keybook.main_key(operation, main_key)
            found = operation.rows(
                "SELECT attestations.* FROM attestations JOIN invitations USING (invitation_id)"
                " WHERE vehicle_id = ? AND state IN (?, ?) AND attestation IS NULL"
                " ORDER BY attestations.rowid",
                *(owner["vehicle_id"], *_LIVING),
            )
            return tuple(ToSign(row["invitation_id"], row["entitlement"]) for row in found)

    def deliver(self, invitation_id: str, attestation: bytes) -> None:
        """Raises NotFound, InvitationClosed, AttestationRefused."""
        with self._desk.operation() as operation:
            invitation = _living(operation, invitation_id, "attest it")
            row = _request(operation, invitation_id)
            if row is None:
                raise AttestationRefused(invitation_id, "the key awaits its activation code")
            if row["attestation"] is not None:
                raise AttestationRefused(invitation_id, "it is there already")
            owner = _main_key(operation, invitation["vehicle_id"])
            if owner is None:
                raise AttestationRefused(invitation_id, "the vehicle has no main key now")
            _check(row, attestation, owner)
            operation.change(
                "UPDATE attestations SET attestation = ? WHERE invitation_id = ?",
                *(attestation, invitation_id),
            )

    def collect(self, invitation_id: str) -> bytes | None:
        """Raises NotFound, InvitationClosed."""
        with self._desk.operation() as operation:
            _living(operation, invitation_id, "collect its attestation")
            row = _request(operation, invitation_id)
            return None if row is None else row["attestation"]


def ask_for_signature(operation: Operation, invitation_id: str) -> None:
    """An accepted key may do something now: its entitlement is made, once, and waits."""
    key = operation.row(
        "SELECT * FROM keys WHERE invitation_id = ? AND device = 'phone'", invitation_id
    )
    slot = None if key is None else slots.slot_of(operation, key["key_id"])
    if key is None or slot is None or _request(operation, invitation_id) is not None:
        return
    row = operation.row(
        "SELECT offer, code_entered FROM invitations WHERE invitation_id = ?", invitation_id
    )
    assert row is not None, "the key came of it"  # noqa: S101
    offer = texts.offer_from(row["offer"])
    in_vehicle = offer.code in (CodeEntry.VEHICLE, CodeEntry.EITHER)
    accepted_at = moment(key["tracked_at"])
    rights = Rights(
        functions=Functions(key["functions"]),
        not_before=accepted_at,
        not_after=accepted_at + operation.desk.readings.shared_key_validity,
        restrictions=offer.restrictions,
        awaits_code=in_vehicle and row["code_entered"] is None,
    )
    made = entitlement(key["vehicle_id"], slot.identifier, PublicKey(key["public"]), rights)
    operation.change(
        "INSERT INTO attestations (invitation_id, entitlement) VALUES (?, ?)",
        *(invitation_id, made.encode()),
    )


def _check(row: Row, attestation: bytes, owner: PublicKey) -> None:
    try:
        package = Attestation.decode(attestation)
        if package.entitlement != row["entitlement"]:
            raise AttestationRefused(row["invitation_id"], "it is over something else")
        owner.verify(package.signature, attested(package.entitlement))
    except Malformed as exc:
        raise AttestationRefused(row["invitation_id"], "it is none") from exc
    except BadSignature as exc:
        raise AttestationRefused(row["invitation_id"], "not signed by the main key") from exc


def _living(operation: Operation, invitation_id: str, doing: str) -> Row:
    row = operation.row("SELECT * FROM invitations WHERE invitation_id = ?", invitation_id)
    if row is None:
        raise NotFound("invitation", invitation_id)
    if row["state"] not in _LIVING:
        raise InvitationClosed(invitation_id, InvitationState(row["state"]), doing)
    return row


def _request(operation: Operation, invitation_id: str) -> Row | None:
    return operation.row("SELECT * FROM attestations WHERE invitation_id = ?", invitation_id)


def _main_key(operation: Operation, vehicle_id: bytes) -> PublicKey | None:
    row = operation.row(
        "SELECT public FROM keys WHERE vehicle_id = ? AND role = 'owner' AND device = 'phone'"
        " AND state = 'active'",
        vehicle_id,
    )
    return None if row is None else PublicKey(row["public"])
