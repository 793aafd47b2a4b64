"""The wallet file: which keys a virtual phone or card has.

JSON: ``{"holders": {NAME: {"kind": "phone" | "card", "model": ..., "keys": [...]}}}``; see
``HeldKey`` and ``Contents`` for the fields of a key, ``"bluetooth": {"address":
"C4:4D:49:00:00:01"}`` among the optional ones. Reading is strict: a missing, unknown or
ill-formed field is a WalletError that names file and field and shows no key material.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from drivers.api.errors import DeviceNotFound, DriverError
from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone.mailbox import Contents
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key.crypto import POINT_SIZE, SCALAR_SIZE, PrivateKey, PublicKey
from rig.digital_key.errors import Malformed
from rig.digital_key.secrets import Secret

_ADDRESS = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){5}")


class WalletError(DriverError):
    """The wallet file cannot be used as it is; says which file and field."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One entry of a wallet file."""

    kind: str
    model: str
    keys: tuple[HeldKey, ...]


def read_holder(wallet: Path, name: str) -> Holder:
    """Read one holder's entry. Raises DeviceNotFound for no such file or holder; WalletError."""
    try:
        document: object = json.loads(wallet.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise DeviceNotFound(f"no wallet file {wallet}", device=name) from exc
    except (OSError, ValueError) as exc:
        raise WalletError(f"{wallet}: {exc}", device=name) from exc
    root = _Node(document, wallet, "", name).table({"holders"})
    holders = root["holders"].table(None)
    if name not in holders:
        raise DeviceNotFound(f"{wallet} holds {', '.join(holders)}", device=name)
    entry = holders[name].table({"kind", "model", "keys"})
    keys = tuple(_read_key(node) for node in entry["keys"].items())
    seen: set[tuple[str, bytes]] = set()
    for key in keys:
        if (key.dialect.name, key.vehicle_id) in seen:
            raise entry["keys"].wrong(f"two keys for vehicle {key.vehicle_id.hex()}")
        seen.add((key.dialect.name, key.vehicle_id))
    return Holder(entry["kind"].one_of("phone", "card"), entry["model"].text(), keys)


def _read_key(node: _Node) -> HeldKey:
    needed = {"vehicle", "vehicle_key", "private", "slot", "profile"}
    entry = node.table(needed, {"mailbox", "bluetooth"})
    dialect = DIALECTS[entry["profile"].one_of(*DIALECTS)]
    size = dialect.profile.identifier_size
    return HeldKey(
        vehicle_id=entry["vehicle"].octets(size, size),
        vehicle_key=entry["vehicle_key"].public_key(),
        private=entry["private"].private_key(),
        slot=entry["slot"].octets(1, 8),
        dialect=dialect,
        contents=_read_contents(entry["mailbox"]) if "mailbox" in entry else Contents(),
        bluetooth=_read_address(entry["bluetooth"]) if "bluetooth" in entry else "",
    )


def _read_address(node: _Node) -> str:
    """The vehicle's Bluetooth address, as Bluetooth writes one."""
    address = node.table({"address"})["address"]
    if not _ADDRESS.fullmatch(text := address.text().upper()):
        raise address.wrong("not a Bluetooth address such as C4:4D:49:00:00:01")
    return text


def _read_contents(node: _Node) -> Contents:
    sizes = {"signals": 1, "slots": 1, "slot_list": 64, "package": 0xFFFF, "confidential": 0xFF}
    entry = node.table(set(), set(sizes))
    return Contents(**{name: value.octets(1, sizes[name]) for name, value in entry.items()})


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the document and where it stands."""

    value: object
    file: Path
    path: str
    holder: str

    def wrong(self, what: str) -> WalletError:
        return WalletError(f"{self.file}, {self.path or 'top'}: {what}", device=self.holder)

    def table(self, needed: set[str] | None, optional: set[str] | None = None) -> dict[str, _Node]:
        """The fields; exactly ``needed`` and perhaps some ``optional`` (None: any names)."""
        if not isinstance(self.value, dict):
            raise self.wrong("not an object")
        if needed is not None:
            if missing := needed - self.value.keys():
                raise self.wrong(f"no field {', '.join(sorted(missing))}")
            if unknown := self.value.keys() - needed - (optional or set()):
                raise self.wrong(f"unknown field {', '.join(sorted(unknown))}")
        return {name: self._step(value, f".{name}") for name, value in self.value.items()}

    def items(self) -> list[_Node]:
        if not isinstance(self.value, list):
            raise self.wrong("not a list")
        return [self._step(value, f"[{i}]") for i, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value:
            raise self.wrong("not a text")
        return self.value

    def one_of(self, *allowed: str) -> str:
        if self.value not in allowed:
            raise self.wrong(f"must be one of {', '.join(allowed)}")
        return str(self.value)

    def octets(self, least: int, most: int) -> bytes:
        """Bytes written in hex."""
        try:
            octets = bytes.fromhex(self.text())
        except ValueError:  # its text would show the value
            raise self.wrong("not hex digits") from None
        if not least <= len(octets) <= most:
            size = f"{least}" if least == most else f"{least} to {most}"
            raise self.wrong(f"{len(octets)} bytes, not {size}")
        return octets

    def public_key(self) -> PublicKey:
        try:
            return PublicKey(self.octets(POINT_SIZE, POINT_SIZE))
        except Malformed as exc:
            raise self.wrong(str(exc)) from exc

    def private_key(self) -> PrivateKey:
        try:
            return PrivateKey.from_bytes(Secret(self.octets(SCALAR_SIZE, SCALAR_SIZE)))
        except Malformed as exc:
            raise self.wrong(str(exc)) from exc

    def _step(self, value: object, step: str) -> _Node:
        return _Node(value, self.file, (self.path + step).removeprefix("."), self.holder)
