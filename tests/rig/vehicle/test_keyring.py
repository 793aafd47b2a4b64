"""The provisioning file, and which keys are tried first."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.secrets import Secret
from rig.vehicle.errors import KeyringError
from rig.vehicle.keyring import Keyring, KeyState, load_keyring

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


REFUSED = [
    pytest.param("{", "JSONDecodeError", id="no JSON"),
    pytest.param([], "TypeError", id="no object"),
    pytest.param(broken("vehicle", value=None), "KeyError: 'vehicle'", id="no vehicle"),
    pytest.param(broken("vehicle", "id", value=None), "missing id", id="no identifier"),
    pytest.param(broken("vehicle", "vin", value="x"), "unknown vin", id="unknown field"),
    pytest.param(broken("vehicle", "private", value="00" * 32), "out of range", id="zero key"),
    pytest.param(broken("keys", 0, "public", value="04" + "00" * 64), "key owner", id="off curve"),
    pytest.param(broken("keys", 0, "slot", value="0x"), "key owner", id="slot is no hex"),
    pytest.param(broken("keys", 1, "slot", value="01"), "share a slot", id="slot twice"),
    pytest.param(broken("keys", 1, "name", value="owner"), "share a slot or a name", id="name"),
    pytest.param(broken("keys", 2, "state", value="gone"), "key card.*gone", id="state"),
    pytest.param(
        broken("keys", 2, "valid_from", value="2026-01-01T00:00:00"), "no time zone", id="zone"
    ),
]


@pytest.mark.parametrize(("content", "complaint"), REFUSED)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, content: object, complaint: str) -> None:
    with pytest.raises(KeyringError, match=rf"vehicle\.json: .*{complaint}") as caught:
        load(tmp_path, content)
    assert "33" * 32 not in str(caught.value)


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
