"""What the vehicle tells of itself and its key, judged as it comes in.

Each element of the first transaction's WRITE DATA is checked when it is complete: layout, the
vehicle's certificate [K] against listing 5-3, and the identifier of 7F4A against that certificate.
"""

from __future__ import annotations

from collections.abc import Sequence

from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_framework.endpoint import Endpoint
from drivers.sim.phone_framework.reception import OutOfMemory, Place
from drivers.sim.phone_framework.x509 import Certificate
from rig.digital_key import pairing_messages as m
from rig.digital_key.errors import BadSignature, Malformed
from rig.digital_key.tlv import Tlv

ENDPOINT, VEHICLE, INTERMEDIATE, MAILBOX, CONFIGURATION = 0x7F4A, 0x7F4B, 0x7F4C, 0x7F4D, 0x7F4E
ATTESTATION = 0x5F5A
FIRST_ORDER = (
    Place(ENDPOINT),
    Place(VEHICLE),
    Place(INTERMEDIATE, optional=True),
    Place(MAILBOX),
    Place(CONFIGURATION),
)
SECOND_ORDER = (Place(ATTESTATION, optional=True),)
_SLOT_MOST = 8  # bytes of a slot identifier


class Enrolment:
    """The vehicle as the first transaction describes it."""

    def __init__(self, roots: Sequence[Certificate], memory: int) -> None:
        """``roots`` are the vehicle makers the phone knows; without any it takes every one.

        ``memory`` is the size in bytes of the largest mailbox it can have.
        """
        self._memory = memory
        self._roots = roots
        self._fields: m.EndpointFields | None = None
        self._vehicle: Certificate | None = None
        self._vouched = not roots
        self._bluetooth = ""

    def take(self, element: Tlv) -> None:
        """Check one element.

        Raises Malformed, BadSignature for a chain that does not hold, OutOfMemory.
        """
        if element.tag == ENDPOINT:
            self._fields = m.EndpointFields.decode(element.value)
            if len(self._fields.slot) > _SLOT_MOST:
                raise Malformed("the slot identifier is too long")
        elif element.tag == VEHICLE:
            self._meet(Certificate.read(element.value))
        elif element.tag == INTERMEDIATE:
            self._climb(Certificate.read(element.value))
        elif element.tag == MAILBOX:
            self._check_mapping(m.MailboxFields.decode(element.value))
        elif element.tag == CONFIGURATION:
            configuration = m.ConfigurationFields.decode(element.value)
            if configuration.bluetooth is not None:
                address = m.BluetoothFields.decode(configuration.bluetooth).address
                self._bluetooth = address.hex(":").upper()
            self._conclude()

    @property
    def vehicle_id(self) -> bytes:
        """The identifier, 8 bytes. Raises Malformed while it has not come."""
        if self._fields is None:
            raise Malformed("no endpoint creation data")
        return self._fields.vehicle_id

    def key(self, endpoint: Endpoint) -> HeldKey:
        """The key for the wallet. Raises Malformed while the vehicle has not been described."""
        if self._fields is None or self._vehicle is None:
            raise Malformed("the vehicle was not described")
        return HeldKey(
            vehicle_id=self._fields.vehicle_id,
            vehicle_key=self._vehicle.key,
            private=endpoint.private,
            slot=self._fields.slot,
            dialect=DIALECTS["ccc"],
            bluetooth=self._bluetooth,
        )

    def _meet(self, vehicle: Certificate) -> None:
        vehicle.check_vehicle_profile()
        # Setting vehicle_certificate_subject: the common name is the identifier in hex (inferred).
        if vehicle.subject.lower() != self.vehicle_id.hex():
            raise Malformed("the certificate is of another vehicle")
        self._vehicle = vehicle
        self._vouched = self._vouched or self._is_known(vehicle)

    def _climb(self, intermediate: Certificate) -> None:
        intermediate.check_authority()
        if self._vehicle is None:
            raise Malformed("an intermediate certificate without the vehicle's")
        self._vehicle.check_issued_by(intermediate)
        self._vouched = self._vouched or self._is_known(intermediate)

    def _is_known(self, certificate: Certificate) -> bool:
        for root in self._roots:
            try:
                certificate.check_issued_by(root)
            except BadSignature:
                continue
            return True
        return False

    def _conclude(self) -> None:
        if not self._vouched:
            raise BadSignature("no vehicle maker this phone knows vouches for the vehicle")

    def _check_mapping(self, mapping: m.MailboxFields) -> None:
        size = int.from_bytes(mapping.size, "big")
        for offset in (mapping.signal_offset, mapping.slots_offset, mapping.package_offset):
            if int.from_bytes(offset, "big") >= size:
                raise Malformed("the mailbox mapping points outside of the mailbox")
        if size > self._memory:
            raise OutOfMemory(f"no room for a mailbox of {size} bytes")
