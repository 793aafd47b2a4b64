"""What hostile devices answer with: chance with a seed, and the sizes that hurt."""

from __future__ import annotations

import random
from collections.abc import Callable

Alter = Callable[["Dice", bytes], bytes]


class Dice(random.Random):
    """Chance of a hostile device."""

    def octets(self, most: int) -> bytes:
        """None, a few, or as many as fit."""
        return self.randbytes(self.choice((0, 1, 2, self.randint(0, 64), self.randint(0, most))))

    def altered(self, genuine: bytes) -> bytes:
        """What a genuine device said, spoilt in one way."""
        way = self.choice((_flipped, _cut, _longer, _repeated, _all_ones))
        return way(self, genuine)


def _flipped(dice: Dice, data: bytes) -> bytes:
    if not data:
        return data
    at = dice.randrange(len(data))
    return data[:at] + bytes((data[at] ^ dice.randint(1, 255),)) + data[at + 1 :]


def _cut(dice: Dice, data: bytes) -> bytes:
    return data[: dice.randint(0, len(data))]


def _longer(dice: Dice, data: bytes) -> bytes:
    at = dice.randint(0, len(data))
    return data[:at] + dice.randbytes(dice.randint(1, 40)) + data[at:]


def _repeated(dice: Dice, data: bytes) -> bytes:
    return data * dice.randint(2, 4)


def _all_ones(dice: Dice, data: bytes) -> bytes:
    at = dice.randint(0, len(data))
    return data[:at] + b"\xff" * (len(data) - at)
