"""An input that bounces is read as what it settles to, by a clock that the test moves."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.errors import DeviceNotFound, DriverError
from drivers.api.sensor import InputBoard
from drivers.relay import switch
from drivers.relay.modbus import ModbusTcpBoard
from drivers.relay.switch import InputSensor
from drivers.sim.body import VirtualBody
from drivers.sim.modbus_board import VirtualModbusTcpBoard
from drivers.sim.world import World

DEBOUNCE_MS = 10


class Contact(InputBoard):
    """One input that changes at given times; it brings the time, which passes as it is waited."""

    def __init__(self, *changes_ms: float) -> None:
        self.now_s = 0.0
        self.readings = 0
        self._changes_s = [ms / 1000 for ms in changes_ms]

    def inputs(self) -> tuple[bool, ...]:
        self.readings += 1
        self.now_s += 1e-5  # a reading takes its time
        return (sum(at_s <= self.now_s for at_s in self._changes_s) % 2 == 1,)

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, duration_s: float) -> None:
        self.now_s += duration_s


def sensor_on(contact: Contact, monkeypatch: pytest.MonkeyPatch, **options: float) -> InputSensor:
    monkeypatch.setattr(switch, "time", contact)
    sensor = InputSensor(contact, 1, **{"debounce_ms": DEBOUNCE_MS, **options})  # type: ignore[arg-type]
    assert sensor.is_active() is bool(options.get("inverted"))
    return sensor


def test_a_change_counts_once_it_has_lasted(monkeypatch: pytest.MonkeyPatch) -> None:
    contact = Contact(100, 103, 104)  # on, a bounce of one millisecond, and on to stay
    sensor = sensor_on(contact, monkeypatch)
    contact.now_s = 0.1
    assert sensor.is_active()
    assert 0.114 <= contact.now_s < 0.116


@pytest.mark.parametrize("inverted", [False, True])
def test_a_bounce_that_is_over_in_time_is_none(
    monkeypatch: pytest.MonkeyPatch, inverted: bool
) -> None:
    contact = Contact(100, 109)
    sensor = sensor_on(contact, monkeypatch, inverted=inverted)
    contact.now_s = 0.1
    assert sensor.is_active() is inverted
    assert 0.119 <= contact.now_s < 0.121


def test_a_reading_without_a_change_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    contact = Contact()
    sensor = sensor_on(contact, monkeypatch)
    before_s, before = contact.now_s, contact.readings
    assert not sensor.is_active()
    assert contact.now_s - before_s < 0.001
    assert contact.readings == before + 1


def test_the_first_reading_is_debounced_too(monkeypatch: pytest.MonkeyPatch) -> None:
    contact = Contact(0, 5)
    monkeypatch.setattr(switch, "time", contact)
    assert not InputSensor(contact, 1, debounce_ms=DEBOUNCE_MS).is_active()


def test_a_contact_that_never_settles_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    contact = Contact(*range(100, 2003, 3))
    sensor = sensor_on(contact, monkeypatch)
    sensor.name = "latch"
    contact.now_s = 0.1
    with pytest.raises(DriverError, match=r"^latch: input 1 chatters for 0\.2"):
        sensor.is_active()
    contact.now_s = 3.0
    assert sensor.is_active()


def test_without_a_debounce_time_each_reading_is_taken_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contact = Contact(100, 101)
    sensor = sensor_on(contact, monkeypatch, debounce_ms=0)
    contact.now_s = 0.1
    assert sensor.is_active()
    contact.now_s = 0.102
    assert not sensor.is_active()


def test_a_negative_debounce_time_is_refused() -> None:
    with pytest.raises(DriverError, match="-1 ms"):
        InputSensor(Contact(), 1, debounce_ms=-1)


@given(st.sets(st.integers(100, 130), max_size=12), st.integers(100, 130))
def test_what_is_read_has_stayed_for_the_time_unless_it_is_as_it_was(
    changes_ms: set[int], asked_ms: int
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        contact = Contact(*sorted(changes_ms))
        sensor = sensor_on(contact, monkeypatch)
        contact.now_s = asked_ms / 1000
        active = sensor.is_active()
        last_ms = max((at for at in changes_ms if at <= contact.now_s * 1000), default=0)
        assert active is contact.inputs()[0]
        assert not active or contact.now_s * 1000 - last_ms >= DEBOUNCE_MS


def test_the_inputs_of_a_modbus_board_are_what_the_body_feels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with (
        World() as world,
        VirtualBody(world, actuation_ms=0) as body,
        VirtualModbusTcpBoard(body, "RIG01") as twin,
        ModbusTcpBoard(twin, (0, 8), inputs=(0, 12)) as board,
    ):
        unlocked = InputSensor(board, 1, debounce_ms=1)
        opened = InputSensor(board, 6)
        assert not unlocked.is_active()
        board.set(1, on=True)
        assert unlocked.is_active()
        assert not opened.is_active()
        body.move("driver", to_open=True)
        assert opened.is_active()
        with pytest.raises(DeviceNotFound, match=r"no input 13: .* has 1 to 12"):
            InputSensor(board, 13)


def test_a_modbus_board_without_inputs_is_not_asked_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with VirtualModbusTcpBoard(None, "RIG01") as twin, ModbusTcpBoard(twin, (0, 8)) as board:
        assert board.inputs() == ()
