"""Names a bench file may use, and the class each stands for.

The only place in the project that knows both real and virtual drivers. Entries are text and
are imported on first use, so a bench needs only the libraries of the drivers it names.
"""

from __future__ import annotations

from importlib import import_module

from drivers.api.device import Device
from rig.bench.errors import BenchFileError

DRIVERS = {
    "nfc.pcsc": "drivers.nfc.pcsc:PcscReader",
    "relay.hid": "drivers.relay.hid:HidRelayBoard",
    "relay.switch": "drivers.relay.switch:RelaySwitch",
    "relay.input": "drivers.relay.switch:InputSensor",
    "operator.terminal": "drivers.operator.terminal:TerminalOperator",
    "headunit.operator": "drivers.headunit.operator:OperatorHeadUnit",
    "phone.operator": "drivers.phone.operator:OperatorPhone",
    "watch.operator": "drivers.phone.operator_watch:OperatorWatch",
    "card.operator": "drivers.phone.operator_card:OperatorKeyCard",
    "setup_card.operator": "drivers.phone.operator_card:OperatorSetupCard",
    "uwb.qorvo": "drivers.uwb.kits:QorvoAnchor",
    "uwb.nxp": "drivers.uwb.kits:NxpAnchor",
    "uwb.usb": "drivers.uwb.kits:UsbAnchor",
    "uwb.tcp": "drivers.uwb.kits:TcpAnchor",
    "uwb.pipe": "drivers.uwb.kits:PipeAnchor",
    "stage.operator": "drivers.stage.operator:OperatorStage",
    "sim.stage": "drivers.sim.stage:VirtualStage",
    "ble.bumble": "drivers.ble.radio:BumbleRadio",
    "sim.world": "drivers.sim.world:World",
    "sim.pcscd": "drivers.sim.pcscd:PrivatePcscd",
    "sim.pcsc_slot": "drivers.sim.pcsc_slot:PcscSlot",
    "sim.reader": "drivers.sim.reader:InProcessReader",
    "sim.body": "drivers.sim.body:VirtualBody",
    "sim.head_unit": "drivers.sim.head_unit:VirtualHeadUnit",
    "sim.relay_board": "drivers.sim.relay_board:VirtualRelayBoard",
    "sim.phone": "drivers.sim.phone:VirtualPhone",
    "sim.ble_air": "drivers.sim.ble_air:BleAir",
    "sim.uwb_chip": "drivers.sim.uwb_chip:VirtualUwbChip",
    "sim.uwb_kit": "drivers.sim.uwb_chip:VirtualUwbKit",
    "sim.uwb_usb_kit": "drivers.sim.uwb_chip.usb_kit:VirtualUsbUwbKit",
    "sim.uwb_anchor": "drivers.sim.uwb_anchor:VirtualUwbAnchor",
    "sim.kernel_reader": "drivers.sim.usbip.card_reader:KernelCardReader",
    "sim.kernel_relay_board": "drivers.sim.usbip.relay_board:KernelRelayBoard",
    "sim.kernel_uwb_kit": "drivers.sim.usbip.uwb_kit:KernelUwbKit",
    "sim.pica": "drivers.uwb.kits:PicaAnchor",
    "sim.keycard": "drivers.sim.keycard:VirtualKeyCard",
    "sim.watch": "drivers.sim.watch:VirtualWatch",
    "sim.setup_card": "drivers.sim.setup_card:VirtualSetupCard",
    "sim.phone_rack": "drivers.sim.phone_rack:VirtualPhoneRack",
}


def is_virtual(name: str) -> bool:
    """Whether a result obtained through this driver counts as simulated."""
    return name.startswith("sim.")


def driver_class(name: str) -> type[Device]:
    """Import and return the class a bench file names."""
    try:
        module, _, cls = DRIVERS[name].partition(":")
    except KeyError:
        raise BenchFileError(f"no driver {name!r}; known: {', '.join(sorted(DRIVERS))}") from None
    found: object = getattr(import_module(module), cls)
    if not (isinstance(found, type) and issubclass(found, Device)):
        raise TypeError(f"{DRIVERS[name]} is not a Device")
    return found
