"""Sharing over the phones' internet: sheet, invitation, acceptance, signature, code, end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.api.sharing import Channel, CodeEntry, Limit, Platform, Restrictions
from rig.key_server.keys import EventKind
from rig.key_server.readings import Readings
from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Variant
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import COOPER
from tests.rig.key_server.phone_side.net import IPHONE, OLD, PIXEL, VEHICLE_KEY, Net, a_request


def states(net: Net, main: bytes) -> list[str]:
    return [share.state for share in net.internet.sharing.shares(main)]


def test_the_sheet_offers_what_phone_and_vehicle_can(make_lab: MakeLab) -> None:
    net = Net(make_lab(record=replace(COOPER, limits=frozenset({Limit.VOLUME, Limit.HOURS}))))
    main = net.pair()
    sheet = net.internet.sharing.sheet(main, IPHONE)
    assert sheet.limits == (Limit.HOURS, Limit.VOLUME)
    assert set(sheet.channels) == set(Channel) - {Channel.NEARBY_SHARE}
    assert set(net.internet.sharing.sheet(main, PIXEL).channels) == {
        Channel.EMAIL,
        Channel.SMS,
        Channel.MESSENGER,
        Channel.NEARBY_SHARE,
    }
    with pytest.raises(ActionRefused, match="not available on this phone"):
        net.internet.sharing.sheet(main, OLD)


def test_before_22_11_the_sheet_offers_imessage_alone(make_lab: MakeLab) -> None:
    net = Net(make_lab(record=replace(COOPER, software=SoftwareStatus(2022, 7))))
    main = net.pair()
    assert net.internet.sharing.sheet(main, IPHONE).channels == (Channel.IMESSAGE,)
    assert net.internet.sharing.sheet(main, PIXEL).channels == ()
    with pytest.raises(ActionRefused, match="software is 22-07"):
        net.invite(main)


def test_a_share_goes_from_message_to_attested_key(net: Net) -> None:
    main = net.pair()
    shared = net.invite(main, receiver=Platform.PIXEL, restrictions=Restrictions(volume_percent=5))
    assert states(net, main) == ["pending"]
    assert "https://" in shared.message.reveal()
    assert shared.message.reveal() not in repr(shared)
    accepted = net.accept(shared, PIXEL)
    assert (accepted.share_id, accepted.vehicle) == (shared.share_id, net.lab.vehicle_id)
    assert accepted.vehicle_key == VEHICLE_KEY
    assert accepted.slot == b"slot\0\0\0\2"
    assert not accepted.code_needed
    signing = net.internet.signing
    assert signing.collect(shared.share_id) is None
    net.sign(main)
    assert signing.collect(shared.share_id) is not None
    assert signing.to_sign(main) == ()
    assert states(net, main) == ["accepted"]
    (friend,) = (e.key_id for e in net.lab.report().keys if e.key_id != main)
    net.lab.report((EventKind.ACTIVATED, friend))
    (share,) = net.internet.sharing.shares(main)
    assert (share.state, share.recipient, share.shown) == ("active", "a friend", "")


def test_each_change_is_told_to_the_vehicle(net: Net) -> None:
    main = net.pair()
    before = net.changes
    shared = net.invite(main, code=CodeEntry.PHONE)
    accepted = net.accept(shared)
    assert shared.code is not None
    net.internet.holder.enter_code(accepted.share_id, shared.code)
    net.sign(main)
    net.internet.sharing.stop(main, shared.share_id)
    net.internet.holder.remove(main)
    assert net.changes == before + 6


def test_the_owners_phone_is_told_when_something_waits_for_it(net: Net) -> None:
    main, pushed = net.pair(), []
    first = net.invite(main, code=CodeEntry.PHONE)
    net.internet.signing.on_request(main, lambda: pushed.append("replaced"))
    net.internet.signing.on_request(main, lambda: pushed.append("told"))
    net.accept(first)
    assert pushed == [], "its code is awaited"
    assert first.code is not None
    net.internet.holder.enter_code(first.share_id, first.code)
    assert pushed == ["told"]
    net.accept(net.invite(main))
    assert pushed == ["told", "told"]


def test_a_push_that_cannot_be_followed_does_not_spoil_the_acceptance(net: Net) -> None:
    main = net.pair()

    def refuse() -> None:
        raise ActionRefused("no signature without authentication")

    net.internet.signing.on_request(main, refuse)
    assert net.accept(net.invite(main)).vehicle == net.lab.vehicle_id


def test_a_push_may_sign_at_once(net: Net) -> None:
    main = net.pair()
    net.internet.signing.on_request(main, lambda: net.sign(main))
    accepted = net.accept(net.invite(main))
    assert net.internet.signing.collect(accepted.share_id) is not None


def test_a_code_is_shown_to_the_owner_and_not_sent(net: Net) -> None:
    main = net.pair()
    shared = net.invite(main, code=CodeEntry.PHONE)
    assert shared.code is not None
    assert shared.code.reveal() not in shared.message.reveal()
    accepted = net.accept(shared)
    assert accepted.code_needed
    holder = net.internet.holder
    for reason in ("2 tries left", "1 try left", "wrong code"):
        with pytest.raises(ActionRefused, match=reason):
            holder.enter_code(accepted.share_id, SecretText("none"))
    assert states(net, main) == ["ended"]
    with pytest.raises(ActionRefused, match="was revoked"):
        holder.enter_code(accepted.share_id, shared.code)


def test_a_code_for_either_can_be_entered_on_the_phone(net: Net) -> None:
    main = net.pair()
    shared = net.invite(main, code=CodeEntry.EITHER)
    accepted = net.accept(shared)
    assert accepted.code_needed
    assert shared.code is not None
    net.internet.holder.enter_code(accepted.share_id, shared.code)
    assert states(net, main) == ["accepted"]


def test_a_code_for_the_vehicle_does_not_keep_the_phone_waiting(net: Net) -> None:
    accepted = net.accept(net.invite(net.pair(), code=CodeEntry.VEHICLE))
    assert not accepted.code_needed


def test_the_owner_stops_a_share_before_and_after_its_acceptance(net: Net) -> None:
    main = net.pair()
    pending, taken = net.invite(main), net.invite(main)
    net.accept(taken)
    for share in (pending, taken):
        net.internet.sharing.stop(main, share.share_id)
    assert states(net, main) == ["ended", "pre_deletion"]
    with pytest.raises(ActionRefused, match="was taken back"):
        net.accept(pending)
    net.lab.report((EventKind.FOB_USED, None))
    assert states(net, main) == ["ended", "ended"]


def test_a_holder_sees_how_the_key_stands_and_removes_it(net: Net) -> None:
    main = net.pair()
    shared = net.invite(main)
    net.accept(shared)
    key_id = net.lab.server.shares.invitation(shared.share_id).key_id
    assert key_id is not None
    holder = net.internet.holder
    assert holder.standing(key_id) == "active"
    net.internet.sharing.stop(main, shared.share_id)
    assert holder.standing(key_id) == "pre_deletion"
    holder.remove(key_id)
    assert holder.standing(key_id) == "deleted"
    with pytest.raises(ActionRefused, match="not with this key: it is deleted"):
        holder.remove(key_id)


def test_refusals_are_in_a_wallets_words(make_lab: MakeLab) -> None:
    net = Net(make_lab(Readings(limits=dict.fromkeys(Variant, 1))))
    main = net.pair()
    shared = net.invite(main)
    with pytest.raises(ActionRefused, match="all 1 keys that can be shared are taken"):
        net.invite(main)
    with pytest.raises(ActionRefused, match="airdrop does not go from ios to pixel"):
        net.invite(main, channel=Channel.AIRDROP, receiver=Platform.PIXEL)
    with pytest.raises(ActionRefused, match="digital keys are not available on this phone"):
        net.accept(shared, OLD)
    net.accept(shared)
    with pytest.raises(ActionRefused, match="this invitation was accepted already"):
        net.accept(shared)
    with pytest.raises(ActionRefused, match="no such invitation"):
        net.internet.signing.collect("nothing")
    with pytest.raises(ActionRefused, match="the signature was not taken: it is none"):
        net.internet.signing.deliver(shared.share_id, b"")


def test_no_refusal_shows_a_link_or_an_identifier(net: Net) -> None:
    main = net.pair()
    shared = net.invite(main)
    link = shared.message.reveal().rsplit("/", 1)[1]
    net.accept(shared)
    refused = []
    for attempt in (
        lambda: net.accept(shared),
        lambda: net.internet.sharing.stop(bytes(20), shared.share_id),
        lambda: net.internet.holder.remove(bytes(20)),
        lambda: net.internet.sharing.invite(main, IPHONE, a_request(), b"slot\0\0\0\2"),
    ):
        with pytest.raises(ActionRefused) as refusal:
            attempt()
        refused.append(str(refusal.value))
    for hidden in (link, main.hex(), bytes(20).hex(), shared.share_id, b"slot\0\0\0\2".hex()):
        assert not any(hidden in text for text in refused)


def test_only_the_present_main_key_sees_the_shares(net: Net) -> None:
    former = net.pair()
    friend = net.accept(net.invite(former))
    shared = next(key for key in net.lab.server.tracking.keys(friend.vehicle) if key.invitation_id)
    main = net.pair()
    assert states(net, main) == ["accepted"]
    for other in (shared.key_id, former):
        with pytest.raises(ActionRefused, match="no main key"):
            net.internet.sharing.shares(other)
        with pytest.raises(ActionRefused, match="no main key"):
            net.internet.sharing.sheet(other, IPHONE)
