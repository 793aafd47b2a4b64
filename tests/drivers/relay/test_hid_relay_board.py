"""The HID relay driver: finding a board by its serial, and every way it can go wrong."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import usb.core
import usb.util

from drivers.api.errors import (
    DeviceNotFound,
    DeviceRefused,
    DriverError,
    DriverUnavailable,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from drivers.api.usb import UsbHost
from drivers.relay.hid import HidRelayBoard
from drivers.sim.relay_board import Handle, PlugIn, VirtualRelayBoard, VirtualUsb


class Hub(UsbHost):
    """A host with several boards, each its own copper, and requests that can be spoilt."""

    def __init__(self, boards: list[VirtualRelayBoard]) -> None:
        self.bus = SpoiltUsb(boards)

    @property
    def backend(self) -> object:
        return self.bus


class SpoiltUsb(VirtualUsb):
    """Fails a kind of request ("open", "set", "get") as a bad bench would."""

    def __init__(self, boards: list[VirtualRelayBoard]) -> None:
        super().__init__(boards)
        self.failing: dict[str, int] = {}
        self.deaf = False
        self.cut_to: int | None = None
        self.serial: bytes | None = None

    def open_device(self, dev: PlugIn) -> Handle:
        self._fail("open")
        return super().open_device(dev)

    def ctrl_transfer(self, *args: Any) -> int:
        kind = {0x21: "set", 0xA1: "get"}.get(args[1], "text")
        self._fail(kind)
        if kind == "set" and self.deaf:
            return len(args[5])
        length = super().ctrl_transfer(*args)
        if kind == "get" and self.serial:
            args[5][:5] = type(args[5])("B", self.serial)
        return length if kind != "get" or self.cut_to is None else self.cut_to

    def _fail(self, kind: str) -> None:
        if code := self.failing.get(kind):
            raise usb.core.USBError("spoilt", errno=code)


@pytest.fixture
def boards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[VirtualRelayBoard]]:
    """RIG01, and two boards that somebody gave the same serial, TWINS."""
    with ExitStack() as stack:
        made = []
        for number, serial in enumerate(("RIG01", "TWINS", "TWINS")):
            (copper := tmp_path / str(number)).mkdir()
            monkeypatch.setattr(tempfile, "tempdir", str(copper))
            made.append(stack.enter_context(VirtualRelayBoard(None, serial)))
        yield made


@pytest.fixture
def hub(boards: list[VirtualRelayBoard]) -> Hub:
    return Hub(boards)


@pytest.fixture
def board(hub: Hub) -> Iterator[HidRelayBoard]:
    with HidRelayBoard("RIG01", usb=hub) as opened:
        opened.name = "relays"
        yield opened
        hub.bus.failing.clear()


def test_a_board_is_found_by_its_serial_wherever_it_is_plugged(
    boards: list[VirtualRelayBoard],
) -> None:
    with HidRelayBoard("RIG01", usb=Hub(boards[::-1])) as found:
        found.set(1, on=True)
        assert found.identity().serial == "RIG01"
    assert [board.memory.relays for board in boards] == [1, 0, 0]


def test_two_boards_of_one_serial_are_refused_and_given_back(
    hub: Hub, boards: list[VirtualRelayBoard]
) -> None:
    with pytest.raises(DeviceNotFound, match=r"TWINS: 2 boards .* address .* and .* address"):
        HidRelayBoard("TWINS", usb=hub)
    assert not any(board.memory.detached for board in boards)


def test_a_missing_board_tells_which_serials_were_seen(
    hub: Hub, boards: list[VirtualRelayBoard]
) -> None:
    with pytest.raises(DeviceNotFound, match="seen: RIG01, TWINS, TWINS; is it plugged in"):
        HidRelayBoard("OTHER", usb=hub)
    assert not any(board.memory.detached for board in boards)


def test_an_empty_bus_is_said_to_be_empty(hub: Hub, boards: list[VirtualRelayBoard]) -> None:
    for board in boards:
        board.unplug()
    with pytest.raises(DeviceNotFound, match="seen: none; is it plugged in"):
        HidRelayBoard("RIG01", usb=hub)


def test_other_devices_of_the_same_usb_ids_are_left_alone(
    hub: Hub, boards: list[VirtualRelayBoard]
) -> None:
    boards[0].product = "Thermometer"
    with pytest.raises(DeviceNotFound, match="seen: TWINS, TWINS;"):
        HidRelayBoard("RIG01", usb=hub)


def test_a_board_held_by_another_program_is_named(hub: Hub, board: HidRelayBoard) -> None:
    assert board.channels == 8
    with pytest.raises(DeviceNotFound, match=r"could not be read: .*another program holds it"):
        HidRelayBoard("RIG01", usb=hub)


def test_a_board_without_permission_advises_a_udev_rule(hub: Hub) -> None:
    hub.bus.failing["open"] = errno.EACCES
    with pytest.raises(DriverError, match=r"udev rules that rig doctor --udev prints"):
        HidRelayBoard("RIG01", usb=hub)


def test_without_libusb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda: None)
    with pytest.raises(DriverUnavailable, match=r"apt install libusb-1\.0-0"):
        HidRelayBoard("RIG01")


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_the_product_string_tells_the_number_of_relays(
    channels: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with (
        VirtualRelayBoard(None, "SMALL", channels) as host,
        HidRelayBoard("SMALL", usb=host) as board,
    ):
        assert board.channels == channels
        assert board.states() == (False,) * channels
        assert board.identity().make == "www.dcttech.com"


def test_a_product_string_without_a_number_is_refused(
    hub: Hub, boards: list[VirtualRelayBoard]
) -> None:
    boards[0].product = "USBRelayX"
    with pytest.raises(DriverError, match="'USBRelayX' does not tell how many"):
        HidRelayBoard("RIG01", usb=hub)
    assert not boards[0].memory.detached


def test_a_board_the_kernel_holds_cannot_be_claimed(hub: Hub) -> None:
    held = usb.core.find(backend=hub.backend, idVendor=0x16C0, idProduct=0x05DF)
    with pytest.raises(usb.core.USBError) as refused:
        usb.util.claim_interface(held, 0)
    assert refused.value.errno == errno.EBUSY
    usb.util.dispose_resources(held)


def test_the_kernel_gets_the_board_back_at_close(hub: Hub, boards: list[VirtualRelayBoard]) -> None:
    with HidRelayBoard("RIG01", usb=hub):
        assert boards[0].memory.detached
    assert not boards[0].memory.detached


def test_what_the_kernel_did_not_hold_is_not_given_to_it(
    hub: Hub, boards: list[VirtualRelayBoard]
) -> None:
    boards[0].memory.detached = True
    HidRelayBoard("RIG01", usb=hub).close()
    assert boards[0].memory.detached


def test_closing_an_unplugged_board_is_fine(
    board: HidRelayBoard, boards: list[VirtualRelayBoard]
) -> None:
    boards[0].unplug()
    board.close()
    with pytest.raises(LinkLost):
        board.inputs()


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        pytest.param(errno.ENODEV, LinkLost, "plugged in", id="unplugged"),
        pytest.param(errno.EIO, LinkLost, "cable", id="cable"),
        pytest.param(errno.ETIMEDOUT, LinkTimeout, "spoilt", id="timeout"),
        pytest.param(errno.EOVERFLOW, FrameError, "spoilt", id="overflow"),
        pytest.param(errno.EACCES, DriverError, "udev", id="access"),
        pytest.param(errno.EBUSY, DriverError, "another program", id="busy"),
        pytest.param(errno.EPIPE, DeviceRefused, "refused with 0x20", id="stall"),
        pytest.param(errno.ENOMEM, DriverError, "spoilt", id="anything-else"),
    ],
)
@pytest.mark.parametrize("request_kind", ["set", "get"])
def test_every_usb_error_becomes_ours_with_its_cause(
    hub: Hub, board: HidRelayBoard, request_kind: str, code: int, error: type, said: str
) -> None:
    hub.bus.failing[request_kind] = code
    with pytest.raises(DriverError, match=f"^relays: .*{said}") as raised:
        board.set(4, on=True)
    assert type(raised.value) is error
    assert isinstance(raised.value.__cause__, usb.core.USBError)


def test_a_relay_that_does_not_follow_is_an_error(hub: Hub, board: HidRelayBoard) -> None:
    hub.bus.deaf = True
    with pytest.raises(DriverError, match=r"^relays: relay 5 does not read back on"):
        board.set(5, on=True)


@pytest.mark.parametrize("length", [0, 5, 7])
def test_a_short_report_is_refused(hub: Hub, board: HidRelayBoard, length: int) -> None:
    hub.bus.cut_to = length
    with pytest.raises(FrameError, match=f"{length} bytes instead of 8"):
        board.states()


def test_a_report_of_another_board_is_refused(hub: Hub, board: HidRelayBoard) -> None:
    hub.bus.serial = b"OTHER"
    with pytest.raises(FrameError, match="answers as 'OTHER'"):
        board.states()
