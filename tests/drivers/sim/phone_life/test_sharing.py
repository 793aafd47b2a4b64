"""Both ends of a share: the owner's sheet and slots, the signature, and the recipient's key."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.maker_app import Installed
from drivers.api.secret_text import SecretText
from drivers.api.sharing import (
    Area,
    CodeEntry,
    Hours,
    Restrictions,
    ShareRequest,
)
from drivers.sim.phone import VirtualPhone
from rig.digital_key.attestation import Attestation, attested
from tests.drivers.sim.fake_internet import CODE
from tests.drivers.sim.phone.applet_bench import VEHICLE_ID
from tests.drivers.sim.phone_scene import REQUEST, SETTINGS, SLOT_LIST, Scene, held, mailbox, states

LIMITS = Restrictions(
    hours=(Hours(time(9), time(17), frozenset({0, 1})), Hours(time(22), time(6))),
    areas=(Area(48.177, 11.5598, 500.4),),
    top_speed_kmh=120,
)
RESTRICTED = replace(REQUEST, restrictions=LIMITS)


@pytest.fixture
def owner(scene: Scene) -> VirtualPhone:
    return scene.owner()


@pytest.mark.parametrize("request_", [REQUEST, RESTRICTED], ids=["free", "restricted"])
def test_a_share_becomes_a_key_that_the_owner_vouches_for(
    scene: Scene, owner: VirtualPhone, request_: ShareRequest
) -> None:
    friend = scene.phone("pixel")
    shared = owner.sharing.share(VEHICLE_ID, request_)
    friend.wallet.open_link(shared.message)
    [key] = friend.wallet.listed()
    assert (key.vehicle, key.role, key.state) == (VEHICLE_ID, "shared", "ready")
    assert scene.opens(friend)

    [share] = scene.server.shares
    assert share.attestation is not None
    assert mailbox(friend, SETTINGS.mailbox_package_offset, len(share.attestation)) == (
        share.attestation
    )
    assert mailbox(friend, SETTINGS.mailbox_signal_offset, 1)[0] == (
        1 << SETTINGS.mailbox_attestation_bit
    )
    package = Attestation.decode(share.attestation)
    [main] = held(owner)
    main.private.public.verify(package.signature, attested(package.entitlement))


def test_a_recipient_needs_neither_app_nor_account(scene: Scene, owner: VirtualPhone) -> None:
    friend = scene.phone()
    friend.app.install(Installed.MISSING)
    friend.wallet.open_link(owner.sharing.share(VEHICLE_ID, REQUEST).message)
    assert scene.opens(friend)


def test_until_the_owner_has_signed_the_key_waits(scene: Scene, owner: VirtualPhone) -> None:
    friend = scene.phone()
    shared = owner.sharing.share(VEHICLE_ID, REQUEST)
    owner.radios.set_airplane(on=True)
    friend.wallet.open_link(shared.message)
    assert states(friend) == ["waiting"]
    assert not scene.opens(friend)
    owner.radios.set_airplane(on=False)
    assert scene.opens(friend)
    assert states(friend) == ["ready"]


def test_a_recipient_who_is_offline_fetches_it_later(scene: Scene, owner: VirtualPhone) -> None:
    friend = scene.phone()
    shared = owner.sharing.share(VEHICLE_ID, REQUEST)
    owner.battery.shut_down()
    friend.wallet.open_link(shared.message)
    friend.radios.set_cellular(on=False)
    owner.battery.boot()
    assert not scene.opens(friend)
    friend.radios.set_cellular(on=True)
    assert states(friend) == ["ready"]


@pytest.mark.parametrize(
    "restricts",
    [
        Restrictions(),
        replace(LIMITS, hours=LIMITS.hours[:1]),
        replace(LIMITS, hours=(Hours(time(9), time(17), frozenset({0, 2})), LIMITS.hours[1])),
        replace(LIMITS, hours=(Hours(time(9), time(17, 1), frozenset({0, 1})), LIMITS.hours[1])),
        replace(LIMITS, areas=()),
        replace(LIMITS, areas=(Area(48.177, 11.5598, 502.0),)),
        replace(LIMITS, areas=(Area(48.177, 11.56, 500.0),)),
        replace(LIMITS, areas=(Area(48.178, 11.5598, 500.0),)),
        replace(LIMITS, areas=(*LIMITS.areas, *LIMITS.areas)),
        replace(LIMITS, top_speed_kmh=121),
        replace(LIMITS, top_speed_kmh=None),
    ],
)
def test_the_owner_signs_no_restrictions_but_those_asked_for(
    scene: Scene, owner: VirtualPhone, restricts: Restrictions
) -> None:
    friend = scene.phone()
    shared = owner.sharing.share(VEHICLE_ID, RESTRICTED)
    scene.server.restricts = restricts
    friend.wallet.open_link(shared.message)
    assert scene.server.shares[0].attestation is None
    assert states(friend) == ["waiting"]


def test_the_owner_signs_for_no_slot_but_the_one_given_away(
    scene: Scene, owner: VirtualPhone
) -> None:
    friend = scene.phone()
    shared = owner.sharing.share(VEHICLE_ID, REQUEST)
    scene.server.shares[0].slot = b"\xee" * 8
    friend.wallet.open_link(shared.message)
    assert scene.server.shares[0].attestation is None


def test_the_owner_signs_nothing_that_was_never_shared(scene: Scene, owner: VirtualPhone) -> None:
    friend = scene.phone()
    before = owner.state()
    shared = owner.sharing.share(VEHICLE_ID, REQUEST)
    owner.restore(before)
    friend.wallet.open_link(shared.message)
    assert scene.server.shares[0].attestation is None


def test_a_package_that_has_no_room_leaves_the_key_waiting(
    scene: Scene, owner: VirtualPhone
) -> None:
    friend = scene.phone()
    areas = tuple(Area(48.0 + n / 100, 11.5, 300.0) for n in range(80))
    request = replace(REQUEST, restrictions=Restrictions(areas=areas))
    friend.wallet.open_link(owner.sharing.share(VEHICLE_ID, request).message)
    assert states(friend) == ["waiting"]
    assert not scene.opens(friend)


def test_every_share_uses_a_slot_up_and_without_one_the_vehicle_is_needed(
    scene: Scene, owner: VirtualPhone
) -> None:
    scene.fill_slots(owner, free=0b101)
    for _share in range(2):
        owner.sharing.share(VEHICLE_ID, REQUEST)
    assert [share.slot for share in scene.server.shares] == [SLOT_LIST[:8], SLOT_LIST[16:24]]
    assert mailbox(owner, SETTINGS.mailbox_signal_offset, 1) == b"\x00"
    with pytest.raises(ActionRefused, match="use your key on the vehicle first"):
        owner.sharing.share(VEHICLE_ID, REQUEST)
    assert mailbox(owner, SETTINGS.mailbox_signal_offset, 1) == b"\x01"
    scene.fill_slots(owner)
    owner.sharing.share(VEHICLE_ID, REQUEST)


def test_a_share_the_server_refuses_uses_no_slot(scene: Scene, owner: VirtualPhone) -> None:
    with pytest.raises(ActionRefused, match="no more shares"):
        owner.sharing.share(VEHICLE_ID, replace(REQUEST, recipient="nobody"))
    assert mailbox(owner, SETTINGS.mailbox_slots_offset, 1) == b"\xff"
    assert scene.server.shares == []


@pytest.mark.parametrize(
    ("platform", "code"),
    [("ios", CodeEntry.NONE), ("pixel", CodeEntry.EITHER), ("samsung", CodeEntry.VEHICLE)],
)
def test_a_platform_makes_a_code_by_itself_or_not(
    scene: Scene, platform: str, code: CodeEntry
) -> None:
    shared = scene.owner(platform).sharing.share(VEHICLE_ID, replace(REQUEST, code=None))
    assert scene.server.shares[0].request.code is code
    assert (shared.code is None) == (code is CodeEntry.NONE)


def test_a_code_that_was_asked_for_is_needed_on_the_phone(
    scene: Scene, owner: VirtualPhone
) -> None:
    friend = scene.phone()
    shared = owner.sharing.share(VEHICLE_ID, replace(REQUEST, code=CodeEntry.PHONE))
    assert shared.code is not None
    assert shared.code.reveal() not in shared.message.reveal()
    friend.wallet.open_link(shared.message)
    assert states(friend) == ["code needed"]
    with pytest.raises(ActionRefused, match="code is wrong"):
        friend.wallet.enter_code(VEHICLE_ID, SecretText("0000"))
    assert states(friend) == ["code needed"]
    friend.wallet.enter_code(VEHICLE_ID, CODE)
    assert states(friend) == ["ready"]
    with pytest.raises(ActionRefused, match="asks for no code"):
        friend.wallet.enter_code(VEHICLE_ID, CODE)


def test_a_code_typed_in_at_the_vehicle_is_needed_no_more(
    scene: Scene, owner: VirtualPhone
) -> None:
    """The vehicle gives its token to a key that was activated there."""
    friend = scene.phone()
    shared = owner.sharing.share(VEHICLE_ID, replace(REQUEST, code=CodeEntry.EITHER))
    friend.wallet.open_link(shared.message)
    reader, _ = scene.authenticated(friend)
    assert reader.exchange(b"\x8f\x20" + bytes(range(32))).hex() == "00020000"
    assert states(friend) == ["ready"]


@pytest.mark.parametrize(
    ("platform", "pending", "granted"),
    [
        ("ios", "Invitation Pending", "Unlock & Drive"),
        ("pixel", "Invite sent", "Can unlock and drive"),
        ("samsung", "Waiting for acceptance", "Unlock and drive"),
    ],
)
def test_the_owner_sees_states_in_the_platforms_words(
    scene: Scene, platform: str, pending: str, granted: str
) -> None:
    owner = scene.owner(platform)
    shared = owner.sharing.share(VEHICLE_ID, REQUEST)
    [state] = owner.sharing.shares(VEHICLE_ID)
    assert (state.recipient, state.state, state.shown) == ("a friend", "pending", pending)
    scene.phone().wallet.open_link(shared.message)
    assert [s.shown for s in owner.sharing.shares(VEHICLE_ID)] == [granted]
    owner.radios.set_cellular(on=False)
    assert [s.shown for s in owner.sharing.shares(VEHICLE_ID)] == [granted]  # as last seen


def test_a_share_that_was_stopped_cannot_be_accepted(scene: Scene, owner: VirtualPhone) -> None:
    shared = owner.sharing.share(VEHICLE_ID, REQUEST)
    owner.sharing.stop(VEHICLE_ID, shared.share_id)
    with pytest.raises(ActionRefused, match="used already"):
        scene.phone().wallet.open_link(shared.message)
