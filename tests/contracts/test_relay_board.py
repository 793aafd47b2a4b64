"""What every relay board keeps, whoever made it.

A family joins by a file in ``relay_boards``: a virtual ``twin`` with ``plug`` and ``unplug``, and
the ``board`` that stands on it, as two lines of a bench file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import indent
from typing import Protocol, cast

import pytest

from drivers.api.device import Device
from drivers.api.errors import DeviceNotFound, LinkLost
from drivers.api.relay import RelayBoard
from rig.bench.attempts import attempts
from rig.bench.description import BenchDescription
from rig.bench.load import load_bench

FAMILIES = sorted(Path(__file__).with_name("relay_boards").glob("*.yaml"))
BENCH = """name: contract
devices:
{devices}
vehicle: {{keyring: ring.json, model: c, model_year: 2026, os: 9, options: [], key: digital_key}}
"""


class Twin(Protocol):
    """A virtual board whose cable can be pulled."""

    def unplug(self) -> None: ...

    def plug(self) -> None: ...


class Desk:
    """A board on a desk: it can be opened, and its cable be pulled and put back."""

    def __init__(self, description: BenchDescription, stack: ExitStack) -> None:
        self._description, self._stack = description, stack
        self._devices: dict[str, Device] = {}
        twin = cast("Twin", self._opened("twin"))
        self.pull, self.put = twin.unplug, twin.plug

    def open_board(self) -> RelayBoard:
        """The driver, once more."""
        board = self._opened("board")
        assert isinstance(board, RelayBoard)
        return board

    def _opened(self, name: str) -> Device:
        """As a bench opens it; closed at the end, whatever the test has done to it."""
        (attempt,) = attempts([self._description.entry(name)], self._devices)
        if attempt.device is None:
            raise attempt.error or AssertionError(attempt)
        return self._stack.enter_context(attempt.device)


@pytest.fixture(params=FAMILIES, ids=lambda path: path.stem)
def desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "ring.json").write_text("{}")
    file = tmp_path / "bench.yaml"
    file.write_text(BENCH.format(devices=indent(request.param.read_text().strip(), "  ")))
    with ExitStack() as stack:
        yield Desk(load_bench(file), stack)


@pytest.fixture
def board(desk: Desk) -> RelayBoard:
    return desk.open_board()


def test_a_board_just_powered_has_all_relays_off(board: RelayBoard) -> None:
    assert board.states() == (False,) * board.channels


def test_what_was_set_reads_back_and_other_relays_stay(board: RelayBoard) -> None:
    expected = [False] * board.channels
    for on in (True, False):
        for channel in range(1, board.channels + 1):
            board.set(channel, on=on)
            expected[channel - 1] = on
            assert board.states() == tuple(expected)


def test_setting_twice_is_as_good_as_once(board: RelayBoard) -> None:
    board.set(1, on=True)
    board.set(1, on=True)
    assert board.states()[0]


@pytest.mark.parametrize("beyond", [-1, 0, 1], ids=["negative", "zero", "past-the-last"])
def test_a_wrong_channel_is_refused_with_the_range_and_moves_nothing(
    board: RelayBoard, beyond: int
) -> None:
    channel = board.channels + 1 if beyond == 1 else beyond
    with pytest.raises(DeviceNotFound, match=f"board: .*1 to {board.channels}"):
        board.set(channel, on=True)
    assert not any(board.states())


def test_a_board_unplugged_in_use_is_lost_by_its_name(desk: Desk, board: RelayBoard) -> None:
    desk.pull()
    with pytest.raises(LinkLost) as lost:
        board.set(1, on=True)
    assert lost.value.device == "board"
    with pytest.raises(LinkLost, match=r"^board: "):
        board.states()


def test_a_board_plugged_in_again_is_found_again(desk: Desk, board: RelayBoard) -> None:
    desk.pull()
    for _ in range(2):
        with pytest.raises(LinkLost):
            board.states()
    desk.put()
    board.set(2, on=True)
    assert board.states()[1]


def test_a_board_that_was_away_unnoticed_is_lost_once(desk: Desk, board: RelayBoard) -> None:
    desk.pull()
    desk.put()
    with pytest.raises(LinkLost):
        board.states()
    assert not any(board.states())


def test_closing_leaves_the_relays_as_they_are(desk: Desk, board: RelayBoard) -> None:
    board.set(3, on=True)
    board.close()
    assert desk.open_board().states()[2] is board.reads_back


def test_closing_twice_is_fine_and_a_closed_board_is_lost(board: RelayBoard) -> None:
    board.close()
    board.close()
    with pytest.raises(LinkLost, match="closed"):
        board.states()


def test_a_board_says_who_it_is_and_tests_itself(desk: Desk, board: RelayBoard) -> None:
    identity = board.identity()
    assert identity.model
    assert identity.serial
    assert all(finding.ok for finding in board.self_test())
    desk.pull()
    (finding,) = board.self_test()
    assert not finding.ok
    assert finding.advice
