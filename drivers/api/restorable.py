"""Virtual devices that can be put back, so that each test begins from a known state."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from contextlib import contextmanager


class Restorable(abc.ABC):
    """A virtual device that remembers keys. Real ones cannot be put back; tests work around that.

    States are opaque, belong to the device that gave them, and stay good as often as they are
    restored.
    """

    @abc.abstractmethod
    def state(self) -> object:
        """Everything it remembers now."""

    @abc.abstractmethod
    def restore(self, state: object) -> None:
        """Back to an earlier ``state``; it is held to nothing then."""

    @abc.abstractmethod
    def clear(self) -> None:
        """As it comes out of the box: no keys but those of a factory, settings at their defaults.

        A phone is charged and runs; its screen is locked, as in a pocket.
        """


@contextmanager
def restored(device: object) -> Iterator[None]:
    """Put a virtual device back to how it is now, when the block is over."""
    before = device.state() if isinstance(device, Restorable) else None
    try:
        yield
    finally:
        if isinstance(device, Restorable):
            device.restore(before)
