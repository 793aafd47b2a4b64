"""A friend whose attestation is in doubt opens nothing, and is told so by the right code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rig.digital_key.attestation import (
    Attestation,
    WireHours,
    attested,
)
from rig.digital_key.messages import Outcome
from rig.vehicle.keys import KeyState
from tests.rig.key_server.lab import BEGIN
from tests.rig.vehicle.friends import (
    DAY,
    FRIEND,
    OWNER,
    STRANGER,
    entitlement,
    friend,
    given_out,
    names,
    owner_key,
    seconds,
)
from tests.rig.vehicle.garage import Garage, TestLine, open_garage
from tests.rig.vehicle.pairing_phone import PairingPhone, package


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path)
    garage.keyring.enrol_main(owner_key(OWNER.public))
    yield garage
    garage.lab.server.close()


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
