"""A friend's key at its first use, over bytes: proved by the owner's signature."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.api.sharing import Area, Hours, Restrictions
from rig.digital_key.attestation import (
    AWAITS_CODE,
    MAY_START,
    MAY_UNLOCK,
    WireArea,
    WireHours,
)
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.dissect import name_of
from rig.digital_key.messages import Outcome
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings
from rig.key_server.errors import OfferRefused
from rig.vehicle.errors import Offline
from rig.vehicle.keys import Key, Origin
from rig.vehicle.visit import Ending
from tests.rig.vehicle.friends import (
    FRIEND,
    OWNER,
    STRANGER,
    entitlement,
    friend,
    given_out,
    names,
    owner_key,
)
from tests.rig.vehicle.garage import Garage, TestLine, lost_at, open_garage


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path)
    garage.keyring.enrol_main(owner_key(OWNER.public))
    yield garage
    garage.lab.server.close()


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


def test_a_vehicle_that_is_offline_does_not_do_without_the_code(garage: Garage) -> None:
    slot = given_out(garage)
    awaiting = entitlement(slot, functions=bytes((MAY_UNLOCK | AWAITS_CODE,)))
    phone = friend(garage, awaiting)
    assert garage.tap(TestLine(phone)).ending is Ending.UNLOCKED
    key = garage.keyring.by_slot(slot)
    assert key is not None
    garage.telematics.online = False
    assert garage.telematics.awaits_code(key)
    with pytest.raises(OfferRefused):
        garage.telematics.activate(key)
    with pytest.raises(Offline):
        garage.telematics.activate(key, Secret(b"any"))
    assert garage.put_into_tray(TestLine(phone)).refused


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
