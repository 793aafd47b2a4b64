"""The prover and its key schedule against the published v4.0.0 vector (section 3 of the facts)."""

from __future__ import annotations

import pytest

from drivers.sim.phone_framework.key_schedule import (
    Hardness,
    PasswordScalars,
    evidence_keys,
    shared_secret,
    stretch,
)
from drivers.sim.phone_framework.prover import Prover
from drivers.sim.phone_framework.traits import Traits
from rig.digital_key.curve import Point, generator
from rig.digital_key.errors import BadMac, Malformed
from rig.digital_key.secrets import Secret
from tests.drivers.sim.phone_framework.framework_bench import N_POINT, Bench

PASSWORD = "pleaseletmein"  # noqa: S105 - published
HARDNESS = Hardness(b"yellowsubmarines", 32768, 8, 1)
SPAKE_VERSION, APPLET_VERSIONS = bytes.fromhex("0101"), bytes.fromhex("01010100")
W0 = "e433ab43428320b24fab82f915d1db114acd72f8a4bf4fbf3c712b94bcc2f013"
W1 = "44363d157f471221b1e75e596ff4714a712b9578301665d84ec17004952523a8"
SCALAR = int.from_bytes(bytes(range(32)), "big")
X = (
    "04f44555207a617fd90900dba5c8e6f81eddbd87590873a63b9057dda9f138dbc1"
    "6f453195f6452ce71d399052435952b89a10b927435574f5e3707eae031c40e0"
)
Y = (
    "04b6fdaf3f6949869d68f667108b75e4ce74847e8953d1e3c6aae21699e8027211"
    "c2d9b2b2a906cc7ea7020715dec44e95659e3fc8994f635b95e7c9ea5c362cbe"
)
L = (  # the notes print one byte too many, 2c, before ce2c: 66 bytes are no point
    "04ff69eb6086938b3cce2c9e64dcacea1a925918e75e8c17948d316322d370123f"
    "69132aed7398919e6e6614f7627b0a54060c5a8c0d93d2754166ab10fea6a8ff"
)
VEHICLE_EVIDENCE = "110d49f8c5a896e11d4dde4c3b9704d2"
DEVICE_EVIDENCE = "23d1a618ad3acbfd7a9bd19fd1737107"
KEYS = {
    "enc": "161886cb9ae7403d8dbccfe36b8a0426",
    "mac": "6387ba65479cb7eb9df97bd48ac33159",
    "rmac": "41677fb6398459199f1e569760df91c1",
    "long_term": "5c4e19da553524e386fa1eca91e8ad0e",
    "ble_intro": "47ae79072b47d98bd28169d2d803a07f",
    "ble_oob_master": "3c009d26e5e2d9697999a918dc2f8f08",
}


def scalars() -> PasswordScalars:
    return PasswordScalars(Secret(bytes.fromhex(W0)), Secret(bytes.fromhex(W1)))


def prover() -> Prover:
    return Prover(scalars(), SCALAR)


def test_the_password_becomes_the_published_scalars() -> None:
    stretched = stretch(Secret(PASSWORD.encode()), HARDNESS)
    assert (stretched.w0.hex(), stretched.w1.hex()) == (W0, W1)


def test_the_share_is_the_published_one() -> None:
    assert prover().share.hex() == X


def test_the_intermediate_keys_are_the_published_ones() -> None:
    y = Point.decode(bytes.fromhex(Y))
    bare = y - Point.decompress(bytes.fromhex(N_POINT)) * int(W0, 16)
    z, v = (Secret((bare * k).encode()) for k in (SCALAR, int(W1, 16)))
    secret = shared_secret(bytes.fromhex(X), bytes.fromhex(Y), z, v, Secret(bytes.fromhex(W0)))
    assert secret[16:].hex() == "9f695017ba5e1df74a1b8bbf27fe1e0d"
    keys = evidence_keys(secret, SPAKE_VERSION, APPLET_VERSIONS)
    assert keys.vehicle.hex() == "ab667caeffe27505265d0f2026e146ea"
    assert keys.device.hex() == "af679bf88b734e1cb7cd0243fb21a589"


def test_w1_belongs_to_the_published_verifier() -> None:
    assert (generator() * int(W1, 16)).encode().hex() == L


def test_evidence_and_session_keys_are_the_published_ones() -> None:
    agreement = prover().agree(bytes.fromhex(Y), SPAKE_VERSION, APPLET_VERSIONS)
    assert agreement.answer(bytes.fromhex(VEHICLE_EVIDENCE)).hex() == DEVICE_EVIDENCE
    assert {name: getattr(agreement.keys, name).hex() for name in KEYS} == KEYS


def test_the_framework_speaks_the_vector_on_the_wire() -> None:
    versions = (b"\x01\x01", b"\x01\x00")
    traits = Traits(applet_versions=versions, draw_scalar=lambda: SCALAR)
    bench = Bench(password=PASSWORD, traits=traits)
    assert bench.select().hex() == "5a0401010100" + "5c0401010100" + "d40102" + "9000"
    request = "5b020101 5c0401010100 7f5020 c010" + b"yellowsubmarines".hex()
    request += "c10400008000 c2020008 c3020001 d6020003"
    assert bench.send("80300000", bytes.fromhex(request)).hex() == "5041" + X + "9000"
    verify = bytes.fromhex("5241" + Y + "5710" + VEHICLE_EVIDENCE)
    assert bench.send("80320000", verify).hex() == "5810" + DEVICE_EVIDENCE + "9000"


@pytest.mark.parametrize("evidence", ["", DEVICE_EVIDENCE, VEHICLE_EVIDENCE[:-1] + "3"])
def test_other_evidence_gets_none_back(evidence: str) -> None:
    agreement = prover().agree(bytes.fromhex(Y), SPAKE_VERSION, APPLET_VERSIONS)
    with pytest.raises(BadMac):
        agreement.answer(bytes.fromhex(evidence))


def test_a_share_that_makes_the_secret_infinite_is_refused() -> None:
    trap = Point.decompress(bytes.fromhex(N_POINT)) * int(W0, 16)
    with pytest.raises(Malformed):
        prover().agree(trap.encode(), SPAKE_VERSION, APPLET_VERSIONS)


@pytest.mark.parametrize(
    ("n", "r", "p"),
    [
        (0, 8, 1),
        (1, 8, 1),
        (4095, 8, 1),
        (4096, 0, 1),
        (4096, 8, 0),
        (1 << 31, 8, 1),
        (1 << 17, 8, 1),  # 128 MiB
        (1 << 16, 1, 1),  # N must be below 2 to the power of 16 r
        (4096, 0xFFFF, 1),
        (4096, 8, 0xFFFF),
    ],
)
def test_scrypt_parameters_out_of_reach_are_refused(n: int, r: int, p: int) -> None:
    with pytest.raises(Malformed):
        stretch(Secret(b"1"), Hardness(bytes(15) + b"\x01", n, r, p))


def test_a_salt_of_zeros_is_refused() -> None:
    with pytest.raises(Malformed):
        stretch(Secret(b"1"), Hardness(bytes(16), 16, 8, 1))


def test_neither_keys_nor_evidence_print() -> None:
    agreement = prover().agree(bytes.fromhex(Y), SPAKE_VERSION, APPLET_VERSIONS)
    shown = f"{agreement!r} {agreement.keys} {scalars()!r} {prover()!r}"
    assert not any(key in shown for key in (*KEYS.values(), W0, W1, DEVICE_EVIDENCE))
