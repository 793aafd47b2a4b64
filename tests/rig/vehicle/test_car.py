"""The car against virtual devices: what works, what is refused, and what breaks honestly."""

from __future__ import annotations

import pytest

from drivers.api.errors import LinkLost
from drivers.sim.body import VirtualBody
from drivers.sim.phone import VirtualPhone
from drivers.sim.phone.misbehaviour import Fault
from drivers.sim.phone_rack import VirtualPhoneRack
from drivers.sim.relay_board import VirtualRelayBoard
from rig.bench.build import Bench
from rig.digital_key.messages import Outcome
from rig.digital_key.wire import Transceive
from rig.measure.outcomes import Inconclusive, Unmet
from rig.vehicle.car import Car
from rig.vehicle.errors import ActuatorStuck, ServiceBroken
from rig.vehicle.interference import altered_answer, flipped
from rig.vehicle.keyring import KeyState
from rig.vehicle.visit import Ending
from tests.rig.vehicle.conftest import device

HANDLE = "driver_handle"


def test_a_tap_unlocks_and_the_next_one_locks(car: Car, phone: VirtualPhone) -> None:
    phone.present(at=HANDLE)
    reached = car.unlocked.wait()
    assert reached.timeline is not None
    assert list(reached.timeline.marks) == [
        "presence",
        "selected",
        "authenticated",
        "decided",
        "commanded",
        "feedback",
    ]
    assert list(reached.timeline.marks.values()) == sorted(reached.timeline.marks.values())
    assert reached.t_ns == reached.timeline.marks["feedback"]
    phone.present(at=HANDLE)
    car.locked.wait()
    assert [visit.ending for visit in car.take_visits()] == [Ending.UNLOCKED, Ending.LOCKED]


def test_a_device_that_stays_is_served_once(car: Car, phone: VirtualPhone) -> None:
    phone.present(at=HANDLE)
    car.unlocked.wait()
    assert car.sees_nothing(for_s=0.6)
    assert car.unlocked


def test_a_second_look_at_an_empty_tray_serves_the_next_device_once(
    car: Car, phone: VirtualPhone
) -> None:
    car.serve_tray_again()
    phone.present(at="tray")
    car.start_authorised.wait()
    assert car.sees_nothing(for_s=0.6)
    car.serve_tray_again()
    car.start_authorised.wait()


def test_a_phone_of_a_rack_is_taken_away_between_tests(car: Car, bench: Bench) -> None:
    left_behind = device(bench, "recipients", VirtualPhoneRack).phones()[0]
    left_behind.present(at=HANDLE)
    assert car.next_visit().refused
    car.reset()
    assert car.sees_nothing(for_s=0)


def test_the_device_is_told_how_it_ended(car: Car, phone: VirtualPhone) -> None:
    phone.present(at=HANDLE)
    car.unlocked.wait()
    told = [phone.last_outcome]
    car.keyring.named("owner_phone").state = KeyState.DELETED
    phone.present(at=HANDLE)
    assert car.judged_visit().outcome is Outcome.KEY_DELETED
    told.append(phone.last_outcome)
    assert told == [Outcome.SUCCESS, Outcome.KEY_DELETED]


def test_a_refused_device_makes_the_condition_unmet(car: Car, phone: VirtualPhone) -> None:
    car.keyring.named("owner_phone").state = KeyState.DELETED
    phone.present(at=HANDLE)
    with pytest.raises(Unmet, match=r"not driver unlocked: driver_handle: refused: .*deleted"):
        car.door("driver").unlocked.wait()


def test_nobody_at_the_reader_is_inconclusive(car: Car) -> None:
    with pytest.raises(Inconclusive, match=r"no device was seen at driver_handle within 0\.2 s"):
        car.unlocked.wait(timeout_s=0.2)


def test_what_held_before_the_tap_says_nothing_about_the_tap(car: Car, phone: VirtualPhone) -> None:
    car.unlock_all()
    phone.present(at=HANDLE)
    with pytest.raises(Unmet, match="not vehicle unlocked: driver_handle: locked"):
        car.unlocked.wait()


def test_a_visit_is_asked_for_at_its_place_and_the_others_stay(
    car: Car, phone: VirtualPhone, friend_phone: VirtualPhone
) -> None:
    friend_phone.present(at="tray")
    phone.present(at=HANDLE)
    assert car.judged_visit(at=HANDLE).ending is Ending.UNLOCKED
    assert car.judged_visit(at="tray").ending is Ending.START_AUTHORISED


def test_a_visit_elsewhere_does_not_decide(
    car: Car, phone: VirtualPhone, friend_phone: VirtualPhone
) -> None:
    friend_phone.present(at=HANDLE)
    assert car.judged_visit().ending is Ending.UNLOCKED
    car.lock_all()
    with phone.misbehave(Fault.LATE, at=2, delay_s=0.2):
        phone.present(at="tray")
        friend_phone.present(at=HANDLE)
        car.start_authorised.wait()
    car.unlocked.wait()


def test_the_device_is_told_of_success_after_the_sensors_have_seen_it(
    car: Car, phone: VirtualPhone
) -> None:
    phone.present(at=HANDLE)
    timeline = car.unlocked.wait().timeline
    assert timeline is not None
    assert timeline.marks["feedback"] <= timeline.exchanges[-1].sent_ns


def test_a_start_is_authorised_when_the_vehicle_says_so_not_when_somebody_looks(
    car: Car, phone: VirtualPhone
) -> None:
    phone.present(at="tray")
    reached = car.start_authorised.wait()
    assert reached.timeline is not None
    assert reached.t_ns == reached.timeline.marks["authorised"]


def test_a_failed_assertion_of_the_rig_is_no_failed_requirement(
    car: Car, phone: VirtualPhone
) -> None:
    def broken(through: Transceive) -> Transceive:
        def transceive(apdu: bytes) -> bytes:
            assert not apdu, "a slip of ours"
            return through(apdu)

        return transceive

    with car.between(HANDLE, broken):
        phone.present(at=HANDLE)
        with pytest.raises(ServiceBroken, match=r"AssertionError: a slip of ours") as caught:
            car.unlocked.wait()
    assert isinstance(caught.value.__cause__, AssertionError)


def test_a_reader_that_failed_meanwhile_has_not_seen_nothing(
    car: Car, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = bench.devices[HANDLE]
    seen = type(reader).wait_for_card  # type: ignore[attr-defined]
    failures = iter([RuntimeError("a slip of ours")])

    def once_broken(self: object, timeout_s: float) -> object:
        if self is reader and (failure := next(failures, None)):
            raise failure
        return seen(self, timeout_s)

    monkeypatch.setattr(type(reader), "wait_for_card", once_broken)
    with pytest.raises(ServiceBroken, match="reader driver_handle: RuntimeError: a slip of ours"):
        car.sees_nothing(for_s=0.6)
    assert car.sees_nothing(for_s=0.3)


def test_an_altered_mailbox_answer_authorises_nothing(car: Car, phone: VirtualPhone) -> None:
    with car.between("tray", altered_answer("EXCHANGE", flipped(-3))):
        phone.present(at="tray")
        visit = car.judged_visit()
    assert visit.refused
    assert visit.outcome is Outcome.INVALID_CHANNEL
    assert not car.press_start_stop().accepted


def test_a_mute_device_is_inconclusive_and_the_next_tap_works(
    car: Car, phone: VirtualPhone
) -> None:
    with phone.misbehave(Fault.MUTE, at=2):
        phone.present(at=HANDLE)
        with pytest.raises(Inconclusive, match="driver_handle: no answer from the device at AUTH0"):
            car.unlocked.wait()
    car.reset()
    phone.present(at=HANDLE)
    car.unlocked.wait()


@pytest.mark.parametrize(("at", "step"), [(1, "SELECT"), (2, "AUTH0"), (3, "AUTH1")])
def test_a_device_pulled_away_is_inconclusive_and_the_next_tap_works(
    car: Car, phone: VirtualPhone, at: int, step: str
) -> None:
    car.keyring.forget_fast()
    with phone.misbehave(Fault.LEAVES, at=at):
        phone.present(at=HANDLE)
        with pytest.raises(Inconclusive, match=f"driver_handle: the device left .* at {step}"):
            car.unlocked.wait()
    assert car.locked
    phone.present(at=HANDLE)
    car.unlocked.wait()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault.WRONG_MAC, Outcome.INVALID_CHANNEL),
        (Fault.WRONG_SIGNATURE, Outcome.INVALID_SIGNATURE),
        (Fault.GARBAGE, None),
        (Fault.TRUNCATED, Outcome.BAD_DATA_FORMAT),
    ],
)
def test_a_device_that_answers_wrongly_opens_nothing(
    car: Car, phone: VirtualPhone, fault: Fault, told: Outcome | None
) -> None:
    car.keyring.forget_fast()
    with phone.misbehave(fault, at=0 if fault in (Fault.WRONG_MAC, Fault.WRONG_SIGNATURE) else 3):
        phone.present(at=HANDLE)
        visit = car.judged_visit()
    assert visit.refused, visit.explanation
    assert told is None or visit.outcome is told
    assert car.locked


def test_a_jammed_latch_is_a_bench_error_that_names_it(
    car: Car, phone: VirtualPhone, body: VirtualBody
) -> None:
    body.jam("passenger")
    try:
        phone.present(at=HANDLE)
        with pytest.raises(ActuatorStuck, match="unlocked_passenger: not active 1 s after"):
            car.unlocked.wait()
    finally:
        body.free("passenger")


def test_an_unplugged_board_is_a_bench_error_that_names_it(
    car: Car, phone: VirtualPhone, board: VirtualRelayBoard
) -> None:
    board.unplug()
    try:
        phone.present(at=HANDLE)
        with pytest.raises(LinkLost, match="board"):
            car.unlocked.wait()
    finally:
        board.plug()


def test_start_needs_the_key_in_the_tray_all_along(car: Car, phone: VirtualPhone) -> None:
    assert not car.press_start_stop().accepted
    phone.present(at="tray")
    car.start_authorised.wait()
    phone.withdraw()
    car.await_empty("tray")
    assert not car.press_start_stop().accepted
    phone.present(at="tray")
    car.start_authorised.wait()
    assert car.press_start_stop().accepted
    assert car.drive_ready


def test_a_visit_is_recorded_decoded_and_without_secrets(car: Car, phone: VirtualPhone) -> None:
    car.keyring.forget_fast()
    phone.present(at="tray")
    car.start_authorised.wait()
    record = car.take_visits()[0].to_record("a test", 1, 1)
    assert [step.name for step in record.steps] == [
        "SELECT",
        "AUTH0",
        "AUTH1",
        "EXCHANGE",
        "CONTROL FLOW",
    ]
    assert min(record.marks.values()) == 0
    labels = [field.label for step in record.steps for field in step.fields]
    assert "4C transaction identifier" in labels
    assert "enciphered" in labels
    persistent = car.keyring.named("owner_phone").persistent
    assert persistent is not None
    assert bytes(persistent).hex() not in repr(record)


def test_the_second_vehicle_is_another_one(car: Car, phone: VirtualPhone) -> None:
    with car.as_second_vehicle():
        phone.present(at=HANDLE)
        assert car.judged_visit().ending is Ending.UNLOCKED
    first, second = car.keyring.identifier, car.service.keyring.identifier
    assert first == second  # back to ourselves
