"""What there is to know of a kit before its line is opened (facts 2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.uwb import usb_ids
from drivers.uwb.framing import Wrap, nxp_pnp, raw
from drivers.uwb.host import Patience
from drivers.uwb.uci.profiles import GENERIC, NXP, PICA, QORVO, Profile


@dataclass(frozen=True)
class Kit:
    """A make of board: how it is found, how fast its line is, and what it speaks."""

    make: str
    model: str
    profile: Profile
    baud: int = 115_200
    usb_ids: tuple[tuple[int, int], ...] = ()
    wrap: Wrap = raw
    patience: Patience = field(default_factory=Patience)


DWM3001CDK = Kit("Qorvo", "DWM3001CDK", QORVO, usb_ids=usb_ids.DWM3001CDK.ids)
"""J20, the board's own USB. Its ids were observed and are not confirmed."""

NXP_PNP = Kit(
    "NXP", "PnP board", NXP, baud=3_000_000, wrap=nxp_pnp, patience=Patience(0.25, tries=4)
)
"""Rhodes, QN9090 and MK shields, LPC55S, Murata Type2BP EVK with PnP firmware."""

USB = Kit("", "", GENERIC)
"""A board on bulk endpoints; the bench file says which."""

TCP = Kit("", "UCI over TCP", GENERIC)
"""Whatever listens."""

PICA_HOST = Kit("Google", "pica", PICA)
"""A simulator that is one device a connection (facts 3)."""

PIPE = Kit("", "UCI in this process", QORVO)
"""A virtual chip; a chip of NXP's is raw behind a pipe, without a board's framing."""
