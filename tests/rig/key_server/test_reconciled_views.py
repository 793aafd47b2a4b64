"""Reconciliation: what a vehicle saw while it was offline counts once, in order, at its time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rig.key_server.errors import EventsMissing, NotFound
from rig.key_server.invitations import InvitationState
from rig.key_server.keys import (
    Ending,
    EventKind,
    KeyState,
    VehicleEvent,
    VehicleReport,
    VehicleView,
)
from rig.key_server.readings import Readings
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import BEGIN, Lab

USED, FOB_USED, DELETED = EventKind.USED, EventKind.FOB_USED, EventKind.DELETED


def send(lab: Lab, *events: VehicleEvent) -> VehicleView:
    return lab.server.reconciliation.reconcile(VehicleReport(lab.vehicle_id, events))


def minute(count: int) -> datetime:
    return BEGIN + timedelta(minutes=count)


def test_a_use_before_the_revocation_does_not_end_pre_deletion(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    lab.clock.at = minute(10)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    lab.clock.at = minute(20)
    view = send(lab, VehicleEvent(1, minute(9), USED, main.key_id))
    assert len(view.keys) == 2
    view = send(lab, VehicleEvent(2, minute(11), USED, main.key_id))
    assert [entry.key_id for entry in view.keys] == [main.key_id]


def test_a_use_counts_though_its_key_ended_afterwards(lab: Lab) -> None:
    main = lab.pair()
    friend, other = lab.share(main), lab.share(main)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    lab.clock.at = minute(10)
    lab.server.revocation.by_holder(other.key_id)
    view = send(lab, VehicleEvent(1, minute(5), USED, other.key_id))
    assert not view.objections
    assert lab.server.tracking.key(friend.key_id).state is KeyState.DELETED


def test_a_use_after_the_end_of_its_key_is_noted_and_has_no_effect(lab: Lab) -> None:
    main = lab.pair()
    friend, other = lab.share(main), lab.share(main)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    lab.server.revocation.by_holder(other.key_id)
    lab.clock.at = minute(10)
    event = VehicleEvent(1, minute(5), USED, other.key_id)
    view = send(lab, event)
    assert [(o.event, "not active" in o.reason) for o in view.objections] == [(event, True)]
    assert lab.server.tracking.key(friend.key_id).state is KeyState.PRE_DELETION


def test_a_clock_that_is_ahead_does_not_end_what_is_revoked_later(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    send(lab, VehicleEvent(1, minute(60), FOB_USED))
    lab.clock.at = minute(10)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    assert lab.server.tracking.key(friend.key_id).state is KeyState.PRE_DELETION


def test_a_report_sent_again_changes_nothing(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    use = VehicleEvent(1, minute(0), FOB_USED)
    first = send(lab, use)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    again = send(lab, use)
    assert (first.acknowledged, again.acknowledged) == (1, 1)
    assert lab.server.tracking.key(friend.key_id).state is KeyState.PRE_DELETION


def test_a_report_with_a_gap_is_refused_whole(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    with pytest.raises(EventsMissing) as refusal:
        send(
            lab,
            VehicleEvent(1, minute(0), DELETED, friend.key_id),
            VehicleEvent(3, minute(0), USED, main.key_id),
        )
    assert refusal.value.expected == 2
    assert lab.server.tracking.key(friend.key_id).state is KeyState.ACTIVE
    assert send(lab).acknowledged == 0


@pytest.mark.parametrize("kind", [DELETED, EventKind.PRE_DELETION_OVER])
def test_what_the_vehicle_deleted_is_not_given_back(lab: Lab, kind: EventKind) -> None:
    main = lab.pair()
    friend = lab.share(main)
    view = send(lab, VehicleEvent(1, minute(0), kind, friend.key_id))
    assert [entry.key_id for entry in view.keys] == [main.key_id]
    assert bool(view.objections) is (kind is EventKind.PRE_DELETION_OVER)


def test_a_main_key_that_was_replaced_in_the_vehicle_ends_as_such(lab: Lab) -> None:
    old = lab.pair()
    friend, pending = lab.share(old), lab.invite(old)
    view = send(lab, VehicleEvent(1, minute(0), EventKind.REPLACED, old.key_id))
    assert not view.objections
    assert [entry.key_id for entry in view.keys] == [friend.key_id]
    assert lab.server.tracking.key(old.key_id).ending is Ending.PHONE_REPLACED
    invitation = lab.server.shares.invitation(pending.invitation.invitation_id)
    assert invitation.state is InvitationState.CANCELLED
    new = lab.pair()
    assert lab.held() == {friend.key_id, new.key_id}


def test_a_replacement_follows_the_reading_about_shared_keys(make_lab: MakeLab) -> None:
    lab = make_lab(Readings(shared_keys_on_replacement="re_invite"))
    old = lab.pair()
    friend = lab.share(old)
    send(lab, VehicleEvent(1, minute(0), EventKind.REPLACED, old.key_id))
    assert lab.server.tracking.key(friend.key_id).ending is Ending.PHONE_REPLACED


def test_a_shared_key_that_is_said_to_be_replaced_is_deleted_with_an_objection(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    view = send(lab, VehicleEvent(1, minute(0), EventKind.REPLACED, friend.key_id))
    assert [o.reason for o in view.objections] == [
        "only a main key is replaced; it is deleted all the same"
    ]
    assert lab.held() == {main.key_id}


@pytest.mark.parametrize("kind", [DELETED, EventKind.REPLACED])
def test_an_end_the_server_knows_leaves_the_next_main_keys_invitations_alone(
    lab: Lab, kind: EventKind
) -> None:
    old = lab.pair()
    new = lab.pair()
    sent = lab.invite(new)
    view = send(lab, VehicleEvent(1, minute(0), kind, old.key_id))
    assert not view.objections
    invitation = lab.server.shares.invitation(sent.invitation.invitation_id)
    assert invitation.state is InvitationState.PENDING


def test_keys_the_server_does_not_know_are_noted_and_not_held(lab: Lab) -> None:
    lab.pair()
    view = send(lab, VehicleEvent(1, minute(0), USED, bytes(20)))
    assert [o.reason for o in view.objections] == ["the key is not tracked for this vehicle"]
    assert len(view.keys) == 1
    with pytest.raises(NotFound):
        lab.server.reconciliation.reconcile(VehicleReport(bytes(8)))


def test_a_main_key_is_not_activated_on_screen(lab: Lab) -> None:
    main = lab.pair()
    view = send(lab, VehicleEvent(1, minute(0), EventKind.ACTIVATED, main.key_id))
    assert [o.reason for o in view.objections] == ["only shared keys are activated"]
