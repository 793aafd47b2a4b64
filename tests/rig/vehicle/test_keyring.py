"""The provisioning file, and which keys are tried first."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.profiles import CCC, HOME_KEY
from rig.digital_key.secrets import Secret
from rig.vehicle.errors import KeyringError
from rig.vehicle.keyring import Keyring, KeyState
from rig.vehicle.keyring_file import load_keyring

POINTS = [PrivateKey.generate().public.point.hex() for _ in range(3)]
GOOD: dict[str, Any] = {
    "vehicle": {"id": "0011223344556677", "private": "33" * 32},
    "keys": [
        {"name": "owner", "role": "owner", "slot": "01", "public": POINTS[0]},
        {"name": "friend", "role": "friend", "slot": "02", "public": POINTS[1], "start": False},
        {
            "name": "card",
            "role": "card",
            "slot": "03",
            "public": POINTS[2],
            "state": "inactive",
            "valid_from": "2026-01-01T00:00:00+00:00",
            "valid_until": None,
        },
    ],
}


def load(tmp_path: Path, content: object) -> Keyring:
    path = tmp_path / "vehicle.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return load_keyring(path)


def test_a_file_becomes_a_keyring(tmp_path: Path) -> None:
    keyring = load(tmp_path, GOOD)
    assert keyring.identifier == bytes.fromhex("0011223344556677")
    assert [key.name for key in keyring] == ["owner", "friend", "card"]
    card = keyring.named("card")
    assert card.state is KeyState.INACTIVE
    assert card.valid_from is not None
    assert not keyring.named("friend").start
    assert keyring.by_slot(b"\x09") is None


def broken(*path: str | int, value: object) -> object:
    content = deepcopy(GOOD)
    at: Any = content
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return content


# id: (the file, what is said about it)
REFUSED: dict[str, tuple[object, str]] = {
    "no JSON": ("{\n!", "2: not JSON: "),
    "no text": (b"\xff", "not UTF-8 text at byte 0"),
    "a field twice": ('{"keys": [], "keys": []}', "the field 'keys' is given twice"),
    "a list": ([], "the file: must be an object, found a list"),
    "unknown top-level field": ({**GOOD, "key": []}, "unknown key; it has: vehicle, keys"),
    "no vehicle": (broken("vehicle", value=None), "the file: missing vehicle"),
    "no keys": (broken("keys", value=None), "the file: missing keys"),
    "vehicle is text": (broken("vehicle", value="x"), "vehicle: must be an object, found text"),
    "no identifier": (broken("vehicle", "id", value=None), "vehicle: missing id"),
    "unknown field of the vehicle": (broken("vehicle", "vin", value="x"), "vehicle: unknown vin"),
    "short identifier": (
        broken("vehicle", "id", value="0011"),
        "vehicle: id: must be 8 or 16 bytes, found 2",
    ),
    "private key is a number": (broken("vehicle", "private", value=3), "found a number"),
    "private key is no hex": (
        broken("vehicle", "private", value="33" * 31 + "3x"),
        "vehicle: private: must be hex digits, two for each byte",
    ),
    "zero private key": (
        broken("vehicle", "private", value="00" * 32),
        "vehicle: private: the scalar is out of range",
    ),
    "keys is an object": (broken("keys", value={}), "keys: must be a list, found an object"),
    "key is text": (broken("keys", 1, value="a"), "key 2: must be an object, found text"),
    "unnamed key": (broken("keys", 1, "name", value=None), "key 2: missing name"),
    "empty name": (broken("keys", 1, "name", value=""), "key 2: name: must be text, found empty"),
    "unknown field of a key": (broken("keys", 0, "rule", value="x"), "key owner: unknown rule; it"),
    "no public key": (broken("keys", 0, "public", value=None), "key owner: missing public"),
    "off curve": (
        broken("keys", 0, "public", value="04" + "00" * 64),
        "key owner: public: the point is not on P-256",
    ),
    "short point": (broken("keys", 0, "public", value="04"), "public: must be 65 bytes, found 1"),
    "role": (broken("keys", 1, "role", value="frend"), "key friend: role: must be one of: owner,"),
    "role is a list": (broken("keys", 1, "role", value=["owner"]), "key friend: role: must be one"),
    "slot is no hex": (broken("keys", 0, "slot", value="0x"), "key owner: slot: must be hex"),
    "slot is a number": (broken("keys", 0, "slot", value=1), "slot: must be text, found a number"),
    "empty slot": (broken("keys", 0, "slot", value=""), "slot: must be text, found empty text"),
    "blank slot": (broken("keys", 0, "slot", value=" "), "7 or 8 bytes, found 0"),
    "long slot": (broken("keys", 0, "slot", value="01" * 9), "7 or 8 bytes, found 9"),
    "slot twice": (
        broken("keys", 1, "slot", value="01"),
        "key friend: slot: key owner has the same",
    ),
    "name twice": (
        broken("keys", 1, "name", value="owner"),
        "key owner: name: another key has the same",
    ),
    "state": (broken("keys", 2, "state", value="gone"), "key card: state: must be one of: active,"),
    "start is text": (
        broken("keys", 1, "start", value="no"),
        "key friend: start: must be true or false, found text",
    ),
    "time without zone": (
        broken("keys", 2, "valid_from", value="2026-01-01T00:00:00"),
        "key card: valid_from: 2026-01-01T00:00:00 has no time zone",
    ),
    "no time": (broken("keys", 2, "valid_from", value="soon"), "valid_from: 'soon' is no time"),
    "time is a number": (broken("keys", 2, "valid_until", value=2026), "must be text, found a num"),
}


@pytest.mark.parametrize(("content", "complaint"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, content: object, complaint: str) -> None:
    with pytest.raises(KeyringError, match=rf"vehicle\.json:.*{re.escape(complaint)}") as caught:
        load(tmp_path, content)
    assert "\n" not in str(caught.value)
    assert "33" * 31 not in str(caught.value)
    assert POINTS[0] not in str(caught.value)


def test_the_identifier_must_fit_the_profile(tmp_path: Path) -> None:
    load(tmp_path, GOOD)
    assert len(load_keyring(tmp_path / "vehicle.json", CCC).identifier) == CCC.identifier_size
    with pytest.raises(KeyringError, match="vehicle: id: must be 16 bytes, found 8"):
        load_keyring(tmp_path / "vehicle.json", HOME_KEY)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match=r"nowhere\.json"):
        load_keyring(tmp_path / "nowhere.json")


def test_the_most_recently_used_key_is_tried_first(tmp_path: Path) -> None:
    keyring = load(tmp_path, GOOD)
    owner, friend, card = keyring
    assert keyring.fast_candidates() == []
    for key in (owner, friend, owner):
        keyring.used(key, Secret(b"k" * 32))
    keyring.used(card, None)  # met, but without a standard transaction
    assert [key.name for key in keyring.fast_candidates()] == ["owner", "friend"]
    keyring.forget_fast()
    assert keyring.fast_candidates() == []


def test_restoring_keeps_what_was_learned(tmp_path: Path) -> None:
    keyring, original = load(tmp_path, GOOD), load(tmp_path, GOOD)
    owner = keyring.named("owner")
    keyring.used(owner, Secret(b"k" * 32))
    owner.state = KeyState.DELETED
    keyring.restore(original)
    assert owner.state is KeyState.ACTIVE
    assert [key.name for key in keyring.fast_candidates()] == ["owner"]
    assert "kkk" not in repr(owner)
