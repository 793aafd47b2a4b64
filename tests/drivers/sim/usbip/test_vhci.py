"""The kernel's USB/IP host, through a stand-in of its files in /sys and /run."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.api.errors import DeviceNotFound, DriverUnavailable
from drivers.sim.usbip.descriptors import Speed
from drivers.sim.usbip.kernel import Vhci

HUB = "sys/devices/platform/vhci_hcd.0"
HEAD = "hub port sta spd dev      sockfd local_busid\n"
TAKEN, FREE = "006 003 00000001 000005", "004 000 00000000 000000"


class System:
    """A system's files, with two ports of which the first is taken."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.status(f"hs  0000 {TAKEN} 1-1\nhs  0001 {FREE} 0-0\nss  0008 {FREE} 0-0\n")
        self.vhci = Vhci(root)

    def status(self, ports: str) -> None:
        self.write(f"{HUB}/status", HEAD + ports)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def configure(self, interfaces: int) -> None:
        device = "sys/bus/usb/devices/1-1"
        self.write(f"{device}/bConfigurationValue", "1\n")
        self.write(f"{device}/bNumInterfaces", f" {interfaces}\n")
        self.write(f"{device}/dev", "189:4\n")

    def interface(self, number: int, driver: str = "") -> None:
        name = f"sys/bus/usb/devices/1-1:1.{number}/"
        self.write(name + ((driver and "driver") or "power"), "")


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(tmp_path)


@pytest.fixture
def end() -> Iterator[socket.socket]:
    one, other = socket.socketpair()
    with one, other:
        yield one


def test_a_device_takes_the_first_free_port(system: System, end: socket.socket) -> None:
    assert system.vhci.attach(end, Speed.FULL) == 1
    said = (system.root / HUB / "attach").read_text()
    assert said == f"1 {end.fileno()} 1 2"


def test_a_pulled_device_is_taken_off_its_port(system: System) -> None:
    system.vhci.detach(1)
    assert (system.root / HUB / "detach").read_text() == "1"


def test_a_hub_that_is_full_is_said(system: System, end: socket.socket) -> None:
    system.status(f"hs  0000 {TAKEN} 1-1\n")
    with pytest.raises(DriverUnavailable, match="all ports"):
        system.vhci.attach(end, Speed.LOW)


def test_a_kernel_without_the_module_is_said(tmp_path: Path, end: socket.socket) -> None:
    with pytest.raises(DriverUnavailable, match="modprobe vhci_hcd"):
        Vhci(tmp_path).attach(end, Speed.LOW)


def test_a_device_is_there_when_all_are_done_with_it(system: System) -> None:
    system.configure(interfaces=2)
    system.interface(0, driver="cdc_acm")
    system.interface(1)
    system.write("run/udev/control", "")
    system.write("run/udev/data/c189:4", "I:1")
    assert system.vhci.wait_for(0, "cdc_acm", 0.0001) == "1-1"


LACKING = {
    "address": (lambda system: system.status(f"hs  0000 {FREE} 0-0\n"), "its address"),
    "configuration": (lambda _system: None, "configuration"),
    "interface": (lambda system: system.configure(2), "interface 1"),
    "driver": (lambda system: system.configure(1), "cdc_acm"),
    "udev": (
        lambda system: (
            system.configure(1),
            system.interface(0, driver="cdc_acm"),
            system.write("run/udev/control", ""),
        ),
        "udev's database",
    ),
}


@pytest.mark.parametrize(("prepare", "lacking"), LACKING.values(), ids=LACKING)
def test_what_is_waited_for_in_vain_is_named(
    system: System, prepare: Callable[[System], object], lacking: str
) -> None:
    if lacking != "configuration":
        system.interface(0)
    prepare(system)
    with pytest.raises(DeviceNotFound, match=lacking):
        system.vhci.wait_for(0, "cdc_acm", 0.0001)
