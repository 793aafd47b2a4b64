"""A friend's key at its first use, over bytes: proved by the owner's signature, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.api.sharing import Area, Hours, Restrictions
from rig.digital_key.attestation import (
    MAY_START,
    MAY_UNLOCK,
    Attestation,
    Entitlement,
    WireArea,
    WireHours,
    attested,
)
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.dissect import name_of
from rig.digital_key.messages import Outcome
from rig.digital_key.settings import Settings
from rig.vehicle.keys import Key, KeyState, Origin
from rig.vehicle.visit import Ending, Visit
from tests.rig.key_server.lab import BEGIN, COOPER
from tests.rig.vehicle.garage import Garage, TestLine, lost_at, open_garage
from tests.rig.vehicle.pairing_phone import PairingPhone, friend_with, package

OWNER, FRIEND, STRANGER = (PrivateKey.generate() for _ in range(3))
DAY = timedelta(days=1)


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path)
    garage.keyring.enrol_main(owner_key(OWNER.public))
    yield garage
    garage.lab.server.close()


def owner_key(public: PublicKey) -> Key:
    return Key("owner", "owner", b"\x01" * 8, public, origin=Origin.PAIRED, tracked=True)


def given_out(garage: Garage) -> bytes:
    (slot,) = garage.keyring.give_out(1, next(iter(garage.keyring)).key_id)
    return slot


def seconds(at: Any) -> bytes:
    return int(at.timestamp()).to_bytes(8, "big")


def entitlement(slot: bytes, **changed: Any) -> Entitlement:
    usual = Entitlement(
        vehicle_id=COOPER.vehicle_id,
        slot=slot,
        device_key=FRIEND.public.point,
        functions=bytes((MAY_UNLOCK,)),
        not_before=seconds(BEGIN - DAY),
        not_after=seconds(BEGIN + 30 * DAY),
    )
    return replace(usual, **changed)


def friend(
    garage: Garage, signed: Entitlement, signer: PrivateKey = OWNER, private: PrivateKey = FRIEND
) -> PairingPhone:
    return friend_with(signed, private, garage.service.vehicle, signer)


def names(visit: Visit) -> list[str]:
    return [name_of(e.command) for e in visit.timeline.exchanges]


def test_a_friend_unlocks_at_the_first_tap_and_is_known_from_then_on(garage: Garage) -> None:
    slot = given_out(garage)
    phone = friend(garage, entitlement(slot))
    visit = garage.tap(TestLine(phone))
    assert visit.ending is Ending.UNLOCKED, visit.explanation
    assert "enrolled by the owner's attestation" in "; ".join(visit.notes)
    key = garage.keyring.by_slot(slot)
    assert key is not None
    assert (key.role, key.origin, key.public) == ("friend", Origin.ATTESTED, FRIEND.public)
    assert not garage.keyring.is_open(slot)
    second = garage.tap(TestLine(phone))
    assert second.ending is Ending.LOCKED
    assert second.fast
    assert names(second) == ["SELECT", "AUTH0", "CONTROL FLOW"]


def test_exchange_is_announced_before_a_friend_is_asked_for_the_attestation(
    garage: Garage,
) -> None:
    phone = friend(garage, entitlement(given_out(garage)))
    visit = garage.tap(TestLine(phone))
    auth0 = [e.command[2] for e in visit.timeline.exchanges if name_of(e.command) == "AUTH0"]
    assert auth0 == [0x01, 0x04]
    assert names(visit)[:6] == ["SELECT", "AUTH0", "AUTH1", "SELECT", "AUTH0", "AUTH1"]


def test_where_it_need_not_be_announced_the_first_use_takes_one_transaction(
    tmp_path: Path,
) -> None:
    garage = open_garage(tmp_path, settings=Settings(exchange_after_fast="at_once"))
    garage.keyring.enrol_main(owner_key(OWNER.public))
    visit = garage.tap(TestLine(friend(garage, entitlement(given_out(garage)))))
    assert visit.ending is Ending.UNLOCKED
    assert names(visit).count("AUTH1") == 1
    garage.lab.server.close()


def test_the_vehicle_clears_the_attestation_and_its_signal(garage: Garage) -> None:
    phone = friend(garage, entitlement(given_out(garage)))
    garage.tap(TestLine(phone))
    s = phone.settings
    assert phone.mailbox.read(s.mailbox_signal_offset, 1) == b"\x00"
    size = s.mailbox_receipt_offset - s.mailbox_package_offset
    assert not any(phone.mailbox.read(s.mailbox_package_offset, size))


def test_a_friend_may_start_once_activated_on_the_screen(garage: Garage) -> None:
    slot = given_out(garage)
    phone = friend(garage, entitlement(slot))
    visit = garage.put_into_tray(TestLine(phone))
    assert visit.refused
    assert visit.outcome is Outcome.KEY_NOT_TRUSTED
    assert "not activated on the screen" in visit.explanation
    key = garage.keyring.by_slot(slot)
    assert key is not None
    assert not phone.mailbox.confidential
    garage.telematics.activate(key)
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.START_AUTHORISED
    assert key.token is not None
    assert phone.mailbox.confidential == key.token, "a friend's token comes with the activation"
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.START_AUTHORISED


def test_a_friend_whose_acceptance_gave_everything_starts_at_once(garage: Garage) -> None:
    every = entitlement(given_out(garage), functions=bytes((MAY_UNLOCK | MAY_START,)))
    visit = garage.put_into_tray(TestLine(friend(garage, every)))
    assert visit.ending is Ending.START_AUTHORISED


def test_restrictions_come_with_the_entitlement(garage: Garage) -> None:
    slot = given_out(garage)
    tied = entitlement(
        slot,
        hours=WireHours(9 * 60, 17 * 60, 0b0011111).encode(),
        areas=WireArea(481771000, 115562000, 500).encode(),
        top_speed=(120).to_bytes(2, "big"),
        volume=bytes((40,)),
    )
    visit = garage.tap(TestLine(friend(garage, tied)))
    assert visit.refused
    assert visit.outcome is Outcome.KEY_EXPIRED, "it is 8 o'clock"
    key = garage.keyring.by_slot(slot)
    assert key is not None, "a key that may not open now is still a key"
    (hours,) = key.restrictions.hours
    assert (hours.begin.hour, hours.end.hour, hours.weekdays) == (9, 17, frozenset(range(5)))
    assert key.restrictions == Restrictions(
        hours=(hours,), areas=(Area(48.1771, 11.5562, 500.0),), top_speed_kmh=120, volume_percent=40
    )
    assert isinstance(hours, Hours)


Change = Callable[[Garage, bytes], PairingPhone]


def _changed(**fields: Any) -> Change:
    return lambda garage, slot: friend(garage, entitlement(slot, **fields))


def _after(act: Callable[[Garage, bytes], object]) -> Change:
    def make(garage: Garage, slot: bytes) -> PairingPhone:
        phone = friend(garage, entitlement(slot))
        act(garage, slot)
        return phone

    return make


def _without_package(garage: Garage, slot: bytes) -> PairingPhone:
    phone = friend(garage, entitlement(slot))
    phone.mailbox.put(phone.settings.mailbox_signal_offset, b"\x00")
    return phone


def _with_package(encoded: bytes) -> Change:
    def make(garage: Garage, slot: bytes) -> PairingPhone:
        phone = friend(garage, entitlement(slot))
        package(phone, encoded)
        return phone

    return make


def _of_another_slot(garage: Garage, slot: bytes) -> PairingPhone:
    """What was attested for one slot is brought under another."""
    phone = friend(garage, entitlement(slot))
    phone.keys[0].slot = given_out(garage)
    return phone


def _signed_garbage(garage: Garage, slot: bytes) -> PairingPhone:
    phone = friend(garage, entitlement(slot))
    package(phone, Attestation(b"\x01\x02", OWNER.sign(attested(b"\x01\x02"))).encode())
    return phone


DOUBTS: dict[str, tuple[Change, Outcome]] = {
    "no package": (_without_package, Outcome.KEY_NOT_FOUND),
    "an empty package": (_with_package(bytes(200)), Outcome.BAD_DATA_FORMAT),
    "a package that never ends": (
        _with_package(bytes.fromhex("7F6682FFFF")),
        Outcome.BAD_DATA_FORMAT,
    ),
    "no signature": (_with_package(bytes.fromhex("7F660101")), Outcome.BAD_DATA_FORMAT),
    "signed garbage": (_signed_garbage, Outcome.BAD_DATA_FORMAT),
    "signed by a stranger": (
        lambda garage, slot: friend(garage, entitlement(slot), signer=STRANGER),
        Outcome.INVALID_SIGNATURE,
    ),
    "signed by the friend": (
        lambda garage, slot: friend(garage, entitlement(slot), signer=FRIEND),
        Outcome.INVALID_SIGNATURE,
    ),
    "another's attestation": (
        lambda garage, slot: friend(garage, entitlement(slot), private=STRANGER),
        Outcome.INVALID_SIGNATURE,
    ),
    "for another vehicle": (_changed(vehicle_id=bytes(8)), Outcome.KEY_NOT_TRUSTED),
    "for another slot": (_of_another_slot, Outcome.KEY_NOT_TRUSTED),
    "a device key off the curve": (
        _changed(device_key=b"\x04" + bytes(64)),
        Outcome.BAD_DATA_FORMAT,
    ),
    "functions nobody knows": (_changed(functions=b"\x81"), Outcome.BAD_DATA_CONTENT),
    "no function at all": (_changed(functions=b"\x00"), Outcome.KEY_NOT_TRUSTED),
    "not valid yet": (_changed(not_before=seconds(BEGIN + DAY)), Outcome.KEY_EXPIRED),
    "valid from the end of time": (_changed(not_before=b"\xff" * 8), Outcome.KEY_EXPIRED),
    "expired": (_changed(not_after=seconds(BEGIN)), Outcome.KEY_EXPIRED),
    "hours that are none": (_changed(hours=bytes(5)), Outcome.BAD_DATA_FORMAT),
    "hours that begin as they end": (
        _changed(hours=WireHours(60, 60, 1).encode()),
        Outcome.BAD_DATA_FORMAT,
    ),
    "a volume beyond all": (_changed(volume=b"\xff"), Outcome.BAD_DATA_FORMAT),
    "no speed at all": (_changed(top_speed=bytes(2)), Outcome.BAD_DATA_FORMAT),
    "a slot that was burnt": (
        _after(lambda garage, slot: garage.keyring.burn(slot)),
        Outcome.KEY_DELETED,
    ),
    "the owner's own key": (
        _changed(device_key=OWNER.public.point),
        Outcome.KEY_NOT_TRUSTED,
    ),
    "a vehicle without an owner": (
        _after(lambda garage, _: garage.keyring.delete(garage.keyring.owners()[0])),
        Outcome.KEY_NOT_TRUSTED,
    ),
    "an owner in another's place": (
        _after(
            lambda garage, _: garage.keyring.enrol_main(
                replace(owner_key(STRANGER.public), slot=b"\x02" * 8)
            )
        ),
        Outcome.INVALID_SIGNATURE,
    ),
}


@pytest.mark.parametrize(("make", "told"), DOUBTS.values(), ids=DOUBTS)
@pytest.mark.parametrize("place", ["handle", "tray"])
def test_any_doubt_refuses_the_friend_and_enrols_nobody(
    garage: Garage, make: Change, told: Outcome, place: str
) -> None:
    phone = make(garage, given_out(garage))
    before = [key.public for key in garage.keyring]
    line = TestLine(phone)
    visit = garage.tap(line) if place == "handle" else garage.put_into_tray(line)
    assert visit.refused, visit.explanation
    assert visit.outcome is told, visit.explanation
    assert phone.told is told
    assert [key.public for key in garage.keyring] == before
    assert not garage.body.is_unlocked("driver")


def test_a_slot_nobody_gave_out_is_asked_for_nothing(garage: Garage) -> None:
    visit = garage.tap(TestLine(friend(garage, entitlement(b"\x0a" * 8))))
    assert visit.outcome is Outcome.KEY_NOT_FOUND
    assert names(visit) == ["SELECT", "AUTH0", "AUTH1", "CONTROL FLOW"]


def test_a_key_that_was_deleted_does_not_come_back_in_another_slot(garage: Garage) -> None:
    first = given_out(garage)
    garage.tap(TestLine(friend(garage, entitlement(first))))
    key = garage.keyring.by_slot(first)
    assert key is not None
    garage.telematics.delete(key)
    assert garage.tap(TestLine(friend(garage, entitlement(first)))).outcome is Outcome.KEY_DELETED
    visit = garage.tap(TestLine(friend(garage, entitlement(given_out(garage)))))
    assert visit.refused
    assert visit.outcome is Outcome.KEY_DELETED


def test_one_attestation_makes_one_key(garage: Garage) -> None:
    """A copy of the package on a second phone, under the same slot, opens nothing."""
    slot = given_out(garage)
    garage.tap(TestLine(friend(garage, entitlement(slot))))
    visit = garage.tap(TestLine(friend(garage, entitlement(slot), private=STRANGER)))
    assert visit.outcome is Outcome.INVALID_SIGNATURE


def test_a_friend_who_leaves_at_any_moment_is_not_shut_out(garage: Garage) -> None:
    slot = given_out(garage)
    line = TestLine(friend(garage, entitlement(slot)))
    garage.tap(line)
    for step in range(1, line.exchanges + 1):
        other = PrivateKey.generate()
        signed = entitlement(given_out(garage), device_key=other.public.point)
        phone = friend(garage, signed, private=other)
        cut = garage.tap(TestLine(phone, on_command=lost_at(step)))
        assert cut.ending in (Ending.INTERRUPTED, Ending.UNLOCKED, Ending.LOCKED)
        again = garage.tap(TestLine(phone))
        assert again.ending in (Ending.UNLOCKED, Ending.LOCKED), (step, again.explanation)


def test_a_key_in_the_servers_view_needs_no_attestation(garage: Garage) -> None:
    slot = given_out(garage)
    known = Key("friend", "friend", slot, FRIEND.public, origin=Origin.VIEW, tracked=True)
    garage.keyring.enrol(known)
    phone = friend(garage, entitlement(slot))
    assert "EXCHANGE" not in names(garage.tap(TestLine(phone)))
    garage.put_into_tray(TestLine(phone))
    signals = phone.mailbox.read(phone.settings.mailbox_signal_offset, 1)
    assert signals == b"\x00", "the tray has time to clear what is not needed"


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 240), st.integers(1, 255))
def test_a_package_with_any_byte_altered_opens_nothing(
    garage: Garage, at: int, change: int
) -> None:
    slot = given_out(garage)
    phone = friend(garage, entitlement(slot))
    whole = Attestation(entitlement(slot).encode(), bytes(64)).encode()
    offset = phone.settings.mailbox_package_offset + at % len(whole)
    altered = phone.mailbox.read(offset, 1)[0] ^ change
    phone.mailbox.put(offset, bytes((altered,)))
    visit = garage.tap(TestLine(phone))
    assert visit.refused, visit.explanation
    assert visit.outcome is not None
    assert garage.keyring.by_slot(slot) is None
    assert [key.state for key in garage.keyring] == [KeyState.ACTIVE]


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300))
def test_whatever_lies_in_the_mailbox_the_visit_ends_as_a_visit(
    garage: Garage, contents: bytes
) -> None:
    phone = friend(garage, entitlement(given_out(garage)))
    package(phone, contents + bytes(300 - len(contents)))
    assert garage.tap(TestLine(phone)).refused
