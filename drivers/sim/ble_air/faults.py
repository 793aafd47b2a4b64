"""What somebody in between does to everything on the air."""

from __future__ import annotations

import random
from collections.abc import Callable

Tamper = Callable[[bytes], bytes]


class Faults:
    """``delay_s`` is added each way, ``loss`` is the share of events at which nothing gets across.

    What is lost on a connection is sent again at the next event, as the link layer does; a lost
    advert is lost. ``tamper`` sees every DK message (an SDU in one frame of an L2CAP channel) and
    returns what is to arrive in its place.
    """

    def __init__(self, chance: random.Random) -> None:
        self.delay_s = 0.0
        self.loss = 0.0
        self.tamper: Tamper | None = None
        self._chance = chance

    def loses(self) -> bool:
        """Whether this one is lost."""
        return self.loss > 0 and self._chance.random() < self.loss
