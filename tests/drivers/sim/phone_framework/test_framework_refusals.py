"""Commands the framework does not accept, at every point of a pairing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.sim.phone_framework.traits import Traits
from rig.digital_key.curve import Point
from tests.drivers.sim.phone_framework import framework_bench as fb
from tests.drivers.sim.phone_framework.framework_bench import (
    END,
    ENDPOINT,
    REQUEST_DATA,
    Bench,
    Vehicle,
    long_element,
)
from tests.drivers.sim.phone_framework.vehicle_certificates import (
    vehicle_certificate,
)

OFF_CURVE = b"\x04" + bytes(63) + b"\x01"
GOOD_VEHICLE = long_element("7F4B", vehicle_certificate())
POINTLESS = b"\x52\x41" + OFF_CURVE + b"\x57\x10" + bytes(16)


def selected(bench: Bench) -> Vehicle:
    bench.select()
    return Vehicle(bench)


def shared(bench: Bench) -> Vehicle:
    vehicle = Vehicle(bench)
    vehicle.share()
    return vehicle


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        ("00A404000DA000000809434343444B41763100", "6a82"),  # the applet before the framework
        ("00A404000CA000000809434343444B467600", "6a82"),
        ("00A404020DA000000809434343444B46763100", "6b00"),
        ("00A4040004A0000008", "6700"),
        ("00A40400", "6700"),
        ("80A404000DA000000809434343444B46763100", "6e00"),
        ("00", "6700"),
        ("8030000002AA", "6700"),
        ("8031000000", "6d00"),
        ("9030000000", "6e00"),  # a chained command
        ("84300000025B0200", "6e00"),
        ("80D4000002000000", "6e00"),
        ("803C000000", "6b00"),
        ("803C131300", "6b00"),
        ("803C120000", "9000"),
        ("803C120001AA00", "6700"),
        ("803C100100", "6985"),
        ("803C111100", "6985"),
        ("80320000 02 5200 00", "6985"),
        ("84D4000008 0000000000000000 00", "6985"),
        ("84CA000008 0000000000000000 00", "6985"),
        ("84C0000008 0000000000000000 00", "6985"),
    ],
)
def test_a_command_that_has_no_turn_is_refused(command: str, refusal: str) -> None:
    bench = Bench()
    bench.select()
    assert bench.framework.process(bytes.fromhex(command)).hex() == refusal


@pytest.mark.parametrize("header", ["80300000", "80320000", "84D40000", "84CA0000", "803C1200"])
def test_nothing_is_answered_before_select(header: str) -> None:
    assert Bench().send(header, b"" if header[2:4] == "3C" else REQUEST_DATA).hex() == "6985"


def request(old: str, new: str) -> bytes:
    data = REQUEST_DATA.hex()
    assert old in data
    return bytes.fromhex(data.replace(old, new))


@pytest.mark.parametrize(
    ("header", "data", "refusal"),
    [
        ("80300001", REQUEST_DATA, "6b00"),
        ("80300000", b"", "6700"),
        ("80300000", REQUEST_DATA[:-1], "6a80"),
        ("80300000", REQUEST_DATA + b"\x00", "6a80"),
        ("80300000", REQUEST_DATA[4:], "6a80"),
        ("80300000", request("5b020101", "5b020200"), "6a88"),  # a version it has not
        ("80300000", request("5c020100", "5c020900"), "6a88"),
        ("80300000", request("c10400000010", "c10400000000"), "6a88"),
        ("80300000", request("c10400000010", "c10480000000"), "6a88"),
        ("80300000", request("c20200 08".replace(" ", ""), "c2020000"), "6a88"),
        ("80300000", request(b"yellowsubmarines".hex(), "00" * 16), "6a88"),
    ],
)
def test_a_request_is_refused(header: str, data: bytes, refusal: str) -> None:
    bench = Bench()
    selected(bench)
    assert bench.send(header, data).hex() == refusal
    assert bench.send("80320000", POINTLESS).hex() == "6985"


@pytest.mark.parametrize("password", [None, "12345678"])
def test_a_phone_that_is_not_ready_says_so(password: str | None) -> None:
    bench = Bench(password=password)
    if password:
        bench.framework.leave_pairing()
        bench.framework.enter_password(password)
    selected(bench)
    assert bench.send("80300000", REQUEST_DATA).hex() == "9484"


def spoil(evidence: bytes) -> bytes:
    return evidence[:-1] + bytes((evidence[-1] ^ 1,))


def trap(vehicle: Vehicle) -> bytes:
    """A share that makes the shared points infinite."""
    share = Point.decompress(bytes.fromhex(fb.N_POINT)) * vehicle.w0
    return b"\x52\x41" + share.encode() + b"\x57\x10" + bytes(16)


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda vehicle: spoil(vehicle.evidence()), "6a88"),
        (lambda _: POINTLESS, "6a88"),
        (lambda _: b"\x52\x41\x04" + bytes(64) + b"\x57\x10" + bytes(16), "6a88"),
        (trap, "6a88"),
        (lambda vehicle: vehicle.evidence()[:-1], "6a80"),
        (lambda vehicle: vehicle.evidence()[67:], "6a80"),
        (lambda _: b"", "6700"),
    ],
    ids=["evidence", "off the curve", "zero", "infinite", "cut", "no share", "empty"],
)
def test_a_verify_is_refused_and_ends_the_session(
    make: Callable[[Vehicle], bytes], refusal: str
) -> None:
    bench = Bench()
    vehicle = shared(bench)
    assert bench.send("80320000", make(vehicle)).hex() == refusal
    assert bench.send("80320000", vehicle.evidence()).hex() == "6985"


def test_a_vehicle_with_another_password_gets_no_evidence() -> None:
    bench = Bench()
    vehicle = Vehicle(bench, password="27182818")  # noqa: S106 - typed by nobody
    for _ in range(7):
        vehicle.share()
        assert bench.send("80320000", vehicle.evidence()).hex() == "6a88"
    assert bench.framework.ready


def test_a_second_verify_is_out_of_sequence() -> None:
    bench = Bench()
    vehicle = fb.verified(bench)
    assert bench.send("80320000", vehicle.evidence()).hex() == "6985"


@pytest.mark.parametrize(
    ("header", "plaintext", "refusal"),
    [
        ("84CA0001", b"\x7f\x20", "6b00"),
        ("84CA0000", b"\x7f\x21", "6a88"),
        ("84CA0000", b"", "6a88"),
        ("84CA0000", b"\x00\x00\x7f\x20", "6a88"),
        ("84CA0000", b"\x7f\x22", "6985"),  # the first certificate was not read
        ("84CA0000", b"\xd3", "6985"),
        ("84C00000", b"", "6985"),  # nothing to fetch
        ("84D48000", END, "6985"),  # the chain was not read
        ("84D40000", b"", "6985"),
    ],
)
def test_a_command_of_the_second_transaction_is_refused(
    header: str, plaintext: bytes, refusal: str
) -> None:
    bench = Bench()
    vehicle = fb.reading(bench)
    assert vehicle.secured(header, plaintext) == (b"", refusal)
    assert vehicle.secured("84CA0000", b"\x7f\x20") == (b"", "6985")
    assert (bench.flow("1111"), bench.wallet) == ("6985", [])


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (ENDPOINT + END, "6985"),
        (bytes.fromhex("5F5A0101 5F5A0101") + END, "6985"),
        (bytes.fromhex("5F5A0101"), "6a80"),
        (END, "9000"),
    ],
)
def test_the_last_data_has_its_order_too(data: bytes, refusal: str) -> None:
    assert fb.chain_read(Bench()).write(data) == refusal


def test_a_certificate_is_read_once() -> None:
    vehicle = fb.reading(Bench())
    vehicle.read("7F20")
    assert vehicle.secured("84CA0000", b"\x7f\x20") == (b"", "6985")


def test_what_is_left_of_a_certificate_is_fetched_before_the_data_is_written() -> None:
    vehicle = fb.reading(Bench())
    vehicle.read("7F20")
    vehicle.read("7F22")
    assert vehicle.secured("84CA0000", b"\x7f\x24")[1][:2] == "61"
    assert vehicle.secured("84D48000", END) == (b"", "6985")


@pytest.mark.parametrize("step", [fb.verified, fb.reading])
@pytest.mark.parametrize("spoilt", [0, -1])
def test_a_broken_mac_ends_the_session(step: Callable[[Bench], Vehicle], spoilt: int) -> None:
    bench = Bench()
    vehicle = step(bench)
    header = "84D40000" if step is fb.verified else "84CA0000"
    sealed = bytearray(vehicle.seal(b"\x7f\x20"))
    sealed[spoilt] ^= 1
    assert bench.send(header, bytes(sealed)).hex() == "6988"
    assert bench.send(header, vehicle.seal(b"\x7f\x20")).hex() == "6985"


def test_a_replayed_command_is_refused() -> None:
    bench = Bench()
    vehicle = fb.verified(bench)
    sealed = vehicle.seal(ENDPOINT)
    assert bench.send("84D40000", sealed)[-2:].hex() == "9000"
    assert bench.send("84D40000", sealed).hex() == "6988"


def test_a_secured_command_longer_than_allowed_is_refused() -> None:
    bench = Bench()
    vehicle = fb.verified(bench)
    assert bench.send("84D40000", vehicle.seal(bytes(240))).hex() == "6700"


def test_a_channel_without_counter_left_is_refused() -> None:
    vehicle = fb.verified(Bench(traits=Traits(memory=10**6)))
    assert vehicle.write(long_element("7F4A", bytes(300))[:255], size=1) == "6a80"
    vehicle = fb.verified(Bench(traits=Traits(memory=10**6)))
    for _ in range(255):
        assert vehicle.secured("84D40000", b"")[1] == "9000"
    assert vehicle.bench.send("84D40000", bytes(8)).hex() == "6985"


def test_an_le_too_small_for_the_answer_is_refused() -> None:
    bench = Bench()
    assert bench.framework.process(bytes.fromhex(fb.SELECT[:-2] + "05")).hex() == "6c00"


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (fb.verified, "1001"),
        (fb.created, "1001"),
        (fb.written, "1002"),
        (fb.reading, "1002"),
        (fb.chain_read, "1002"),
        (fb.chain_read, "1111"),
        (fb.attested, "1111"),
        (fb.attested, "1001"),
    ],
)
def test_a_step_before_its_turn_is_refused_and_leaves_no_key(
    step: Callable[[Bench], Vehicle], code: str
) -> None:
    bench = Bench()
    step(bench)
    assert bench.flow(code) == "6985"
    assert (bench.flow("1002"), bench.flow("1111"), bench.wallet) == ("6985", "6985", [])
