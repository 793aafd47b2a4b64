"""The same life behind a reader, whose visits run in a thread of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.api.errors import CardLost
from drivers.api.nfc import CardLink
from drivers.sim.phone import Fault, VirtualPhone
from drivers.sim.reader import InProcessReader
from tests.drivers.sim.fake_internet import LETTER
from tests.drivers.sim.phone.applet_bench import VEHICLE_ID
from tests.drivers.sim.phone_framework import framework_bench as fb
from tests.drivers.sim.phone_scene import Scene

TRAY = "tray"


class LinkBench(fb.Bench):
    """The framework behind a link."""

    def __init__(self, link: CardLink) -> None:
        self.link = link

    def process(self, command: bytes) -> bytes:
        return self.link.transceive(command)

    def reset_field(self) -> None:
        self.link.reset(cold=True)


@pytest.fixture
def reader(scene: Scene) -> Iterator[InProcessReader]:
    with InProcessReader(scene.world, TRAY) as reader:
        yield reader


def link_to(reader: InProcessReader) -> CardLink:
    link = reader.wait_for_card(2.0)
    assert link is not None
    return link


def ready_to_pair(scene: Scene) -> VirtualPhone:
    phone = scene.phone()
    phone.wallet.open_link(LETTER)
    phone.present(TRAY)
    return phone


def test_a_pairing_ends_with_a_tracked_key(scene: Scene, reader: InProcessReader) -> None:
    phone = ready_to_pair(scene)
    fb.paired(LinkBench(link_to(reader)))
    assert len(scene.server.owners) == 1  # before the vehicle has its answer
    [key] = phone.wallet.listed()
    assert key.vehicle == VEHICLE_ID


@pytest.mark.parametrize("at", range(1, 11))
def test_a_phone_that_leaves_in_the_middle_has_no_key(
    scene: Scene, reader: InProcessReader, at: int
) -> None:
    phone = ready_to_pair(scene)
    with phone.misbehave(Fault.LEAVES, at=at), pytest.raises((CardLost, AssertionError)):
        fb.paired(LinkBench(link_to(reader)))
    assert phone.wallet.listed() == ()
    phone.present(TRAY)
    fb.paired(LinkBench(link_to(reader)))
    assert len(phone.wallet.listed()) == 1


def test_an_empty_phone_stays_in_the_field_and_one_switched_off_leaves_it(
    scene: Scene, reader: InProcessReader
) -> None:
    phone = scene.owner()
    phone.present(TRAY)
    link = link_to(reader)
    phone.battery.drain()
    assert link.transceive(bytes.fromhex(fb.SELECT)).hex() == "6a82"
    phone.battery.charge()
    phone.battery.shut_down()
    with pytest.raises(CardLost):
        link.transceive(bytes.fromhex(fb.SELECT))
    assert reader.wait_for_removal(2.0)
