"""An independent Home Key reader and the virtual phone understand each other."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from drivers.sim.phone.applet import Applet, Chance
from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.messages import Outcome
from rig.digital_key.secrets import Secret
from tests.home_key.independent_reader import P256, Reader, ReaderError, point

IDENTIFIER = bytes.fromhex("00112233445566778899aabbccddeeff")
SLOT = bytes.fromhex("010203040506")
SECRET = bytes.fromhex("008e22c020") + bytes(32)  # EXCHANGE: provision a secret
READER_KEY = ec.derive_private_key(int("33" * 32, 16), P256)
DEVICE_KEY = PrivateKey.from_bytes(b"\x44" * 32)
DEVICES = {SLOT: DEVICE_KEY.public.point}


def held_key() -> HeldKey:
    return HeldKey(
        vehicle_id=IDENTIFIER,
        vehicle_key=PublicKey(point(READER_KEY)),
        private=DEVICE_KEY,
        slot=SLOT,
        dialect=DIALECTS["home_key"],
    )


def reader_at(applet: Applet, key: ec.EllipticCurvePrivateKey = READER_KEY) -> Reader:
    applet.reset()
    reader = Reader(applet.process, key, IDENTIFIER)
    reader.select()
    return reader


def test_a_whole_standard_transaction_goes_through() -> None:
    applet = Applet([held_key()])
    reader = reader_at(applet)

    assert reader.auth0(fast=False) is None
    device = reader.auth1(DEVICES)
    assert device.slot == SLOT
    assert not device.mailboxes
    assert reader.exchange(SECRET) == bytes.fromhex("00020000")
    assert reader.exchange(SECRET) == bytes.fromhex("00020000")
    reader.control_flow(0x01, 0x00)

    assert applet.last_outcome is Outcome.SUCCESS


def test_a_whole_fast_transaction_goes_through_after_a_standard_one() -> None:
    applet = Applet([held_key()])
    first = reader_at(applet)
    first.auth0(fast=False)
    persistent = first.auth1(DEVICES).persistent
    first.control_flow(0x01, 0x00)

    second = reader_at(applet)
    cryptogram = second.auth0(fast=True)
    assert cryptogram is not None
    assert second.match_fast(cryptogram, persistent, DEVICE_KEY.public.point)
    assert second.exchange(SECRET) == bytes.fromhex("00020000")
    second.control_flow(0x01, 0x00)

    assert applet.last_outcome is Outcome.SUCCESS


def test_a_fast_transaction_falls_back_to_a_standard_one() -> None:
    applet = Applet([held_key()])
    reader = reader_at(applet)

    assert reader.auth0(fast=True) is None  # no Kpersistent yet
    assert reader.auth1(DEVICES).slot == SLOT

    again = reader_at(applet)
    cryptogram = again.auth0(fast=True)
    assert cryptogram is not None
    assert not again.match_fast(cryptogram, bytes(32), DEVICE_KEY.public.point)
    assert again.auth1(DEVICES).slot == SLOT
    again.control_flow(0x01, 0x00)


def test_a_reader_with_a_wrong_key_is_refused_and_learns_nothing() -> None:
    applet = Applet([held_key()])
    reader = reader_at(applet, ec.generate_private_key(P256))
    reader.auth0(fast=False)

    with pytest.raises(ReaderError, match="refused with 6982"):
        reader.auth1(DEVICES)
    with pytest.raises(ReaderError, match="refused with 6985"):
        reader.control_flow(0x01, 0x00)
    assert applet.last_outcome is None


def test_the_reader_refuses_a_device_with_a_wrong_key() -> None:
    reader = reader_at(Applet([held_key()]))
    reader.auth0(fast=False)

    with pytest.raises(ReaderError, match="signature is wrong"):
        reader.auth1({SLOT: PrivateKey.generate().public.point})


def test_the_published_auth0_gets_the_published_fast_cryptogram() -> None:
    key = held_key()
    key.persistent = Secret(
        bytes.fromhex("e54673efaa918db65edad4e34e5b4651700c18ac027ab42833d5baca850da35d")
    )
    pinned = Chance(ephemeral=lambda: PrivateKey.from_bytes(b"\x22" * 32))
    applet = Applet([key], chance=pinned)
    applet.process(bytes.fromhex("00A4040007A000000858010100"))

    answer = applet.process(
        bytes.fromhex(
            "808001016B 5C020200 8741"
            "04 0217e617f0b6443928278f96999e69a23a4f2c152bdf6d6cdf66e5b80282d4ed"
            "194a7debcb97712d2dda3ca85aa8765a56f45fc758599652f2897c65306e5794"
            "4C10 000102030405060708090a0b0c0d0e0f 4D10 00112233445566778899aabbccddeeff"
        )
    )

    device_x = "d65a93977caa3d1b081852ff57a79e465f1660577304baead505dd3a48589cf3"
    assert answer[:35].hex() == "864104" + device_x
    assert answer[67:].hex() == "9d10adb392a7c684736c08c26d179e41aa249000"
