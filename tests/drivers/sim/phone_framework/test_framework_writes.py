"""What the vehicle writes and the phone does not take: order, layouts, certificates, memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384

from drivers.sim.phone_framework.traits import Traits
from tests.drivers.sim.phone_framework import framework_bench as fb
from tests.drivers.sim.phone_framework.framework_bench import (
    CONFIGURATION,
    END,
    ENDPOINT,
    MAILBOX,
    VEHICLE,
    Bench,
    creation_data,
    long_element,
)
from tests.drivers.sim.phone_framework.vehicle_certificates import (
    GOOD,
    MAKER_KEY,
    STRANGER_KEY,
    VEHICLE_ID,
    Flaws,
    authority,
    known,
    vehicle_certificate,
)


def long_slot(size: int) -> bytes:
    slot = bytes((0x4E, size)) + bytes(size)
    value = bytes.fromhex("4D08") + VEHICLE_ID + slot
    return bytes.fromhex("7F4A") + bytes((len(value),)) + value


WRITES = {
    "vehicle before endpoint": (VEHICLE, "6985"),
    "no vehicle": (ENDPOINT + MAILBOX, "6985"),
    "no mailbox": (ENDPOINT + VEHICLE + CONFIGURATION, "6985"),
    "no configuration": (ENDPOINT + VEHICLE + MAILBOX + END, "6985"),
    "twice": (ENDPOINT + ENDPOINT, "6985"),
    "an unknown element": (ENDPOINT + bytes.fromhex("7F4F0101"), "6985"),
    "the end alone": (END, "6985"),
    "more after the end": (creation_data() + END, "6985"),
    "no end": (creation_data()[:-3], "6a80"),
    "a cut element": (creation_data()[:-1], "6a80"),
    "an end with data": (creation_data()[:-1] + b"\x01\x00", "6a80"),
    "rest after the end": (creation_data() + b"\x5f", "6a80"),
    "indefinite length": (bytes.fromhex("7F4A80"), "6a80"),
    "nothing": (b"", "6a80"),
    "endpoint layout": (creation_data(endpoint=bytes.fromhex("7F4A03 4D0111")), "6a80"),
    "long slot": (creation_data(endpoint=long_slot(9)), "6a80"),
    "another vehicle": (creation_data(endpoint=ENDPOINT.replace(VEHICLE_ID, bytes(8))), "6a80"),
    "no certificate": (creation_data(vehicle=long_element("7F4B", bytes(300))), "6a80"),
    "two certificates": (
        creation_data(vehicle=long_element("7F4B", 2 * vehicle_certificate())),
        "6a80",
    ),
    "a mailbox that points outside": (
        creation_data(mailbox=bytes.fromhex("7F4D10 80020001 81020001 82020000 83020000")),
        "6a80",
    ),
    "a configuration without profiles": (
        creation_data(configuration=bytes.fromhex("7F4E03 7F4900")),
        "6a80",
    ),
    "a Bluetooth address cut off": (
        creation_data(configuration=bytes.fromhex("7F4E0B 7F4905 D103112233 D90101")),
        "6a80",
    ),
}


@pytest.mark.parametrize(("data", "refusal"), WRITES.values(), ids=WRITES)
def test_a_write_is_refused_and_ends_the_session(data: bytes, refusal: str) -> None:
    bench = Bench()
    vehicle = fb.verified(bench)
    status = vehicle.write(data) if data else vehicle.secured("84D48000", b"")[1]
    assert status == refusal
    assert vehicle.secured("84D40000", ENDPOINT) == (b"", "6985")
    assert bench.flow("1001") == "6985"


def test_the_end_without_the_mark_of_the_last_command_is_refused() -> None:
    vehicle = fb.verified(Bench())
    data = creation_data()
    for at in range(0, len(data) - 239, 239):
        assert vehicle.secured("84D40000", data[at : at + 239])[1] == "9000"
    assert vehicle.secured("84D40000", data[len(data) // 239 * 239 :])[1] == "6a80"


def test_more_than_the_phone_keeps_is_refused() -> None:
    size = len(creation_data())
    assert fb.verified(Bench(traits=Traits(memory=size))).write(creation_data()) == "9000"
    vehicle = fb.verified(Bench(traits=Traits(memory=size - 1)))
    assert vehicle.write(creation_data()) == "6a84"


CERTIFICATES = {
    "not marked": replace(GOOD, marked=False),
    "marked otherwise": replace(GOOD, value="3003020102"),
    "mark not critical": replace(GOOD, critical=False),
    "an authority's": replace(GOOD, authority=True),
    "signs certificates": replace(GOOD, signs_certificates=True),
    "another digest": replace(GOOD, digest=SHA384()),
    "another curve": replace(GOOD, curve=ec.SECP384R1()),
    "another vehicle's": replace(GOOD, subject="8877665544332211"),
}


@pytest.mark.parametrize("flaws", CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_certificate_that_is_not_the_vehicles_is_refused(flaws: Flaws) -> None:
    vehicle = fb.verified(Bench())
    der = vehicle_certificate(flaws)
    assert vehicle.write(creation_data(vehicle=long_element("7F4B", der))) == "6a80"


ROOT, STRANGER = authority(), authority("Stranger CA", STRANGER_KEY)
CHAINS = {
    "by the root": ((ROOT,), b"", "9000"),
    "one of two roots": ((STRANGER, ROOT), b"", "9000"),
    "an intermediate that is the root": ((ROOT,), ROOT, "9000"),
    "no root known": ((), ROOT, "9000"),
    "another root": ((STRANGER,), b"", "6a80"),
    "another root for the intermediate": ((STRANGER,), ROOT, "6a80"),
    "an intermediate of another chain": ((), STRANGER, "6a80"),
    "the right name with another key": (
        (),
        authority(key=STRANGER_KEY),
        "6a80",
    ),
    "an intermediate that is none": ((), authority(key=MAKER_KEY, is_authority=False), "6a80"),
    "no certificate": ((), b"\x30\x00", "6a80"),
}


@pytest.mark.parametrize(("roots", "above", "status"), CHAINS.values(), ids=CHAINS)
def test_the_vehicles_chain_is_judged(roots: tuple[bytes, ...], above: bytes, status: str) -> None:
    vehicle = fb.verified(Bench(traits=Traits(roots=known(*roots))))
    size = len(above)
    head = bytes((size,)) if size < 0x80 else b"\x82" + size.to_bytes(2, "big")
    between = bytes.fromhex("7F4C") + head + above if above else b""
    assert vehicle.write(creation_data(vehicle=VEHICLE + between)) == status


def test_a_slot_identifier_has_at_most_eight_bytes() -> None:
    assert fb.verified(Bench()).write(creation_data(endpoint=long_slot(8))) == "9000"


def test_a_certificate_of_listing_5_3_is_taken() -> None:
    der = vehicle_certificate(replace(GOOD, subject=VEHICLE_ID.hex()))
    data = creation_data(vehicle=long_element("7F4B", der))
    assert fb.verified(Bench()).write(data) == "9000"


def test_a_mailbox_larger_than_the_phone_has_room_for_is_refused() -> None:
    for size, status in ((8192, "9000"), (8193, "6a84")):
        mapping = fb.MAILBOX.replace(b"\x80\x02\x01\x00", b"\x80\x02" + size.to_bytes(2, "big"))
        assert fb.verified(Bench()).write(creation_data(mailbox=mapping)) == status


def test_an_impossible_length_is_refused_before_its_bytes_come() -> None:
    assert fb.verified(Bench()).secured("84D40000", bytes.fromhex("7F4A84")) == (b"", "6a80")


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_serial_number_below_one_is_refused() -> None:
    der = bytearray(vehicle_certificate())
    at = der.index(bytes.fromhex("020101 300A"))  # serial number 1, then the algorithm
    der[at + 2] = 0xFF
    data = creation_data(vehicle=long_element("7F4B", bytes(der)))
    assert fb.verified(Bench()).write(data) == "6a80"
