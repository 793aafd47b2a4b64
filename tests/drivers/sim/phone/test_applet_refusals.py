"""Commands the applet does not accept, at every point of a transaction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.phone.applet import Applet
from rig.digital_key.apdu import decode_response
from rig.digital_key.settings import Settings
from tests.drivers.sim.phone.applet_bench import (
    DEVICES,
    SELECT,
    apdu,
    applet_with,
    auth0_data,
    status,
    vehicle_at,
)

OFF_CURVE = b"\x04" + bytes(63) + b"\x01"


def selected() -> Applet:
    applet = applet_with()
    assert status(applet.process(bytes.fromhex(SELECT))) == "9000"
    return applet


def begun() -> Applet:
    applet = selected()
    assert status(applet.process(apdu("80800001", auth0_data()))) == "9000"
    return applet


def authenticated() -> Applet:
    applet = applet_with()
    vehicle = vehicle_at(applet)
    vehicle.auth0(fast=False)
    vehicle.auth1(DEVICES)
    return applet


def test_select_answers_with_the_versions_alone() -> None:
    assert applet_with().process(bytes.fromhex(SELECT)).hex() == "5c0201009000"


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        ("00A404000DA000000809434343444B46763100", "6a82"),  # the framework, which pairs
        ("00A404000CA000000809434343444B417600", "6a82"),  # a part of the name
        ("00A4040007A000000858010100", "6a82"),  # the sibling, without a key of its kind
        ("00A4000002 3F00", "6b00"),
        ("00A404020DA000000809434343444B41763100", "6b00"),
        ("00A4040004A0000008", "6700"),
        ("00A40400", "6700"),
        ("80A404000DA000000809434343444B41763100", "6e00"),
    ],
)
def test_another_select_is_refused(command: str, refusal: str) -> None:
    assert applet_with().process(bytes.fromhex(command)).hex() == refusal


def test_a_phone_without_keys_has_no_applet() -> None:
    assert Applet(()).process(bytes.fromhex(SELECT)).hex() == "6a82"


def test_a_mailbox_that_does_not_fit_refuses_the_selection() -> None:
    applet = applet_with(Settings(mailbox_size=1))
    assert applet.process(bytes.fromhex(SELECT)).hex() == "6a84"


@pytest.mark.parametrize(
    ("header", "data", "refusal"),
    [
        ("80800001", auth0_data(version="0200"), "6400"),
        ("80800001", auth0_data()[:-1], "6700"),
        ("80800001", auth0_data(vehicle_id=bytes(16)), "6700"),
        ("80800001", b"", "6700"),
        ("80800001", bytes(99), "6a80"),
        ("80800001", auth0_data(ephemeral=OFF_CURVE), "6a80"),
        ("80800001", auth0_data(ephemeral=bytes(65)), "6a80"),
        ("80800001", auth0_data(vehicle_id=bytes(8)), "6a88"),
        ("80800201", auth0_data(), "6b00"),
        ("80800000", auth0_data(), "6b00"),
        ("80800009", auth0_data(), "6b00"),
        ("80800110", auth0_data(), "6b00"),  # the ranging key is never fast
        ("00800001", auth0_data(), "6e00"),
        ("84800001", auth0_data(), "6e00"),
    ],
)
def test_another_auth0_is_refused(header: str, data: bytes, refusal: str) -> None:
    applet = selected()
    assert applet.process(apdu(header, data)).hex() == refusal
    assert status(applet.process(apdu("80810000", b"\x9e\x40" + bytes(64)))) == "6985"


@pytest.mark.parametrize(
    ("header", "data", "refusal"),
    [
        ("80810000", b"\x9e\x40" + bytes(64), "6982"),
        ("80810000", b"\x9e\x40" + b"\xff" * 64, "6982"),
        ("80810000", b"\x9e\x3f" + bytes(63), "6700"),
        ("80810000", b"\x9e\x41" + bytes(65), "6700"),
        ("80810000", b"\x9c\x40" + bytes(64), "6a80"),
        ("80810100", b"\x9e\x40" + bytes(64), "6b00"),
        ("84810000", b"\x9e\x40" + bytes(64), "6e00"),
    ],
)
def test_another_auth1_is_refused(header: str, data: bytes, refusal: str) -> None:
    assert begun().process(apdu(header, data)).hex() == refusal


@pytest.mark.parametrize(
    ("header", "data", "refusal"),
    [
        ("84C90000", bytes(24), "6988"),
        ("84C90000", bytes(7), "6988"),
        ("84C90001", bytes(24), "6b00"),
        ("80C90000", bytes(24), "6e00"),
        ("80810000", b"\x9e\x40" + bytes(64), "6985"),  # AUTH1 twice
    ],
)
def test_another_command_after_auth1_is_refused(header: str, data: bytes, refusal: str) -> None:
    assert authenticated().process(apdu(header, data)).hex() == refusal


@pytest.mark.parametrize("code", ["0102", "0008", "0200", "4000", "FFFF"])
def test_an_unknown_control_flow_is_refused(code: str) -> None:
    assert authenticated().process(bytes.fromhex("803C" + code)).hex() == "6b00"


def test_control_flow_takes_no_data() -> None:
    assert authenticated().process(bytes.fromhex("803C0100024100")).hex() == "6700"


OUT_OF_ORDER = {
    "AUTH0": apdu("80800001", auth0_data()),
    "AUTH1": apdu("80810000", b"\x9e\x40" + bytes(64)),
    "EXCHANGE": apdu("84C90000", bytes(24)),
    "CONTROL FLOW": bytes.fromhex("803C0100"),
}


@pytest.mark.parametrize("command", OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_nothing_goes_before_select(command: bytes) -> None:
    assert applet_with().process(command).hex() == "6985"


@pytest.mark.parametrize("name", ["AUTH1", "EXCHANGE", "CONTROL FLOW"])
def test_nothing_else_goes_before_auth0(name: str) -> None:
    assert selected().process(OUT_OF_ORDER[name]).hex() == "6985"


@pytest.mark.parametrize("name", ["EXCHANGE", "CONTROL FLOW"])
def test_nothing_secured_goes_before_auth1(name: str) -> None:
    assert begun().process(OUT_OF_ORDER[name]).hex() == "6985"


def test_an_unknown_instruction_is_refused_and_harms_nothing() -> None:
    applet = authenticated()
    assert applet.process(bytes.fromhex("8071000000")).hex() == "6d00"
    assert applet.process(bytes.fromhex("FFCA000000")).hex() == "6e00"
    assert applet.process(bytes.fromhex("803C0100")).hex() == "9000"


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_no_input_raises_or_selects(apdus: list[bytes]) -> None:
    applet = applet_with()
    for sent in apdus:
        decode_response(applet.process(sent))
    assert applet.last_outcome is None


@given(
    start=st.sampled_from([selected, begun, authenticated]),
    header=st.sampled_from(
        ["00A40400", "80800001", "80800101", "80810000", "84C90000", "803C0000"]
    ),
    data=st.binary(max_size=255),
)
def test_no_data_raises_at_any_point(start: object, header: str, data: bytes) -> None:
    assert callable(start)
    decode_response(start().process(apdu(header, data)))


@given(flip=st.integers(0, 99 * 8 - 1))
def test_no_flipped_bit_in_auth0_raises(flip: int) -> None:
    data = bytearray(auth0_data())
    data[flip // 8] ^= 1 << flip % 8
    decode_response(selected().process(apdu("80800001", bytes(data))))
