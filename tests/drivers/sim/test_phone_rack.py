"""A rack is many phones, each with a name and a wallet of its own."""

from __future__ import annotations

import pytest

from drivers.api.errors import DriverError
from drivers.sim.phone_rack import VirtualPhoneRack
from tests.drivers.sim.phone.applet_bench import VEHICLE_ID
from tests.drivers.sim.phone_scene import REQUEST, Scene


@pytest.fixture
def rack(scene: Scene) -> VirtualPhoneRack:
    rack = VirtualPhoneRack(scene.world, 3, "pixel")
    rack.name = "friends"
    rack.connect(scene.server.internet())
    return rack


def test_its_phones_have_names_and_the_racks_platform(rack: VirtualPhoneRack) -> None:
    phones = rack.phones()
    assert [phone.name for phone in phones] == ["friends_1", "friends_2", "friends_3"]
    assert {phone.platform for phone in phones} == {"pixel"}
    assert rack.identity().model == "3 virtual pixel phones"


def test_each_has_a_wallet_of_its_own_and_can_be_put_back(
    scene: Scene, rack: VirtualPhoneRack
) -> None:
    owner = scene.owner()
    first, second, _ = rack.phones()
    before = rack.state()
    first.wallet.open_link(owner.sharing.share(VEHICLE_ID, REQUEST).message)
    assert (scene.opens(first), scene.opens(second)) == (True, False)
    after = rack.state()
    rack.restore(before)
    assert not scene.opens(first)
    rack.restore(after)
    assert scene.opens(first)
    rack.clear()
    assert not scene.opens(first)
    rack.close()


def test_a_rack_without_phones_is_refused(scene: Scene) -> None:
    with pytest.raises(DriverError, match="a rack of 0 phones"):
        VirtualPhoneRack(scene.world, 0)
