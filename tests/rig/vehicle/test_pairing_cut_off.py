"""Owner pairing in the tray that is cut off, mistyped, late or not allowed: no half of a key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.sim.phone_framework.x509 import Authority as MakerAuthority
from rig.digital_key.messages import Outcome
from rig.digital_key.pairing_messages import Flow
from rig.vehicle.body import Power
from rig.vehicle.keys import Origin
from rig.vehicle.visit import Ending
from tests.rig.digital_key.pairing_device import NOW
from tests.rig.vehicle.garage import Garage, TestLine, lost_at, open_garage
from tests.rig.vehicle.new_owners import ROOTS, exchanges_of_a_pairing, opened, paired, phone_of
from tests.rig.vehicle.pairing_phone import PairingPhone, free_slots


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path, device_roots=ROOTS)
    yield garage
    garage.lab.server.close()


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, int]:
    return exchanges_of_a_pairing(tmp_path_factory.mktemp("steps"))


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


def test_a_key_whose_last_answer_was_lost_comes_by_the_server_and_is_provisioned_in_the_tray(
    garage: Garage, steps: tuple[int, int]
) -> None:
    phone = phone_of(garage, opened(garage))
    visit = garage.put_into_tray(TestLine(phone, on_answer=lost_at(steps[1])))
    assert visit.ending is Ending.INTERRUPTED
    assert list(garage.keyring) == []
    assert garage.tap(TestLine(phone)).refused, "the phone alone says that it has a key"
    garage.telematics.sync()
    assert garage.put_into_tray(TestLine(phone)).ending is Ending.START_AUTHORISED
    (key,) = garage.keyring
    assert (key.origin, key.supplied, key.token) == (
        Origin.PAIRED,
        True,
        phone.mailbox.confidential,
    )
    assert len(free_slots(phone)) == 8


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
