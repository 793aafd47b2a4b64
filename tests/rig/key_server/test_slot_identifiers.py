"""Slot identifiers: drawn by the vehicle or the server, each names one key and is spent with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rig.key_server.errors import SlotRefused
from rig.key_server.keys import EventKind
from tests.rig.key_server.lab import COOPER, Lab

GIVEN = bytes.fromhex("a1a2a3a4a5a6a7a8")
OTHER = bytes.fromhex("b1b2b3b4b5b6b7b8")
WEEK_S = 7 * 86_400.0


def test_the_server_takes_over_the_identifiers_that_the_vehicle_drew(lab: Lab) -> None:
    main = lab.pair(GIVEN)
    friend = lab.accept(lab.invite(main, OTHER))
    assert (main.slot.identifier, friend.slot.identifier) == (GIVEN, OTHER)
    assert [entry.slot.identifier for entry in lab.report().keys] == [GIVEN, OTHER]


def test_without_one_the_server_draws_an_identifier(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    assert len({main.slot.identifier, friend.slot.identifier}) == 2
    assert len(main.slot.identifier) == 8


@pytest.mark.parametrize("ended", [False, True], ids=["in use", "spent"])
def test_an_identifier_the_vehicle_had_before_is_refused(lab: Lab, ended: bool) -> None:
    main = lab.pair()
    sent = lab.invite(main, GIVEN)
    if ended:
        lab.server.sharing.cancel(main.key_id, sent.invitation.invitation_id)
    with pytest.raises(SlotRefused, match="had it before"):
        lab.invite(main, GIVEN)
    pairing = lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    with pytest.raises(SlotRefused):
        lab.server.tracking.track_owner(pairing.pairing_id, lab.new_phone(), GIVEN)
    assert len(lab.server.shares.invitations(lab.vehicle_id)) == 1, "nothing has changed"
    assert lab.server.tracking.key(main.key_id).ending is None
    assert lab.server.tracking.track_owner(pairing.pairing_id, lab.new_phone(), OTHER)


@pytest.mark.parametrize("size", [0, 9])
def test_an_identifier_has_one_to_eight_bytes(lab: Lab, size: int) -> None:
    main = lab.pair()
    with pytest.raises(SlotRefused, match=f"{size} bytes are no slot identifier"):
        lab.invite(main, bytes(size))


def test_two_vehicles_may_draw_the_same_identifier(lab: Lab) -> None:
    second = replace(COOPER, vehicle_id=bytes.fromhex("99aabbccddeeff00"))
    lab.server.vehicles.put(second)
    lab.server.accounts.add_vehicle(lab.account_id, second.vehicle_id)
    lab.pair(GIVEN)
    pairing = lab.server.tokens.start_in_app(lab.account_id, second.vehicle_id)
    receipt = lab.server.tracking.track_owner(pairing.pairing_id, lab.new_phone(), GIVEN)
    assert receipt.slot.identifier == GIVEN


def test_the_vehicle_is_told_every_spent_identifier(lab: Lab) -> None:
    main = lab.pair()
    assert lab.report().spent == ()
    cancelled = lab.invite(main, OTHER)
    lab.invite(main, GIVEN)
    ended = lab.share(main)
    lab.server.sharing.cancel(main.key_id, cancelled.invitation.invitation_id)
    lab.server.revocation.by_holder(ended.key_id)
    assert lab.report().spent == (OTHER, ended.slot.identifier)
    lab.clock.advance(WEEK_S)
    assert lab.report().spent == (OTHER, GIVEN, ended.slot.identifier)
    replaced = lab.pair()
    view = lab.report()
    assert view.spent == (main.slot.identifier, OTHER, GIVEN, ended.slot.identifier)
    assert replaced.slot.identifier not in view.spent


def test_an_identifier_in_pre_deletion_is_not_spent_yet(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    assert lab.report().spent == ()
    assert lab.report((EventKind.FOB_USED, None)).spent == (friend.slot.identifier,)
