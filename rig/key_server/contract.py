"""What the rig asks of a key server. A customer's server stands in by these classes.

Every method is one step that happens whole or not at all, and raises Refused (see errors) without
having changed anything; WrongCode alone counts the try. Times are UTC with zone.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence

from rig.digital_key.crypto import PublicKey
from rig.digital_key.secrets import Secret
from rig.key_server.eligibility import Decision, Feature
from rig.key_server.invitations import CodeEntry, Invitation, Offer, Platform, Sent, ShareUsage
from rig.key_server.keys import Authority, KeyRecord, Receipt, VehicleReport, VehicleView
from rig.key_server.pairing import Letter, Pairing, VehiclePairing
from rig.key_server.vehicles import Variant, VehicleRecord


class Accounts(abc.ABC):
    """Owners' accounts and the vehicles in them."""

    @abc.abstractmethod
    def open(self, address: str) -> str:
        """A new account for an e-mail address; its identifier."""

    @abc.abstractmethod
    def add_vehicle(self, account_id: str, vehicle_id: bytes) -> None:
        """Put a vehicle into an account; where it has a digital key, a letter follows."""

    @abc.abstractmethod
    def vehicles(self, account_id: str) -> Sequence[bytes]:
        """The vehicles in an account, in the order they were added."""


class VehicleRecords(abc.ABC):
    """What the maker knows about vehicles, and what follows from it."""

    @abc.abstractmethod
    def put(self, record: VehicleRecord) -> None:
        """Enter a vehicle, or its new state, such as after a Remote Software Upgrade."""

    @abc.abstractmethod
    def record(self, vehicle_id: bytes) -> VehicleRecord:
        """The record as it stands."""

    @abc.abstractmethod
    def decide(self, vehicle_id: bytes, feature: Feature) -> Decision:
        """Whether the vehicle has a feature, with all inputs of that decision."""

    @abc.abstractmethod
    def variant(self, vehicle_id: bytes) -> Variant | None:
        """The product the vehicle has, None without either."""


class PairingTokens(abc.ABC):
    """From the letter to the password that opens an owner pairing."""

    @abc.abstractmethod
    def letters(self, account_id: str) -> Sequence[Letter]:
        """The letters sent to an account, oldest first."""

    @abc.abstractmethod
    def renew(self, account_id: str, vehicle_id: bytes) -> Letter:
        """Send a new letter; earlier tokens of the vehicle are void."""

    @abc.abstractmethod
    def open_link(self, link: Secret) -> Pairing:
        """The link of a letter was tapped. Raises TokenRefused."""

    @abc.abstractmethod
    def enter_token(self, vehicle_id: bytes, manual_token: Secret) -> Pairing:
        """The manual token was typed in at the vehicle. Raises TokenRefused."""

    @abc.abstractmethod
    def start_in_app(self, account_id: str, vehicle_id: bytes) -> Pairing:
        """The owner's app, signed in, starts without a token."""

    @abc.abstractmethod
    def for_vehicle(self, vehicle_id: bytes) -> VehiclePairing | None:
        """The vehicle's half of its open pairing; None where there is none. Never the password."""


class KeyTracking(abc.ABC):
    """Which device keys exist, and in which slots. A key once seen is never tracked again."""

    @abc.abstractmethod
    def track_owner(self, pairing_id: str, public: PublicKey, slot: bytes | None = None) -> Receipt:
        """The pairing made this key: it is the main key now, and an earlier one is deleted.

        ``slot`` is the identifier that the vehicle drew; without it the server draws one.
        """

    @abc.abstractmethod
    def track_watch(self, phone_key: bytes, public: PublicKey) -> Receipt:
        """The watch paired to a phone took the phone's key over; it ends with that key."""

    @abc.abstractmethod
    def key(self, key_id: bytes) -> KeyRecord:
        """One key, deleted ones included."""

    @abc.abstractmethod
    def keys(self, vehicle_id: bytes) -> Sequence[KeyRecord]:
        """All keys of a vehicle that are not deleted, by slot."""


class Sharing(abc.ABC):
    """From the owner's offer to the recipient's key."""

    @abc.abstractmethod
    def invite(self, main_key: bytes, offer: Offer, slot: bytes | None = None) -> Sent:
        """Make an invitation; its restrictions cannot be changed any more.

        ``slot`` is an identifier that the vehicle gave to the owner's device; without it the
        server draws one.
        """

    @abc.abstractmethod
    def cancel(self, main_key: bytes, invitation_id: str) -> None:
        """Take a pending invitation back."""

    @abc.abstractmethod
    def accept(self, link: Secret, public: PublicKey, platform: Platform) -> Receipt:
        """A recipient opened the link on a phone that made this key. The link works once."""

    @abc.abstractmethod
    def enter_code(self, invitation_id: str, code: Secret, at: CodeEntry) -> None:
        """The activation code was entered on the phone or in the vehicle."""


class ShareLedger(abc.ABC):
    """Invitations and shares, for the owner and for the report."""

    @abc.abstractmethod
    def invitation(self, invitation_id: str) -> Invitation:
        """One invitation."""

    @abc.abstractmethod
    def invitations(self, vehicle_id: bytes) -> Sequence[Invitation]:
        """All invitations of a vehicle, oldest first, closed ones included."""

    @abc.abstractmethod
    def usage(self, vehicle_id: bytes) -> ShareUsage:
        """How many shares are taken, and by what."""


class Revocation(abc.ABC):
    """Ends of keys. A key that has ended never comes back."""

    @abc.abstractmethod
    def by_owner(self, main_key: bytes, key_id: bytes) -> None:
        """The owner's wallet revokes a shared key: pre-deletion until another key is used."""

    @abc.abstractmethod
    def by_holder(self, key_id: bytes) -> None:
        """The holder's wallet removes its own key, shared or main: immediate."""

    @abc.abstractmethod
    def in_vehicle(self, key_id: bytes, present: Authority, *, lost: bool = False) -> None:
        """The menu of a vehicle that is online deletes a key: immediate.

        ``lost``: its phone is gone. Raises NotAuthorised without main key or fob (AMB-34).
        """


class Reconciliation(abc.ABC):
    """The vehicle's view and the server's become one."""

    @abc.abstractmethod
    def reconcile(self, report: VehicleReport) -> VehicleView:
        """Take in what the vehicle saw, also while offline; answer with the keys it is to hold.

        Raises EventsMissing for a report that leaves events out.
        """


class KeyServer(abc.ABC):
    """A whole key server: one object for each contract, and the key that signs its receipts."""

    accounts: Accounts
    vehicles: VehicleRecords
    tokens: PairingTokens
    tracking: KeyTracking
    sharing: Sharing
    shares: ShareLedger
    revocation: Revocation
    reconciliation: Reconciliation
    receipt_key: PublicKey

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of what it holds; twice if need be."""
