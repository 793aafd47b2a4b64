"""What a pairing tells a phone of the vehicle's Bluetooth (7F49) stays with the new key."""

from __future__ import annotations

from drivers.sim.phone_framework.endpoint import Endpoint
from drivers.sim.phone_framework.enrolment import Enrolment
from rig.digital_key import tlv
from rig.digital_key.crypto import PrivateKey
from tests.drivers.sim.phone_framework import framework_bench as fb


def key_after(configuration: bytes) -> str:
    enrolment = Enrolment((), 4096)
    for element in tlv.decode(fb.ENDPOINT + fb.VEHICLE + fb.MAILBOX + configuration):
        enrolment.take(element)
    return enrolment.key(Endpoint(PrivateKey.generate(), (b"", b"", b""))).bluetooth


def test_the_address_is_kept_with_the_key() -> None:
    fields = tlv.encode(0xD0, bytes(range(16))) + tlv.encode(0xD1, bytes.fromhex("C44D49000001"))
    inner = tlv.encode(0x7F49, fields) + tlv.encode(0xD9, b"\x01")
    assert key_after(tlv.encode(0x7F4E, inner)) == "C4:4D:49:00:00:01"


def test_a_vehicle_without_bluetooth_leaves_none() -> None:
    assert key_after(fb.CONFIGURATION) == ""
