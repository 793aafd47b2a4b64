"""The applet's messages: published bytes, sizes, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key import messages as m
from rig.digital_key.errors import DigitalKeyError, Malformed
from rig.digital_key.profiles import CCC
from rig.digital_key.records import TlvRecord

READER_POINT = (
    "0402"  # the point's x begins with 02
    "17e617f0b6443928278f96999e69a23a4f2c152bdf6d6cdf66e5b80282d4ed"
    "194a7debcb97712d2dda3ca85aa8765a56f45fc758599652f2897c65306e5794"
)
TXID = "000102030405060708090a0b0c0d0e0f"
READER_ID = "00112233445566778899aabbccddeeff"

# An AUTH0 as a published Home Key reader sends it (with its Le left out).
PUBLISHED_AUTH0 = f"80800101 6B 5C02 0200 8741 {READER_POINT} 4C10 {TXID} 4D10 {READER_ID}"


def test_auth0_equals_the_published_one() -> None:
    request = m.Auth0Request(
        b"\x02\x00", bytes.fromhex(READER_POINT), bytes.fromhex(TXID), bytes.fromhex(READER_ID)
    )
    command = m.auth0_command(0x01, 0x01, request)
    assert command.encode() == bytes.fromhex(PUBLISHED_AUTH0) + b"\x00"
    assert m.Auth0Request.decode(command.data) == request


def test_auth0_of_the_product_has_99_bytes_of_data() -> None:
    request = m.Auth0Request(b"\x01\x00", b"\x04" + bytes(64), bytes(16), bytes(8))
    assert len(request.encode()) == 0x63


def test_select_names_the_applet() -> None:
    assert m.select_command(CCC.aid).encode() == bytes.fromhex(
        "00A40400 0D A000000809434343444B417631 00"
    )


def test_select_answer_lists_versions_highest_first() -> None:
    answer = m.SelectResponse.decode(bytes.fromhex("5C04 0200 0100"))
    assert answer.offered() == (b"\x02\x00", b"\x01\x00")


def test_signed_data_of_the_product_has_102_bytes() -> None:
    signed = m.AuthenticationData(bytes(8), bytes(32), bytes(32), bytes(16), m.USAGE_VEHICLE)
    assert len(signed.encode()) == 102
    assert signed.encode()[-6:] == bytes.fromhex("9304 415D9569")


@pytest.mark.parametrize(
    ("outcome", "apdu"),
    [
        (m.Outcome.SUCCESS, "803C0100"),
        (m.Outcome.KEY_DELETED, "803C00A0"),
        (m.Outcome.DOORS_OPEN, "803C00B1"),
        (m.Outcome.LONG_PROCESSING, "803C40A0"),
    ],
)
def test_control_flow_carries_its_code_in_p1_and_p2(outcome: m.Outcome, apdu: str) -> None:
    assert m.control_flow_command(outcome).encode() == bytes.fromhex(apdu)


E41, SIG = "86 41 04" + "00" * 64, "9E 40 " + "00" * 64
REFUSED = [
    pytest.param(m.SelectResponse, "", "no 5C", id="select: nothing"),
    pytest.param(m.SelectResponse, "5C 01 01", "not 2", id="select: half a version"),
    pytest.param(m.SelectResponse, "5C 02 0100 5A 00", "left over", id="select: more"),
    pytest.param(m.Auth0Response, "86 40 " + "00" * 64, "not 65", id="auth0: short point"),
    pytest.param(m.Auth0Response, E41 + "9D 0F" + "00" * 15, "not 16", id="auth0: short crypt."),
    pytest.param(m.Auth0Response, "9D 10" + "00" * 16 + E41, "no 86", id="auth0: wrong order"),
    pytest.param(m.Auth0Response, E41 + "9D 10" + "00" * 16 + "9D 00", "left over", id="twice"),
    pytest.param(m.Auth0Request, "5C 02 0100", "no 87", id="auth0 request: cut off"),
    pytest.param(m.Auth1Response, SIG, "no 4E", id="auth1: no slot"),
    pytest.param(m.Auth1Response, SIG + "4E 00", "not 1", id="auth1: empty slot"),
    pytest.param(m.Auth1Response, SIG + "4E 01 01 57 01 00", "not 4", id="auth1: tag 57"),
    pytest.param(m.Auth1Response, SIG + "4E 01 01 4B 00 4A 00", "left over", id="auth1: order"),
    pytest.param(m.Auth1Request, "9C 40 " + "00" * 64, "no 9E", id="the erratum's tag"),
]


@pytest.mark.parametrize(("kind", "data", "complaint"), REFUSED)
def test_broken_messages_are_refused(kind: type[TlvRecord], data: str, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        kind.decode(bytes.fromhex(data))


def test_a_field_of_the_wrong_size_is_not_encoded() -> None:
    with pytest.raises(Malformed, match=r"version.*3 bytes, not 2"):
        m.Auth0Request(bytes(3), bytes(65), bytes(16), bytes(8)).encode()


KINDS = [m.SelectResponse, m.Auth0Request, m.Auth0Response, m.Auth1Request, m.Auth1Response]


@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(kind: type[TlvRecord], data: bytes) -> None:
    try:
        message = kind.decode(data)
    except DigitalKeyError:
        return
    assert message.encode() == data


@given(
    st.builds(
        m.Auth1Response,
        st.binary(min_size=64, max_size=64),
        st.binary(min_size=1, max_size=8),
        st.none() | st.binary(min_size=4, max_size=4),
        st.none() | st.binary(max_size=90),
        st.none() | st.binary(max_size=90),
    )
)
def test_what_was_encoded_decodes_to_itself(message: m.Auth1Response) -> None:
    assert m.Auth1Response.decode(message.encode()) == message
