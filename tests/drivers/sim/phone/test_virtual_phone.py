"""The virtual phone on the bench: presented, withdrawn, asked, and made to misbehave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.api.errors import DeviceNotFound
from drivers.api.phone import KeyHolder
from drivers.sim.keycard import VirtualKeyCard
from drivers.sim.phone import Fault, VirtualPhone
from drivers.sim.phone.holder import contactless_atr
from drivers.sim.phone.wallet_file import WalletError
from drivers.sim.world import World
from rig.digital_key.messages import Outcome
from rig.digital_key.settings import Settings
from tests.drivers.sim.phone.held_in_hand import (
    ENROLLED,
    KEYRING,
    PLACE,
    WALLET,
    OpenField,
    unlock,
)
from tests.home_key.independent_reader import ReaderError


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def field(world: World) -> OpenField:
    return OpenField(world)


@pytest.fixture
def phone(world: World) -> Iterator[VirtualPhone]:
    with VirtualPhone(world, WALLET, "owner_phone") as phone:
        yield phone


@pytest.mark.parametrize("entry", KEYRING["keys"], ids=lambda entry: entry["name"])
def test_every_enrolled_device_of_the_bench_identifies_itself(
    world: World, field: OpenField, entry: dict[str, str]
) -> None:
    kind = VirtualKeyCard if entry["role"] == "card" else VirtualPhone
    with kind(world, WALLET, entry["name"]) as device:
        device.present(PLACE)
        assert unlock(field.vehicle()).hex() == entry["slot"]
        assert device.last_outcome is Outcome.SUCCESS


def test_a_stranger_names_a_slot_that_was_never_enrolled(world: World, field: OpenField) -> None:
    with VirtualPhone(world, WALLET, "stranger_phone") as stranger:
        stranger.present(PLACE)
        with pytest.raises(ReaderError, match="slot 09 is not known"):
            unlock(field.vehicle())


def test_a_phone_for_another_car_refuses_this_one(world: World, field: OpenField) -> None:
    with VirtualPhone(world, WALLET, "other_car_phone") as other:
        other.present(PLACE)
        with pytest.raises(ReaderError, match="80 was refused with 6A88"):
            unlock(field.vehicle())


def test_a_phone_is_in_the_field_from_present_to_withdraw(
    phone: VirtualPhone, field: OpenField
) -> None:
    phone.withdraw()
    phone.present("tray")
    assert field.card is None
    phone.present(PLACE)
    assert field.card is not None
    phone.withdraw()
    assert field.card is None


def test_closing_takes_it_away_and_may_be_done_twice(phone: VirtualPhone, field: OpenField) -> None:
    phone.present(PLACE)
    phone.close()
    phone.close()
    assert field.card is None


def test_what_the_owner_saw_is_forgotten_at_the_next_visit(
    phone: VirtualPhone, field: OpenField
) -> None:
    phone.present(PLACE)
    unlock(field.vehicle())
    before = phone.last_outcome
    phone.withdraw()
    phone.present(PLACE)
    assert (before, phone.last_outcome) == (Outcome.SUCCESS, None)


def test_the_fast_secret_survives_the_field(phone: VirtualPhone, field: OpenField) -> None:
    phone.present(PLACE)
    unlock(field.vehicle())
    phone.withdraw()
    phone.present(PLACE)
    vehicle = field.vehicle()
    vehicle.select()
    assert vehicle.auth0(fast=True) is not None


def test_the_phone_obeys_the_settings_of_its_world(
    world: World, phone: VirtualPhone, field: OpenField
) -> None:
    world.settings = Settings(mac_covers="header_and_status")
    phone.present(PLACE)
    with pytest.raises(ReaderError, match="R-MAC"):
        unlock(field.vehicle())


def test_the_network_shows_and_matters_not(phone: VirtualPhone, field: OpenField) -> None:
    phone.radios.set_airplane(on=True)
    assert "airplane mode" in phone.identity().firmware
    assert any("network off" in finding.what for finding in phone.self_test())
    phone.present(PLACE)
    assert unlock(field.vehicle()) in ENROLLED


def test_the_self_test_tells_what_does_not_fit(world: World, phone: VirtualPhone) -> None:
    assert all(finding.ok for finding in phone.self_test())
    world.settings = Settings(mailbox_size=1)
    assert [finding.what[:15] for finding in phone.self_test() if not finding.ok] == [
        "private mailbox"
    ]


def test_phone_and_card_show_the_atr_of_a_contactless_chip(
    world: World, phone: VirtualPhone, field: OpenField
) -> None:
    atrs = []
    card: KeyHolder
    with VirtualKeyCard(world, WALLET, "key_card") as card:
        for device in (phone, card):
            device.present(PLACE)
            assert field.card is not None
            atrs.append(field.card.atr.hex())
    assert atrs == ["3b80800101", contactless_atr(bytes.fromhex("80738001C0")).hex()]


def test_a_card_is_no_phone_and_a_stranger_no_holder(world: World, tmp_path: Path) -> None:
    with pytest.raises(WalletError, match="a card, not a phone"):
        VirtualPhone(world, WALLET, "key_card")
    with pytest.raises(WalletError, match="a phone, not a card"):
        VirtualKeyCard(world, WALLET, "owner_phone")
    with pytest.raises(DeviceNotFound):
        VirtualPhone(world, tmp_path / "none.json", "owner_phone")


@pytest.mark.parametrize(
    ("fault", "at", "error", "message"),
    [
        (Fault.MUTE, 1, TimeoutError, None),
        (Fault.MUTE, 3, TimeoutError, None),
        (Fault.LEAVES, 2, TimeoutError, None),
        (Fault.GARBAGE, 1, ReaderError, "refused with CA5A"),
        (Fault.TRUNCATED, 2, ReaderError, "no status word"),
        (Fault.WRONG_MAC, 0, ReaderError, "the R-MAC is wrong"),
        (Fault.WRONG_SIGNATURE, 0, ReaderError, "signature is wrong"),
    ],
)
def test_a_planted_fault_happens_and_goes_away(
    phone: VirtualPhone,
    field: OpenField,
    fault: Fault,
    at: int,
    error: type[Exception],
    message: str | None,
) -> None:
    phone.present(PLACE)
    with phone.misbehave(fault, at=at), pytest.raises(error, match=message):
        unlock(field.vehicle())
    assert (field.card is None) == (fault is Fault.LEAVES)
    phone.present(PLACE)
    assert unlock(field.vehicle()) in ENROLLED


def test_a_fault_waits_for_its_apdu_of_each_visit(phone: VirtualPhone, field: OpenField) -> None:
    with phone.misbehave(Fault.MUTE, at=5):
        for _visit in range(2):
            phone.present(PLACE)
            unlock(field.vehicle())  # four APDUs
            with pytest.raises(TimeoutError):
                field.vehicle().select()


def test_a_visit_does_not_go_on_where_the_last_one_ended(
    phone: VirtualPhone, field: OpenField
) -> None:
    phone.present(PLACE)
    vehicle = field.vehicle()
    vehicle.select()
    vehicle.auth0(fast=False)
    phone.withdraw()
    phone.present(PLACE)
    with pytest.raises(ReaderError, match="81 was refused with 6985"):
        vehicle.auth1(ENROLLED)


def test_a_late_answer_is_late_and_whole(phone: VirtualPhone, field: OpenField) -> None:
    phone.present(PLACE)
    began = time.perf_counter()
    with phone.misbehave(Fault.LATE, at=2, delay_s=0.02):
        unlock(field.vehicle())
    assert time.perf_counter() - began >= 0.02
