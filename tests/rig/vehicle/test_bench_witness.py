"""Verdicts on a broken bench: what the vehicle saw break decides over what a test made of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.errors import CardLost, DriverError, LinkLost, LinkTimeout
from drivers.api.nfc import NfcReader
from drivers.api.relay import Switch
from drivers.api.trace import Exchange
from drivers.sim.body import VirtualBody
from drivers.sim.phone import VirtualPhone
from drivers.sim.phone.misbehaviour import Fault
from rig.bench.build import Bench
from rig.measure.outcomes import Inconclusive
from rig.plugin.verdicts import Finding, questioned
from rig.records.verdict import Verdict
from rig.vehicle.car import Car
from rig.vehicle.errors import SensorContradicts
from rig.vehicle.visit import Ending, Visit

PASSED, FAILED = Finding(Verdict.PASS), Finding(Verdict.FAIL, "not unlocked")


def test_a_sound_bench_leaves_every_verdict(car: Car, phone: VirtualPhone) -> None:
    phone.present(at="driver_handle")
    car.door("driver").unlocked.wait()
    assert car.objection(failed=True) is None
    assert questioned(FAILED, None) is FAILED


@pytest.mark.parametrize("found", [PASSED, FAILED, Finding(Verdict.OBSERVED)])
def test_a_bench_that_broke_leaves_no_verdict(found: Finding) -> None:
    decided = questioned(found, LinkLost("it was unplugged", device="board"))
    assert decided.verdict is Verdict.ERROR
    assert "board: it was unplugged" in decided.reason
    assert decided.beside == found.reason


def test_an_assertion_of_the_rigs_own_is_no_fail_either() -> None:
    assert questioned(FAILED, AssertionError("of the rig")).verdict is Verdict.ERROR


def test_what_was_not_judged_stays_as_it_is() -> None:
    found = Finding(Verdict.INCONCLUSIVE, "no phone")
    assert questioned(found, LinkLost("gone")) is found


def test_nobody_fails_who_was_cut_off(car: Car, phone: VirtualPhone) -> None:
    with phone.misbehave(Fault.LEAVES, at=2):
        phone.present(at="driver_handle")
        assert car.next_visit(at="driver_handle").ending is Ending.INTERRUPTED
    objection = car.objection(failed=True)
    assert isinstance(objection, Inconclusive)
    assert questioned(FAILED, objection).verdict is Verdict.INCONCLUSIVE
    assert car.objection(failed=False) is None, "where that is the test, it passes"


def test_who_was_judged_after_being_cut_off_may_fail(car: Car, phone: VirtualPhone) -> None:
    with phone.misbehave(Fault.LEAVES, at=2):
        phone.present(at="driver_handle")
        car.next_visit(at="driver_handle")
    phone.withdraw()
    car.await_empty("driver_handle")
    phone.present(at="driver_handle")
    car.door("driver").unlocked.wait()
    assert car.objection(failed=True) is None


def test_what_broke_before_the_reset_is_no_objection(car: Car, phone: VirtualPhone) -> None:
    with phone.misbehave(Fault.LEAVES, at=2):
        phone.present(at="driver_handle")
        car.next_visit(at="driver_handle")
    car.reset()
    assert car.objection(failed=True) is None


@pytest.fixture
def broken_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """The tray's reader fails once; how often it was asked."""
    reader = bench.devices["tray"]
    assert isinstance(reader, NfcReader)
    asked: list[float] = []
    wait = reader.wait_for_card

    def wait_for_card(timeout_s: float) -> object:
        asked.append(timeout_s)
        if len(asked) == 1:
            raise LinkLost("it was unplugged", device="tray")
        return wait(timeout_s)

    monkeypatch.setattr(reader, "wait_for_card", wait_for_card)
    return lambda: len(asked)


def test_a_reader_that_failed_elsewhere_objects_to_a_pass(
    car: Car, broken_once: Callable[[], int]
) -> None:
    while broken_once() < 2:
        car.clock.sleep(0.01)
    objection = car.objection(failed=False)
    assert isinstance(objection, LinkLost)
    assert questioned(PASSED, objection).verdict is Verdict.ERROR


def test_a_silent_sensor_is_no_mute_device() -> None:
    visit = Visit("driver_handle", "driver_handle")
    visit.end_with(LinkTimeout("no answer", device="unlocked_driver"))
    assert visit.ending is Ending.FAULT
    with pytest.raises(DriverError, match="unlocked_driver"):
        visit.raise_if_broken()


@pytest.mark.parametrize("device", ["", "driver_handle", "in-process reader at driver_handle"])
def test_a_silent_device_is_mute_whatever_its_reader_is_called(device: str) -> None:
    visit = Visit("driver_handle", "driver_handle")
    error = LinkTimeout("no answer", device=device)
    visit.timeline.exchanges.append(Exchange("driver_handle", 0, 1, b"\x00\xa4", b"", str(error)))
    visit.end_with(error)
    assert visit.ending is Ending.MUTE


def test_a_device_that_left_was_interrupted() -> None:
    visit = Visit("driver_handle", "driver_handle")
    visit.end_with(CardLost("gone", device="driver_handle"))
    assert visit.ending is Ending.INTERRUPTED


def test_a_lock_that_no_relay_moved_is_the_benchs_fault(
    car: Car, body: VirtualBody, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = body.sensed
    monkeypatch.setattr(body, "sensed", lambda: true() ^ 1)
    with pytest.raises(SensorContradicts, match="unlocked_driver: turned active"):
        bool(car.locked)


def test_a_contact_that_bounces_once_is_not_believed(
    car: Car, body: VirtualBody, monkeypatch: pytest.MonkeyPatch
) -> None:
    true, looks = body.sensed, iter([1])
    monkeypatch.setattr(body, "sensed", lambda: true() ^ next(looks, 0))
    assert car.locked


def test_a_release_relay_that_was_left_on_is_off_after_a_reset(car: Car, bench: Bench) -> None:
    relay = bench.devices["release_trunk"]
    assert isinstance(relay, Switch)
    relay.set(on=True)
    car.reset()
    assert not relay.is_on()
    car.unlock_all()
    assert car.door("trunk").shut
