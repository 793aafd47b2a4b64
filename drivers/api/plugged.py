"""What a search finds plugged in, before anything is opened in earnest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Plugged:
    """A device that a driver can open: its name in a bench file, and the options that name it.

    ``channels`` is how many relays it has, where it has some.
    """

    driver: str
    options: Mapping[str, str | int] = field(default_factory=dict)
    what: str = ""
    channels: int = 0


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A serial line on USB. ``path`` is the one by-id where there is one, else the device."""

    path: str
    vendor: int
    product: int
    serial: str
    what: str
