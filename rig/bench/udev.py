"""udev rules for the USB devices of a bench: who may open them, and by which name.

The file must come after 60-serial.rules, which finds serial numbers and paths, and before
73-seat-late.rules, which gives what is tagged uaccess to whoever sits at the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drivers.api.usb_family import Reach, UsbFamily, UsbId
from rig.bench.usb_devices import UsbUse

FILE = "/etc/udev/rules.d/70-digital-key-rig.rules"
LINKS = "digital-key-rig"  # below /dev
_HEAD = f"""\
# USB devices of the Digital Key Rig, for {FILE}
# Afterwards: sudo udevadm control --reload && sudo udevadm trigger
# uaccess lets in whoever sits at the machine; a nightly job does not: print these with --group."""


def udev_rules(uses: Iterable[UsbUse], group: str = "") -> Iterator[str]:
    """The lines of the file. ``group`` may open the devices too, besides who sits there."""
    yield _HEAD
    access = 'MODE="0660", ' + (f'GROUP="{group}", ' if group else "") + 'TAG+="uaccess"'
    seen: set[str] = set()
    for use in uses:
        if use.by_pcscd:  # which has the rights it needs
            continue
        lines = [line for line in _rules(use, access) if line not in seen]
        if lines:
            seen.update(lines)
            yield ""
            yield f"# {use.family.what} ({', '.join(use.family.drivers)}); {use.family.basis}"
            yield from lines


def _rules(use: UsbUse, access: str) -> Iterator[str]:
    family = use.family
    for match, upward, label in _matches(use):
        device = f'SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", {match}'
        if family.reach is Reach.USB:
            yield f"{device}, {access}"
            yield f"{device}, {_link(label, 'ID_SERIAL_SHORT')}"
            continue
        line = f'SUBSYSTEM=="tty", {upward}'
        yield f"{line}, {access}"
        yield f"{line}, {_link(label, 'ID_SERIAL_SHORT')}"
        yield f'{line}, ENV{{ID_SERIAL_SHORT}}!="?*", {_link(label, "ID_PATH")}'
        if family.modem_like:
            yield f'{device}, ENV{{ID_MM_DEVICE_IGNORE}}="1"'
            yield f'{line}, ENV{{ID_MM_PORT_IGNORE}}="1"'


def _matches(use: UsbUse) -> Iterator[tuple[str, str, str]]:
    """How the device itself is known, how a line below it, and what a link to it begins with."""
    family = use.family
    for one in family.ids:
        yield _ids("ATTR", one), _ids("ATTRS", one), _label(family, one)
    if family.interface:
        match = f'ENV{{ID_USB_INTERFACES}}=="*:{family.interface}:*"'
        yield match, match, family.name
    if not (family.ids or family.interface) and _is_plain(use.serial):
        serial = f'{{serial}}=="{use.serial}"'
        yield f"ATTR{serial}", f"ATTRS{serial}", family.name


def _ids(attribute: str, one: UsbId) -> str:
    """Digits and small letters, as in /sys: udev compares them as text."""
    vendor, product = one
    return f'{attribute}{{idVendor}}=="{vendor:04x}", {attribute}{{idProduct}}=="{product:04x}"'


def _label(family: UsbFamily, one: UsbId) -> str:
    """A converter's ids do not say whose it is, so a link says no more than they do."""
    return "uart-{:04x}-{:04x}".format(*one) if family.chip_only else family.name


def _link(label: str, variable: str) -> str:
    return f'ENV{{{variable}}}=="?*", SYMLINK+="{LINKS}/{label}-$env{{{variable}}}"'


def _is_plain(serial: str) -> bool:
    """Whether it may stand in a rule: a quote or a pattern in it would be another rule."""
    return bool(serial) and all(c.isalnum() or c in "._-" for c in serial)
