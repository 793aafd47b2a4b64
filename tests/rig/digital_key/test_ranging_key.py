"""The ranging key: derived, named by its session, kept by the device."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest

from rig.digital_key import messages as m
from rig.digital_key.dissect import dissect, name_of
from rig.digital_key.errors import StatusRefused
from rig.digital_key.key_schedule import Handshake, fast_keys, ranging_key, standard_keys
from rig.digital_key.profiles import CCC, HOME_KEY, Bearer, Purpose
from rig.digital_key.settings import Settings
from rig.digital_key.transaction import Authenticated, Transaction
from rig.digital_key.wire import wire
from tests.rig.digital_key.test_key_schedule import (
    DEVICE,
    DEVICE_EPHEMERAL,
    READER,
    READER_EPHEMERAL,
    READER_ID,
    STANDARD,
)
from tests.rig.digital_key.test_transaction import Scene

AHEAD = replace(STANDARD, settings=Settings(ranging_key_precomputed=True))
OVER_CCC = replace(STANDARD, profile=CCC, version=b"\x01\x00", flag=b"\x00\x10")


def independent_material(handshake: Handshake) -> bytes:
    """80 bytes of Home Key's volatile material, by nothing but HMAC and SHA-256."""
    secret = bytes(READER_EPHEMERAL.agree(DEVICE_EPHEMERAL.public))
    root = hashlib.sha256(secret + b"\x00\x00\x00\x01" + handshake.transaction_id).digest()
    info = READER_EPHEMERAL.public.x + DEVICE_EPHEMERAL.public.x + handshake.transaction_id
    info += b"\x5e" + handshake.flag + b"Volatile" + b"\x5c\x02\x02\x00\x5c\x04\x02\x00\x01\x00"
    key, made, block = hmac.digest(bytes(32), root, "sha256"), b"", b""
    for count in (1, 2, 3):
        block = hmac.digest(key, block + info + bytes((count,)), "sha256")
        made += block
    return made[:80]


def test_the_ranging_key_is_the_tail_of_the_material_of_the_published_keys() -> None:
    material = independent_material(AHEAD)
    assert material[:16].hex() == "5c6c8960f3b2d957774b3cba4c06d022"  # published Kenc
    assert bytes(ranging_key(AHEAD) or b"") == material[48:]


@pytest.mark.parametrize("code", [0x10, 0x11], ids=["ranging key", "first approach"])
def test_transactions_for_ranging_derive_one(code: int) -> None:
    found = ranging_key(replace(OVER_CCC, flag=bytes((0, code))))
    assert found is not None
    assert len(found) == 32
    assert found not in (ranging_key(AHEAD), standard_keys(OVER_CCC)[1])


@pytest.mark.parametrize("code", sorted(set(CCC.purposes.values()) - {0x10, 0x11}))
def test_other_transactions_derive_none(code: int) -> None:
    assert ranging_key(replace(OVER_CCC, flag=bytes((0, code)))) is None
    assert ranging_key(STANDARD) is None


def test_the_session_is_named_by_the_end_of_the_transaction_identifier() -> None:
    assert OVER_CCC.session_id == 0x0C0D0E0F


def test_the_interface_byte_is_that_of_the_bearer() -> None:
    settings = Settings(interface_ble=0xB1, interface_contactless=0xC1)
    over_nfc = replace(OVER_CCC, settings=settings)
    over_ble = replace(over_nfc, bearer=Bearer.BLUETOOTH)
    as_nfc = replace(over_nfc, settings=Settings(interface_contactless=0xB1))
    assert ranging_key(over_ble) == ranging_key(as_nfc) != ranging_key(over_nfc)
    assert standard_keys(over_ble) == standard_keys(as_nfc) != standard_keys(over_nfc)
    persistent = standard_keys(over_nfc)[1]
    fast = [fast_keys(h, persistent, READER.public, DEVICE.public) for h in (over_ble, over_nfc)]
    assert fast[0] != fast[1]


def ranged(
    scene: Scene, purpose: Purpose = Purpose.RANGING_KEY
) -> tuple[Transaction, Authenticated]:
    transaction = scene.transaction()
    return transaction, transaction.authenticate(purpose, fast=False)


def keeping(scene: Scene, status: str) -> None:
    """Have the phone answer CREATE RANGING KEY so, whatever its applet knows of it."""
    scene.alter = lambda command, answer: (
        bytes.fromhex(status) if command[1] == m.INS_CREATE_RANGING_KEY else answer
    )


@pytest.mark.parametrize("purpose", [Purpose.RANGING_KEY, Purpose.FIRST_APPROACH])
def test_a_transaction_for_ranging_yields_key_and_session(purpose: Purpose) -> None:
    scene = Scene(CCC)
    _, found = ranged(scene, purpose)
    auth0 = next(c for c in scene.commands if c[1] == m.INS_AUTH0)
    assert auth0[3] == CCC.purposes[purpose]
    transaction_id = auth0.split(b"\x4c\x10", 1)[1][:16]
    assert found.session_id.to_bytes(4, "big") == transaction_id[-4:]
    assert found.ranging_key is not None
    assert found.ranging_key.hex() not in repr(found)
    assert READER_ID.hex() not in repr(found)


def test_another_transaction_yields_the_session_but_no_key() -> None:
    scene = Scene(CCC)
    _, standard = scene.meet(fast=False)
    _, fast = scene.meet(fast=True)
    assert fast.fast
    assert fast.session_id != standard.session_id != 0
    assert standard.ranging_key is fast.ranging_key is None


def test_the_device_is_told_to_keep_it() -> None:
    scene = Scene(CCC)
    keeping(scene, "9000")
    transaction, found = ranged(scene)
    transaction.create_ranging_key(found.session_id)
    assert scene.commands[-1].hex() == f"8071000004{found.session_id:08x}00"


def test_it_goes_through_the_channel_where_its_class_says_so() -> None:
    scene = Scene(CCC, Settings(ranging_key_class=0x84))
    keeping(scene, "6484")
    transaction, found = ranged(scene)
    with pytest.raises(StatusRefused):
        transaction.create_ranging_key(found.session_id)
    sent = scene.commands[-1]
    assert sent[:5].hex() == "8471000018"
    assert found.session_id.to_bytes(4, "big") not in sent


def test_a_phone_without_a_free_slot_is_named_so() -> None:
    scene = Scene(CCC)
    keeping(scene, "6484")
    transaction, found = ranged(scene)
    with pytest.raises(StatusRefused, match=r"6484 \(ranging key slots full") as refused:
        transaction.create_ranging_key(found.session_id)
    assert refused.value.status == 0x6484


def test_no_ranging_key_before_authentication() -> None:
    with pytest.raises(RuntimeError, match="before authentication"):
        Scene(CCC).transaction().create_ranging_key(1)


@pytest.mark.parametrize("purpose", [Purpose.RANGING_KEY, Purpose.FIRST_APPROACH])
def test_no_fast_transaction_is_asked_for_a_ranging_key(purpose: Purpose) -> None:
    scene = Scene(CCC)
    with pytest.raises(ValueError, match="no fast transaction serves"):
        scene.transaction().authenticate(purpose, fast=True)
    assert m.INS_AUTH0 not in [command[1] for command in scene.commands]
    with pytest.raises(ValueError, match="profile home_key has no transaction for"):
        Scene(HOME_KEY).transaction().authenticate(purpose, fast=False)


def test_a_transaction_knows_what_it_runs_over() -> None:
    scene = Scene(CCC)
    send = wire(scene.applet.process, lambda *_: None, lambda: 0)
    over_ble = Transaction(send, scene.vehicle, scene.enrolment, bearer=Bearer.BLUETOOTH)
    over_ble.select()
    handshake, _ = over_ble.auth0(Purpose.RANGING_KEY, fast=False)
    assert handshake.bearer is Bearer.BLUETOOTH


def test_the_trace_tells_it() -> None:
    command = m.create_ranging_key_command(0x80, 0x0C0D0E0F).encode()
    assert name_of(command) == "CREATE RANGING KEY"
    lines = dissect(command, b"\x64\x84")
    assert [(line.label, line.value) for line in lines] == [
        ("command CREATE RANGING KEY", "80 71 00 00"),
        ("session", "0C0D0E0F"),
        ("answer", "6484"),
    ]
