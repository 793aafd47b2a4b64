"""Whoever carries a key: a phone, a watch, a card. Real ones are moved by a person or a stage."""

from __future__ import annotations

import abc
from typing import Literal, TypeAlias

from drivers.api.device import Device
from drivers.api.maker_app import MakerApp
from drivers.api.phone_controls import (
    KeyOptions,
    PhoneBattery,
    PhoneRadios,
    PhoneScreen,
    RemoteKey,
)
from drivers.api.secret_text import SecretText
from drivers.api.sharing import Platform, SharingWallet
from drivers.api.wallet import Wallet, WalletKey

Detail: TypeAlias = Literal["system", "wallet", "app", "key_role", "nfc_antenna"]
"""What identifies a key holder besides its model: versions, whose key it has, where its antenna."""


class KeyHolder(Device):
    """A thing that is held to readers. ``kind`` is "phone", "watch" or "card"."""

    kind: str

    @abc.abstractmethod
    def present(self, at: str) -> None:
        """Bring it to a place ("driver_handle", "tray", ...); from elsewhere, it leaves there."""

    @abc.abstractmethod
    def withdraw(self) -> None:
        """Take it away from wherever it is. No effect when it is nowhere."""


class Phone(KeyHolder):
    """A phone, by what its owner does with it; each part is a contract of its own.

    ``remote`` are the buttons beside a key in the wallet, which work over Bluetooth LE.
    """

    kind = "phone"
    platform: Platform
    ultra_wideband: bool  # without it, a phone is not "comfort access capable" (AMB-23)
    screen: PhoneScreen
    options: KeyOptions
    battery: PhoneBattery
    radios: PhoneRadios
    wallet: Wallet
    sharing: SharingWallet
    app: MakerApp
    remote: RemoteKey


class Watch(KeyHolder):
    """A smartwatch that takes over the key of the phone it is paired to."""

    kind = "watch"
    platform: str  # "apple_watch", "wear_os" (AMB-37)
    battery: PhoneBattery

    @abc.abstractmethod
    def offers(self, phone: Phone, vehicle: bytes) -> bool:
        """Whether the watch app on that phone offers to add this key."""

    @abc.abstractmethod
    def add(self, phone: Phone, vehicle: bytes) -> None:
        """Follow the prompts of the watch app. Raises ActionRefused."""

    @abc.abstractmethod
    def passes(self) -> tuple[WalletKey, ...]:
        """The keys among its passes."""


class KeyCard(KeyHolder):
    """A key card (service card): no battery, no screen."""

    kind = "card"


class SetupCard(KeyHolder):
    """The card that begins a set-up; it holds no key. Held to a phone's back: ``<phone>_back``."""

    kind = "setup card"

    @property
    @abc.abstractmethod
    def qr_code(self) -> SecretText:
        """What is printed on its back."""


class PhoneRack(Device):
    """Many phones of the same kind, for sharing with many."""

    @abc.abstractmethod
    def phones(self) -> tuple[Phone, ...]:
        """All of them, each with a name."""
