"""Who keeps a USB device from the driver that the bench file names, and how to free it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drivers.api.device import Finding
from drivers.api.usb_family import Reach, UsbFamily
from rig.bench.kernel import Machine, PluggedDevice
from rig.bench.usb_devices import UsbUse

BLACKLIST = "/etc/modprobe.d/digital-key-rig.conf"
_PCSC = "nfc.pcsc"
_PCSCD = "sudo systemctl stop pcscd.socket pcscd.service, or use the reader by nfc.pcsc"


@dataclass(frozen=True, slots=True)
class Held:
    """What was found of one device of the bench. A finding that is ok is for knowing only."""

    device: str
    finding: Finding


def held_devices(uses: Iterable[UsbUse], machine: Machine) -> Iterator[Held]:
    """Look at every device of the bench that the kernel or pcscd may hold. Nothing is opened."""
    uses = tuple(uses)
    if uses and not machine.is_readable:
        yield Held("", Finding(f"no {machine.sys}/bus/usb: who holds a device is not seen", True))
        return
    modules, plugged = machine.modules(), tuple(machine.devices())
    running = frozenset(name for name in ("pcscd", "ModemManager") if machine.runs(name))
    meant = {use: _meant(use, plugged) for use in uses}
    there = {use.device for use, found in meant.items() if found}  # of one of its makes
    told: set[Held] = set()
    for use, mine in meant.items():
        found = [f for one in mine for f in _findings(use, one, modules, running)]
        if not (use.device in there or use.by_pcscd):  # pcscd may have another make
            found += _waiting(use.family, modules)
        for finding in found:
            held = Held(use.device, finding)
            if held not in told:
                told.add(held)
                yield held


def _meant(use: UsbUse, plugged: tuple[PluggedDevice, ...]) -> tuple[PluggedDevice, ...]:
    """Those that the entry may mean; by serial number where one of them says it."""
    fitting = tuple(one for one in plugged if one.is_of(use.family, use.serial))
    by_serial = tuple(one for one in fitting if use.serial and one.serial == use.serial)
    return by_serial or fitting


def _findings(
    use: UsbUse, plugged: PluggedDevice, modules: frozenset[str], running: frozenset[str]
) -> Iterator[Finding]:
    family = use.family
    for driver in sorted(plugged.bound.intersection(family.kernel_takes)):
        what = f"the kernel's module {driver} holds {family.what} ({plugged})"
        yield Finding(what, ok=False, advice=_unloading(family, driver, modules))
    for driver in sorted(plugged.bound.intersection(family.kernel_lends)):
        what = f"{driver} has {family.what} ({plugged}); {use.driver} takes it while it is open"
        yield Finding(what, ok=True)
    if "usbfs" in plugged.bound and not use.by_pcscd:
        if "pcscd" in running and _PCSC in family.drivers:
            what = f"pcscd holds {family.what} ({plugged})"
            yield Finding(what, ok=False, advice=_PCSCD)
        else:
            what = f"another program holds {family.what} ({plugged})"
            advice = "end it; it is listed by: sudo lsof /dev/bus/usb/*/*"
            yield Finding(what, ok=False, advice=advice)
    if family.reach is Reach.SERIAL and not plugged.bound.intersection(family.kernel_makes):
        yield _lineless(family, plugged, modules)
    if family.modem_like and "ModemManager" in running:
        what = f"ModemManager runs and may write to {family.what} ({plugged}) when it is plugged in"
        yield Finding(f"{what}, unless the rules of rig doctor --udev are in place", ok=True)


def _lineless(family: UsbFamily, plugged: PluggedDevice, modules: frozenset[str]) -> Finding:
    """No driver makes a serial line of it."""
    loaded = [name for name in family.kernel_makes if name in modules]
    what = f"{family.what} ({plugged}) has no serial line"
    if plugged.bound:
        what += f": {', '.join(sorted(plugged.bound))} holds it"
        return Finding(what, ok=False, advice="free it, then unplug it and plug it in again")
    if loaded:
        what += f", though {' and '.join(loaded)} is loaded"
        return Finding(what, ok=False, advice="unplug it and plug it in again; see dmesg")
    names = " or ".join(family.kernel_makes)
    advice = f"sudo modprobe {family.kernel_makes[0]}; if there is none, install the kernel's extra"
    advice += " modules (apt install linux-modules-extra-$(uname -r))"
    return Finding(f"{what}: the kernel's module {names} is not loaded", ok=False, advice=advice)


def _waiting(family: UsbFamily, modules: frozenset[str]) -> Iterator[Finding]:
    """Nothing of it is plugged in, and a module stands ready to take it."""
    if ready := [name for name in family.kernel_takes[:1] if name in modules]:
        what = f"the kernel's module {ready[0]} is loaded and takes {family.what} when plugged in"
        yield Finding(what, ok=False, advice=_unloading(family, ready[0], modules))


def _unloading(family: UsbFamily, holder: str, modules: frozenset[str]) -> str:
    """Unload the holder first, then what it stood on; and keep it out at the next start."""
    order = [holder, *(n for n in family.kernel_takes if n in modules and n != holder)]
    keep = f"echo 'blacklist {holder}' | sudo tee -a {BLACKLIST}"
    return f"sudo modprobe -r {' '.join(order)}; for good: {keep}"
