"""/proc and /sys as a machine with these USB devices has them, in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rig.bench.kernel import Machine


@dataclass(frozen=True)
class Plug:
    """One device with one interface: ids as in /sys, and the driver that is bound to it."""

    ids: str
    driver: str = ""
    serial: str = ""
    interface: str = "ff0000"


def machine(
    folder: Path, *plugs: Plug, modules: tuple[str, ...] = (), runs: tuple[str, ...] = ()
) -> Machine:
    proc, sys = folder / "proc", folder / "sys"
    devices = sys / "bus" / "usb" / "devices"
    devices.mkdir(parents=True)
    proc.mkdir()
    lines = [f"{name} 16384 1 - Live 0x0000000000000000\n" for name in modules]
    (proc / "modules").write_text("".join(lines))
    for number, program in enumerate(runs, 100):
        (proc / str(number)).mkdir()
        (proc / str(number) / "comm").write_text(f"{program}\n")
    for port, plug in enumerate(plugs, 1):
        _plug_in(devices, sys, f"1-{port}", plug)
    return Machine(proc, sys)


def _plug_in(devices: Path, sys: Path, where: str, plug: Plug) -> None:
    """As Linux does: the devices stand flat, interfaces below and beside their device."""
    below = devices / where / f"{where}:1.0"
    below.mkdir(parents=True)
    vendor, _, product = plug.ids.partition(":")
    (devices / where / "idVendor").write_text(f"{vendor}\n")
    (devices / where / "idProduct").write_text(f"{product}\n")
    if plug.serial:
        (devices / where / "serial").write_text(f"{plug.serial}\n")
    names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
    for number, name in enumerate(names):
        (below / name).write_text(f"{plug.interface[2 * number : 2 * number + 2]}\n")
    if plug.driver:
        driver = sys / "bus" / "usb" / "drivers" / plug.driver
        driver.mkdir(parents=True, exist_ok=True)
        (below / "driver").symlink_to(driver)
    (devices / below.name).symlink_to(below)
