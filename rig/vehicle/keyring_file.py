"""The provisioning file: the keys a vehicle knows before anybody pairs with it.

It holds the vehicle's own long-term key and, for each device key, name, role, slot, public key,
validity, state and whether it may start. Private device keys are never in it.
"""

from __future__ import annotations

import json
from pathlib import Path

from rig.digital_key.crypto import POINT_SIZE, SCALAR_SIZE, PrivateKey, PublicKey
from rig.digital_key.errors import Malformed
from rig.digital_key.profiles import PROFILES, Profile
from rig.digital_key.secrets import Secret
from rig.vehicle.entries import Entry
from rig.vehicle.errors import KeyringError
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import ROLES, Key, KeyState

SLOT_SIZES = range(1, 9)  # bytes of a slot identifier; the mailbox has 8 for each


def load_keyring(path: Path, profile: Profile | None = None) -> Keyring:
    """Read a provisioning file for a vehicle of this profile, or of any.

    Raises KeyringError naming the file and the entry; no key material is in it.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_each_once)
        return _keyring(Entry(content, "the file"), profile)
    except OSError as exc:
        raise KeyringError(f"{path}: cannot be read: {exc.strerror}") from exc
    except json.JSONDecodeError as exc:
        raise KeyringError(f"{path}:{exc.lineno}: not JSON: {exc.msg}") from exc
    except UnicodeDecodeError as exc:
        raise KeyringError(f"{path}: not UTF-8 text at byte {exc.start}") from exc
    except ValueError as exc:  # a number of thousands of digits
        raise KeyringError(f"{path}: {exc}") from exc
    except RecursionError as exc:
        raise KeyringError(f"{path}: nested too deeply") from exc
    except KeyringError as exc:
        raise KeyringError(f"{path}: {exc}") from exc


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise KeyringError(f"the field {twice!r} is given twice in one object")
    return found


def _keyring(root: Entry, profile: Profile | None) -> Keyring:
    profiles = PROFILES.values() if profile is None else (profile,)
    top = root.fields(("vehicle", "keys"))
    vehicle = Entry(top["vehicle"].value, "vehicle").fields(("id", "private"))
    keys = [_key(item, i) for i, item in enumerate(Entry(top["keys"].value, "keys").items(), 1)]
    _refuse_twice(keys)
    identifier = vehicle["id"].octets(*(p.identifier_size for p in profiles))
    return Keyring(identifier, _private_key(vehicle["private"]), keys)


def _key(value: object, number: int) -> Key:
    name = value.get("name") if isinstance(value, dict) else None
    entry = Entry(value, f"key {name}" if name and isinstance(name, str) else f"key {number}")
    optional = ("valid_from", "valid_until", "state", "start")
    fields = entry.fields(("name", "role", "slot", "public"), optional)
    key = Key(
        name=fields["name"].text(),
        role=fields["role"].word(*ROLES),
        slot=fields["slot"].octets(*SLOT_SIZES),
        public=_public_key(fields["public"]),
    )
    if "valid_from" in fields:
        key.valid_from = fields["valid_from"].time()
    if "valid_until" in fields:
        key.valid_until = fields["valid_until"].time()
    if "state" in fields:
        key.state = KeyState(fields["state"].word(*KeyState))
    if "start" in fields:
        key.start = fields["start"].flag()
    return key


def _refuse_twice(keys: list[Key]) -> None:
    holders: dict[bytes, str] = {}
    for key in keys:
        if key.name in holders.values():
            raise KeyringError(f"key {key.name}: name: another key has the same")
        if key.slot in holders:
            raise KeyringError(f"key {key.name}: slot: key {holders[key.slot]} has the same")
        holders[key.slot] = key.name


def _public_key(entry: Entry) -> PublicKey:
    try:
        return PublicKey(entry.octets(POINT_SIZE))
    except Malformed as exc:
        raise entry.wrong(str(exc)) from exc


def _private_key(entry: Entry) -> PrivateKey:
    try:
        return PrivateKey.from_bytes(Secret(entry.octets(SCALAR_SIZE)))
    except Malformed as exc:
        raise entry.wrong(str(exc)) from exc
