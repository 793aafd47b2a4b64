"""Devices that fail on demand: a bench for finding out what the rig makes of its own faults."""

from __future__ import annotations

import abc
from typing import ClassVar


class FaultyLink(abc.ABC):
    """A device whose link to another fails in ways that have names.

    ``link`` says what kind of link it is; ``faults`` are the ways, the same for all of a class.
    """

    link: ClassVar[str]
    faults: ClassVar[tuple[str, ...]]

    @abc.abstractmethod
    def plant(self, fault: str, seed: int) -> None:
        """From now on this is what happens now and then; "" for nothing. ``strikes`` begin at 0.

        The same seed strikes the same uses of the link. Raises ValueError for an unknown fault.
        """

    @property
    @abc.abstractmethod
    def strikes(self) -> int:
        """How often it has happened since it was planted."""
