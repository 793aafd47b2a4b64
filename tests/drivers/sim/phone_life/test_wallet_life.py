"""Keys in a wallet come to their ends, are put back, and are kept apart by vehicle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import KeyOption, Method
from drivers.api.secret_text import SecretText
from drivers.api.wallet import WalletAction
from drivers.sim.phone import VirtualPhone
from tests.drivers.sim.fake_internet import ACCOUNT, key_id_of
from tests.drivers.sim.phone.applet_bench import VEHICLE_ID
from tests.drivers.sim.phone.held_in_hand import WALLET
from tests.drivers.sim.phone_scene import REQUEST, SETTINGS, Scene, held, mailbox, roles, states
from tests.home_key.independent_reader import ReaderError

TOKEN = bytes(range(32))


@pytest.fixture
def owner(scene: Scene) -> VirtualPhone:
    return scene.owner()


@pytest.fixture
def friend(scene: Scene, owner: VirtualPhone) -> VirtualPhone:
    phone = scene.phone("samsung")
    phone.wallet.open_link(owner.sharing.share(VEHICLE_ID, REQUEST).message)
    return phone


def test_a_key_that_was_removed_is_gone_at_once_and_the_server_hears_of_it(
    scene: Scene, friend: VirtualPhone
) -> None:
    [key] = friend.wallet.listed()
    friend.wallet.remove(VEHICLE_ID)
    assert friend.wallet.listed() == ()
    assert not scene.opens(friend)
    assert scene.server.removed == [key.key_id]


def test_removed_offline_it_is_gone_at_once_and_told_later(
    scene: Scene, friend: VirtualPhone
) -> None:
    friend.radios.set_airplane(on=True)
    friend.wallet.remove(VEHICLE_ID)
    assert not scene.opens(friend)
    assert scene.server.removed == []
    friend.radios.set_airplane(on=False)
    assert len(scene.server.removed) == 1
    friend.wallet.listed()
    assert len(scene.server.removed) == 1  # told once


def test_a_key_removed_in_front_of_the_reader_ends_the_transaction(
    scene: Scene, friend: VirtualPhone
) -> None:
    reader, _ = scene.authenticated(friend)
    friend.wallet.remove(VEHICLE_ID)
    with pytest.raises(ReaderError, match="3C was refused with 6985"):
        reader.control_flow(0x01, 0x00)


def test_the_main_key_can_be_removed_too(scene: Scene, owner: VirtualPhone) -> None:
    owner.wallet.remove(VEHICLE_ID)
    assert not scene.opens(owner)
    assert len(scene.server.removed) == 1


def test_the_server_ends_a_key_when_the_phone_hears_of_it(
    scene: Scene, friend: VirtualPhone
) -> None:
    [key] = friend.wallet.listed()
    friend.radios.set_airplane(on=True)
    scene.server.standing[key.key_id] = "deleted"
    assert len(friend.wallet.listed()) == 1
    assert scene.opens(friend)  # it is the vehicle that refuses it then
    friend.radios.set_airplane(on=False)
    assert friend.wallet.listed() == ()
    assert scene.server.removed == []


def test_a_key_in_pre_deletion_stays_usable(scene: Scene, friend: VirtualPhone) -> None:
    [key] = friend.wallet.listed()
    scene.server.standing[key.key_id] = "pre_deletion"
    assert states(friend) == ["ready"]
    assert scene.opens(friend)


def test_the_actions_are_in_the_platforms_words(owner: VirtualPhone, friend: VirtualPhone) -> None:
    assert owner.wallet.actions(VEHICLE_ID) == {
        WalletAction.REMOVE: "Remove This Car Key",
        WalletAction.SHARE: "Share",
        WalletAction.ADD_TO_WATCH: "Add to Apple Watch",
        WalletAction.OPTIONS: "Pass Details",
    }
    shared = friend.wallet.actions(VEHICLE_ID)
    assert shared[WalletAction.REMOVE] == "Delete Key"
    assert WalletAction.SHARE not in shared


def test_a_link_works_for_one_phone_only(scene: Scene, owner: VirtualPhone) -> None:
    message = owner.sharing.share(VEHICLE_ID, REQUEST).message
    scene.phone().wallet.open_link(message)
    third = scene.phone()
    with pytest.raises(ActionRefused, match="used already"):
        third.wallet.open_link(message)
    assert third.wallet.listed() == ()


def test_a_second_key_of_one_vehicle_is_given_back(
    scene: Scene, owner: VirtualPhone, friend: VirtualPhone
) -> None:
    message = owner.sharing.share(VEHICLE_ID, REQUEST).message
    with pytest.raises(ActionRefused, match="already"):
        friend.wallet.open_link(message)
    assert len(friend.wallet.listed()) == 1
    assert scene.server.removed == [key_id_of(scene.server.shares[1].point)]


def test_provisioned_phones_keep_their_keys_whatever_the_server_knows(scene: Scene) -> None:
    phone = VirtualPhone(scene.world, WALLET, "owner_phone")
    phone.connect(scene.server.internet())
    assert roles(phone) == ["owner", "owner"]
    friend = VirtualPhone(scene.world, WALLET, "friend_phone")
    assert roles(friend) == ["shared"]


def test_a_provisioned_key_that_the_server_calls_deleted_is_there_until_the_phone_looks(
    scene: Scene,
) -> None:
    """Such phones are on benches to be refused by vehicles."""
    phone = VirtualPhone(scene.world, WALLET, "deleted_phone")
    [key] = held(phone)
    scene.server.standing[key.key_id] = "deleted"
    phone.connect(scene.server.internet())
    assert held(phone) == (key,)
    assert phone.wallet.listed() == ()


def test_the_vehicles_token_comes_back_with_auth1(scene: Scene, owner: VirtualPhone) -> None:
    reader, device = scene.authenticated(owner)
    assert 0x4A not in device.mailboxes
    assert reader.exchange(b"\x8f\x20" + TOKEN).hex() == "00020000"
    reader.control_flow(0x01, 0x81)
    owner.withdraw()
    _, device = scene.authenticated(owner)
    assert device.mailboxes[0x4A] == TOKEN


@pytest.mark.parametrize("request_", ["8F00", "8F20" + "11" * 32 + "87040FFF0010"])
def test_a_refused_exchange_leaves_the_token_as_it_was(
    scene: Scene, owner: VirtualPhone, request_: str
) -> None:
    reader, _ = scene.authenticated(owner)
    reader.exchange(b"\x8f\x20" + TOKEN)
    assert reader.exchange(bytes.fromhex(request_))[-2:] != b"\x00\x00"
    assert held(owner)[0].mailbox.confidential == TOKEN


def test_a_state_can_be_restored_as_often_as_wanted(scene: Scene, owner: VirtualPhone) -> None:
    before = owner.state()
    for _round in range(2):
        owner.sharing.share(VEHICLE_ID, REQUEST)
        owner.options.set(KeyOption.WORKS_LOCKED, on=False)
        owner.screen.authenticate(Method.PIN)
        owner.app.sign_in(None)
        owner.radios.set_airplane(on=True)
        owner.wallet.remove(VEHICLE_ID)
        owner.battery.drain()
        owner.restore(before)
        assert mailbox(owner, SETTINGS.mailbox_slots_offset, 1) == b"\xff"
        assert owner.screen.locked
        assert owner.app.account == ACCOUNT
        assert scene.opens(owner)
    assert scene.server.removed == []


def test_a_cleared_phone_is_as_out_of_the_box(scene: Scene, owner: VirtualPhone) -> None:
    owner.options.set(KeyOption.WORKS_LOCKED, on=False)
    owner.battery.drain()
    owner.clear()
    assert owner.wallet.listed() == ()
    assert owner.options.read(KeyOption.WORKS_LOCKED).on
    assert owner.app.account is None
    assert not scene.opens(owner)


def test_nothing_secret_shows_in_what_a_phone_prints(scene: Scene, owner: VirtualPhone) -> None:
    reader, _ = scene.authenticated(owner)
    reader.exchange(b"\x8f\x20" + TOKEN)
    [entry] = owner.wallet.entries
    shared = owner.sharing.share(VEHICLE_ID, replace(REQUEST, code=None))
    printed = repr((entry, owner.state(), shared, held(owner)[0].mailbox.confidential))
    assert TOKEN.hex() not in printed
    assert repr(TOKEN)[2:-1] not in printed
    assert shared.message.reveal() not in printed
    assert isinstance(shared.message, SecretText)
    provisioned = held(VirtualPhone(scene.world, WALLET, "owner_phone"))[0]
    assert provisioned.contents.confidential
    assert repr(provisioned.contents.confidential)[2:-1] not in repr(provisioned)
