"""A phone for tests of the vehicle: virtual framework and applet, and a wallet of the test's own.

The wallet does what a wallet has to: it has its key tracked and puts the receipt into the mailbox,
takes slot identifiers out of it to share, signs for friends, and puts attestations into mailboxes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from drivers.sim.phone.applet import Applet
from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone.mailbox import Mailbox
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_framework import Framework
from drivers.sim.phone_framework.endpoint import EndpointFactory
from drivers.sim.phone_framework.x509 import Authority as MakerAuthority
from rig.digital_key import messages as m
from rig.digital_key import tlv
from rig.digital_key.attestation import Attestation, Entitlement, attested
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.pairing_messages import FRAMEWORK_AID
from rig.digital_key.settings import Settings
from rig.digital_key.transaction import Vehicle
from tests.rig.digital_key.pairing_device import NOW

MAKER = MakerAuthority("Phone maker", NOW.replace(year=2026, month=1, day=1))
_OK = b"\x00\x02\x00\x00"
HandOver = Callable[[HeldKey], None]


class TestedMailbox(Mailbox):
    """A mailbox whose contents the test can see and set; it takes the vehicle's token."""

    __test__ = False

    def __init__(self, held: HeldKey, settings: Settings) -> None:
        held.lay_out_mailbox(settings)
        super().__init__(bytearray(held.mailbox.read(0, settings.mailbox_size)))
        self._held = held
        held.mailbox = self

    @property
    def confidential(self) -> bytes:  # type: ignore[override, unused-ignore]
        """The immobilizer token."""
        return self._held.contents.confidential

    def perform(self, request: bytes, settings: Settings, secret_tag: int | None) -> bytes:
        (operation, *_) = tlv.decode(request)
        if operation.tag != settings.exchange_confidential_tag:
            return super().perform(request, settings, secret_tag)
        self._held.contents = replace(self._held.contents, confidential=operation.value)
        return _OK

    def put(self, offset: int, data: bytes) -> None:
        """As the phone's wallet writes."""
        self._memory[offset : offset + len(data)] = data


@dataclass
class PairingPhone:
    """``on_key`` is what the wallet does with a key that the framework hands over."""

    password: str = ""
    settings: Settings = field(default_factory=Settings)
    maker: MakerAuthority = field(default_factory=lambda: MAKER)
    on_key: HandOver = lambda _held: None
    keys: list[HeldKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        endpoints = EndpointFactory(self.maker, lambda: NOW.replace(month=2, day=1))
        self.framework = Framework(endpoints, self._hand_over, lambda: self.settings)
        self._applet = Applet(self.keys, lambda: self.settings)
        self._at_framework = False
        if self.password:
            self.enter(self.password)

    def enter(self, password: str) -> None:
        """The owner types the password."""
        self.framework.begin_pairing()
        self.framework.enter_password(password)

    def hold(self, held: HeldKey) -> TestedMailbox:
        """Let the applet know a key; its mailbox."""
        mailbox = TestedMailbox(held, self.settings)
        self.keys.append(held)
        self._applet = Applet(self.keys, lambda: self.settings)
        return mailbox

    def power(self, *, on: bool) -> None:  # noqa: ARG002 - both edges lose what is volatile
        self._at_framework = False
        self.framework.reset()
        self._applet.reset()

    def process(self, apdu: bytes) -> bytes:
        if apdu[1] == m.INS_SELECT:
            self._at_framework = FRAMEWORK_AID in apdu
        return self.framework.process(apdu) if self._at_framework else self._applet.process(apdu)

    @property
    def told(self) -> m.Outcome | None:
        """How the vehicle ended the latest transaction."""
        return self._applet.last_outcome

    @property
    def mailbox(self) -> TestedMailbox:
        """That of the latest key."""
        found = self.keys[-1].mailbox
        assert isinstance(found, TestedMailbox)
        return found

    def _hand_over(self, held: HeldKey) -> None:
        self.hold(held)
        self.on_key(held)


def free_slots(phone: PairingPhone) -> list[bytes]:
    """The slot identifiers in the owner's mailbox that may be given away."""
    s = phone.settings
    bitmap = phone.mailbox.read(s.mailbox_slots_offset, 1)[0]
    listed = phone.mailbox.read(s.mailbox_slot_list_offset, 64)
    return [listed[8 * n : 8 * n + 8] for n in range(8) if bitmap >> n & 1]


def take_slot(phone: PairingPhone) -> bytes:
    """The owner's wallet gives one away."""
    s = phone.settings
    bitmap = phone.mailbox.read(s.mailbox_slots_offset, 1)[0]
    number = next(n for n in range(8) if bitmap >> n & 1)
    phone.mailbox.put(s.mailbox_slots_offset, bytes((bitmap & ~(1 << number),)))
    return phone.mailbox.read(s.mailbox_slot_list_offset + 8 * number, 8)


def friend_with(
    entitlement: Entitlement, private: PrivateKey, vehicle: Vehicle, signer: PrivateKey
) -> PairingPhone:
    """A friend's phone with the key and its attestation, as the wallet leaves them."""
    phone = PairingPhone()
    held = HeldKey(
        vehicle_id=vehicle.identifier,
        vehicle_key=vehicle.key.public,
        private=private,
        slot=entitlement.slot,
        dialect=DIALECTS["ccc"],
    )
    phone.hold(held)
    encoded = entitlement.encode()
    package(phone, Attestation(encoded, signer.sign(attested(encoded))).encode())
    return phone


def package(phone: PairingPhone, encoded: bytes) -> None:
    """Put an attestation package into the mailbox, and tell of it."""
    s = phone.settings
    phone.mailbox.put(s.mailbox_package_offset, encoded)
    phone.mailbox.put(s.mailbox_signal_offset, bytes((1 << s.mailbox_attestation_bit,)))
