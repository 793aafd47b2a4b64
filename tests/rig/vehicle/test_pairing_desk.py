"""Owner pairing in the tray, all four phases over bytes, against the virtual framework and applet.

Whatever is cut before the last answer of the second transaction leaves no key on either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_framework.x509 import Authority as MakerAuthority
from rig.digital_key.dissect import name_of
from rig.digital_key.messages import Outcome
from rig.digital_key.pairing_messages import Flow
from rig.key_server.pairing import Letter, Pairing
from rig.vehicle.body import Power
from rig.vehicle.keys import Origin
from rig.vehicle.visit import Ending, Visit
from tests.rig.digital_key.pairing_device import NOW
from tests.rig.vehicle.garage import Garage, TestLine, lost_at, open_garage
from tests.rig.vehicle.pairing_phone import MAKER, PairingPhone, free_slots, take_slot
from tests.rig.vehicle.tracking_wallet import tracking

ROOTS = (MAKER.certificate,)


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path, device_roots=ROOTS)
    yield garage
    garage.lab.server.close()


def opened(garage: Garage) -> Pairing:
    """The owner starts in the app; the vehicle hears of it."""
    server, lab = garage.lab.server, garage.lab
    pairing = server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    garage.telematics.sync()
    return pairing


def phone_of(garage: Garage, pairing: Pairing, **more: object) -> PairingPhone:
    """A phone with the pairing's password, whose wallet has its key tracked."""
    phone = PairingPhone(bytes(pairing.password).decode(), **more)  # type: ignore[arg-type]
    phone.on_key = tracking(garage.lab.server, pairing.pairing_id, phone)
    return phone


def paired(garage: Garage) -> tuple[PairingPhone, Visit]:
    phone = phone_of(garage, opened(garage))
    return phone, garage.put_into_tray(TestLine(phone))


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


def _exchanges(folder: Path) -> tuple[int, int]:
    """How many exchanges a whole pairing has, and the number of the one that gives both the key."""
    garage = open_garage(folder, device_roots=ROOTS)
    phone = phone_of(garage, opened(garage))
    line = TestLine(phone)
    given: list[int] = []
    after = phone.on_key

    def note(held: HeldKey) -> None:
        given.append(line.exchanges)
        after(held)

    phone.on_key = note
    garage.put_into_tray(line)
    garage.lab.server.close()
    return line.exchanges, given[0]


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, int]:
    return _exchanges(tmp_path_factory.mktemp("steps"))


def test_a_field_that_breaks_at_any_exchange_before_the_key_is_given_leaves_no_key(
    garage: Garage, steps: tuple[int, int]
) -> None:
    _, given = steps
    pairing = opened(garage)
    for step in range(1, given + 1):
        phone = phone_of(garage, pairing)
        visit = garage.put_into_tray(TestLine(phone, on_command=lost_at(step)))
        assert visit.ending is Ending.INTERRUPTED
        assert list(garage.keyring) == []
        assert phone.keys == []
    for step in range(1, given):
        phone = phone_of(garage, pairing)
        visit = garage.put_into_tray(TestLine(phone, on_answer=lost_at(step)))
        assert visit.ending is Ending.INTERRUPTED
        assert list(garage.keyring) == []
        assert phone.keys == []
    assert garage.lab.server.tracking.keys(garage.lab.vehicle_id) == ()


def test_after_an_interruption_the_next_try_begins_anew_and_pairs(
    garage: Garage, steps: tuple[int, int]
) -> None:
    phone = phone_of(garage, opened(garage))
    for step in (1, 3, steps[1] // 2, steps[1] - 1, steps[1]):
        garage.put_into_tray(TestLine(phone, on_command=lost_at(step)))
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.PAIRED
    assert garage.tap(TestLine(phone)).ending is Ending.UNLOCKED


def test_a_field_that_breaks_after_the_key_is_given_leaves_it_and_the_tray_does_the_rest(
    tmp_path: Path, steps: tuple[int, int]
) -> None:
    last, given = steps
    for step in range(given + 1, last + 1):
        folder = tmp_path / str(step)
        folder.mkdir()
        garage = open_garage(folder, device_roots=ROOTS)
        phone = phone_of(garage, opened(garage))
        visit = garage.put_into_tray(TestLine(phone, on_command=lost_at(step)))
        assert visit.ending is Ending.INTERRUPTED
        assert "paired" in visit.timeline.marks
        assert len(list(garage.keyring)) == len(phone.keys) == 1
        visit = garage.put_into_tray(TestLine(phone))
        assert visit.ending is Ending.START_AUTHORISED, (step, visit.explanation)
        (key,) = garage.keyring
        assert phone.mailbox.confidential == key.token
        assert key.token is not None
        assert len(free_slots(phone)) == 8
        garage.lab.server.close()


def test_a_token_whose_answer_was_lost_strands_nobody(
    garage: Garage, steps: tuple[int, int]
) -> None:
    """The device may have it and the vehicle not: the next visit to the tray gives a new one."""
    phone = phone_of(garage, opened(garage))
    exchange = steps[1] + 4  # SELECT, AUTH0, AUTH1, then the token
    garage.put_into_tray(TestLine(phone, on_answer=lost_at(exchange)))
    (key,) = garage.keyring
    assert key.token is None
    assert phone.mailbox.confidential
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.START_AUTHORISED
    assert phone.mailbox.confidential == key.token


def test_a_key_that_is_not_tracked_yet_gets_its_slots_once_it_is(garage: Garage) -> None:
    pairing = opened(garage)
    phone = phone_of(garage, pairing)
    later = phone.on_key
    phone.on_key = lambda _held: None  # offline
    visit = garage.put_into_tray(TestLine(phone))
    assert visit.ending is Ending.PAIRED
    assert visit.outcome is Outcome.KEY_NOT_TRACKED
    assert "tracked" not in visit.timeline.marks
    assert free_slots(phone) == []
    garage.telematics.sync()
    assert len(list(garage.keyring)) == 1, "a key the server does not know yet is no key it ended"
    visit = garage.put_into_tray(TestLine(phone))
    assert visit.ending is Ending.START_AUTHORISED
    assert free_slots(phone) == []
    later(phone.keys[0])
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.START_AUTHORISED
    assert len(free_slots(phone)) == 8


def test_a_wrong_password_is_tried_seven_times_in_all(garage: Garage) -> None:
    pairing = opened(garage)
    wrong = f"{(int(bytes(pairing.password)) + 1) % 10**8:08}"
    phone = PairingPhone(wrong)
    for attempt in range(1, 8):
        visit = garage.put_into_tray(TestLine(phone))
        assert visit.ending is Ending.PAIRING_FAILED
        assert visit.flow == Flow.ABORT
        assert garage.desk.attempts_used(pairing.pairing_id) == attempt
        garage.desk.end()  # another mode changes nothing
        garage.body.set_power(Power.OFF)
        garage.body.set_power(Power.ACCESSORY)
    right = phone_of(garage, pairing)
    visit = garage.put_into_tray(TestLine(right))
    assert visit.flow == Flow.ATTEMPTS_SPENT
    assert right.framework.last_flow is Flow.ATTEMPTS_SPENT
    assert list(garage.keyring) == []
    assert paired(garage)[1].ending is Ending.PAIRED, "a new pairing has attempts of its own"


def test_cut_off_tries_count_as_tries(garage: Garage) -> None:
    pairing = opened(garage)
    for _ in range(7):
        phone = phone_of(garage, pairing)
        garage.put_into_tray(TestLine(phone, on_command=lost_at(3)))
    assert garage.put_into_tray(TestLine(phone)).flow == Flow.ATTEMPTS_SPENT


def test_a_device_of_a_maker_nobody_vouches_for_is_refused(garage: Garage) -> None:
    stranger = MakerAuthority("Phone maker", NOW.replace(month=1))
    phone = phone_of(garage, opened(garage), maker=stranger)
    visit = garage.put_into_tray(TestLine(phone))
    assert (visit.ending, visit.flow) == (Ending.PAIRING_FAILED, Flow.BAD_CERTIFICATE)
    assert list(garage.keyring) == []
    assert phone.keys == []


@pytest.mark.parametrize("power", [Power.OFF, Power.DRIVE_READY])
def test_outside_accessory_mode_nothing_is_paired(garage: Garage, power: Power) -> None:
    phone = phone_of(garage, opened(garage))
    garage.body.set_power(power)
    assert not garage.desk.active
    visit = garage.put_into_tray(TestLine(phone))
    assert visit.ending is Ending.REFUSED
    assert visit.notes[0] == "not paired: pairing needs accessory mode"
    assert list(garage.keyring) == []
    assert phone.keys == []
    with pytest.raises(ActionRefused, match="accessory"):
        garage.desk.begin()
    with pytest.raises(ActionRefused, match="accessory"):
        garage.desk.enter_token(SecretText("00000000"))


def test_accessory_mode_that_ends_in_between_ends_the_pairing(
    garage: Garage, steps: tuple[int, int]
) -> None:
    pairing = opened(garage)
    for step in range(2, steps[1]):
        garage.body.set_power(Power.ACCESSORY)
        phone = phone_of(garage, pairing)

        def start_driving(number: int, apdu: bytes, at: int = step) -> bytes:
            if number == at:
                garage.body.set_power(Power.DRIVE_READY)
            return apdu

        visit = garage.put_into_tray(TestLine(phone, on_answer=start_driving))
        assert visit.ending is Ending.PAIRING_FAILED, step
        assert visit.flow in (Flow.PRECONDITIONS_NOT_MET, None)
        assert list(garage.keyring) == []
        assert phone.keys == []


PAUSES = {
    "one command": (3, 16, Flow.TIMEOUT_4),
    "the first transaction": (4, 31, Flow.TIMEOUT_1),
    "all of it": (4, 121, Flow.TIMEOUT_1),
}


@pytest.mark.parametrize(("step", "seconds", "flow"), PAUSES.values(), ids=PAUSES)
def test_time_limits_count_by_the_calendar(
    garage: Garage, step: int, seconds: float, flow: Flow
) -> None:
    phone = phone_of(garage, opened(garage))

    def wait(number: int, apdu: bytes) -> bytes:
        if number == step:
            garage.clock.advance(seconds)
        return apdu

    visit = garage.put_into_tray(TestLine(phone, on_answer=wait))
    assert visit.ending is Ending.PAIRING_FAILED
    assert visit.flow in (flow, Flow.TIMEOUT_4)
    assert list(garage.keyring) == []
    assert phone.keys == []


def test_a_pairing_that_expired_is_none(garage: Garage) -> None:
    phone = phone_of(garage, opened(garage))
    garage.clock.advance(timedelta(days=1).total_seconds())
    assert not garage.desk.active
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.REFUSED
    assert phone.keys == []


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
