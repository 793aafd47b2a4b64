"""Invitations from the offer to the key: states, codes, channels, restrictions, refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from drivers.api.sharing import Limit
from rig.digital_key.secrets import Secret
from rig.key_server.errors import (
    InvitationClosed,
    KeyRefused,
    NotEligible,
    NotFound,
    OfferRefused,
    WrongCode,
)
from rig.key_server.invitations import (
    Area,
    Channel,
    CodeEntry,
    Hours,
    InvitationState,
    Platform,
    Restrictions,
)
from rig.key_server.keys import EventKind, Functions, KeyState
from rig.key_server.readings import Readings
from rig.key_server.software_status import SoftwareStatus
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import COOPER, Lab, an_offer, public_key

WEEK_S = 7 * 86_400.0
WRONG = Secret(b"no code")
TIGHT = Restrictions(
    hours=(Hours(time(8), time(18, 30), frozenset({0, 4})),),
    areas=(Area(48.177, 11.559, 5000.0),),
    top_speed_kmh=120,
    volume_percent=40,
)


def state(lab: Lab, invitation_id: str) -> InvitationState:
    return lab.server.shares.invitation(invitation_id).state


def functions(lab: Lab, key_id: bytes) -> Functions:
    return lab.server.tracking.key(key_id).functions


def test_a_share_goes_from_pending_to_accepted_to_active(lab: Lab) -> None:
    sent = lab.invite(lab.pair())
    invitation_id = sent.invitation.invitation_id
    assert sent.invitation.state is InvitationState.PENDING
    assert sent.code is None
    key = lab.accept(sent)
    assert state(lab, invitation_id) is InvitationState.ACCEPTED
    assert functions(lab, key.key_id) is Functions.UNLOCK
    lab.report((EventKind.USED, key.key_id), (EventKind.ACTIVATED, key.key_id))
    assert state(lab, invitation_id) is InvitationState.ACTIVE
    assert functions(lab, key.key_id) is Functions.ALL
    assert lab.server.shares.invitations(lab.vehicle_id)[0].key_id == key.key_id


def test_by_the_other_reading_acceptance_gives_all_functions(make_lab: MakeLab) -> None:
    lab = make_lab(Readings(full_function="on_acceptance"))
    sent = lab.invite(lab.pair())
    key = lab.accept(sent)
    assert functions(lab, key.key_id) is Functions.ALL
    assert state(lab, sent.invitation.invitation_id) is InvitationState.ACTIVE


def test_a_link_works_once(lab: Lab) -> None:
    sent = lab.invite(lab.pair())
    lab.accept(sent)
    with pytest.raises(InvitationClosed) as refusal:
        lab.accept(sent)
    assert refusal.value.state is InvitationState.ACCEPTED
    assert len(lab.server.tracking.keys(lab.vehicle_id)) == 2


def test_a_cancelled_and_an_expired_invitation_cannot_be_accepted(lab: Lab) -> None:
    main = lab.pair()
    cancelled, expired = lab.invite(main), lab.invite(main)
    lab.server.sharing.cancel(main.key_id, cancelled.invitation.invitation_id)
    lab.clock.advance(WEEK_S)
    for sent, closed in (
        (cancelled, InvitationState.CANCELLED),
        (expired, InvitationState.EXPIRED),
    ):
        with pytest.raises(InvitationClosed) as refusal:
            lab.accept(sent)
        assert refusal.value.state is closed
        assert state(lab, sent.invitation.invitation_id) is closed
    assert lab.server.shares.usage(lab.vehicle_id).counted == 0


def test_only_a_pending_invitation_can_be_cancelled(lab: Lab) -> None:
    main = lab.pair()
    sent = lab.invite(main)
    lab.accept(sent)
    with pytest.raises(InvitationClosed):
        lab.server.sharing.cancel(main.key_id, sent.invitation.invitation_id)
    with pytest.raises(NotFound):
        lab.server.sharing.cancel(main.key_id, "nothing")


def test_only_an_active_main_key_shares(lab: Lab) -> None:
    main = lab.pair()
    friend = lab.share(main)
    watch = lab.server.tracking.track_watch(main.key_id, lab.new_phone())
    for key in (friend, watch):
        with pytest.raises(KeyRefused, match="no main key"):
            lab.invite(key)
    lab.server.revocation.by_holder(main.key_id)
    with pytest.raises(KeyRefused, match="state deleted"):
        lab.invite(main)
    with pytest.raises(NotFound):
        lab.server.sharing.invite(bytes(20), an_offer())


@pytest.mark.parametrize(
    ("where", "before", "after"),
    [
        (CodeEntry.PHONE, Functions.NONE, Functions.UNLOCK),
        (CodeEntry.VEHICLE, Functions.UNLOCK, Functions.ALL),
    ],
)
def test_a_code_completes_the_activation_where_it_belongs(
    lab: Lab, where: CodeEntry, before: Functions, after: Functions
) -> None:
    sent = lab.invite(lab.pair(), code=where)
    assert sent.code is not None
    invitation_id = sent.invitation.invitation_id
    key = lab.accept(sent)
    assert functions(lab, key.key_id) is before
    elsewhere = CodeEntry.PHONE if where is CodeEntry.VEHICLE else CodeEntry.VEHICLE
    with pytest.raises(OfferRefused, match="to be entered on the"):
        lab.server.sharing.enter_code(invitation_id, sent.code, elsewhere)
    lab.server.sharing.enter_code(invitation_id, sent.code, where)
    assert functions(lab, key.key_id) is after
    assert lab.server.shares.invitation(invitation_id).code_entered is where


@pytest.mark.parametrize("where", [CodeEntry.PHONE, CodeEntry.VEHICLE])
def test_a_code_for_either_side_is_recorded_where_it_was_entered(
    lab: Lab, where: CodeEntry
) -> None:
    sent = lab.invite(lab.pair(), code=CodeEntry.EITHER)
    lab.accept(sent)
    assert sent.code is not None
    lab.server.sharing.enter_code(sent.invitation.invitation_id, sent.code, where)
    invitation = lab.server.shares.invitation(sent.invitation.invitation_id)
    assert invitation.code_entered is where


def test_without_its_code_a_key_cannot_be_activated_on_screen(lab: Lab) -> None:
    sent = lab.invite(lab.pair(), code=CodeEntry.VEHICLE)
    key = lab.accept(sent)
    view = lab.report((EventKind.ACTIVATED, key.key_id))
    assert [o.reason for o in view.objections] == ["the key awaits its activation code"]
    assert functions(lab, key.key_id) is Functions.UNLOCK


def test_wrong_codes_are_counted_and_the_last_one_ends_the_key(lab: Lab) -> None:
    sent = lab.invite(lab.pair(), code=CodeEntry.PHONE)
    assert sent.code is not None
    key, invitation_id = lab.accept(sent), sent.invitation.invitation_id
    for left in (2, 1, 0):
        with pytest.raises(WrongCode) as refusal:
            lab.server.sharing.enter_code(invitation_id, WRONG, CodeEntry.PHONE)
        assert refusal.value.tries_left == left
    assert state(lab, invitation_id) is InvitationState.REVOKED
    assert lab.server.tracking.key(key.key_id).state is KeyState.DELETED
    with pytest.raises(InvitationClosed):
        lab.server.sharing.enter_code(invitation_id, sent.code, CodeEntry.PHONE)


def test_a_code_where_none_is_awaited_is_refused(lab: Lab) -> None:
    main = lab.pair()
    plain, coded = lab.invite(main), lab.invite(main, code=CodeEntry.PHONE)
    sharing = lab.server.sharing
    assert coded.code is not None
    with pytest.raises(InvitationClosed):
        sharing.enter_code(coded.invitation.invitation_id, coded.code, CodeEntry.PHONE)
    lab.accept(plain)
    with pytest.raises(OfferRefused, match="awaits no code"):
        sharing.enter_code(plain.invitation.invitation_id, coded.code, CodeEntry.PHONE)
    with pytest.raises(NotFound):
        sharing.enter_code("nothing", coded.code, CodeEntry.PHONE)


def test_restrictions_are_bound_to_the_invitation_and_reach_the_vehicle(lab: Lab) -> None:
    main = lab.pair()
    free, tied = lab.share(main), lab.share(main, restrictions=TIGHT)
    held = {entry.key_id: entry.restrictions for entry in lab.report().keys}
    assert held == {
        main.key_id: Restrictions(),
        free.key_id: Restrictions(),
        tied.key_id: TIGHT,
    }


def test_a_restriction_the_vehicle_lacks_is_refused(make_lab: MakeLab) -> None:
    lab = make_lab(record=replace(COOPER, limits=frozenset({Limit.TOP_SPEED})))
    main = lab.pair()
    with pytest.raises(OfferRefused, match="cannot restrict areas, hours, volume"):
        lab.invite(main, restrictions=TIGHT)
    lab.invite(main, restrictions=Restrictions(top_speed_kmh=120))


@pytest.mark.parametrize(
    ("restriction", "complaint"),
    [
        (lambda: Restrictions(top_speed_kmh=0), "top speed of 0"),
        (lambda: Restrictions(volume_percent=101), "volume of 101"),
        (lambda: Hours(time(8), time(8)), "contain no time"),
        (lambda: Hours(time(8), time(9), frozenset()), "contain no time"),
        (lambda: Hours(time(8), time(9), frozenset({7})), "weekdays"),
        (lambda: Area(91, 0, 1), "no place"),
        (lambda: Area(0, 0, 0), "radius"),
        (lambda: Area(float("nan"), 0, 1), "no place"),
    ],
)
def test_a_restriction_that_means_nothing_is_refused(restriction: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        restriction()


IOS, PIXEL, SAMSUNG = Platform.IOS, Platform.PIXEL, Platform.SAMSUNG


@pytest.mark.parametrize(
    ("channel", "sender", "receiver", "goes"),
    [
        (Channel.EMAIL, IOS, PIXEL, True),
        (Channel.SMS, PIXEL, IOS, True),
        (Channel.MESSENGER, SAMSUNG, IOS, True),
        (Channel.AIRDROP, IOS, IOS, True),
        (Channel.AIRDROP, IOS, PIXEL, False),
        (Channel.NEARBY_SHARE, PIXEL, SAMSUNG, True),
        (Channel.NEARBY_SHARE, PIXEL, IOS, False),
        (Channel.IMESSAGE, IOS, SAMSUNG, False),
        (Channel.IMESSAGE, IOS, IOS, True),
    ],
)
def test_which_channel_joins_which_phones(
    lab: Lab, channel: Channel, sender: Platform, receiver: Platform, goes: bool
) -> None:
    main = lab.pair()
    if goes:
        lab.accept(lab.invite(main, channel=channel, sender=sender, receiver=receiver), receiver)
    else:
        with pytest.raises(OfferRefused, match="does not go"):
            lab.invite(main, channel=channel, sender=sender, receiver=receiver)


def test_before_22_11_a_key_goes_by_imessage_between_iphones_alone(make_lab: MakeLab) -> None:
    old = replace(COOPER, software=SoftwareStatus(2022, 7))
    lab = make_lab(record=old)
    main = lab.pair()
    sent = lab.invite(main, channel=Channel.IMESSAGE)
    for refused in ({"channel": Channel.SMS}, {"sender": PIXEL, "receiver": IOS}):
        with pytest.raises(NotEligible) as refusal:
            lab.invite(main, **refused)
        assert "DK-XPLAT-09" in refusal.value.decision.requirements
    with pytest.raises(NotEligible):
        lab.accept(sent, PIXEL)
    friend = lab.accept(sent)
    lab.server.vehicles.put(replace(old, software=SoftwareStatus(2022, 11)))
    later = lab.share(main, channel=Channel.SMS)
    assert lab.held() == {main.key_id, friend.key_id, later.key_id}, "old keys outlive the update"


def test_a_recipient_needs_a_name_and_no_account(lab: Lab) -> None:
    lab.share(lab.pair(), recipient="somebody without an account")
    assert lab.server.accounts.vehicles(lab.account_id) == (lab.vehicle_id,)


def test_a_device_key_cannot_be_shared_in_twice(lab: Lab) -> None:
    main = lab.pair()
    first, second = lab.invite(main), lab.invite(main)
    lab.server.sharing.accept(first.link, public_key(50), IOS)
    with pytest.raises(KeyRefused, match="tracked before"):
        lab.server.sharing.accept(second.link, public_key(50), IOS)
    assert state(lab, second.invitation.invitation_id) is InvitationState.PENDING
