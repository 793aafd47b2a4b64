"""Contactless readers by their USB ids; the list is nfcpy's (nfc.clf.device.usb_device_map).

A reader that only pcscd opens is not here: pcscd runs with the rights it needs.
"""

from __future__ import annotations

from drivers.api.usb_family import Reach, UsbFamily

_NFCPY = "nfcpy's list of devices"
_PN533_MODULES = ("pn533_usb", "pn533", "nfc")  # in the order in which they can be unloaded

ACR122U = UsbFamily(
    name="acr122u",
    what="ACS ACR122U",
    drivers=("nfc.clf", "nfc.pcsc"),
    reach=Reach.USB,
    basis=_NFCPY,
    ids=((0x072F, 0x2200),),
    kernel_takes=_PN533_MODULES,
)

PN533 = UsbFamily(
    name="pn533",
    what="reader with a PN533 or PN531 (SCL3711, SCL3712, NXP's board)",
    drivers=("nfc.clf", "nfc.pcsc"),
    reach=Reach.USB,
    basis=_NFCPY,
    ids=((0x04E6, 0x5591), (0x04E6, 0x5593), (0x04CC, 0x2533), (0x04CC, 0x0531), (0x054C, 0x0193)),
    kernel_takes=_PN533_MODULES,
)

RCS956 = UsbFamily(
    name="rcs956",
    what="Sony RC-S330, RC-S360 or RC-S370",
    drivers=("nfc.clf",),
    reach=Reach.USB,
    basis=_NFCPY,
    ids=((0x054C, 0x02E1),),
    kernel_takes=_PN533_MODULES,
)

RCS380 = UsbFamily(
    name="rcs380",
    what="Sony RC-S380",
    drivers=("nfc.clf",),
    reach=Reach.USB,
    basis=_NFCPY,
    ids=((0x054C, 0x06C1), (0x054C, 0x06C3)),
    kernel_takes=("port100", "nfc_digital", "nfc"),
)

PN532_UART = UsbFamily(
    name="pn532-uart",
    what="PN532 board behind a USB serial converter",
    drivers=("nfc.clf",),
    reach=Reach.SERIAL,
    basis="the ids of the converters FT232R, CP2102 and CH340, whatever is behind them",
    ids=((0x0403, 0x6001), (0x10C4, 0xEA60), (0x1A86, 0x7523)),
    chip_only=True,
    kernel_makes=("ftdi_sio", "cp210x", "ch341"),
)

FAMILIES = (ACR122U, PN533, RCS956, RCS380, PN532_UART)
