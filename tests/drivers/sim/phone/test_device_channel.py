"""The device's secure channel against published messages, in both directions (section 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.phone.channel import DeviceChannel
from drivers.sim.phone.key_schedule import SessionKeys
from rig.digital_key.apdu import Command
from rig.digital_key.crypto import aes_block, cbc_encipher, cmac
from rig.digital_key.errors import BadMac, ChannelSpent, Malformed
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings

KEYS = SessionKeys(
    enc=Secret(bytes.fromhex("5c6c8960f3b2d957774b3cba4c06d022")),
    mac=Secret(bytes.fromhex("fdd66db4d2e7c5a6d39f5a1c3de6db03")),
    rmac=Secret(bytes.fromhex("a3ac7ee229654692a06249692df0037f")),
)
AUTH1_PLAIN = bytes.fromhex("9e40") + bytes(64) + bytes.fromhex("4e06010203040506")
AUTH1_SEALED = bytes.fromhex(
    "f3b385f853d4e293b459f79a18659672e1a4bdfc816cd34b85a296e0b1e373ff"
    "a98dd5d63b9d4e584d48e5cf4e42d81e1c22a81477783baef3d15dfe7e32cb03"
    "255041d50cdd8b0d17526d39f484b54f 899ef53406501a39"
)
EXCHANGE_PLAIN = bytes.fromhex("008e22c020") + bytes(32)
EXCHANGE_CIPHER = bytes.fromhex(
    "af5cd4166e7b3011a5ff8932406aad92f2d62b7b4b599b7add1a3b7d26cc9856"
    "85b0e0fc9e86c079f17afd664c1c9654"
)
ANSWER_CIPHER = bytes.fromhex("237a8bef081403d613566dac35c853f7")
DATA_ONLY, WHOLE = Settings(), Settings(mac_covers="header_and_status")
C_MAC = {"data": "787fa39b57758d53", "header_and_status": "293d2dcb4d362c4d"}
R_MAC = {"data": "1acd885161b6b348", "header_and_status": "cb587164b029daed"}


def channel(settings: Settings = DATA_ONLY, counter: int = 1) -> DeviceChannel:
    return DeviceChannel(KEYS, settings, counter=counter)


def exchange(data: bytes) -> Command:
    return Command(0x84, 0xC9, 0, 0, data, 256)


def published_exchange(settings: Settings = DATA_ONLY) -> Command:
    return exchange(EXCHANGE_CIPHER + bytes.fromhex(C_MAC[settings.mac_covers]))


def sealed_by_vehicle(plaintext: bytes, counter: int, chain: bytes = bytes(16)) -> bytes:
    """What a vehicle would send; spelt out, to check the device the other way round."""
    iv = aes_block(KEYS.enc, bytes(15) + bytes((counter,)))
    padded = plaintext + b"\x80" + bytes(15 - len(plaintext) % 16)
    sealed = cbc_encipher(KEYS.enc, iv, padded)
    return sealed + cmac(KEYS.mac, chain + sealed)[:8]


def test_the_auth1_answer_is_sealed_as_published() -> None:
    assert channel(counter=0).seal(AUTH1_PLAIN) == AUTH1_SEALED


@pytest.mark.parametrize("settings", [DATA_ONLY, WHOLE], ids=["data", "header and status"])
def test_the_published_exchange_is_opened_and_answered_as_published(settings: Settings) -> None:
    device = channel(settings)
    assert device.open(published_exchange(settings)) == EXCHANGE_PLAIN
    answer = ANSWER_CIPHER + bytes.fromhex(R_MAC[settings.mac_covers])
    assert device.seal(bytes.fromhex("00020000")) == answer


def test_an_empty_answer_is_a_mac_alone() -> None:
    device = channel()
    device.open(published_exchange())
    assert device.seal(b"").hex() == "44d0181ac21d542f"


def test_an_empty_command_is_a_mac_alone() -> None:
    assert channel().open(exchange(cmac(KEYS.mac, bytes(16))[:8])) == b""


def test_a_session_from_auth1_on_counts_from_nought() -> None:
    device = channel(counter=0)
    device.seal(AUTH1_PLAIN)
    assert device.open(published_exchange()) == EXCHANGE_PLAIN


def test_commands_are_chained_by_the_full_mac_and_counted() -> None:
    device = channel()
    device.open(published_exchange())
    device.seal(b"")
    chain = bytes.fromhex("787fa39b57758d532b20d2b47b3df0d6")
    assert device.open(exchange(sealed_by_vehicle(b"second", 2, chain))) == b"second"


def test_a_replayed_command_is_refused() -> None:
    device = channel()
    device.open(published_exchange())
    device.seal(b"")
    with pytest.raises(BadMac):
        device.open(published_exchange())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(7),
        bytes(8),
        EXCHANGE_CIPHER,
        EXCHANGE_CIPHER + bytes.fromhex(C_MAC["header_and_status"]),
        EXCHANGE_CIPHER[:-1] + b"\x00" + bytes.fromhex(C_MAC["data"]),
        EXCHANGE_CIPHER[16:] + bytes.fromhex(C_MAC["data"]),
        EXCHANGE_CIPHER + bytes.fromhex(C_MAC["data"])[:-1] + b"\x00",
    ],
    ids=[
        "nothing",
        "less than a MAC",
        "a MAC of noughts",
        "no MAC",
        "the other variant's MAC",
        "altered data",
        "a block missing",
        "altered MAC",
    ],
)
def test_a_command_with_another_mac_is_refused(data: bytes) -> None:
    with pytest.raises(BadMac):
        channel().open(exchange(data))


def test_the_header_counts_only_where_the_setting_says_so() -> None:
    altered = Command(0x84, 0xC9, 0, 1, published_exchange(WHOLE).data)
    with pytest.raises(BadMac):
        channel(WHOLE).open(altered)
    assert channel().open(Command(0x84, 0xC9, 0, 1, published_exchange().data)) == EXCHANGE_PLAIN


@pytest.mark.parametrize("block", [bytes(16), b"\x80" + bytes(15) + bytes(16), b"\x01" * 16])
def test_wrong_padding_under_a_good_mac_is_refused(block: bytes) -> None:
    iv = aes_block(KEYS.enc, bytes(15) + b"\x01")
    sealed = cbc_encipher(KEYS.enc, iv, block)
    with pytest.raises(Malformed):
        channel().open(exchange(sealed + cmac(KEYS.mac, bytes(16) + sealed)[:8]))


def test_half_a_block_under_a_good_mac_is_refused() -> None:
    with pytest.raises(Malformed):
        channel().open(exchange(b"12345" + cmac(KEYS.mac, bytes(16) + b"12345")[:8]))


def test_the_counter_ends_at_255() -> None:
    device = channel(counter=255)
    assert device.open(exchange(sealed_by_vehicle(b"last", 255))) == b"last"
    device.seal(b"")
    with pytest.raises(ChannelSpent):
        device.open(exchange(sealed_by_vehicle(b"beyond", 0)))
    with pytest.raises(ChannelSpent):
        device.seal(b"")


@given(plaintext=st.binary(min_size=1, max_size=300), counter=st.integers(0, 255))
def test_whatever_a_vehicle_seals_is_opened(plaintext: bytes, counter: int) -> None:
    command = exchange(sealed_by_vehicle(plaintext, counter))
    assert channel(counter=counter).open(command) == plaintext


@given(data=st.binary(max_size=300))
def test_random_data_is_refused_within_the_error_tree(data: bytes) -> None:
    with pytest.raises(BadMac):
        channel().open(exchange(data))
