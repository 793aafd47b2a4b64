"""The vehicle's key schedule against published vectors (public notes, sections 5.4 and 5.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.key_schedule import Handshake, fast_keys, standard_keys
from rig.digital_key.profiles import CCC, HOME_KEY, Part
from rig.digital_key.settings import Settings, settings_from

READER_EPHEMERAL = PrivateKey.from_bytes(b"\x11" * 32)
DEVICE_EPHEMERAL = PrivateKey.from_bytes(b"\x22" * 32)
READER, DEVICE = PrivateKey.from_bytes(b"\x33" * 32), PrivateKey.from_bytes(b"\x44" * 32)
READER_ID = bytes.fromhex("00112233445566778899aabbccddeeff")

STANDARD = Handshake(
    profile=HOME_KEY,
    settings=Settings(),
    version=b"\x02\x00",
    device_versions=bytes.fromhex("02000100"),
    vehicle_id=READER_ID,
    transaction_id=bytes(range(16)),
    flag=b"\x00\x01",
    vehicle_ephemeral=READER_EPHEMERAL,
    device_ephemeral=DEVICE_EPHEMERAL.public,
)


def test_the_test_keys_are_those_of_the_vectors() -> None:
    assert READER_EPHEMERAL.public.x.hex() == (
        "0217e617f0b6443928278f96999e69a23a4f2c152bdf6d6cdf66e5b80282d4ed"
    )
    assert DEVICE_EPHEMERAL.public.x.hex() == (
        "d65a93977caa3d1b081852ff57a79e465f1660577304baead505dd3a48589cf3"
    )
    assert READER.public.x.hex() == (
        "51a7580833898ea1b183cbd7350a4099078c6ef1c1e18e970cd7683035f25e7d"
    )
    assert DEVICE.public.x.hex() == (
        "5b36890dacbd7c9a96bb74a1ee28b3d2d75b72e09a20ef25cf8e6fd8a9f0350d"
    )


def test_a_standard_transaction_yields_the_published_keys() -> None:
    session, persistent = standard_keys(STANDARD)
    assert bytes(session.enc).hex() == "5c6c8960f3b2d957774b3cba4c06d022"
    assert bytes(session.mac).hex() == "fdd66db4d2e7c5a6d39f5a1c3de6db03"
    assert bytes(session.rmac).hex() == "a3ac7ee229654692a06249692df0037f"
    assert bytes(persistent).hex() == (
        "e54673efaa918db65edad4e34e5b4651700c18ac027ab42833d5baca850da35d"
    )


def test_a_fast_transaction_yields_the_published_cryptogram() -> None:
    _, persistent = standard_keys(STANDARD)
    handshake = replace(STANDARD, flag=b"\x01\x01")
    derived = fast_keys(handshake, persistent, READER.public, DEVICE.public)
    assert bytes(derived.cryptogram).hex() == "adb392a7c684736c08c26d179e41aa24"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"flag": b"\x00\x02"}, id="transaction code"),
        pytest.param({"transaction_id": bytes(16)}, id="transaction identifier"),
        pytest.param({"version": b"\x01\x00"}, id="version"),
        pytest.param({"settings": Settings(interface_contactless=0x5F)}, id="interface"),
        pytest.param(
            {"settings": settings_from({"shared_secret_kdf": "plain"})}, id="KDF of the secret"
        ),
        pytest.param({"profile": CCC}, id="profile"),
    ],
)
def test_every_part_of_the_context_changes_the_keys(changed: dict[str, object]) -> None:
    other = replace(STANDARD, **changed)  # type: ignore[arg-type]
    assert standard_keys(other)[0] != standard_keys(STANDARD)[0]
    assert standard_keys(other)[1] != standard_keys(STANDARD)[1]


def test_the_profiles_differ_in_the_device_versions_only() -> None:
    assert (*CCC.key_context, Part.DEVICE_VERSIONS) == HOME_KEY.key_context
    assert tuple(p for p in HOME_KEY.fast_context if p is not Part.DEVICE_VERSIONS) == (
        CCC.fast_context
    )


def test_precomputing_the_ranging_key_does_not_change_the_channel() -> None:
    longer = replace(STANDARD, settings=Settings(ranging_key_precomputed=True))
    assert standard_keys(longer) == standard_keys(STANDARD)
