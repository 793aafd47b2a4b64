"""The keys the vehicle knows, provisioned from a JSON file until pairing can enrol them.

The file holds the vehicle's own long-term key and, for each device key, name, role, slot, public
key, validity, state and whether it may start. Private device keys are never in it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.errors import Malformed
from rig.digital_key.secrets import Secret
from rig.vehicle.errors import KeyringError


class KeyState(StrEnum):
    """Where a key is in its life, as far as access goes."""

    ACTIVE = "active"
    INACTIVE = "inactive"  # enrolled but switched off, such as a service card in storage
    DELETED = "deleted"


@dataclass(slots=True)
class Key:
    """One enrolled device key. Times are with zone; None is unlimited."""

    name: str
    role: str  # "owner", "friend" or "card"
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


def load_keyring(path: Path) -> Keyring:
    """Read a provisioning file. Raises KeyringError naming the file and the entry."""
    try:
        content = json.loads(path.read_text())
        vehicle = _strict(content["vehicle"], "vehicle", {"id", "private"})
        return Keyring(
            bytes.fromhex(vehicle["id"]),
            PrivateKey.from_bytes(Secret(bytes.fromhex(vehicle["private"]))),
            [_key(entry) for entry in content["keys"]],
        )
    except (OSError, KeyError, TypeError, ValueError, Malformed, KeyringError) as exc:
        raise KeyringError(f"{path}: {type(exc).__name__}: {exc}") from exc


def _key(entry: Mapping[str, Any]) -> Key:
    name = str(entry.get("name", "?"))
    known = {"name", "role", "slot", "public", "valid_from", "valid_until", "state", "start"}
    fields = _strict(entry, f"key {name}", known, needed={"name", "role", "slot", "public"})
    try:
        return Key(
            name=name,
            role=fields["role"],
            slot=bytes.fromhex(fields["slot"]),
            public=PublicKey(bytes.fromhex(fields["public"])),
            valid_from=_time(fields.get("valid_from")),
            valid_until=_time(fields.get("valid_until")),
            state=KeyState(fields.get("state", KeyState.ACTIVE)),
            start=bool(fields.get("start", True)),
        )
    except (ValueError, Malformed) as exc:
        raise KeyringError(f"key {name}: {exc}") from exc


def _strict(
    entry: Mapping[str, Any], where: str, known: set[str], needed: set[str] | None = None
) -> Mapping[str, Any]:
    if strays := entry.keys() - known:
        raise KeyringError(f"{where}: unknown {', '.join(sorted(strays))}")
    if missing := (known if needed is None else needed) - entry.keys():
        raise KeyringError(f"{where}: missing {', '.join(sorted(missing))}")
    return entry


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise KeyringError(f"{text} has no time zone")
    return time
