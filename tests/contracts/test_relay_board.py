"""What every relay board keeps, whoever made it. A family joins by adding its desk to DESKS."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from drivers.api.errors import DeviceNotFound, LinkLost
from drivers.api.relay import RelayBoard
from drivers.relay.hid import HidRelayBoard
from drivers.relay.lcus import LcusRelayBoard
from drivers.relay.modbus import ModbusRtuBoard, ModbusTcpBoard
from drivers.sim.lcus_board import VirtualLcusBoard
from drivers.sim.modbus_board import VirtualModbusRtuBoard, VirtualModbusTcpBoard
from drivers.sim.relay_board import VirtualRelayBoard


class Twin(Protocol):
    """A virtual board whose cable can be pulled."""

    def unplug(self) -> None: ...

    def plug(self) -> None: ...

    def __enter__(self) -> object: ...

    def __exit__(self, *exc: object) -> None: ...


class Desk:
    """A board on a desk: it can be opened, and its cable be pulled and put back."""

    def __init__(
        self,
        open_board: Callable[[], RelayBoard],
        pull: Callable[[], None],
        put: Callable[[], None],
    ) -> None:
        self.open_board = open_board
        self.pull = pull
        self.put = put


def desk_of(stack: ExitStack, twin: Twin, opened: Callable[[], RelayBoard]) -> Desk:
    """A desk with a virtual board; whatever is opened on it is closed at the end."""
    stack.enter_context(twin)

    def open_board() -> RelayBoard:
        board = stack.enter_context(opened())
        board.name = "board"
        return board

    return Desk(open_board, twin.unplug, twin.plug)


def hid_desk(stack: ExitStack) -> Desk:
    host = VirtualRelayBoard(None, "RIG01")
    return desk_of(stack, host, lambda: HidRelayBoard("RIG01", usb=host))


def lcus_desk(stack: ExitStack) -> Desk:
    twin = VirtualLcusBoard(None, "RIG01")
    return desk_of(stack, twin, lambda: LcusRelayBoard(twin, 4))


def lcus_octets_desk(stack: ExitStack) -> Desk:
    twin = VirtualLcusBoard(None, "RIG01", readback="octets")
    return desk_of(stack, twin, lambda: LcusRelayBoard(twin, 4, "octets"))


def lcus_mute_desk(stack: ExitStack) -> Desk:
    twin = VirtualLcusBoard(None, "RIG01", readback="none")
    return desk_of(stack, twin, lambda: LcusRelayBoard(twin, 4, "none"))


def modbus_rtu_desk(stack: ExitStack) -> Desk:
    twin = VirtualModbusRtuBoard(None, "RIG01")
    return desk_of(stack, twin, lambda: ModbusRtuBoard(twin, (0, 8)))


def modbus_tcp_desk(stack: ExitStack) -> Desk:
    twin = VirtualModbusTcpBoard(None, "RIG01")
    return desk_of(stack, twin, lambda: ModbusTcpBoard(twin, (0, 8)))


DESKS = {
    "hid": hid_desk,
    "lcus": lcus_desk,
    "lcus octets": lcus_octets_desk,
    "lcus without read-back": lcus_mute_desk,
    "modbus rtu": modbus_rtu_desk,
    "modbus tcp": modbus_tcp_desk,
}


@pytest.fixture(params=DESKS)
def desk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ExitStack() as stack:
        yield DESKS[request.param](stack)


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
