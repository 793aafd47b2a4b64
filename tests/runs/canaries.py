"""Every secret that comes into being during a run, kept for a search of what the run left behind.

Loaded into a run of the rig by ``-p tests.runs.canaries``; RIG_CANARIES names the file, a line a
secret: "raw", "text" or "number", the value in hex, and who made it. RIG_LEAK=1 plants leaks, as
slips of an author would.
"""

from __future__ import annotations

import linecache
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from drivers.api.ble import Bond, OobData
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.ble.vehicle import Vehicle
from drivers.sim.phone_ble.bonds import VehicleBond
from rig.digital_key.ble_messages import RangingSetupResponse
from rig.digital_key.pairing_messages import BluetoothFields
from rig.digital_key.secrets import Secret
from rig.records.journal import Journal
from rig.vehicle.pairing_desk import PairingDesk
from rig.vehicle.passive.approach import Approach
from rig.vehicle.visit import Visit

# What is a Secret for the sake of comparing it, and travels openly all the same.
# Who makes it, and how many calls below.
_SHOWN = {
    "rig.digital_key.key_schedule:fast_keys": 0,  # the cryptogram
    "rig.key_server.emulated.seal:salt": 2,  # of scrypt, by way of hkdf and _derive
}
_SHOWN_BY = "Secret(cmac("  # the evidence of both sides of SPAKE2+
_SHORTEST = 6  # bytes; fewer are no secret to find
_LEAST_DIFFERENT = 4  # bytes of a value; fewer are a test's made-up one
_BLUETOOTH = {
    Bond: {"ltk": "raw", "irk": "raw"},
    VehicleBond: {"ltk": "raw"},
    OobData: {"random": "raw"},
    Vehicle: {"irk": "raw"},
    BluetoothFields: {"identity_key": "raw"},
    RangingSetupResponse: {"hop_key": "number"},
}
"""What is secret and no Secret, as libraries and messages have it: fields of classes."""

_lock = threading.Lock()
_kept: dict[tuple[str, bytes, str], None] = {}


def _named(frame: FrameType) -> str:
    return f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_name}"


def _is_shown(maker: FrameType) -> bool:
    line = linecache.getline(maker.f_code.co_filename, maker.f_lineno)
    frame: FrameType | None = maker
    names = []
    for _ in range(1 + max(_SHOWN.values())):
        names.append(_named(frame) if frame else "")
        frame = frame.f_back if frame else None
    return _SHOWN_BY in line or any(names[below] == who for who, below in _SHOWN.items())


def keep(value: bytes, kind: str = "", of: str = "") -> None:
    """Write a secret down, once for each maker; what is text can be found as text.

    ``of`` is the field that it stands in, where it is no Secret by itself.
    """
    maker = sys._getframe(2)  # noqa: SLF001 - whoever has called the constructor
    shortest = _SHORTEST if kind != "number" else 4
    if len(value) < shortest or len(set(value)) < _LEAST_DIFFERENT or _is_shown(maker):
        return
    name = f"{_named(maker)}.{of}" if of else _named(maker)
    kind = kind or ("text" if value.isascii() and value.decode().isprintable() else "raw")
    with _lock:
        if (kind, value, name) in _kept:
            return
        _kept[kind, value, name] = None
        with Path(os.environ["RIG_CANARIES"]).open("a", encoding="utf-8") as file:
            file.write(f"{kind} {value.hex()} {name}\n")


def _secret(cls: type[Secret], *arguments: Any) -> Secret:
    made: Secret = bytes.__new__(cls, *arguments)
    keep(bytes(made))
    return made


def _text(self: SecretText, text: str) -> None:
    self._text = text
    keep(text.encode(), "text")


def _noting_the_scalar(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(*arguments: Any, **named: Any) -> Any:
        key = make(*arguments, **named)
        keep(key.private_numbers().private_value.to_bytes(32, "big"), "raw")
        return key

    return made


def _noting_fields(cls: type, fields: dict[str, str]) -> Callable[..., None]:
    made: Callable[..., None] = cls.__init__  # type: ignore[misc]

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        for name, kind in fields.items():
            value = getattr(self, name)
            octets = value.to_bytes(4, "big") if isinstance(value, int) else bytes(value)
            keep(octets, kind, name)

    return init


def _replace(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _watch() -> None:
    _replace(Secret, "__new__", staticmethod(_secret))
    _replace(SecretText, "__init__", _text)
    for name in ("generate_private_key", "derive_private_key"):
        _replace(ec, name, _noting_the_scalar(getattr(ec, name)))
    for cls, fields in _BLUETOOTH.items():
        _replace(cls, "__init__", _noting_fields(cls, fields))


def _leak() -> None:
    """Keys in both traces, a token in a message, raw bytes in a file beside the journal."""
    to_record, append, end = Visit.to_record, Journal.append, Approach.to_record

    def with_a_key(self: Visit, *arguments: Any) -> Any:
        raw = [value for kind, value, _ in list(_kept) if kind == "raw"]
        self.notes.append(f"key {raw[-1].hex().upper()}")
        return to_record(self, *arguments)

    def quoting(_self: PairingDesk, token: SecretText) -> None:
        raise ActionRefused(f"{token.reveal().lower()} is no token of this vehicle")

    def with_a_dump(self: Journal, record: Any) -> None:
        raw = [value for kind, value, _ in list(_kept) if kind == "raw"]
        (self.folder / "dump.bin").write_bytes(b"\x00".join(raw[:3]))
        append(self, record)

    def with_what_it_ranged_by(self: Approach, *arguments: Any) -> Any:
        for kind, value, maker in list(_kept):
            if kind == "number":
                self.notes.append(f"hops by {int.from_bytes(value, 'big')}")
            elif maker.endswith(("ltk", ":ranging_key")):
                self.notes.append(f"{maker.rpartition(':')[2]} {value.hex()}")
        return end(self, *arguments)

    _replace(Visit, "to_record", with_a_key)
    _replace(Approach, "to_record", with_what_it_ranged_by)
    _replace(PairingDesk, "enter_token", quoting)
    _replace(Journal, "append", with_a_dump)


if os.environ.get("RIG_CANARIES"):
    _watch()
    if os.environ.get("RIG_LEAK"):
        _leak()
