"""Controllers of stages by their USB ids."""

from __future__ import annotations

from drivers.api.usb_family import Reach, UsbFamily

ARDUINO = UsbFamily(
    name="grbl-arduino",
    what="Arduino Uno, on which GRBL runs",
    drivers=("stage.grbl",),
    reach=Reach.SERIAL,
    basis="Arduino's ids of the Uno; they do not say that GRBL is on it",
    ids=((0x2341, 0x0043), (0x2341, 0x0001)),
    chip_only=True,
    modem_like=True,
    kernel_makes=("cdc_acm",),
)

CONVERTER = UsbFamily(
    name="grbl-uart",
    what="GRBL controller behind a USB serial converter",
    drivers=("stage.grbl",),
    reach=Reach.SERIAL,
    basis="the ids of the converters CH340 and FT232R, whatever is behind them",
    ids=((0x1A86, 0x7523), (0x0403, 0x6001)),
    chip_only=True,
    kernel_makes=("ch341", "ftdi_sio"),
)

FAMILIES = (ARDUINO, CONVERTER)
