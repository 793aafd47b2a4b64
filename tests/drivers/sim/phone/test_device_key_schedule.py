"""The device's key schedule against the published Home Key values (sections 5.4 and 5.5)."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from drivers.sim.phone.key_schedule import SessionKeys, Transcript, derive_fast, derive_standard
from rig.digital_key.crypto import PrivateKey, hkdf, x963_kdf
from rig.digital_key.profiles import CCC, HOME_KEY
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings

VEHICLE, DEVICE = (PrivateKey.from_bytes(bytes((n,)) * 32) for n in (0x11, 0x22))
VEHICLE_LONG, DEVICE_LONG = (PrivateKey.from_bytes(bytes((n,)) * 32) for n in (0x33, 0x44))
STANDARD = Transcript(
    vehicle_key_x=VEHICLE_LONG.public.x,
    vehicle_ephemeral_x=VEHICLE.public.x,
    device_key_x=DEVICE_LONG.public.x,
    device_ephemeral_x=DEVICE.public.x,
    vehicle_id=bytes.fromhex("00112233445566778899aabbccddeeff"),
    transaction_id=bytes(range(16)),
    flag=b"\x00\x01",
    version=b"\x02\x00",
    device_versions=b"\x02\x00\x01\x00",
)
FAST = replace(STANDARD, flag=b"\x01\x01")
KENC = "5c6c8960f3b2d957774b3cba4c06d022"
KMAC = "fdd66db4d2e7c5a6d39f5a1c3de6db03"
KRMAC = "a3ac7ee229654692a06249692df0037f"
KPERSISTENT = "e54673efaa918db65edad4e34e5b4651700c18ac027ab42833d5baca850da35d"
CRYPTOGRAM = "adb392a7c684736c08c26d179e41aa24"


def shown(keys: SessionKeys) -> tuple[str, str, str]:
    return keys.enc.hex(), keys.mac.hex(), keys.rmac.hex()


@pytest.mark.parametrize(
    ("key", "x"),
    [
        (VEHICLE, "0217e617f0b6443928278f96999e69a23a4f2c152bdf6d6cdf66e5b80282d4ed"),
        (DEVICE, "d65a93977caa3d1b081852ff57a79e465f1660577304baead505dd3a48589cf3"),
        (VEHICLE_LONG, "51a7580833898ea1b183cbd7350a4099078c6ef1c1e18e970cd7683035f25e7d"),
        (DEVICE_LONG, "5b36890dacbd7c9a96bb74a1ee28b3d2d75b72e09a20ef25cf8e6fd8a9f0350d"),
    ],
    ids=["vehicle ephemeral", "device ephemeral", "vehicle", "device"],
)
def test_the_keys_of_the_vector_are_the_published_ones(key: PrivateKey, x: str) -> None:
    assert key.public.x.hex() == x


def test_both_ends_of_the_vector_derive_the_published_keys() -> None:
    for mine, theirs in ((DEVICE, VEHICLE), (VEHICLE, DEVICE)):
        keys, persistent = derive_standard(
            mine.agree(theirs.public), STANDARD, HOME_KEY, Settings()
        )
        assert shown(keys) == (KENC, KMAC, KRMAC)
        assert persistent.hex() == KPERSISTENT


def test_the_fast_cryptogram_is_the_published_one() -> None:
    secret = Secret(bytes.fromhex(KPERSISTENT))
    cryptogram, keys = derive_fast(secret, FAST, HOME_KEY, Settings())
    assert cryptogram.hex() == CRYPTOGRAM
    assert len({cryptogram, keys.enc, keys.mac, keys.rmac}) == 4


def test_the_ccc_context_is_the_home_key_context_without_device_versions() -> None:
    agreed = DEVICE.agree(VEHICLE.public)
    info = (
        VEHICLE.public.x + DEVICE.public.x + bytes(range(16)) + b"\x5e\x00\x01"
        b"Volatile\x5c\x02\x02\x00"
    )
    expected = hkdf(x963_kdf(agreed, bytes(range(16)), 32), info, 48)
    keys, _ = derive_standard(agreed, STANDARD, CCC, Settings())
    assert keys.enc + keys.mac + keys.rmac == expected


def test_a_ranging_key_comes_after_the_same_session_keys() -> None:
    agreed = DEVICE.agree(VEHICLE.public)
    settings = Settings(ranging_key_precomputed=True)
    keys, _ = derive_standard(agreed, STANDARD, HOME_KEY, settings)
    assert shown(keys) == (KENC, KMAC, KRMAC)
    assert keys.ranging is not None
    assert len(keys.ranging) == 32


@pytest.mark.parametrize(
    "settings",
    [
        Settings(shared_secret_kdf="plain"),  # noqa: S106 - a setting's name
        Settings(interface_contactless=0x5F),
    ],
)
def test_settings_reach_the_derivation(settings: Settings) -> None:
    keys, persistent = derive_standard(DEVICE.agree(VEHICLE.public), STANDARD, HOME_KEY, settings)
    assert keys.enc.hex() != KENC
    assert persistent.hex() != KPERSISTENT


def test_the_interface_of_the_link_takes_the_place_of_the_contactless_one() -> None:
    over_other = replace(STANDARD, interface=0x5F)
    agreed = DEVICE.agree(VEHICLE.public)
    keys, _ = derive_standard(agreed, over_other, HOME_KEY, Settings())
    same, _ = derive_standard(agreed, STANDARD, HOME_KEY, Settings(interface_contactless=0x5F))
    assert shown(keys) == shown(same)
    assert shown(keys) != (KENC, KMAC, KRMAC)


@pytest.mark.parametrize("code", [0x10, 0x11])
def test_a_ranging_transaction_derives_its_key_behind_the_session_keys(code: int) -> None:
    ranging = replace(STANDARD, flag=bytes((0, code)))
    agreed = DEVICE.agree(VEHICLE.public)
    keys, _ = derive_standard(agreed, ranging, CCC, Settings())
    ahead, _ = derive_standard(agreed, ranging, CCC, Settings(ranging_key_precomputed=True))
    assert keys.ranging == ahead.ranging
    assert keys.ranging is not None
    assert len(keys.ranging) == 32
    other = replace(STANDARD, flag=bytes((0, 1)))
    assert derive_standard(agreed, other, CCC, Settings())[0].ranging is None


@pytest.mark.parametrize("name", [f.name for f in fields(Transcript) if f.name != "interface"])
def test_every_public_value_goes_into_the_fast_cryptogram(name: str) -> None:
    value = getattr(FAST, name)
    changed = replace(FAST, **{name: value[:-1] + bytes((value[-1] ^ 1,))})
    cryptogram, _ = derive_fast(Secret(bytes.fromhex(KPERSISTENT)), changed, HOME_KEY, Settings())
    assert cryptogram.hex() != CRYPTOGRAM


def test_session_keys_do_not_print() -> None:
    keys, _ = derive_standard(DEVICE.agree(VEHICLE.public), STANDARD, HOME_KEY, Settings())
    assert KENC not in repr(keys)
    assert "secret bytes" in repr(keys)
