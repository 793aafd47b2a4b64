"""Owner pairing in the tray, all four phases over bytes, against the virtual framework and applet.

Whatever is cut before the last answer of the second transaction leaves no key on either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key.dissect import name_of
from rig.digital_key.messages import Outcome
from rig.digital_key.pairing_messages import FRAMEWORK_AID, Flow
from rig.key_server.pairing import Letter
from rig.vehicle.keys import Origin
from rig.vehicle.visit import Ending
from tests.rig.vehicle.garage import Garage, TestLine, open_garage
from tests.rig.vehicle.new_owners import ROOTS, opened, paired, phone_of
from tests.rig.vehicle.pairing_phone import free_slots, take_slot


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path, device_roots=ROOTS)
    yield garage
    garage.lab.server.close()


def test_a_phone_in_the_tray_becomes_the_main_key_with_token_and_slots(garage: Garage) -> None:
    phone, visit = paired(garage)
    assert visit.ending is Ending.PAIRED, visit.explanation
    assert visit.notes == []
    (key,) = garage.keyring
    assert (key.role, key.origin, key.tracked) == ("owner", Origin.PAIRED, True)
    assert [held.private.public for held in phone.keys] == [key.public]
    assert phone.keys[0].slot == key.slot
    assert key.token is not None
    assert phone.mailbox.confidential == key.token
    assert len(set(free_slots(phone))) == 8
    assert all(garage.keyring.is_open(slot) for slot in free_slots(phone))
    assert visit.outcome is Outcome.KEY_TRACKED
    assert phone.told is Outcome.KEY_TRACKED
    marks = list(visit.timeline.marks)
    assert marks == ["presence", "selected", "paired", "token provisioned", "tracked"]
    assert not garage.desk.active, "the pairing is used up"


def test_the_new_key_unlocks_and_starts_and_says_who_it_is(garage: Garage) -> None:
    phone, _ = paired(garage)
    assert garage.tap(TestLine(phone)).ending is Ending.UNLOCKED
    assert garage.tap(TestLine(phone)).fast
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.START_AUTHORISED
    assert garage.in_tray is not None
    assert garage.in_tray.authorised


def test_a_server_that_tells_of_the_key_before_the_vehicle_has_it_changes_nothing(
    garage: Garage,
) -> None:
    """The phone has the key tracked the moment it holds it; the push may be faster than the air."""
    phone = phone_of(garage, opened(garage))
    track = phone.on_key

    def track_and_push(held: HeldKey) -> None:
        track(held)
        garage.telematics.sync()

    phone.on_key = track_and_push
    visit = garage.put_into_tray(TestLine(phone))
    assert visit.ending is Ending.PAIRED
    assert "tracked" in visit.timeline.marks, visit.notes
    (key,) = garage.keyring
    assert (key.origin, key.supplied) == (Origin.PAIRED, True)


def test_the_visit_shows_every_exchange_from_the_first_select(garage: Garage) -> None:
    line = TestLine(phone_of(garage, opened(garage)))
    visit = garage.put_into_tray(line)
    assert len(visit.timeline.exchanges) == line.exchanges
    assert line.resets == 2, "before the second transaction, and before the applet"
    names = [name_of(e.command) for e in visit.timeline.exchanges]
    assert names.count("SELECT") == 3
    assert names[-1] == "CONTROL FLOW"
    token = next(iter(garage.keyring)).token
    assert token is not None
    assert bytes(token).hex() not in repr(visit.to_record("a test", 1, 1))
    assert bytes(token).hex() not in repr(visit)


def test_the_vehicle_pairs_offline_with_what_it_was_told_before(garage: Garage) -> None:
    phone = phone_of(garage, opened(garage))
    garage.telematics.online = False
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.PAIRED


def test_while_a_pairing_is_open_other_keys_are_served_as_ever(garage: Garage) -> None:
    owner, _ = paired(garage)
    opened(garage)
    visit = garage.put_into_tray(TestLine(owner))
    assert visit.ending is Ending.START_AUTHORISED
    assert any(note.startswith("not paired") for note in visit.notes)


def test_chosen_on_the_display_the_vehicle_looks_for_a_phone_before_a_pairing_is_open(
    garage: Garage,
) -> None:
    owner, _ = paired(garage)
    visit = garage.put_into_tray(TestLine(owner))
    assert visit.notes == ["private mailbox signals 00"]
    garage.desk.begin()
    visit = garage.put_into_tray(TestLine(owner))
    assert visit.ending is Ending.START_AUTHORISED, "it is served like any other"
    assert "not paired: no pairing is open" in visit.notes
    selected = [e for e in visit.timeline.exchanges if FRAMEWORK_AID in e.command]
    assert len(selected) == 1
    garage.desk.end()
    visit = garage.put_into_tray(TestLine(owner))
    assert not any("no pairing" in note for note in visit.notes)


def test_the_token_of_the_letter_opens_a_pairing_once(garage: Garage) -> None:
    server: Any = garage.lab.server
    renew = server.letters.renew if hasattr(server, "letters") else server.tokens.renew
    letter: Letter = renew(garage.lab.account_id, garage.lab.vehicle_id)
    token = SecretText(bytes(letter.manual_token).decode())
    garage.desk.enter_token(token)
    assert garage.desk.active
    with pytest.raises(ActionRefused, match="spent"):
        garage.desk.enter_token(token)
    with pytest.raises(ActionRefused) as refused:
        garage.desk.enter_token(SecretText("12345678"))
    assert "12345678" not in str(refused.value)


def test_a_new_main_key_ends_the_earlier_one_and_its_slots(garage: Garage) -> None:
    old, _ = paired(garage)
    old_slot = take_slot(old)
    new, visit = paired(garage)
    assert visit.ending is Ending.PAIRED
    assert [key.public for key in garage.keyring] == [new.keys[0].private.public]
    visit = garage.tap(TestLine(old))
    assert visit.refused
    assert visit.outcome is Outcome.KEY_DELETED
    assert garage.tap(TestLine(new)).ending is Ending.UNLOCKED
    garage.telematics.sync()
    held = garage.lab.server.tracking.keys(garage.lab.vehicle_id)
    assert [record.public for record in held] == [new.keys[0].private.public]
    assert not garage.keyring.is_open(old_slot)


def test_a_phone_that_asks_for_slots_gets_fresh_ones_for_those_given_away(garage: Garage) -> None:
    phone, _ = paired(garage)
    given = [take_slot(phone) for _ in range(3)]
    kept = free_slots(phone)
    phone.mailbox.put(phone.settings.mailbox_signal_offset, b"\x01")
    visit = garage.put_into_tray(TestLine(phone))
    assert visit.ending is Ending.START_AUTHORISED
    assert len(free_slots(phone)) == 8
    assert set(kept) < set(free_slots(phone))
    assert not set(given) & set(free_slots(phone))
    assert all(garage.keyring.is_open(slot) for slot in (*given, *free_slots(phone)))
    assert phone.mailbox.read(phone.settings.mailbox_signal_offset, 1) == b"\x00"


@pytest.mark.parametrize("returned", [b"", bytes(32)], ids=["none", "another"])
def test_without_its_token_a_key_starts_nothing(garage: Garage, returned: bytes) -> None:
    phone, _ = paired(garage)
    held = phone.keys[0]
    held.contents = type(held.contents)(confidential=returned)
    visit = garage.put_into_tray(TestLine(phone))
    assert visit.refused
    assert visit.outcome is Outcome.KEY_NOT_TRUSTED
    assert garage.tap(TestLine(phone)).ending is Ending.UNLOCKED, "unlocking asks for no token"


def test_a_receipt_that_was_altered_is_none(garage: Garage) -> None:
    pairing = opened(garage)
    phone = phone_of(garage, pairing)
    track = phone.on_key

    def forge(held: HeldKey) -> None:
        track(held)
        at = phone.settings.mailbox_receipt_offset + 100
        altered = phone.mailbox.read(at, 1)[0] ^ 1
        phone.mailbox.put(at, bytes((altered,)))

    phone.on_key = forge
    visit = garage.put_into_tray(TestLine(phone))
    assert visit.outcome is Outcome.KEY_NOT_TRACKED
    assert visit.notes == ["not tracked: the receipt is not signed by the key server"]


def test_other_certificates_hold_within_the_block_alone(garage: Garage) -> None:
    phone = phone_of(garage, opened(garage))
    with garage.desk.trusting(replace(garage.desk.trust, device_roots=())):
        visit = garage.put_into_tray(TestLine(phone))
    assert visit.ending is Ending.PAIRING_FAILED
    assert visit.flow == Flow.BAD_CERTIFICATE
    assert not list(garage.keyring)
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.PAIRED
