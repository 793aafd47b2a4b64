"""A relay board that cannot be asked says so, wherever somebody could think otherwise."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.relay.lcus import LcusRelayBoard
from drivers.relay.switch import RelaySwitch
from drivers.sim.lcus_board import VirtualLcusBoard
from drivers.sim.relay_bank import Fault

Desk = tuple[VirtualLcusBoard, LcusRelayBoard]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with (
        VirtualLcusBoard(None, "RIG01", readback="none") as twin,
        LcusRelayBoard(twin, 4, "none") as board,
    ):
        yield twin, board


def test_identity_and_self_test_say_that_it_does_not_read_back(desk: Desk) -> None:
    _, board = desk
    assert not board.reads_back
    assert board.identity().model == "relay board without read-back, 4 relays"
    (finding,) = board.self_test()
    assert finding.ok
    assert "cannot be read back" in finding.what


def test_with_read_back_nobody_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with VirtualLcusBoard(None, "RIG01") as twin, LcusRelayBoard(twin, 4) as board:
        assert board.reads_back
        assert "without" not in board.identity().model


def test_a_relay_that_is_stuck_goes_unseen(desk: Desk) -> None:
    """The limit that is written down: nothing can be seen, and nothing is claimed."""
    twin, board = desk
    twin.fault = Fault.STUCK
    board.set(1, on=True)
    assert board.states()[0]


def test_the_self_test_of_a_switch_claims_nothing(desk: Desk) -> None:
    _, board = desk
    switch = RelaySwitch(board, 1)
    switch.set(on=True)
    (finding,) = switch.self_test()
    assert finding.ok
    assert "cannot be read back" in finding.what
    assert "safe)" not in finding.what


def test_a_switch_is_made_safe_whatever_is_thought_of_it(desk: Desk) -> None:
    """After a crash the driver thinks that the relay is off."""
    twin, board = desk
    twin.bank.switch(2, on=True)
    assert not board.states()[1]
    RelaySwitch(board, 2).close()
    board.close()
    twin.close()  # which hears all that was sent before
    with VirtualLcusBoard(None, "RIG01") as again:
        assert again.bank.relays == 0
