"""Letters and tokens: what opens a pairing, once, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from rig.digital_key.attestation import TrackingReceipt, tracked
from rig.digital_key.errors import Malformed
from rig.digital_key.secrets import Secret
from rig.key_server.errors import (
    KeyRefused,
    NotAuthorised,
    NotEligible,
    NotFound,
    Refused,
    TokenRefused,
)
from rig.key_server.keys import KeyState, Receipt, Role, key_identifier
from rig.key_server.pairing import Way
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import COOPER, Lab, public_key

DAY_S = 86_400.0


def test_adding_a_vehicle_sends_a_letter_with_link_and_token(lab: Lab) -> None:
    (letter,) = lab.server.letters.sent(lab.account_id)
    assert letter.vehicle_id == lab.vehicle_id
    assert len(letter.link) == 32
    assert len(letter.manual_token) == 10


def test_a_vehicle_without_the_feature_brings_no_letter_and_no_pairing(make_lab: MakeLab) -> None:
    lab = make_lab(record=replace(COOPER, options=frozenset()))
    assert not lab.server.letters.sent(lab.account_id)
    with pytest.raises(NotEligible) as refusal:
        lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    assert "DK-ELIG-04" in refusal.value.decision.requirements


@pytest.mark.parametrize("way", [Way.LINK, Way.MANUAL_TOKEN])
def test_link_and_token_are_one_and_open_one_pairing(lab: Lab, way: Way) -> None:
    tokens = lab.server.tokens
    (letter,) = lab.server.letters.sent(lab.account_id)

    def by_link() -> object:
        return tokens.open_link(letter.link).way

    def by_hand() -> object:
        return tokens.enter_token(lab.vehicle_id, letter.manual_token).way

    first: Callable[[], object] = by_link if way is Way.LINK else by_hand
    assert first() is way
    for again in (by_link, by_hand):
        with pytest.raises(TokenRefused) as refusal:
            again()
        assert refusal.value.reason == "spent"


def test_a_wrong_token_and_one_of_another_vehicle_are_unknown(lab: Lab) -> None:
    tokens = lab.server.tokens
    (letter,) = lab.server.letters.sent(lab.account_id)
    attempts: list[Callable[[], object]] = [
        lambda: tokens.open_link(Secret(b"0" * 32)),
        lambda: tokens.enter_token(lab.vehicle_id, Secret(b"WRONGTOKEN")),
        lambda: tokens.enter_token(bytes(8), letter.manual_token),
    ]
    for attempt in attempts:
        with pytest.raises(TokenRefused) as refusal:
            attempt()
        assert refusal.value.reason == "unknown"


def test_an_expired_token_opens_nothing(lab: Lab) -> None:
    (letter,) = lab.server.letters.sent(lab.account_id)
    lab.clock.advance(30 * DAY_S)
    with pytest.raises(TokenRefused, match="expired"):
        lab.server.tokens.open_link(letter.link)


def test_a_new_letter_voids_the_old_one(lab: Lab) -> None:
    tokens = lab.server.tokens
    (old,) = lab.server.letters.sent(lab.account_id)
    new = lab.server.letters.renew(lab.account_id, lab.vehicle_id)
    assert lab.server.letters.sent(lab.account_id) == (old, new)
    with pytest.raises(TokenRefused, match="void"):
        tokens.open_link(old.link)
    assert tokens.open_link(new.link).vehicle_id == lab.vehicle_id


def test_a_pairing_outlives_an_interrupted_attempt_and_ends_with_its_key(lab: Lab) -> None:
    (letter,) = lab.server.letters.sent(lab.account_id)
    pairing = lab.server.tokens.open_link(letter.link)
    assert len(pairing.password) == 8
    assert len(pairing.salt) == 16
    receipt = lab.server.tracking.track_owner(pairing.pairing_id, public_key(1))
    assert receipt.key_id == key_identifier(public_key(1))
    key = lab.server.tracking.key(receipt.key_id)
    assert (key.role, key.state) == (Role.OWNER, KeyState.ACTIVE)
    with pytest.raises(TokenRefused, match="spent"):
        lab.server.tracking.track_owner(pairing.pairing_id, public_key(2))


def test_an_overdue_or_superseded_pairing_makes_no_key(lab: Lab) -> None:
    tokens, tracking = lab.server.tokens, lab.server.tracking
    first = tokens.start_in_app(lab.account_id, lab.vehicle_id)
    second = tokens.start_in_app(lab.account_id, lab.vehicle_id)
    assert first.password != second.password
    with pytest.raises(TokenRefused, match="void"):
        tracking.track_owner(first.pairing_id, public_key(1))
    lab.clock.advance(30 * 60)
    for pairing_id, reason in ((second.pairing_id, "expired"), ("none", "unknown")):
        with pytest.raises(TokenRefused, match=reason):
            tracking.track_owner(pairing_id, public_key(1))
    assert not tracking.keys(lab.vehicle_id)


def test_a_receipt_is_signed_and_a_changed_one_shows(lab: Lab) -> None:
    receipt = lab.pair()
    receipt.verify(lab.server.receipt_key)
    wire = TrackingReceipt.decode(receipt.encode())
    lab.server.receipt_key.verify(wire.signature, tracked(wire))
    assert Receipt.decode(receipt.encode()) == receipt
    for forged in (
        replace(receipt, tracked_at=receipt.tracked_at + timedelta(seconds=1)),
        replace(receipt, slot=replace(receipt.slot, identifier=bytes(8))),
        replace(receipt, key_id=bytes(20)),
        replace(receipt, vehicle_id=bytes(8)),
        replace(receipt, slot=replace(receipt.slot, number=receipt.slot.number + 1)),
    ):
        with pytest.raises(Exception, match="does not verify"):
            forged.verify(lab.server.receipt_key)


def test_a_receipt_of_no_time_is_malformed(lab: Lab) -> None:
    wire = replace(lab.pair().wire(), tracked_at=b"\xff" * 8)
    with pytest.raises(Malformed, match="in no calendar"):
        Receipt.decode(wire.encode())


def test_accounts_keep_to_their_own(lab: Lab) -> None:
    server = lab.server
    other = server.accounts.open("other@example.invalid")
    assert server.accounts.vehicles(lab.account_id) == (lab.vehicle_id,)
    assert server.accounts.vehicles(other) == ()
    with pytest.raises(NotAuthorised):
        server.accounts.add_vehicle(other, lab.vehicle_id)
    with pytest.raises(NotAuthorised):
        server.tokens.start_in_app(other, lab.vehicle_id)
    with pytest.raises(NotAuthorised):
        server.letters.renew(other, lab.vehicle_id)
    with pytest.raises(Refused, match="has an account"):
        server.accounts.open("other@example.invalid")
    with pytest.raises(NotFound):
        server.accounts.vehicles("nobody")
    with pytest.raises(NotFound):
        server.accounts.add_vehicle(other, bytes(8))


def test_a_key_seen_once_is_never_tracked_again(lab: Lab) -> None:
    main = lab.pair()
    lab.server.revocation.by_holder(main.key_id)
    pairing = lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    with pytest.raises(KeyRefused, match="tracked before"):
        lab.server.tracking.track_owner(pairing.pairing_id, public_key(lab.phones))
    assert lab.server.tracking.track_owner(pairing.pairing_id, public_key(99)), "nothing was spent"
