"""What a phone lends its Bluetooth half."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.api.clock import Clock
from drivers.sim.motion import Motion
from drivers.sim.phone.applet import Applet
from drivers.sim.phone.ranging_keys import RangingKeys
from drivers.sim.phone.transaction import Sign
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key.settings import Settings


@dataclass(frozen=True)
class Inside:
    """The phone as its Bluetooth half sees it. Everything may be asked from any thread.

    ``allowed``: it runs, its radios are on, and its owner wants passive entry. ``applet`` is
    the half's own, over the keys of the phone.
    """

    clock: Clock
    applet: Applet
    ranging_keys: RangingKeys
    settings: Callable[[], Settings]
    held: Callable[[], tuple[HeldKey, ...]]
    sign: Sign
    allowed: Callable[[], bool]
    motion: Callable[[], Motion | None]
