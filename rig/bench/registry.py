"""Names a bench file may use, and the class each stands for.

The only place in the project that knows both real and virtual drivers. Entries are text and
are imported on first use, so a bench needs only the libraries of the drivers it names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from drivers.api.device import Device
from drivers.api.plugged import Plugged, SeenLine
from drivers.api.usb_family import UsbFamily
from rig.bench.errors import BenchFileError

DRIVERS = {
    "nfc.pcsc": "drivers.nfc.pcsc:PcscReader",
    "nfc.clf": "drivers.nfc.clf:ClfReader",
    "relay.hid": "drivers.relay.hid:HidRelayBoard",
    "relay.lcus": "drivers.relay.lcus:LcusRelayBoard",
    "climate.modbus_rtu": "drivers.relay.modbus_climate:ModbusRtuClimate",
    "climate.modbus_tcp": "drivers.relay.modbus_climate:ModbusTcpClimate",
    "relay.modbus_rtu": "drivers.relay.modbus:ModbusRtuBoard",
    "relay.modbus_tcp": "drivers.relay.modbus:ModbusTcpBoard",
    "relay.switch": "drivers.relay.switch:RelaySwitch",
    "relay.input": "drivers.relay.switch:InputSensor",
    "operator.terminal": "drivers.operator.terminal:TerminalOperator",
    "headunit.operator": "drivers.headunit.operator:OperatorHeadUnit",
    "phone.operator": "drivers.phone.operator:OperatorPhone",
    "phone.adb": "drivers.phone.adb:AdbPhone",
    "watch.operator": "drivers.phone.operator_watch:OperatorWatch",
    "card.operator": "drivers.phone.operator_card:OperatorKeyCard",
    "setup_card.operator": "drivers.phone.operator_card:OperatorSetupCard",
    "uwb.qorvo": "drivers.uwb.kits:QorvoAnchor",
    "uwb.nxp": "drivers.uwb.kits:NxpAnchor",
    "uwb.usb": "drivers.uwb.kits:UsbAnchor",
    "uwb.tcp": "drivers.uwb.kits:TcpAnchor",
    "uwb.pipe": "drivers.uwb.kits:PipeAnchor",
    "stage.operator": "drivers.stage.operator:OperatorStage",
    "stage.grbl": "drivers.stage.grbl:GrblStage",
    "sim.stage": "drivers.sim.stage:VirtualStage",
    "ble.bumble": "drivers.ble.radio:BumbleRadio",
    "sim.world": "drivers.sim.world:World",
    "sim.pcscd": "drivers.sim.pcscd:PrivatePcscd",
    "sim.pcsc_slot": "drivers.sim.pcsc_slot:PcscSlot",
    "sim.pn532": "drivers.sim.pn532:VirtualPn532",
    "sim.reader": "drivers.sim.reader:InProcessReader",
    "sim.body": "drivers.sim.body:VirtualBody",
    "sim.head_unit": "drivers.sim.head_unit:VirtualHeadUnit",
    "sim.relay_board": "drivers.sim.relay_board:VirtualRelayBoard",
    "sim.feed": "drivers.sim.feed:VirtualFeed",
    "sim.lcus_board": "drivers.sim.lcus_board:VirtualLcusBoard",
    "sim.modbus_climate": "drivers.sim.modbus_climate:VirtualModbusClimate",
    "sim.modbus_rtu": "drivers.sim.modbus_board:VirtualModbusRtuBoard",
    "sim.modbus_tcp": "drivers.sim.modbus_board:VirtualModbusTcpBoard",
    "sim.phone": "drivers.sim.phone:VirtualPhone",
    "sim.adb_server": "drivers.sim.adb_server:VirtualAdbServer",
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
    "sim.grbl_rail": "drivers.sim.grbl_rail:VirtualRail",
    "sim.faulty_reader": "drivers.sim.faults:FaultyReader",
    "sim.faulty_board": "drivers.sim.faults:FaultyBoard",
    "sim.faulty_switch": "drivers.sim.faults:FaultySwitch",
    "sim.faulty_sensor": "drivers.sim.faults:FaultySensor",
    "sim.faulty_pipe": "drivers.sim.faults:FaultyPipe",
    "sim.faulty_air": "drivers.sim.faults:FaultyAir",
    "sim.phone_rack": "drivers.sim.phone_rack:VirtualPhoneRack",
}

# What the families of drivers know of USB, as data that loads no library.
USB_FAMILIES = (
    "drivers.nfc.usb_ids:FAMILIES",
    "drivers.relay.usb_ids:FAMILIES",
    "drivers.ble.usb_ids:FAMILIES",
    "drivers.uwb.usb_ids:FAMILIES",
    "drivers.stage.usb_ids:FAMILIES",
    "drivers.phone.usb_ids:FAMILIES",
)

# Searches for what is plugged in, each by itself.
SEARCHES = (
    "drivers.nfc.plugged:readers",
    "drivers.relay.plugged:boards",
)
SERIAL_LINES = "drivers.plugged.serial_lines:lines"


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


def usb_families() -> tuple[UsbFamily, ...]:
    """Every make of USB device that a driver knows, also of drivers not in this registry."""
    return tuple(family for text in USB_FAMILIES for family in _named(text))


def searches() -> tuple[Callable[[], Sequence[Plugged]], ...]:
    """Functions that look for devices; each raises DriverError where it cannot look."""
    return tuple(_named(text) for text in SEARCHES)


def serial_lines() -> Sequence[SeenLine]:
    """The serial lines on USB. Raises DriverUnavailable where they cannot be listed."""
    found: Sequence[SeenLine] = _named(SERIAL_LINES)()
    return found


def _named(text: str) -> Any:
    module, _, name = text.partition(":")
    return getattr(import_module(module), name)
