"""The registers of the contactless interface unit, as far as they do anything (UM0701-02, 8.6.23).

All others keep what is written to them.
"""

from __future__ import annotations

from collections.abc import Callable

TX_MODE, RX_MODE, TX_CONTROL = 0x6302, 0x6303, 0x6304
BIT_FRAMING, FIFO_DATA, FIFO_LEVEL = 0x633D, 0x6339, 0x633A
_CRC_ENABLED, _SPEED_AND_FRAMING, _LAST_BITS, _RF_ON = 0x80, 0x73, 0x07, 0x03
_FLUSH = 0x80


class Registers:
    """What the host reads and writes. ``field`` switches the RF field, ``is_on`` tells of it."""

    def __init__(self, field: Callable[[bool], None], is_on: Callable[[], bool]) -> None:
        self._field, self._is_on = field, is_on
        self._values: dict[int, int] = {}
        self.fifo = bytearray()

    def read(self, address: int) -> int:
        """One register; reading the FIFO takes an octet out of it."""
        if address == FIFO_DATA:
            return self.fifo.pop(0) if self.fifo else 0
        if address == FIFO_LEVEL:
            return min(len(self.fifo), 64)
        value = self._values.get(address, 0)
        if address == TX_CONTROL:
            value = value & ~_RF_ON | (_RF_ON if self._is_on() else 0)
        return value

    def write(self, address: int, value: int) -> None:
        """One register."""
        if address == FIFO_DATA:
            del self.fifo[63:]
            self.fifo.append(value)
        elif address == FIFO_LEVEL:
            if value & _FLUSH:
                self.fifo.clear()
        else:
            self._values[address] = value
            if address == TX_CONTROL:
                self._field(bool(value & _RF_ON))

    def set_framing(self, *, crc: bool, last_bits: int = 0) -> None:
        """Type A at 106 kbit/s, as the firmware sets it for what it sends itself."""
        mode = _CRC_ENABLED if crc else 0
        self._values.update({TX_MODE: mode, RX_MODE: mode, BIT_FRAMING: last_bits})

    @property
    def sends_crc(self) -> bool:
        """Whether a checksum is added to what is sent."""
        return bool(self._values.get(TX_MODE, 0) & _CRC_ENABLED)

    @property
    def checks_crc(self) -> bool:
        """Whether the checksum of what comes is looked at and taken off."""
        return bool(self._values.get(RX_MODE, 0) & _CRC_ENABLED)

    @property
    def last_bits(self) -> int:
        """How many bits of the last octet are sent; 0 is all."""
        return self._values.get(BIT_FRAMING, 0) & _LAST_BITS

    @property
    def is_type_a_106(self) -> bool:
        """Whether a chip of type A at its first speed can make anything of what is sent."""
        modes = self._values.get(TX_MODE, 0) | self._values.get(RX_MODE, 0)
        return not modes & _SPEED_AND_FRAMING
