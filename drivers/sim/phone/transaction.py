"""One transaction on the device's side: what is known, proven and derived since AUTH0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.sim.phone.channel import DeviceChannel
from drivers.sim.phone.key_schedule import Transcript, derive_fast, derive_standard
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key import messages as m
from rig.digital_key.apdu import Command
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.errors import ChannelSpent
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings

Sign = Callable[[PrivateKey, bytes], bytes]


@dataclass(slots=True)
class Transaction:
    """What AUTH0 began. A channel stands after AUTH1, or after AUTH0 if it was fast."""

    key: HeldKey
    settings: Settings
    ephemeral: PrivateKey
    vehicle_ephemeral: PublicKey
    transcript: Transcript
    channel: DeviceChannel | None = None
    authenticated: bool = False  # the vehicle's signature was checked
    ranging: Secret | None = None  # the URSK, until the vehicle has had it kept

    def begin_fast(self, persistent: Secret) -> bytes:
        """The cryptogram; a channel under its keys stands from here on.

        No AUTH1 response has used the first counter value, so the first command has the second one
        ("first command 01", section 4 of the public notes).
        """
        profile, settings = self.key.dialect.profile, self.settings
        cryptogram, keys = derive_fast(persistent, self.transcript, profile, settings)
        counter = settings.fast_channel_counter_start
        self.channel = DeviceChannel(keys, settings, counter=counter)
        return cryptogram

    def verify_vehicle(self, signature: bytes) -> None:
        """Check AUTH1's signature. Raises BadSignature, and then nothing has changed."""
        self.key.vehicle_key.verify(signature, self._signed_by(m.USAGE_VEHICLE))

    def identify(self, sign: Sign) -> bytes:
        """The sealed AUTH1 answer. Derives channel and Kpersistent. Raises ChannelSpent."""
        key, settings = self.key, self.settings
        agreed = self.ephemeral.agree(self.vehicle_ephemeral)
        keys, persistent = derive_standard(agreed, self.transcript, key.dialect.profile, settings)
        confidential = signals = None
        if key.dialect.returns_mailboxes:
            confidential = key.mailbox.confidential or None
            signals = key.mailbox.read(settings.mailbox_signal_offset, 1)
        answer = m.Auth1Response(
            device_signature=sign(key.private, self._signed_by(m.USAGE_DEVICE)),
            key_slot=key.slot,
            confidential_mailbox=confidential,
            private_mailbox=signals,
        )
        channel = DeviceChannel(keys, settings, counter=settings.channel_counter_start)
        sealed = channel.seal(answer.encode())
        self.channel, self.authenticated = channel, True
        self.ranging = keys.ranging if self.transcript.for_ranging else None
        key.persistent = persistent
        return sealed

    def exchange(self, command: Command) -> bytes:
        """Perform a secured EXCHANGE. Raises BadMac, Malformed, ChannelSpent."""
        request = self.open(command)
        key = self.key
        return self.seal(key.mailbox.perform(request, self.settings, key.dialect.secret_tag))

    def open(self, command: Command) -> bytes:
        """The plaintext of a secured command. Raises BadMac, Malformed, ChannelSpent."""
        return self._standing().open(command)

    def seal(self, plaintext: bytes) -> bytes:
        """A secured answer. Raises ChannelSpent."""
        return self._standing().seal(plaintext)

    def _standing(self) -> DeviceChannel:
        if self.channel is None:
            raise ChannelSpent("there is no channel yet")
        return self.channel

    def _signed_by(self, usage: bytes) -> bytes:
        """The bytes an AUTH1 signature is made over (table 15-32)."""
        transcript = self.transcript
        return m.AuthenticationData(
            vehicle_id=transcript.vehicle_id,
            device_ephemeral_x=transcript.device_ephemeral_x,
            vehicle_ephemeral_x=transcript.vehicle_ephemeral_x,
            transaction_id=transcript.transaction_id,
            usage=usage,
        ).encode()
