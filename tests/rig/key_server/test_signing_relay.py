"""The signing relay: what the owner's device is to sign, what it may deliver, who collects."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from rig.digital_key.attestation import (
    AWAITS_CODE,
    MAY_START,
    MAY_UNLOCK,
    Attestation,
    Entitlement,
    attested,
)
from rig.key_server.errors import AttestationRefused, InvitationClosed, KeyRefused, NotFound
from rig.key_server.invitations import CodeEntry, Restrictions
from rig.key_server.keys import EventKind
from rig.key_server.readings import Readings
from rig.vehicle.entitled import moment, restrictions_of
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import BEGIN, Lab, attestation, device

SPEED = Restrictions(top_speed_kmh=120)


def test_an_accepted_share_waits_for_the_owners_signature_and_then_for_its_phone(lab: Lab) -> None:
    main = lab.pair()
    signing = lab.server.signing
    sent = lab.invite(main)
    invitation_id = sent.invitation.invitation_id
    assert not signing.to_sign(main.key_id), "pending"
    with pytest.raises(InvitationClosed):
        signing.collect(invitation_id)
    friend = lab.accept(sent)
    (waiting,) = signing.to_sign(main.key_id)
    assert waiting.invitation_id == invitation_id
    assert signing.collect(invitation_id) is None
    package = attestation(lab.devices[main.key_id], waiting.entitlement)
    signing.deliver(invitation_id, package)
    assert signing.collect(invitation_id) == signing.collect(invitation_id) == package
    assert not signing.to_sign(main.key_id)
    granted = Entitlement.decode(Attestation.decode(package).entitlement)
    assert granted.device_key == lab.devices[friend.key_id].public.point
    assert (granted.vehicle_id, granted.slot) == (lab.vehicle_id, friend.slot.identifier)


@pytest.mark.parametrize(
    ("reading", "code", "functions"),
    [
        ("on_screen", CodeEntry.NONE, MAY_UNLOCK),
        ("on_acceptance", CodeEntry.NONE, MAY_UNLOCK | MAY_START),
        ("on_acceptance", CodeEntry.VEHICLE, MAY_UNLOCK | AWAITS_CODE),
        ("on_screen", CodeEntry.EITHER, MAY_UNLOCK | AWAITS_CODE),
    ],
)
def test_the_entitlement_says_what_acceptance_gives(
    make_lab: MakeLab,
    reading: Literal["on_acceptance", "on_screen"],
    code: CodeEntry,
    functions: int,
) -> None:
    lab = make_lab(Readings(full_function=reading, shared_key_validity=timedelta(days=2)))
    main = lab.pair()
    lab.share(main, code=code, restrictions=SPEED)
    (waiting,) = lab.server.signing.to_sign(main.key_id)
    granted = Entitlement.decode(waiting.entitlement)
    assert granted.functions == bytes((functions,))
    until = BEGIN + timedelta(days=2)
    assert (moment(granted.not_before), moment(granted.not_after)) == (BEGIN, until)
    assert restrictions_of(granted) == SPEED


def test_what_is_to_be_signed_does_not_change_afterwards(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    before = lab.server.signing.to_sign(main.key_id)
    lab.clock.advance(60)
    lab.report((EventKind.ACTIVATED, friend.key_id))
    assert lab.server.signing.to_sign(main.key_id) == before


def test_a_key_that_awaits_a_code_on_the_phone_is_not_signed_before(lab: Lab) -> None:
    main = lab.pair()
    sent = lab.invite(main, code=CodeEntry.PHONE)
    lab.accept(sent)
    assert sent.code is not None
    invitation_id = sent.invitation.invitation_id
    assert not lab.server.signing.to_sign(main.key_id)
    with pytest.raises(AttestationRefused, match="awaits its activation code"):
        lab.server.signing.deliver(invitation_id, b"")
    assert lab.server.signing.collect(invitation_id) is None
    lab.server.sharing.enter_code(invitation_id, sent.code, CodeEntry.PHONE)
    assert lab.sign(main) == 1


def test_only_the_main_keys_signature_over_what_was_asked_is_taken(lab: Lab) -> None:
    main = lab.pair()
    lab.share(main)
    lab.share(main)
    signing, owner = lab.server.signing, lab.devices[main.key_id]
    (invitation_id, entitlement), (_, other) = signing.to_sign(main.key_id)
    bare = Attestation(entitlement, owner.sign(entitlement)).encode()
    refused = {
        "by another device": attestation(device(77), entitlement),
        "over another entitlement": attestation(owner, other),
        "over the bare entitlement": bare,
        "a signature of something else": Attestation(
            entitlement, owner.sign(attested(other))
        ).encode(),
        "no attestation": entitlement,
        "nothing": b"",
    }
    for what, package in refused.items():
        with pytest.raises(AttestationRefused):
            signing.deliver(invitation_id, package)
        assert signing.collect(invitation_id) is None, what
    assert lab.sign(main) == 2
    with pytest.raises(AttestationRefused, match="there already"):
        signing.deliver(invitation_id, attestation(owner, entitlement))
    with pytest.raises(NotFound):
        signing.deliver("nothing", b"")
    with pytest.raises(NotFound):
        signing.collect("nothing")


@pytest.mark.parametrize("by", ["owner", "holder"])
def test_a_share_that_ends_is_neither_signed_nor_collected(lab: Lab, by: str) -> None:
    main = lab.pair()
    sent = lab.invite(main)
    friend, invitation_id = lab.accept(sent), sent.invitation.invitation_id
    (waiting,) = lab.server.signing.to_sign(main.key_id)
    package = attestation(lab.devices[main.key_id], waiting.entitlement)
    if by == "owner":
        lab.server.revocation.by_owner(main.key_id, friend.key_id)
    else:
        lab.server.revocation.by_holder(friend.key_id)
    assert not lab.server.signing.to_sign(main.key_id)
    with pytest.raises(InvitationClosed):
        lab.server.signing.deliver(invitation_id, package)
    with pytest.raises(InvitationClosed):
        lab.server.signing.collect(invitation_id)


def test_only_a_main_key_is_told_what_to_sign(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    with pytest.raises(KeyRefused, match="no main key"):
        lab.server.signing.to_sign(friend.key_id)


def test_a_new_main_key_signs_again_what_the_old_one_signed_or_did_not(lab: Lab) -> None:
    old = lab.pair()
    signed = lab.invite(old)
    lab.accept(signed)
    lab.sign(old)
    lab.share(old)
    (unsigned,) = lab.server.signing.to_sign(old.key_id)
    new = lab.pair()
    signing = lab.server.signing
    assert signing.collect(signed.invitation.invitation_id) is None
    with pytest.raises(KeyRefused):
        signing.to_sign(old.key_id)
    with pytest.raises(AttestationRefused, match="not signed by the main key"):
        signing.deliver(
            unsigned.invitation_id,
            attestation(lab.devices[old.key_id], unsigned.entitlement),
        )
    assert lab.sign(new) == 2
    assert signing.collect(signed.invitation.invitation_id) is not None


def test_without_a_main_key_nothing_is_signed(lab: Lab) -> None:
    main = lab.pair()
    lab.share(main)
    (waiting,) = lab.server.signing.to_sign(main.key_id)
    lab.server.revocation.by_holder(main.key_id)
    with pytest.raises(AttestationRefused, match="no main key"):
        lab.server.signing.deliver(
            waiting.invitation_id, attestation(lab.devices[main.key_id], waiting.entitlement)
        )


def test_shares_to_be_invited_again_leave_nothing_to_sign(make_lab: MakeLab) -> None:
    lab = make_lab(Readings(shared_keys_on_replacement="re_invite"))
    lab.share(lab.pair())
    assert not lab.server.signing.to_sign(lab.pair().key_id)
