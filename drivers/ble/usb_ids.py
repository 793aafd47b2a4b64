"""Bluetooth controllers on USB: all of them are of one class."""

from __future__ import annotations

from drivers.api.usb_family import Reach, UsbFamily

CONTROLLER = UsbFamily(
    name="bluetooth",
    what="Bluetooth controller",
    drivers=("ble.bumble",),
    reach=Reach.USB,
    basis="the USB class of Bluetooth primary controllers",
    interface="e00101",
    kernel_lends=("btusb",),
)

FAMILIES = (CONTROLLER,)
