"""What each platform calls its settings and actions.

The guide's FAQ 8 names the setting behind "works while locked" and its default; the polarity of
Samsung's is the opposite of the other two (AMB-11). "Remove This Car Key" and "Delete Key" are the
guide's as well (DK-DEL-02, -03). The other words are today's, for people who can tell if they
have changed; no verdict depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.api.phone_controls import KeyOption
from drivers.api.sharing import Platform


@dataclass(frozen=True, slots=True)
class OptionWords:
    """A setting: its name, and the word for each state of the neutral option."""

    name: str
    on: str
    off: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformWords:
    """The words of one platform."""

    wallet: str
    remove: str
    low_power: str
    options: Mapping[KeyOption, OptionWords]
    watch_app: str


WORDS: Mapping[Platform, PlatformWords] = {
    Platform.IOS: PlatformWords(
        wallet="Apple Wallet",
        remove="Remove This Car Key",
        low_power="Low Power Mode",
        options={
            KeyOption.WORKS_LOCKED: OptionWords("Express Mode", on="on", off="off"),
            KeyOption.PASSIVE_ENTRY: OptionWords("Passive Entry", on="on", off="off"),
        },
        watch_app="Watch app",
    ),
    Platform.PIXEL: PlatformWords(
        wallet="Google Wallet",
        remove="Delete Key",
        low_power="Battery Saver",
        options={
            KeyOption.WORKS_LOCKED: OptionWords("Lock Screen", on="enabled", off="disabled"),
            KeyOption.PASSIVE_ENTRY: OptionWords("Passive entry", on="on", off="off"),
        },
        watch_app="Pixel Watch app",
    ),
    Platform.SAMSUNG: PlatformWords(
        wallet="Samsung Wallet",
        remove="Delete Key",
        low_power="Power saving",
        options={
            KeyOption.WORKS_LOCKED: OptionWords(
                "Security Required Authentication", on="disabled", off="enabled"
            ),
            KeyOption.PASSIVE_ENTRY: OptionWords("Passive entry", on="on", off="off"),
        },
        watch_app="Galaxy Wearable app",
    ),
}
