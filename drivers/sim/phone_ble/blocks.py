"""CCC's grid as the phone lays it out: chaps, slots, rounds, blocks, and where an STS index lies.

Written for the device alone, from section 1.8 of the public notes on UWB.
"""

from __future__ import annotations

from dataclasses import dataclass

CHAPS_PER_MS = 3
BLOCK_MS = 96  # times the RAN multiplier
SLOTS_PER_ROUND = frozenset({6, 8, 9, 12, 16, 18, 24, 32, 36, 48, 72, 96})
CONTROL_SLOTS = 4  # Pre-Poll, Poll, Final, Final_Data: the rest of a round are responses


@dataclass(frozen=True, slots=True)
class Grid:
    """One session's layout. Raises ValueError for one that cannot be.

    ``hops``: None for always the first round, False where a block may be in it or in the round of
    the sequence (adaptive), True for the sequence alone (continuous).
    """

    ran_multiplier: int
    chaps: int  # in a slot
    slots: int  # in a round
    responders: int
    hops: bool | None = None
    hop_key: int = 0
    hop_modulus: int = 65521  # a setting

    def __post_init__(self) -> None:
        if not 1 <= self.ran_multiplier <= 0xFF or self.chaps < 1:
            raise ValueError("no such block or slot")
        if self.slots not in SLOTS_PER_ROUND:
            raise ValueError(f"no round has {self.slots} slots")
        if not 1 <= self.responders <= self.slots - CONTROL_SLOTS:
            raise ValueError(f"{self.responders} responders in {self.slots} slots")
        if self.rounds < 1:
            raise ValueError("a round is longer than a block")

    @property
    def block_us(self) -> int:
        """From block to block."""
        return self.ran_multiplier * BLOCK_MS * 1000

    @property
    def rounds(self) -> int:
        """In a block."""
        return self.ran_multiplier * BLOCK_MS * CHAPS_PER_MS // (self.chaps * self.slots)

    @property
    def indices_per_block(self) -> int:
        """By how much the STS index grows from block to block."""
        return self.rounds * self.slots

    def final_indices(self, index0: int, block: int) -> frozenset[int]:
        """The STS index of Final_Data in this block; two where hopping leaves it open."""
        sequence = self._round(block)
        rounds = {0} if self.hops is None else {sequence} if self.hops else {0, sequence}
        first = index0 + block * self.indices_per_block
        # Behind the Pre-Poll, which takes none, come Poll, the responses, Final and its data.
        return frozenset(first + r * self.slots + 1 + self.responders + 1 for r in rounds)

    def _round(self, block: int) -> int:
        seed = (block + self.hop_key) & 0xFFFF
        return seed * seed % self.hop_modulus * self.rounds >> 16
