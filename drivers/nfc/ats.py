"""The answer to select of a card of type A (ISO 14443-4, clause 5.2): hostile until parsed."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api.errors import FrameError

_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)
_TA, _TB, _TC = 0x10, 0x20, 0x40
_DEFAULT_FSCI, _DEFAULT_FWI, _MOST_WI = 2, 4, 14
_UNIT_S = 256 * 16 / 13.56e6


@dataclass(frozen=True, slots=True)
class Ats:
    """Frame size in octets, frame waiting time and start-up guard time in seconds."""

    octets: bytes
    frame_size: int
    waiting_s: float
    guard_s: float

    @classmethod
    def parse(cls, octets: bytes) -> Ats:
        """Parse one without its CRC_A. Raises FrameError.

        Reserved codes count as the standard has it: a larger frame size as the largest, a waiting
        time of 15 as the default.
        """
        if not octets or octets[0] != len(octets):
            raise FrameError(f"an ATS of another length than it says: {octets.hex()}")
        formats = octets[1] if len(octets) > 1 else _DEFAULT_FSCI
        at = 2
        interface = {}
        for bit in (_TA, _TB, _TC):
            if formats & bit:
                if at >= len(octets):
                    raise FrameError(f"an ATS without the octets it announces: {octets.hex()}")
                interface[bit] = octets[at]
                at += 1
        tb = interface.get(_TB, _DEFAULT_FWI << 4)
        fwi, sfgi = tb >> 4, tb & 0x0F
        return cls(
            octets,
            _SIZES[min(formats & 0x0F, len(_SIZES) - 1)],
            _UNIT_S * (1 << (fwi if fwi <= _MOST_WI else _DEFAULT_FWI)),
            _UNIT_S * (1 << sfgi) if 0 < sfgi <= _MOST_WI else 0.0,
        )
