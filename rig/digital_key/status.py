"""Status words, in the words of the sources.

ISO/IEC 7816-4 for the general ones; the digital key's own from the public notes on CCC-TS-101
(tables 5-2, 5-4, 5-7 and the applet's command tables).
"""

from __future__ import annotations

MEANINGS = {
    0x9000: "success",
    0x6400: "protocol version not supported",
    0x6402: "not available",
    0x6484: "ranging key slots full",
    0x6700: "wrong length",
    0x6982: "security status not satisfied",
    0x6985: "conditions of use not satisfied, or out of sequence",
    0x6988: "secure messaging data objects incorrect",
    0x6A80: "wrong data",
    0x6A82: "application not found",
    0x6A84: "not enough memory",
    0x6A88: "referenced data not found",
    0x6B00: "wrong P1 or P2",
    0x6C00: "wrong Le",
    0x6D00: "instruction not supported",
    0x6E00: "class not supported",
    0x6F00: "no precise diagnosis",
    0x9484: "device not ready for pairing",
}


def meaning(status: int) -> str:
    """What a status word says, for people."""
    if status >> 8 == 0x61:
        return f"{status & 0xFF or 256} more bytes to fetch"
    return MEANINGS.get(status, "not a documented status word")
