"""The internet behind a virtual phone: the vehicle maker's key server, as phones reach it.

A real phone goes by its own network and its maker's servers; the rig lends virtual phones these.
Plain values only: what stands behind is the rig's business. Each raises ActionRefused with the
server's reason.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.api.secret_text import SecretText
from drivers.api.sharing import Platform, Shared, ShareRequest, ShareSheet, ShareState

PAIRING_LINK, SHARING_LINK = "/digital-key/pairing/", "/digital-key/sharing/"
"""Paths of the links in messages, by which a phone knows what a link opens; a token follows."""


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """What a phone tells of itself: the inputs of the availability matrix (DK-ELIG-01)."""

    platform: Platform
    model: str
    system: str  # version of its operating system
    provider: str
    market: str


@dataclass(frozen=True, slots=True)
class VehiclePage:
    """A vehicle in an account. ``offered``: features; ``refused``: the others, and why."""

    vehicle: bytes
    name: str
    offered: frozenset[str]  # "digital_key", "digital_key_plus", "setup_card", ...
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ticket:
    """What opens an owner pairing on the phone's side."""

    pairing_id: str
    vehicle: bytes
    password: SecretText


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a recipient's phone learns when it has accepted. ``slot`` names the key in AUTH1."""

    share_id: str
    vehicle: bytes
    vehicle_key: bytes  # point, 65 bytes
    slot: bytes
    code_needed: bool


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """An entitlement (rig.digital_key.attestation) that waits for the owner's signature."""

    share_id: str
    entitlement: bytes


class AppBackend(abc.ABC):
    """What the maker's app asks."""

    @abc.abstractmethod
    def pages(self, account: str, phone: PhoneFacts) -> tuple[VehiclePage, ...]:
        """The vehicles of an account, with what each offers to this phone."""

    @abc.abstractmethod
    def card_vehicle(self, account: str, card: SecretText) -> bytes:
        """The vehicle a setup card belongs to, if it is in the account."""

    @abc.abstractmethod
    def inside(self, vehicle: bytes) -> tuple[str, ...]:
        """Fobs and cards the vehicle finds inside: "first_fob", "second_fob", "setup_card"."""

    @abc.abstractmethod
    def start_pairing(self, account: str, vehicle: bytes) -> Ticket:
        """Open an owner pairing without a token."""


class PairingBackend(abc.ABC):
    """What a wallet asks about its own new key."""

    @abc.abstractmethod
    def open_letter(self, message: SecretText, phone: PhoneFacts) -> Ticket:
        """The link of an activation letter, tapped on this phone. A token opens one pairing."""

    @abc.abstractmethod
    def track_owner(self, pairing_id: str, point: bytes, slot: bytes) -> bytes:
        """Have the new main key tracked; the receipt, for the private mailbox."""

    @abc.abstractmethod
    def track_watch(self, key_id: bytes, point: bytes) -> Accepted:
        """A watch takes over the phone's key ``key_id`` with a key of its own."""


class SharingBackend(abc.ABC):
    """What the owner's wallet asks about its shares. ``key_id`` is the main key's."""

    @abc.abstractmethod
    def sheet(self, key_id: bytes, phone: PhoneFacts) -> ShareSheet:
        """What can be chosen for this vehicle on this phone."""

    @abc.abstractmethod
    def invite(
        self, key_id: bytes, phone: PhoneFacts, request: ShareRequest, slot: bytes
    ) -> Shared:
        """Make an invitation for a slot identifier that the vehicle gave out."""

    @abc.abstractmethod
    def shares(self, key_id: bytes) -> tuple[ShareState, ...]:
        """All shares; ``shown`` is empty, the words are the phone's."""

    @abc.abstractmethod
    def stop(self, key_id: bytes, share_id: str) -> None:
        """Cancel or revoke."""


class SigningBackend(abc.ABC):
    """How the owner's signature reaches the recipient's phone, both not online at the same time."""

    @abc.abstractmethod
    def to_sign(self, key_id: bytes) -> tuple[SigningRequest, ...]:
        """What waits for the owner's phone."""

    @abc.abstractmethod
    def deliver(self, share_id: str, attestation: bytes) -> None:
        """The owner's phone has signed."""

    @abc.abstractmethod
    def collect(self, share_id: str) -> bytes | None:
        """The attestation for the recipient's phone; None while it is not there."""

    @abc.abstractmethod
    def on_request(self, key_id: bytes, notify: Callable[[], None]) -> None:
        """Push: call ``notify`` when something waits for the main key's phone.

        It is called with nothing locked or half done: the phone asks and delivers from within.
        """


class HolderBackend(abc.ABC):
    """What a recipient's wallet, and any holder's, asks."""

    @abc.abstractmethod
    def accept(self, message: SecretText, point: bytes, phone: PhoneFacts) -> Accepted:
        """Open the link of an invitation with a new key."""

    @abc.abstractmethod
    def enter_code(self, share_id: str, code: SecretText) -> None:
        """The activation code, entered on the phone."""

    @abc.abstractmethod
    def remove(self, key_id: bytes) -> None:
        """The holder has removed the key."""

    @abc.abstractmethod
    def standing(self, key_id: bytes) -> str:
        """How the key stands: active, pre_deletion or deleted."""


@dataclass(frozen=True, slots=True)
class Internet:
    """Everything the rig lends a virtual phone."""

    app: AppBackend
    pairing: PairingBackend
    sharing: SharingBackend
    signing: SigningBackend
    holder: HolderBackend


class InternetUser(abc.ABC):
    """A virtual device that reaches the key server over what the rig lends it."""

    @abc.abstractmethod
    def connect(self, internet: Internet | None) -> None:
        """From now on this is the internet; None cuts it off."""
