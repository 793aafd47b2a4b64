"""What the vehicle brings to owner pairing: itself, its certificate, how often it will try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rig.digital_key import pairing_messages as m
from rig.digital_key.crypto import PublicKey
from rig.digital_key.settings import Settings
from rig.digital_key.spake2plus import Scrypt, Versions

MOST_ATTEMPTS = 7  # failures after which a new password is needed


class Attempts:
    """How often a password was tried. ``keep`` stores the number before the try leaves."""

    def __init__(self, used: int = 0, keep: Callable[[int], None] = lambda _used: None) -> None:
        self._used = used
        self._keep = keep

    @property
    def used(self) -> int:
        return self._used

    @property
    def spent(self) -> bool:
        """Whether the password may not be tried again."""
        return self._used >= MOST_ATTEMPTS

    def count(self) -> None:
        """One more; it stays counted, whatever then happens to vehicle or link."""
        self._keep(self._used + 1)
        self._used += 1

    def forgive(self) -> None:
        """The password was right."""
        self._keep(0)
        self._used = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """The vehicle as it presents itself to a device."""

    vehicle_id: bytes  # 8 bytes
    slot: bytes  # for the new key
    certificate: bytes  # [K], DER
    device_roots: tuple[bytes, ...]  # DER: the device makers the vehicle trusts
    intermediate: bytes | None = None  # DER
    bluetooth: m.BluetoothFields | None = field(default=None, repr=False)  # None: NFC only
    profiles: bytes = b"\x01"  # D9; its values are not public
    attest: Callable[[PublicKey], bytes] | None = None  # 5F5A for the device's key, opaque
    spake2_versions: tuple[bytes, ...] = (b"\x01\x01", b"\x01\x00")  # best first
    applet_versions: tuple[bytes, ...] = (b"\x01\x00",)  # best first

    def spake2_request(
        self, versions: Versions, scrypt: Scrypt, settings: Settings
    ) -> m.Spake2Request:
        """SPAKE2+ REQUEST with what was agreed on."""
        fields = m.ScryptFields(
            salt=scrypt.salt,
            cost=scrypt.cost.to_bytes(4, "big"),
            block_size=scrypt.block_size.to_bytes(2, "big"),
            parallelism=scrypt.parallelism.to_bytes(2, "big"),
        )
        return m.Spake2Request(
            spake2_version=versions.spake2,
            applet_versions=versions.applet,
            bluetooth_versions=None,
            scrypt=fields.encode(),
            brand=settings.pairing_brand.to_bytes(2, "big"),
        )

    def creation_data(self, settings: Settings) -> bytes:
        """All elements of the first transaction. Raises Malformed when the offer does not fit."""
        mapping = m.MailboxFields(
            *(
                number.to_bytes(2, "big")
                for number in (
                    settings.mailbox_size,
                    settings.mailbox_signal_offset,
                    settings.mailbox_slots_offset,
                    settings.mailbox_package_offset,
                )
            )
        )
        bluetooth = None if self.bluetooth is None else self.bluetooth.encode()
        return m.KeyCreationData(
            endpoint=m.EndpointFields(self.vehicle_id, self.slot).encode(),
            vehicle_certificate=self.certificate,
            intermediate_certificate=self.intermediate,
            mailbox_mapping=mapping.encode(),
            configuration=m.ConfigurationFields(bluetooth, self.profiles).encode(),
        ).encode()

    def closing_data(self, device_key: PublicKey) -> bytes:
        """All elements of the second transaction."""
        return m.ClosingData(self.attest(device_key) if self.attest else None).encode()
