"""A watch takes over its phone's key with one of its own, and works only while it has power."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.sim.phone import VirtualPhone
from drivers.sim.watch import VirtualWatch
from tests.drivers.sim.fake_internet import key_id_of
from tests.drivers.sim.phone.applet_bench import VEHICLE_ID
from tests.drivers.sim.phone.held_in_hand import PLACE
from tests.drivers.sim.phone_scene import REQUEST, Scene


@pytest.fixture
def owner(scene: Scene) -> VirtualPhone:
    return scene.owner()


@pytest.fixture
def watch(scene: Scene, owner: VirtualPhone) -> VirtualWatch:
    return watch_of(scene, owner)


def watch_of(
    scene: Scene, phone: VirtualPhone, platform: str = "apple_watch", *, digital_key: bool = True
) -> VirtualWatch:
    watch = VirtualWatch(scene.world, phone, platform, digital_key=digital_key)  # type: ignore[arg-type]
    watch.connect(scene.server.internet())
    return watch


def opens(scene: Scene, watch: VirtualWatch) -> bool:
    """Whether a tap is a whole transaction with the watch's key."""
    watch.present(PLACE)
    if scene.field.card is None:
        return False
    [(_, point)] = scene.server.watches
    reader = scene.reader()
    reader.select()
    reader.auth0(fast=False)
    reader.auth1({b"\x0f" * 8: point})
    reader.control_flow(0x01, 0x00)
    watch.withdraw()
    return True


def test_a_watch_makes_a_key_of_its_own(
    scene: Scene, owner: VirtualPhone, watch: VirtualWatch
) -> None:
    assert watch.offers(owner, VEHICLE_ID)
    watch.add(owner, VEHICLE_ID)
    [(of, point)] = scene.server.watches
    assert of == owner.wallet.listed()[0].key_id != key_id_of(point)
    [key] = watch.passes()
    assert (key.vehicle, key.key_id, key.state) == (VEHICLE_ID, key_id_of(point), "ready")
    assert opens(scene, watch)
    assert scene.opens(owner)


def test_it_is_not_offered_twice(owner: VirtualPhone, watch: VirtualWatch) -> None:
    watch.add(owner, VEHICLE_ID)
    assert not watch.offers(owner, VEHICLE_ID)
    with pytest.raises(ActionRefused, match="has this key already"):
        watch.add(owner, VEHICLE_ID)


@pytest.mark.parametrize(
    ("phone_platform", "watch_platform", "phone_can", "watch_can", "offered"),
    [
        ("ios", "apple_watch", True, True, True),
        ("pixel", "wear_os", True, True, True),
        ("samsung", "wear_os", True, True, True),
        ("ios", "wear_os", True, True, False),
        ("pixel", "apple_watch", True, True, False),
        ("ios", "apple_watch", False, True, False),
        ("ios", "apple_watch", True, False, False),
    ],
)
def test_it_is_offered_only_if_both_can(
    scene: Scene,
    phone_platform: str,
    watch_platform: str,
    phone_can: bool,
    watch_can: bool,
    offered: bool,
) -> None:
    owner = scene.owner("ios")
    phone = scene.phone(phone_platform, watch_capable=phone_can)
    phone.wallet.open_link(owner.sharing.share(VEHICLE_ID, REQUEST).message)
    watch = watch_of(scene, phone, watch_platform, digital_key=watch_can)
    assert watch.offers(phone, VEHICLE_ID) is offered
    if not offered:
        with pytest.raises(ActionRefused):
            watch.add(phone, VEHICLE_ID)
        assert watch.passes() == ()


def test_a_shared_key_can_be_added_once_it_is_ready(scene: Scene, owner: VirtualPhone) -> None:
    friend = scene.phone()
    watch = watch_of(scene, friend)
    assert not watch.offers(friend, VEHICLE_ID)
    shared = owner.sharing.share(VEHICLE_ID, REQUEST)
    owner.radios.set_cellular(on=False)  # it signs nothing now
    friend.wallet.open_link(shared.message)
    assert not watch.offers(friend, VEHICLE_ID)
    owner.radios.set_cellular(on=True)
    friend.wallet.listed()
    watch.add(friend, VEHICLE_ID)
    assert watch.passes()[0].role == "shared"
    assert opens(scene, watch)


def test_another_phones_key_is_not_offered(scene: Scene, watch: VirtualWatch) -> None:
    assert not watch.offers(scene.owner(), VEHICLE_ID)


def test_without_power_there_is_no_reserve(
    scene: Scene, owner: VirtualPhone, watch: VirtualWatch
) -> None:
    watch.add(owner, VEHICLE_ID)
    watch.present(PLACE)
    watch.battery.drain()
    assert scene.field.card is None
    assert not opens(scene, watch)
    with pytest.raises(ActionRefused, match="is off"):
        watch.passes()
    watch.battery.charge()
    assert opens(scene, watch)


def test_a_key_that_has_ended_is_no_pass_any_more(
    scene: Scene, owner: VirtualPhone, watch: VirtualWatch
) -> None:
    watch.add(owner, VEHICLE_ID)
    scene.server.standing[watch.passes()[0].key_id] = "deleted"
    assert watch.passes() == ()


def test_adding_needs_the_server(owner: VirtualPhone, watch: VirtualWatch) -> None:
    watch.connect(None)
    with pytest.raises(ActionRefused, match="no connection"):
        watch.add(owner, VEHICLE_ID)


def test_a_watch_can_be_put_back(scene: Scene, owner: VirtualPhone, watch: VirtualWatch) -> None:
    empty = watch.state()
    watch.add(owner, VEHICLE_ID)
    full = watch.state()
    watch.clear()
    assert watch.passes() == ()
    watch.restore(full)
    assert opens(scene, watch)
    watch.restore(empty)
    assert watch.passes() == ()
