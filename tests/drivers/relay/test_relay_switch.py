"""Switches and sensors: one relay or input with a meaning."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.api.device import Identity
from drivers.api.errors import DeviceNotFound, DriverError, LinkLost
from drivers.api.relay import RelayBoard
from drivers.api.sensor import InputBoard
from drivers.relay.hid import HidRelayBoard
from drivers.relay.switch import InputSensor, RelaySwitch
from drivers.sim.relay_board import VirtualRelayBoard


class StuckBoard(RelayBoard):
    """Takes every command and moves nothing: a board whose set does not read back."""

    channels = 2
    name = "stuck"

    def __init__(self, *states: bool) -> None:
        self._states = states

    def set(self, channel: int, *, on: bool) -> None:
        """Nothing moves."""

    def states(self) -> tuple[bool, ...]:
        return self._states

    def identity(self) -> Identity:
        return Identity(model="stuck")

    def close(self) -> None:
        """Nothing to release."""


class Levels(InputBoard):
    """Inputs that stay as given."""

    def __init__(self, *levels: bool) -> None:
        self._levels = levels

    def inputs(self) -> tuple[bool, ...]:
        return self._levels


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualRelayBoard]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with VirtualRelayBoard(None, "RIG01") as plugged:
        yield plugged


@pytest.fixture
def board(host: VirtualRelayBoard) -> Iterator[HidRelayBoard]:
    with HidRelayBoard("RIG01", usb=host) as opened:
        opened.name = "board"
        yield opened


def test_opening_a_switch_moves_nothing(board: HidRelayBoard) -> None:
    board.set(2, on=True)
    RelaySwitch(board, 2)
    RelaySwitch(board, 3, safe=True)
    assert board.states()[1:3] == (True, False)


def test_a_switch_moves_its_own_relay_and_reads_it_back(board: HidRelayBoard) -> None:
    switch = RelaySwitch(board, 3)
    switch.set(on=True)
    assert switch.is_on()
    assert [channel for channel, on in enumerate(board.states(), 1) if on] == [3]


@pytest.mark.parametrize("safe", [False, True])
def test_closing_makes_it_safe_once(board: HidRelayBoard, safe: bool) -> None:
    switch = RelaySwitch(board, 1, safe=safe)
    switch.set(on=not safe)
    switch.close()
    assert board.states()[0] is safe
    board.set(1, on=not safe)
    switch.close()
    assert board.states()[0] is not safe


def test_a_closed_switch_does_not_energise(board: HidRelayBoard) -> None:
    switch = RelaySwitch(board, 1)
    switch.close()
    with pytest.raises(LinkLost, match="closed"):
        switch.set(on=True)


@pytest.mark.parametrize("channel", [0, 9, -1])
def test_a_channel_the_board_lacks_is_named_with_the_range(
    board: HidRelayBoard, channel: int
) -> None:
    with pytest.raises(DeviceNotFound, match=f"no relay {channel}: board has 1 to 8"):
        RelaySwitch(board, channel)


def test_a_relay_that_stays_unsafe_is_an_error_at_make_safe_and_at_every_close() -> None:
    switch = RelaySwitch(StuckBoard(False, True), 2)
    switch.name = "drive_ready"
    for attempt in (switch.make_safe, switch.close, switch.close):
        with pytest.raises(DriverError, match=r"^drive_ready: does not read back off"):
            attempt()


def test_make_safe_raises_when_the_board_is_gone(
    host: VirtualRelayBoard, board: HidRelayBoard
) -> None:
    switch = RelaySwitch(board, 1)
    host.unplug()
    with pytest.raises(LinkLost, match=r"^board: "):
        switch.make_safe()


def test_close_goes_on_when_the_board_is_gone_and_says_so(
    host: VirtualRelayBoard, board: HidRelayBoard, caplog: pytest.LogCaptureFixture
) -> None:
    switch = RelaySwitch(board, 1)
    switch.name = "unlock_driver"
    host.unplug()
    with caplog.at_level(logging.WARNING):
        switch.close()
        switch.close()
    (said,) = caplog.messages
    assert said.startswith("unlock_driver: not made safe, because its board is gone: board: ")


def test_the_self_test_finds_an_unsafe_relay_and_moves_nothing(
    host: VirtualRelayBoard, board: HidRelayBoard
) -> None:
    switch = RelaySwitch(board, 6)
    assert [finding.ok for finding in switch.self_test()] == [True]
    switch.set(on=True)
    (finding,) = switch.self_test()
    assert (finding.ok, finding.advice) == (False, "make the bench safe: rig safe")
    assert switch.is_on()
    host.unplug()
    (finding,) = switch.self_test()
    assert not finding.ok
    assert "plugged in" in finding.advice


def test_a_sensor_reads_its_own_input() -> None:
    levels = Levels(False, True, False)
    assert [InputSensor(levels, channel).is_active() for channel in (1, 2, 3)] == [0, 1, 0]
    inverted = [InputSensor(levels, channel, inverted=True).is_active() for channel in (1, 2, 3)]
    assert inverted == [1, 0, 1]


@pytest.mark.parametrize("channel", [0, 17])
def test_an_input_the_board_lacks_is_named_with_the_range(
    board: HidRelayBoard, channel: int
) -> None:
    with pytest.raises(DeviceNotFound, match=f"no input {channel}: board has 1 to 16"):
        InputSensor(board, channel)


def test_a_bench_may_refuse_two_entries_with_one_channel() -> None:
    assert RelaySwitch.exclusive == InputSensor.exclusive == ("board", "channel")
