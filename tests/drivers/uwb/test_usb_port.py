"""A board on bulk endpoints: found by ids and serial number, held, lost, and given back."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from drivers.api.errors import DeviceNotFound, DriverUnavailable, LinkLost
from drivers.sim.uwb_chip.usb_kit import PRODUCT_ID, VENDOR_ID, VirtualUsbUwbKit
from drivers.uwb.kits import UsbAnchor
from drivers.uwb.usb_port import UsbPort, ids_of

IDS = (VENDOR_ID, PRODUCT_ID)
RESET, RESET_OK = bytes.fromhex("20 00 00 01 00"), bytes.fromhex("40 00 00 01 00 60 01 00 01 01")


@pytest.fixture
def kit() -> Iterator[VirtualUsbUwbKit]:
    with VirtualUsbUwbKit("RIG07") as made:
        yield made


def everything(port: UsbPort, size: int) -> bytes:
    found = b""
    while len(found) < size and (part := port.read(5.0)):
        found += part
    return found


def test_bytes_go_to_the_board_and_come_back(kit: VirtualUsbUwbKit) -> None:
    port = UsbPort(*IDS, "RIG07", kit)
    port.write(RESET)
    assert everything(port, len(RESET_OK)) == RESET_OK
    assert port.read(0.01) == b""
    port.close()


def test_more_than_a_packet_comes_in_one_piece_after_the_other(kit: VirtualUsbUwbKit) -> None:
    kit.spoil = lambda _data: bytes(range(256)) * 40
    port = UsbPort(*IDS, "RIG07", kit)
    port.write(RESET)
    assert everything(port, 10240) == bytes(range(256)) * 40
    port.close()


def test_the_kernels_driver_gets_the_board_back(kit: VirtualUsbUwbKit) -> None:
    port = UsbPort(*IDS, "RIG07", kit)
    assert not kit.kernel_holds
    port.close()
    port.close()
    assert kit.kernel_holds
    with pytest.raises(LinkLost, match="closed"):
        port.read(0.01)
    with pytest.raises(LinkLost, match="closed"):
        port.write(RESET)


def test_a_read_under_way_ends_when_the_port_is_closed(kit: VirtualUsbUwbKit) -> None:
    port = UsbPort(*IDS, "RIG07", kit)
    ended: list[BaseException] = []

    def read() -> None:
        try:
            port.read(60.0)
        except LinkLost as exc:
            ended.append(exc)

    reading = threading.Thread(target=read)
    reading.start()
    port.close()
    reading.join(30)
    assert len(ended) == 1


def test_one_program_at_a_time(kit: VirtualUsbUwbKit) -> None:
    port = UsbPort(*IDS, "RIG07", kit)
    with pytest.raises(DeviceNotFound, match="another program"):
        UsbPort(*IDS, "RIG07", kit)
    port.write(RESET)  # the first still has it
    port.close()


def test_a_board_that_is_unplugged_is_lost_in_every_use(kit: VirtualUsbUwbKit) -> None:
    port = UsbPort(*IDS, "RIG07", kit)
    kit.unplug()
    with pytest.raises(LinkLost, match="plugged in"):
        port.read(0.1)
    with pytest.raises(LinkLost, match="plugged in"):
        port.write(RESET)
    port.close()
    with pytest.raises(DeviceNotFound, match="seen: none"):
        UsbPort(*IDS, "RIG07", kit)


def test_another_serial_number_is_named_with_those_that_were_seen(kit: VirtualUsbUwbKit) -> None:
    with pytest.raises(DeviceNotFound, match=r"RIG08: 0 USB boards .* seen: RIG07"):
        UsbPort(*IDS, "RIG08", kit)
    with pytest.raises(DeviceNotFound, match="seen: none"):
        UsbPort(0x1234, 0x5678, "RIG07", kit)


@pytest.mark.parametrize("wrong", ["", "1209", "1209:", "12090:1", "0x1209:0x0001", "1209:xyz"])
def test_ids_are_vendor_and_product_in_hexadecimal(wrong: str) -> None:
    with pytest.raises(DeviceNotFound, match="VID:PID"):
        ids_of(wrong)
    assert ids_of("1fc9:0123") == (0x1FC9, 0x0123)


def test_without_pyusb_it_says_what_to_install(
    kit: VirtualUsbUwbKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usb.core", None)
    with pytest.raises(DriverUnavailable, match="pip install pyusb"):
        UsbAnchor("1209:0001", "RIG07", usb=kit)
