"""UWB kits by their USB ids (facts 2)."""

from __future__ import annotations

from drivers.api.usb_family import Reach, UsbFamily

DWM3001CDK = UsbFamily(
    name="dwm3001cdk",
    what="Qorvo DWM3001CDK with UCI firmware, its own USB (J20)",
    drivers=("uwb.qorvo",),
    reach=Reach.SERIAL,
    basis="observed, not confirmed",
    ids=((0x1915, 0x520F),),
    modem_like=True,
    kernel_makes=("cdc_acm",),
)

NXP_PNP = UsbFamily(
    name="nxp-pnp",
    what="NXP board with PnP firmware",
    drivers=("uwb.nxp",),
    reach=Reach.SERIAL,
    basis="gap: the public sources name no ids",
    modem_like=True,
    kernel_makes=("cdc_acm", "ftdi_sio"),
)

BULK = UsbFamily(
    name="uwb-bulk",
    what="UWB board on bulk endpoints",
    drivers=("uwb.usb",),
    reach=Reach.USB,
    basis="the bench file names its ids",
    kernel_lends=("cdc_acm",),
)

FAMILIES = (DWM3001CDK, NXP_PNP, BULK)
