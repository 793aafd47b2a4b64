"""What the owner's share sheet offers on each platform, and what it needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.maker_app import Installed
from drivers.api.sharing import Channel, Platform, Restrictions
from drivers.sim.phone import VirtualPhone
from tests.drivers.sim.phone.applet_bench import VEHICLE_ID
from tests.drivers.sim.phone_scene import REQUEST, Scene


@pytest.fixture
def owner(scene: Scene) -> VirtualPhone:
    return scene.owner()


@pytest.mark.parametrize(
    ("platform", "missing", "own"),
    [
        ("ios", {Channel.NEARBY_SHARE}, {Channel.AIRDROP, Channel.IMESSAGE}),
        ("pixel", {Channel.AIRDROP, Channel.IMESSAGE}, {Channel.NEARBY_SHARE}),
        ("samsung", {Channel.AIRDROP, Channel.IMESSAGE}, {Channel.NEARBY_SHARE}),
    ],
)
def test_the_share_sheet_is_the_platforms(
    scene: Scene, platform: str, missing: set[Channel], own: set[Channel]
) -> None:
    channels = set(scene.owner(platform).sharing.sheet(VEHICLE_ID).channels)
    assert {Channel.EMAIL, Channel.SMS, Channel.MESSENGER} | own <= channels
    assert not missing & channels


def test_what_the_server_does_not_offer_is_not_on_the_sheet(
    scene: Scene, owner: VirtualPhone
) -> None:
    scene.server.channels = (Channel.IMESSAGE,)
    assert owner.sharing.sheet(VEHICLE_ID).channels == (Channel.IMESSAGE,)
    with pytest.raises(ActionRefused, match="does not offer to share by sms"):
        owner.sharing.share(VEHICLE_ID, REQUEST)


@pytest.mark.parametrize(
    ("platform", "channel", "receiver", "reaches"),
    [
        ("ios", Channel.AIRDROP, Platform.IOS, True),
        ("ios", Channel.AIRDROP, Platform.PIXEL, False),
        ("ios", Channel.IMESSAGE, Platform.SAMSUNG, False),
        ("pixel", Channel.NEARBY_SHARE, Platform.SAMSUNG, True),
        ("samsung", Channel.NEARBY_SHARE, Platform.IOS, False),
        ("pixel", Channel.MESSENGER, Platform.IOS, True),
    ],
)
def test_side_by_side_works_within_one_system_only(
    scene: Scene, platform: str, channel: Channel, receiver: Platform, reaches: bool
) -> None:
    owner = scene.owner(platform)
    request = replace(REQUEST, channel=channel, receiver=receiver)
    if reaches:
        owner.sharing.share(VEHICLE_ID, request)
    else:
        with pytest.raises(ActionRefused, match="does not reach"):
            owner.sharing.share(VEHICLE_ID, request)


def test_a_restriction_that_is_not_offered_is_refused(owner: VirtualPhone) -> None:
    request = replace(REQUEST, restrictions=Restrictions(volume_percent=40))
    with pytest.raises(ActionRefused, match="not offered for this key: volume"):
        owner.sharing.share(VEHICLE_ID, request)


@pytest.mark.parametrize("installed", [Installed.MISSING, Installed.OUTDATED])
def test_sharing_needs_the_app_as_it_is_now(owner: VirtualPhone, installed: Installed) -> None:
    owner.app.install(installed)
    with pytest.raises(ActionRefused, match="the app first"):
        owner.sharing.share(VEHICLE_ID, REQUEST)
    owner.app.install(Installed.CURRENT)
    owner.sharing.share(VEHICLE_ID, REQUEST)


def test_sharing_needs_a_connection_and_a_main_key(scene: Scene, owner: VirtualPhone) -> None:
    friend = scene.phone()
    with pytest.raises(ActionRefused, match="no key for this vehicle"):
        friend.sharing.sheet(VEHICLE_ID)
    friend.wallet.open_link(owner.sharing.share(VEHICLE_ID, REQUEST).message)
    with pytest.raises(ActionRefused, match="only the main key"):
        friend.sharing.sheet(VEHICLE_ID)
    owner.radios.set_airplane(on=True)
    with pytest.raises(ActionRefused, match="no connection"):
        owner.sharing.sheet(VEHICLE_ID)
