"""The world of the key-life histories: a vehicle without devices, and an account of what ended."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rig.digital_key.attestation import MAY_UNLOCK, Attestation, Entitlement, attested
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.profiles import Purpose
from rig.digital_key.secrets import Secret
from rig.key_server import contract
from rig.key_server.errors import StoreError
from rig.key_server.invitations import Sent
from rig.key_server.keys import Receipt, VehicleReport, VehicleView, key_identifier
from rig.vehicle.body import Power
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import OWNER, Key, KeyState, Origin
from rig.vehicle.policy import Circumstances, decide
from rig.vehicle.telematics import Telematics
from tests.rig.key_server.lab import Lab


@dataclass
class Main:
    """An owner's phone: its key, the pairing it came of, the slots in its mailbox."""

    private: PrivateKey
    key: Key
    pairing_id: str
    slots: list[bytes] = field(default_factory=list)

    @property
    def key_id(self) -> bytes:
        return self.key.key_id


@dataclass
class Given:
    """An invitation, and whose it is."""

    sent: Sent
    main: Main


@dataclass
class Friend:
    """A friend's phone with what the owner signed for it."""

    receipt: Receipt
    private: PrivateKey
    attestation: Attestation


def attested_by(main: Main, receipt: Receipt, device: PublicKey) -> Attestation:
    """The owner's device signs what the friend's key may do."""
    entitlement = Entitlement(
        vehicle_id=receipt.vehicle_id,
        slot=receipt.slot.identifier,
        device_key=device.point,
        functions=bytes((MAY_UNLOCK,)),
        not_before=int((receipt.tracked_at - timedelta(seconds=1)).timestamp()).to_bytes(8, "big"),
        not_after=b"\xff" * 8,
    ).encode()
    return Attestation(entitlement, main.private.sign(attested(entitlement)))


@dataclass
class LostAnswers(contract.Reconciliation):
    """The server takes everything in; its first answers never arrive."""

    under: contract.Reconciliation
    lost: int

    def reconcile(self, report: VehicleReport) -> VehicleView:
        view = self.under.reconcile(report)
        if self.lost:
            self.lost -= 1
            raise StoreError("the answer was lost")
        return view


class World:
    """``must_not_open``: keys that have ended by this account, which no product code sees."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.keyring = Keyring(lab.vehicle_id, PrivateKey.generate(), [])
        self.telematics = Telematics(self.keyring, lab.clock, server=lab.server)
        self.mains: list[Main] = []
        self.must_not_open: set[bytes] = set()
        self.ends_with_the_next_view: set[bytes] = set()
        self.parents: dict[bytes, bytes] = {}  # of a watch's key, the phone's
        self._revoked_at: dict[bytes, datetime] = {}
        self._other_uses: list[datetime] = []  # that the server has not heard of
        self._devices = 0
        self._given: list[bytes] = []

    def new_device(self) -> PrivateKey:
        self._devices += 1
        scalar = hashlib.sha256(b"history" + self._devices.to_bytes(8, "big")).digest()
        return PrivateKey.from_bytes(Secret(scalar))

    def pair(self) -> Main:
        pairing = self.lab.server.tokens.start_in_app(self.lab.account_id, self.lab.vehicle_id)
        private = self.new_device()
        slot = self.keyring.draw_slot()
        key = Key(f"owner {slot.hex()}", OWNER, slot, private.public, origin=Origin.PAIRED)
        main = Main(private, self.telematics.paired(key), pairing.pairing_id)
        self.mains.append(main)
        return main

    def track(self, main: Main) -> None:
        self.lab.server.tracking.track_owner(main.pairing_id, main.key.public, main.key.slot)

    def given(self) -> list[bytes]:
        """Every slot identifier that was ever given out."""
        for main in self.mains:
            self._given += [s for s in self.keyring.given_to(main.key_id) if s not in self._given]
        return self._given

    def copy(self, phone: bytes, watch: PublicKey) -> None:
        """A watch took the phone's key over."""
        self.parents[key_identifier(watch)] = phone

    def family(self, key_id: bytes) -> set[bytes]:
        """A key and its watches."""
        return {key_id} | {watch for watch, phone in self.parents.items() if phone == key_id}

    def use(self, key: Key) -> None:
        """The device has proved its key; whether it opens is the policy's decision."""
        about = Circumstances(self.lab.clock.utc(), (), Power.OFF)
        if not decide(key, Purpose.UNLOCK, about).allowed:
            return
        assert key.key_id not in self.must_not_open, "a key that has ended opened the vehicle"
        active = key.state is KeyState.ACTIVE
        self.telematics.used(key)
        if active:
            self._end_revoked()

    def use_other(self, *, card: bool) -> None:
        """The fob, or a card, which cannot be revoked."""
        if card:
            public = PrivateKey.from_bytes(Secret(b"\x01" * 32)).public
            self.telematics.used(Key("card", "card", b"\x07", public))
        else:
            self.telematics.fob_used()
        self._other_uses.append(self.lab.clock.utc())
        self._end_revoked()

    def revoked(self, key_id: bytes) -> None:
        """The owner's wallet revoked it, and its watches with it."""
        for each in self.family(key_id):
            self._revoked_at.setdefault(each, self.lab.clock.utc())

    def reconciled(self) -> None:
        """The server has heard of everything, and the vehicle of what the server did."""
        self.told()
        self.must_not_open |= self.ends_with_the_next_view
        self.ends_with_the_next_view.clear()

    def told(self) -> None:
        """The server has heard of everything: what it knew to be revoked is over, if used after."""
        for key_id, at in self._revoked_at.items():
            if any(use >= at for use in self._other_uses):
                self.ends_with_the_next_view.add(key_id)
        self._other_uses.clear()

    def _end_revoked(self) -> None:
        """Another active key was used: what the vehicle knew to be revoked is gone at once."""
        held = {key.key_id for key in self.keyring}
        known = {k.key_id for k in self.keyring if k.state is KeyState.PRE_DELETION}
        assert not known, "a revoked key outlived the use of another"
        self.must_not_open |= {
            key_id for key_id in self._revoked_at if self.keyring.was_deleted(key_id)
        } - held
