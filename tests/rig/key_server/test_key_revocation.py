"""How keys end: at once or by pre-deletion, by whom, and what goes with them."""

from __future__ import annotations

from typing import Literal

import pytest

from rig.key_server.errors import InvitationClosed, KeyRefused, NotAuthorised, NotFound
from rig.key_server.invitations import InvitationState
from rig.key_server.keys import Authority, Ending, EventKind, KeyState
from rig.key_server.readings import KeyKind, Readings
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import Lab

USED, FOB_USED, CARD_USED = EventKind.USED, EventKind.FOB_USED, EventKind.CARD_USED
ACTIVE, LEAVING, GONE = KeyState.ACTIVE, KeyState.PRE_DELETION, KeyState.DELETED


def state(lab: Lab, key_id: bytes) -> KeyState:
    return lab.server.tracking.key(key_id).state


def test_a_key_revoked_in_the_owners_wallet_waits_in_pre_deletion(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    key = lab.server.tracking.key(friend.key_id)
    assert (key.state, key.ending, key.slot) == (LEAVING, Ending.OWNER_WALLET, friend.slot)
    (invitation,) = lab.server.shares.invitations(lab.vehicle_id)
    assert invitation.state is InvitationState.REVOKED
    held = {entry.key_id: entry.state for entry in lab.report().keys}
    assert held == {main.key_id: ACTIVE, friend.key_id: LEAVING}


@pytest.mark.parametrize("by", ["main key", "fob", "card", "another shared key", "owner's watch"])
def test_pre_deletion_ends_with_the_use_of_any_other_key(lab: Lab, by: str) -> None:
    main = lab.pair()
    friend, other = lab.share(main), lab.share(main)
    watch = lab.server.tracking.track_watch(main.key_id, lab.new_phone())
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    use = {
        "main key": (USED, main.key_id),
        "fob": (FOB_USED, None),
        "card": (CARD_USED, None),
        "another shared key": (USED, other.key_id),
        "owner's watch": (USED, watch.key_id),
    }[by]
    view = lab.report(use)
    assert {entry.key_id for entry in view.keys} == {main.key_id, other.key_id, watch.key_id}
    key = lab.server.tracking.key(friend.key_id)
    assert (key.state, key.ending, key.slot) == (GONE, Ending.OWNER_WALLET, None)


def test_its_own_use_or_that_of_another_revoked_key_does_not_end_pre_deletion(lab: Lab) -> None:
    main = lab.pair()
    friend, other = lab.share(main), lab.share(main)
    watch = lab.server.tracking.track_watch(friend.key_id, lab.new_phone())
    for key in (friend, other):
        lab.server.revocation.by_owner(main.key_id, key.key_id)
    view = lab.report(*((USED, k.key_id) for k in (friend, other, watch)))
    assert len(view.objections) == 3
    assert {entry.state for entry in view.keys if entry.key_id != main.key_id} == {LEAVING}


def test_which_uses_end_pre_deletion_is_a_reading(make_lab: MakeLab) -> None:
    lab = make_lab(Readings(ends_pre_deletion=frozenset({KeyKind.FOB})))
    main = lab.pair()
    friend = lab.share(main)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    lab.report((USED, main.key_id), (CARD_USED, None))
    assert state(lab, friend.key_id) is LEAVING
    lab.report((FOB_USED, None))
    assert state(lab, friend.key_id) is GONE


def test_a_holder_removes_the_own_key_at_once_also_in_pre_deletion(lab: Lab) -> None:
    main = lab.pair()
    friend, other = lab.share(main), lab.share(main)
    lab.server.revocation.by_owner(main.key_id, other.key_id)
    for key in (friend, other):
        lab.server.revocation.by_holder(key.key_id)
        assert state(lab, key.key_id) is GONE
    assert lab.server.tracking.key(friend.key_id).ending is Ending.HOLDER_WALLET
    assert lab.held() == {main.key_id}


@pytest.mark.parametrize(
    ("present", "allowed"),
    [
        (Authority.NOTHING, False),
        (Authority.SHARED_KEY, False),
        (Authority.MAIN_KEY, True),
        (Authority.FOB, True),
    ],
)
def test_the_vehicle_deletes_at_once_with_main_key_or_fob_inside(
    lab: Lab, present: Authority, allowed: bool
) -> None:
    friend = lab.share(lab.pair())
    if allowed:
        lab.server.revocation.in_vehicle(friend.key_id, present)
        assert lab.server.tracking.key(friend.key_id).ending is Ending.VEHICLE
    else:
        with pytest.raises(NotAuthorised):
            lab.server.revocation.in_vehicle(friend.key_id, present)
    assert state(lab, friend.key_id) is (GONE if allowed else ACTIVE)


def test_a_lost_main_key_is_deleted_with_a_fob_and_not_by_itself(lab: Lab) -> None:
    main = lab.pair()
    with pytest.raises(NotAuthorised, match="a fob is needed"):
        lab.server.revocation.in_vehicle(main.key_id, Authority.MAIN_KEY, lost=True)
    lab.server.revocation.in_vehicle(main.key_id, Authority.FOB, lost=True)
    assert lab.server.tracking.key(main.key_id).ending is Ending.PHONE_LOST


@pytest.mark.parametrize("fate", ["kept", "deleted"])
def test_what_becomes_of_shared_keys_without_main_key_is_a_reading(
    make_lab: MakeLab, fate: Literal["kept", "deleted"]
) -> None:
    lab = make_lab(Readings(shared_keys_without_main_key=fate))
    main = lab.pair()
    friend, open_invitation = lab.share(main), lab.invite(main)
    lab.server.revocation.by_holder(main.key_id)
    assert lab.held() == ({friend.key_id} if fate == "kept" else set())
    closed = lab.server.shares.invitation(open_invitation.invitation.invitation_id)
    assert closed.state is InvitationState.CANCELLED


@pytest.mark.parametrize("fate", ["survive", "re_invite"])
def test_a_new_phone_ends_the_old_main_key_and_the_reading_decides_the_rest(
    make_lab: MakeLab, fate: Literal["survive", "re_invite"]
) -> None:
    lab = make_lab(Readings(shared_keys_on_replacement=fate))
    old = lab.pair()
    watch = lab.server.tracking.track_watch(old.key_id, lab.new_phone())
    friend, unanswered = lab.share(old), lab.invite(old)
    new = lab.pair()
    with pytest.raises(InvitationClosed, match="cancelled"):
        lab.accept(unanswered)
    for key in (old, watch):
        assert lab.server.tracking.key(key.key_id).ending is Ending.PHONE_REPLACED
    assert lab.held() == {new.key_id} | ({friend.key_id} if fate == "survive" else set())
    with pytest.raises(KeyRefused):
        lab.invite(old)
    lab.share(new)


def test_a_watch_ends_with_its_phone_and_alone_without_it(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    tracking, revocation = lab.server.tracking, lab.server.revocation
    first = tracking.track_watch(friend.key_id, lab.new_phone())
    with pytest.raises(KeyRefused, match="on a watch already"):
        tracking.track_watch(friend.key_id, lab.new_phone())
    with pytest.raises(KeyRefused, match="itself on a watch"):
        tracking.track_watch(first.key_id, lab.new_phone())
    revocation.by_holder(first.key_id)
    assert state(lab, friend.key_id) is ACTIVE
    second = tracking.track_watch(friend.key_id, lab.new_phone())
    revocation.by_holder(friend.key_id)
    assert state(lab, second.key_id) is GONE
    assert lab.held() == {main.key_id}


def test_nobody_ends_what_has_ended_or_is_not_theirs(lab: Lab) -> None:
    main = lab.pair()
    friend, other = lab.share(main), lab.share(main)
    revocation = lab.server.revocation
    with pytest.raises(KeyRefused, match="no main key"):
        revocation.by_owner(friend.key_id, other.key_id)
    with pytest.raises(KeyRefused, match="no shared key"):
        revocation.by_owner(main.key_id, main.key_id)
    revocation.by_holder(friend.key_id)
    with pytest.raises(KeyRefused):
        revocation.by_owner(main.key_id, friend.key_id)
    with pytest.raises(KeyRefused):
        revocation.by_holder(friend.key_id)
    with pytest.raises(KeyRefused):
        revocation.in_vehicle(friend.key_id, Authority.FOB)
    with pytest.raises(NotFound):
        revocation.by_holder(bytes(20))
