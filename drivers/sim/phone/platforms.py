"""The platforms of virtual phones, in one table: defaults, words, and what each can do.

Words are those of the sources where they give any, and otherwise the lab's; tests judge states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.api.phone_controls import KeyOption, Method
from drivers.api.sharing import Channel, CodeEntry, Platform
from drivers.api.wallet import WalletAction


@dataclass(frozen=True)
class OptionWords:
    """A setting as the platform words it; ``when_on`` is its value while the neutral one is on."""

    name: str
    when_on: str
    when_off: str


@dataclass(frozen=True)
class EcpHabits:
    """How a platform that wants to be called by ECP decides (facts 8)."""

    frames: int = 1  # of one kind before it answers; sources say 3 where one technology is polled
    grace_ms: int = 300  # it stays up for, without a field
    access_routes_framework: bool = False  # inferred: who does not want to pair finds no framework


@dataclass(frozen=True)
class PlatformTraits:
    """One maker's phones."""

    platform: Platform
    model: str
    system: str
    methods: tuple[Method, ...]
    options: Mapping[KeyOption, OptionWords]  # on by default, both of them
    actions: Mapping[WalletAction, str]
    shown: Mapping[str, str]  # neutral state of a share: words in the owner's list
    channels: tuple[Channel, ...]
    code: CodeEntry  # what a share has unless the owner's request says otherwise
    code_reason: str
    direct_storage: bool  # without it, a setup card's key is added as a payment card is
    watch: str  # the platform of the watches it pairs with
    ecp: EcpHabits | None = None  # None: it answers whoever polls


_EVERYWHERE = (Channel.EMAIL, Channel.SMS, Channel.MESSENGER)
_PASSIVE = OptionWords("Passive Entry", "on", "off")
_ANDROID_METHODS = (
    Method.FACE,
    Method.FINGERPRINT,
    Method.PIN,
    Method.PASSWORD,
    Method.PATTERN,
)
_ANDROID_ACTIONS = {
    WalletAction.REMOVE: "Delete Key",
    WalletAction.SHARE: "Share",
    WalletAction.ADD_TO_WATCH: "Add to watch",
    WalletAction.OPTIONS: "Settings",
}

_IOS = PlatformTraits(
    platform=Platform.IOS,
    model="iPhone 16 Pro",
    system="18.6",
    methods=(Method.FACE, Method.PIN, Method.PASSWORD),
    options={
        KeyOption.WORKS_LOCKED: OptionWords("Express Mode", "on", "off"),
        KeyOption.PASSIVE_ENTRY: _PASSIVE,
    },
    actions={
        WalletAction.REMOVE: "Remove This Car Key",
        WalletAction.SHARE: "Share",
        WalletAction.ADD_TO_WATCH: "Add to Apple Watch",
        WalletAction.OPTIONS: "Pass Details",
    },
    shown={
        "pending": "Invitation Pending",
        "accepted": "Unlock & Drive",
        "active": "Unlock & Drive",
        "pre_deletion": "Removing",
        "ended": "Removed",
    },
    channels=(*_EVERYWHERE, Channel.IMESSAGE, Channel.AIRDROP),
    code=CodeEntry.NONE,
    code_reason="the sources say that only some phones generate a code; here this one does not",
    direct_storage=True,
    watch="apple_watch",
    ecp=EcpHabits(),
)

_PIXEL = PlatformTraits(
    platform=Platform.PIXEL,
    model="Pixel 9 Pro",
    system="16",
    methods=_ANDROID_METHODS,
    options={
        KeyOption.WORKS_LOCKED: OptionWords("Lock Screen", "enabled", "disabled"),
        KeyOption.PASSIVE_ENTRY: _PASSIVE,
    },
    actions=_ANDROID_ACTIONS,
    shown={
        "pending": "Invite sent",
        "accepted": "Can unlock and drive",
        "active": "Can unlock and drive",
        "pre_deletion": "Removal pending",
        "ended": "No access",
    },
    channels=(*_EVERYWHERE, Channel.NEARBY_SHARE),
    code=CodeEntry.EITHER,
    code_reason="the guide's reading: generated on some phones, and prompted for somewhere",
    direct_storage=True,
    watch="wear_os",
)

_SAMSUNG = PlatformTraits(
    platform=Platform.SAMSUNG,
    model="Galaxy S25 Ultra",
    system="16",
    methods=_ANDROID_METHODS,
    options={
        # Its own setting asks for what the neutral one spares the owner.
        KeyOption.WORKS_LOCKED: OptionWords(
            "Security Required Authentication", "disabled", "enabled"
        ),
        KeyOption.PASSIVE_ENTRY: _PASSIVE,
    },
    actions=_ANDROID_ACTIONS,
    shown={
        "pending": "Waiting for acceptance",
        "accepted": "Unlock and drive",
        "active": "Unlock and drive",
        "pre_deletion": "Deleting",
        "ended": "Deleted",
    },
    channels=(*_EVERYWHERE, Channel.NEARBY_SHARE),
    code=CodeEntry.VEHICLE,
    code_reason="the press text's reading: in certain cases it has to be entered in the vehicle",
    direct_storage=False,
    watch="wear_os",
)

TRAITS = {traits.platform: traits for traits in (_IOS, _PIXEL, _SAMSUNG)}

ECP_OF_WATCHES = {traits.watch: traits.ecp for traits in TRAITS.values()}
"""A watch listens as the phones do that it pairs with."""

PAIRS_OF_ONE_SYSTEM: Mapping[Channel, frozenset[Platform]] = {
    Channel.IMESSAGE: frozenset({Platform.IOS}),
    Channel.AIRDROP: frozenset({Platform.IOS}),
    Channel.NEARBY_SHARE: frozenset({Platform.PIXEL, Platform.SAMSUNG}),
}
"""Channels that end at these receivers only; mixed pairs send a link (AMB-43)."""
