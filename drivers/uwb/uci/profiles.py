"""Vendor profiles: in what the makers of UWB chips differ, as data.

Each field names the conflict of the facts that it settles (their section 8). C5 to C8 are of the
messages over Bluetooth and are not settled here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from drivers.api.uwb import Hopping
from drivers.uwb.uci.app_config import SLOTS, Param, Slot
from drivers.uwb.uci.codes import REASONS
from drivers.uwb.uci.header import LengthForm
from drivers.uwb.uci.packet import CONTROL_PAYLOAD

_EXPIRED, _EXHAUSTED = "URSK expired", "STS index at its end"
_REASONS = REASONS | {0x80: _EXPIRED, 0x81: _EXHAUSTED}
_HOP_CODES = {  # AOSP, NCJ29D5
    Hopping.NONE: 0x00,
    Hopping.ADAPTIVE: 0x02,
    Hopping.CONTINUOUS: 0x03,
    Hopping.ADAPTIVE_AES: 0x04,
    Hopping.CONTINUOUS_AES: 0x05,
}
_CHERRY_HOP_CODES = {
    Hopping.NONE: 0x00,
    Hopping.CONTINUOUS_AES: 0xA0,
    Hopping.CONTINUOUS: 0xA1,
    Hopping.ADAPTIVE_AES: 0xA2,
    Hopping.ADAPTIVE: 0xA3,
}

CHAPS_BITS = {3: 0x01, 4: 0x02, 6: 0x04, 8: 0x08, 9: 0x10, 12: 0x20, 24: 0x40}
"""Chaps in a slot and their bit in capability A0 (facts 1.5)."""


@dataclass(frozen=True)
class Profile:
    """What a device speaks. The defaults are those of AOSP and of google/pica."""

    name: str
    vendor: str = ""
    """Whose messages go before the general ones."""
    length_form: LengthForm = LengthForm.OCTET
    """C1: how a control message says its length."""
    handles: bool = True
    """Whether SESSION_INIT gives a handle (FiRa 2) or sessions go by their id (FiRa 1)."""
    largest_segment: int = CONTROL_PAYLOAD
    reasons: Mapping[int, str] = field(default_factory=lambda: _REASONS)
    """C2: what a session's reason codes mean."""
    ursk_expired: int = 0x80
    sts_exhausted: int = 0x81
    """C2: the reasons with which CCC sessions end by themselves; vendor codes where none is
    public [I]."""
    slots: Mapping[Param, Slot] = field(default_factory=lambda: SLOTS)
    """C3, and the tag of the URSK: where parameters travel, and in how many octets."""
    hop_codes: Mapping[Hopping, int] = field(default_factory=lambda: _HOP_CODES)
    """C4: what HOPPING_MODE holds."""
    session_config: Literal[0, 1] = 0
    """C9: the UWB configuration taken when nothing else is asked for; both sides must know 0."""
    test_only_chaps: int = 24
    """C10: the slot length that is for testing only."""
    version_order: Literal["little", "big"] = "big"
    """Octets of the CCC protocol version: AOSP swaps them before sending."""
    sync_code_order: Literal["little", "big"] = "little"
    """Octets of the SYNC code bitmap in capability A1; AOSP has a flag for it."""
    angle_steps: int = 128
    """Steps of an angle in a degree: Q9.7, but pica counts whole degrees (facts 3)."""
    timestamps: bool = True
    """Whether its clock can be asked for; google/pica ends when it is."""
    numbering: Literal["fira1", "fira2"] = "fira2"
    """Which of FiRa's two tables the tags of capabilities are of."""


NCJ29D5_SLOTS: Mapping[Param, Slot] = {
    **{param: slot for param, slot in SLOTS.items() if param != Param.CCC_TIME0_US},
    Param.CCC_QUIRKS: Slot(0xA1),
    Param.INITIATION_TIME: Slot(0x2B, (4,)),
    Param.URSK: Slot(0xE8, (32,), lead=b"\x00"),
}
"""NXP NCJ29D5: A1 is a switch for quirks, the URSK has a tag of its own (facts 1.5)."""

GENERIC = Profile("generic")
PICA = Profile("pica", handles=False, angle_steps=1, timestamps=False, numbering="fira1")
QORVO = Profile(
    "qorvo",
    "qorvo",
    reasons=_REASONS | {0x42: "initiation time expired", 0xF2: _EXHAUSTED},
    sts_exhausted=0xF2,
    hop_codes=_CHERRY_HOP_CODES,
)
NXP = Profile("nxp", "nxp", length_form=LengthForm.EXTENDED)
NCJ29D5 = Profile(
    "ncj29d5",
    "ncj29d5",
    length_form=LengthForm.BIG_ENDIAN,
    reasons=REASONS | {0x03: _EXPIRED, 0x04: _EXHAUSTED},
    ursk_expired=0x03,
    sts_exhausted=0x04,
    slots=NCJ29D5_SLOTS,
)
PROFILES = {profile.name: profile for profile in (GENERIC, PICA, QORVO, NXP, NCJ29D5)}
