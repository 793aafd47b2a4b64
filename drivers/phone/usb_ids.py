"""Phones on a cable: adb is an interface of a class of its own, whoever made the phone."""

from __future__ import annotations

from drivers.api.usb_family import Reach, UsbFamily

ANDROID = UsbFamily(
    name="android",
    what="Android phone with USB debugging, for the adb server",
    drivers=("phone.adb",),
    reach=Reach.USB,
    basis="the class of adb's interface in Android's sources",
    interface="ff4201",
)

FAMILIES = (ANDROID,)
