"""Relay boards by their USB ids."""

from __future__ import annotations

from drivers.api.usb_family import Reach, UsbFamily

USB_RELAY = UsbFamily(
    name="usbrelay",
    what="USB relay board of the DCTTech family",
    drivers=("relay.hid",),
    reach=Reach.USB,
    basis="V-USB's ids for HID devices, which other makers use too; the product name tells",
    ids=((0x16C0, 0x05DF),),
    kernel_lends=("usbhid",),
)

LCUS = UsbFamily(
    name="lcus",
    what="relay board of the LCUS type (CH340)",
    drivers=("relay.lcus",),
    reach=Reach.SERIAL,
    basis="the CH340's own ids, whatever is behind it",
    ids=((0x1A86, 0x7523),),
    chip_only=True,
    kernel_makes=("ch341",),
)

FAMILIES = (USB_RELAY, LCUS)
