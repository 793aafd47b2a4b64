"""The recipient's side of sharing: an invitation becomes a key, needing neither app nor account."""

from __future__ import annotations

from contextlib import suppress

from drivers.api.backend import Accepted, Internet
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_wallet.entries import Entries, Entry, Role
from drivers.sim.phone_wallet.handset import Handset
from drivers.sim.phone_wallet.slots import raise_signal
from rig.digital_key.attestation import Attestation, Entitlement
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.errors import Malformed


class Receiving:
    """Accepts invitations, and fetches what the owner's phone signs for them."""

    def __init__(self, handset: Handset, entries: Entries) -> None:
        self._handset = handset
        self._entries = entries

    def accept(self, message: SecretText) -> None:
        """Open the link of an invitation with a new key, which waits for the owner's signature.

        Raises ActionRefused.
        """
        internet = self._handset.line.reach()
        private = PrivateKey.generate()
        accepted = internet.holder.accept(message, private.public.point, self._handset.facts)
        key = held_key(accepted, private)
        if self._entries.find(accepted.vehicle) is not None:
            internet.holder.remove(key.key_id)
            raise ActionRefused("the wallet holds a key for this vehicle already")
        entry = Entry(
            key,
            Role.SHARED,
            share_id=accepted.share_id,
            waiting=True,
            code_needed=accepted.code_needed,
        )
        self._entries.add(entry)
        self.collect(internet)

    def collect(self, internet: Internet) -> None:
        """Fetch the attestations that have come meanwhile; the applet knows those keys then."""
        for entry in self._entries:
            if not entry.waiting:
                continue
            try:
                package = internet.signing.collect(entry.share_id)
            except ActionRefused:  # the share may have ended
                continue
            if package is not None and _is_for(entry.key, package):
                with suppress(Malformed):  # no room for it: the key goes on waiting
                    self._store(entry, package)

    def enter_code(self, vehicle: bytes, code: SecretText) -> None:
        """Type in the activation code. Raises ActionRefused, also for a wrong one."""
        entry = self._entries.of(vehicle)
        if not entry.code_needed:
            raise ActionRefused("this key asks for no code")
        self._handset.line.reach().holder.enter_code(entry.share_id, code)
        entry.code_needed = False

    def _store(self, entry: Entry, package: bytes) -> None:
        """The package goes into the private mailbox, and SigBmp tells the vehicle of it."""
        settings, key = self._handset.element.settings, entry.key
        key.lay_out_mailbox(settings)
        key.mailbox.write(settings.mailbox_package_offset, package)
        raise_signal(key, settings, 1 << settings.mailbox_attestation_bit)
        self._entries.activate(entry)


def held_key(accepted: Accepted, private: PrivateKey) -> HeldKey:
    """The key as the secure element holds it. Raises ActionRefused for a broken answer."""
    try:
        vehicle_key = PublicKey(accepted.vehicle_key)
    except Malformed as exc:
        raise ActionRefused("the server's answer names no vehicle key") from exc
    return HeldKey(accepted.vehicle, vehicle_key, private, accepted.slot, DIALECTS["ccc"])


def _is_for(key: HeldKey, package: bytes) -> bool:
    """Whether an attestation speaks of this key; whose signature it has, the vehicle judges."""
    try:
        entitlement = Entitlement.decode(Attestation.decode(package).entitlement)
    except Malformed:
        return False
    named = (entitlement.vehicle_id, entitlement.slot, entitlement.device_key)
    return named == (key.vehicle_id, key.slot, key.private.public.point)
