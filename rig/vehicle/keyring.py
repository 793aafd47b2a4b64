"""The keys the vehicle knows, provisioned from a JSON file until pairing can enrol them.

The file holds the vehicle's own long-term key and, for each device key, name, role, slot, public
key, validity, state and whether it may start. Private device keys are never in it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from rig.digital_key.crypto import POINT_SIZE, SCALAR_SIZE, PrivateKey, PublicKey
from rig.digital_key.errors import Malformed
from rig.digital_key.profiles import PROFILES, Profile
from rig.digital_key.secrets import Secret
from rig.vehicle.entries import Entry
from rig.vehicle.errors import KeyringError

ROLES = ("owner", "friend", "card")
SLOT_SIZES = range(1, 9)  # bytes of a slot identifier; the mailbox has 8 for each


class KeyState(StrEnum):
    """Where a key is in its life, as far as access goes."""

    ACTIVE = "active"
    INACTIVE = "inactive"  # enrolled but switched off, such as a service card in storage
    DELETED = "deleted"


@dataclass(slots=True)
class Key:
    """One enrolled device key. Times are with zone; None is unlimited."""

    name: str
    role: str  # one of ROLES
    slot: bytes
    public: PublicKey
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    state: KeyState = KeyState.ACTIVE
    start: bool = True  # may bring the vehicle to drive-ready
    persistent: Secret | None = field(default=None, repr=False)


class Keyring:
    """Enrolled keys by slot. Safe to use from several reader loops."""

    def __init__(self, identifier: bytes, vehicle_key: PrivateKey, keys: list[Key]) -> None:
        self.identifier = identifier
        self.vehicle_key = vehicle_key
        self._keys = {key.slot: key for key in keys}
        if len(self._keys) != len(keys) or len({k.name for k in keys}) != len(keys):
            raise KeyringError("two keys share a slot or a name")
        self._recent: list[bytes] = []  # slots, most recently used first
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Key]:
        return iter(list(self._keys.values()))

    def named(self, name: str) -> Key:
        """The key of that name. Raises KeyringError."""
        for key in self:
            if key.name == name:
                return key
        raise KeyringError(f"no key {name!r}; enrolled are {', '.join(k.name for k in self)}")

    def by_slot(self, slot: bytes) -> Key | None:
        """The key a device names in AUTH1, or None."""
        return self._keys.get(bytes(slot))

    def fast_candidates(self) -> list[Key]:
        """Keys that can be tried in a fast transaction, most recently used first."""
        with self._lock:
            recent = [self._keys[slot] for slot in self._recent if slot in self._keys]
        return [key for key in recent if key.persistent is not None]

    def used(self, key: Key, persistent: Secret | None) -> None:
        """Note a use, and the Kpersistent of a standard transaction."""
        with self._lock:
            if persistent is not None:
                key.persistent = persistent
            if key.slot in self._recent:
                self._recent.remove(key.slot)
            self._recent.insert(0, key.slot)

    def forget_fast(self) -> None:
        """Drop every Kpersistent, so that the next transactions are standard ones."""
        with self._lock:
            for key in self._keys.values():
                key.persistent = None
            self._recent.clear()

    def restore(self, original: Keyring) -> None:
        """Take validity, state and rights back from ``original``; what was learned stays."""
        for key in original:
            mine = self._keys[key.slot]
            mine.valid_from, mine.valid_until = key.valid_from, key.valid_until
            mine.state, mine.start = key.state, key.start


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
