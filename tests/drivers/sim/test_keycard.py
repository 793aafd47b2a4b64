"""The virtual key card does standard transactions, and fast ones once it has met the vehicle."""

from __future__ import annotations

from drivers.sim.keycard import VirtualKeyCard
from drivers.sim.world import World
from rig.digital_key.messages import Outcome
from tests.drivers.sim.phone.held_in_hand import ENROLLED, PLACE, WALLET, OpenField, unlock


def test_a_card_is_fast_after_its_first_visit() -> None:
    with World() as world, VirtualKeyCard(world, WALLET, "key_card") as card:
        field = OpenField(world)
        card.present(PLACE)
        first = field.vehicle()
        first.select()
        assert first.auth0(fast=True) is None
        device = first.auth1(ENROLLED)
        first.control_flow(0x01, 0x00)
        card.withdraw()

        card.present(PLACE)
        second = field.vehicle()
        second.select()
        cryptogram = second.auth0(fast=True)
        assert cryptogram is not None
        assert second.match_fast(cryptogram, device.persistent, ENROLLED[device.slot])
        second.control_flow(0x01, 0x00)
        assert card.last_outcome is Outcome.SUCCESS


def test_a_second_card_of_the_same_keys_starts_without_the_secret() -> None:
    """Kpersistent is lost with the process; a new device has met nobody."""
    with World() as world:
        field = OpenField(world)
        with VirtualKeyCard(world, WALLET, "key_card") as card:
            card.present(PLACE)
            unlock(field.vehicle())
        with VirtualKeyCard(world, WALLET, "key_card") as again:
            again.present(PLACE)
            vehicle = field.vehicle()
            vehicle.select()
            assert vehicle.auth0(fast=True) is None


def test_a_card_says_who_it_is() -> None:
    with World() as world, VirtualKeyCard(world, WALLET, "key_card") as card:
        assert card.kind == "card"
        assert card.identity().serial == "key_card"
        assert all(finding.ok for finding in card.self_test())
