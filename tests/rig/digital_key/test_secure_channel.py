"""The secure channel against published vectors (public notes, section 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key.apdu import Command, Response
from rig.digital_key.errors import BadMac, ChannelSpent, DigitalKeyError, Malformed
from rig.digital_key.key_schedule import SessionKeys
from rig.digital_key.messages import exchange_command
from rig.digital_key.secrets import Secret
from rig.digital_key.secure_channel import SecureChannel, secured
from rig.digital_key.settings import Settings

KEYS = SessionKeys(
    enc=Secret(bytes.fromhex("5c6c8960f3b2d957774b3cba4c06d022")),
    mac=Secret(bytes.fromhex("fdd66db4d2e7c5a6d39f5a1c3de6db03")),
    rmac=Secret(bytes.fromhex("a3ac7ee229654692a06249692df0037f")),
)
AUTH1_PLAIN = "9e40" + "00" * 64 + "4e06010203040506"
AUTH1_WIRE = (
    "f3b385f853d4e293b459f79a18659672e1a4bdfc816cd34b85a296e0b1e373ff"
    "a98dd5d63b9d4e584d48e5cf4e42d81e1c22a81477783baef3d15dfe7e32cb03"
    "255041d50cdd8b0d17526d39f484b54f 899ef53406501a39"
)
EXCHANGE_PLAIN = "008e22c020" + "00" * 32
EXCHANGE_CIPHER = (
    "af5cd4166e7b3011a5ff8932406aad92f2d62b7b4b599b7add1a3b7d26cc9856"
    "85b0e0fc9e86c079f17afd664c1c9654"
)


def channel(counter: int = 0, **settings: object) -> SecureChannel:
    return SecureChannel(KEYS, replace(Settings(), **settings), counter=counter)  # type: ignore[arg-type]


def answer(data: str) -> Response:
    return Response(bytes.fromhex(data), 0x9000)


def test_the_published_dialogue_holds_from_auth1_to_the_first_exchange() -> None:
    ours = channel()
    assert ours.unwrap(answer(AUTH1_WIRE)) == bytes.fromhex(AUTH1_PLAIN)
    wrapped = ours.wrap(exchange_command(bytes.fromhex(EXCHANGE_PLAIN)))
    assert wrapped.data == bytes.fromhex(EXCHANGE_CIPHER + "787fa39b57758d53")
    assert ours.unwrap(answer("237a8bef081403d613566dac35c853f7 1acd885161b6b348")) == (
        bytes.fromhex("00020000")
    )


def test_an_empty_answer_is_a_mac_only() -> None:
    ours = channel(1)
    ours.wrap(exchange_command(bytes.fromhex(EXCHANGE_PLAIN)))
    assert ours.unwrap(answer("44d0181ac21d542f")) == b""


def test_the_global_platform_coverage_is_a_setting() -> None:
    ours = channel(1, mac_covers="header_and_status")
    wrapped = ours.wrap(exchange_command(bytes.fromhex(EXCHANGE_PLAIN)))
    assert wrapped.data == bytes.fromhex(EXCHANGE_CIPHER + "293d2dcb4d362c4d")


def test_the_global_platform_answer_covers_the_status_word() -> None:
    ours = channel(1, mac_covers="header_and_status")
    ours.wrap(exchange_command(bytes.fromhex(EXCHANGE_PLAIN)))
    answered = answer("237a8bef081403d613566dac35c853f7 cb587164b029daed")
    assert ours.unwrap(answered) == bytes.fromhex("00020000")


def test_an_answer_made_for_the_other_coverage_is_refused() -> None:
    ours = channel(1, mac_covers="header_and_status")
    ours.wrap(exchange_command(bytes.fromhex(EXCHANGE_PLAIN)))
    with pytest.raises(BadMac):
        ours.unwrap(answer("237a8bef081403d613566dac35c853f7 1acd885161b6b348"))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("237a8bef081403d613566dac35c853f7 1acd885161b6b349", id="last bit of the MAC"),
        pytest.param("227a8bef081403d613566dac35c853f7 1acd885161b6b348", id="first bit of data"),
        pytest.param("237a8bef081403d613566dac35c853f7", id="MAC cut off"),
        pytest.param("1acd885161b6b3", id="shorter than a MAC"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_altered_answer_is_refused_and_closes_the_channel(broken: str) -> None:
    ours = channel(1)
    ours.wrap(exchange_command(bytes.fromhex(EXCHANGE_PLAIN)))
    with pytest.raises(BadMac):
        ours.unwrap(answer(broken))
    with pytest.raises(ChannelSpent, match="earlier failure"):
        ours.wrap(exchange_command(b"x"))


def test_a_replayed_answer_is_refused() -> None:
    ours = channel()
    ours.unwrap(answer(AUTH1_WIRE))
    ours.wrap(exchange_command(bytes.fromhex(EXCHANGE_PLAIN)))
    with pytest.raises(BadMac):
        ours.unwrap(answer(AUTH1_WIRE))


def test_the_counter_ends_before_it_repeats() -> None:
    ours = channel(0xFF)
    ours.wrap(exchange_command(bytes.fromhex(EXCHANGE_PLAIN)))
    ours._counter += 1  # noqa: SLF001 - 254 more exchanges would do the same
    with pytest.raises(ChannelSpent, match="spent"):
        ours.wrap(exchange_command(b"x"))


def test_more_than_one_apdu_holds_is_not_sent() -> None:
    with pytest.raises(Malformed, match="240 bytes"):
        channel(1).wrap(exchange_command(bytes(240)))
    assert len(channel(1).wrap(exchange_command(bytes(239))).data) == 248


def test_a_refusal_passes_the_layer_without_a_mac() -> None:
    def refuse(_command: Command) -> Response:
        return Response(b"", 0x6985)

    assert secured(refuse, channel(1))(exchange_command(b"x")).status == 0x6985


@given(st.binary(max_size=300))
def test_any_answer_opens_or_is_refused(data: bytes) -> None:
    with pytest.raises(DigitalKeyError):
        channel(1).unwrap(Response(data, 0x9000))


def test_the_keys_do_not_print() -> None:
    assert "5c6c" not in repr(KEYS)
    assert repr(KEYS).count("16 secret bytes") == 3
