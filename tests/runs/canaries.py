"""Every secret that comes into being during a run, kept for a search of what the run left behind.

Loaded into a run of the rig by ``-p tests.runs.canaries``; RIG_CANARIES names the file, a line a
secret: "raw" or "text", the value in hex, and who made it. RIG_LEAK=1 plants leaks, as slips of an
author would: three in the life of a key, and each kind in each form where passive entry ends.
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
from drivers.api.packets import WirePacket
from drivers.api.secret_text import SecretText
from drivers.ble.tap import HciTap
from drivers.ble.vehicle import Vehicle
from drivers.uwb.uci_secrets import UciSecrets
from rig.digital_key.ble_messages import RangingSetupResponse
from rig.digital_key.secrets import Secret
from rig.records.journal import Journal
from rig.vehicle.pairing_desk import PairingDesk
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.visit import Visit

# What is a Secret for the sake of comparing it, and travels openly all the same.
# Who makes it, and how many calls below.
_SHOWN = {
    "rig.digital_key.key_schedule:fast_keys": 0,  # the cryptogram
    "rig.key_server.emulated.seal:salt": 2,  # of scrypt, by way of hkdf and _derive
}
_SHOWN_BY = "Secret(cmac("  # the evidence of both sides of SPAKE2+
_SHORTEST = 6  # bytes; fewer are no secret to find
_HOP_KEY = 4  # bytes; but for this one, of which the digits are looked for as well
_LEAST_DIFFERENT = 4  # bytes of a value; fewer are a test's made-up one
_AROUND = ("drivers.ble", "rig.vehicle.passive", "rig.digital_key.ble", "rig.digital_key.key_sch")
_QUOTED_MOST = 32  # bytes of a secret that a message quotes, which has to hold one of each maker

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


def keep(value: bytes, kind: str = "", shortest: int = _SHORTEST, what: str = "") -> None:
    """Write a secret down, once for each maker; what is text can be found as text.

    ``what`` tells those of one maker apart.
    """
    maker = sys._getframe(2)  # noqa: SLF001 - whoever has called the constructor
    if len(value) < shortest or len(set(value)) < _LEAST_DIFFERENT or _is_shown(maker):
        return
    name = _named(maker) + what
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


def _noting(cls: type[Any], *names: str) -> None:
    """Keep these fields of a data class, whoever makes one."""
    make = cls.__init__

    def made(self: Any, *arguments: Any, **named: Any) -> None:
        make(self, *arguments, **named)
        for name in names:
            value = bytes(getattr(self, name))
            keep(value, "raw", len(value), f":{name}")

    _replace(cls, "__init__", made)


def _noting_the_hop_key() -> None:
    """Drawn by the phone, and told in a message; a number there, which prints as its digits."""
    make = RangingSetupResponse.__init__

    def made(self: RangingSetupResponse, *arguments: Any, **named: Any) -> None:
        make(self, *arguments, **named)
        keep(str(self.hop_key).encode(), "text")
        keep(self.hop_key.to_bytes(_HOP_KEY, "big"), "raw", _HOP_KEY)
        keep(self.hop_key.to_bytes(_HOP_KEY, "little"), "raw", _HOP_KEY)

    _replace(RangingSetupResponse, "__init__", made)


def _replace(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _watch() -> None:
    _replace(Secret, "__new__", staticmethod(_secret))
    _replace(SecretText, "__init__", _text)
    for name in ("generate_private_key", "derive_private_key"):
        _replace(ec, name, _noting_the_scalar(getattr(ec, name)))
    _noting(Bond, "ltk", "irk")
    _noting(Vehicle, "irk")
    _noting(OobData, "confirm", "random")
    _noting_the_hop_key()


def _unmasked_hci(self: HciTap, packet: bytes, *, sent: bool) -> None:
    if (sink := vars(self)["_sink"]) is not None:
        sink(WirePacket(vars(self)["_now_ns"](), sent, packet))


def _leak_around_the_vehicle() -> None:
    """Everything in the trace, in hex; and what a test ends with says the last of each maker."""
    to_record, raise_fault = Approach.to_record, PassiveEntry.raise_fault

    def with_keys(self: Approach, *arguments: Any) -> Any:
        self.notes.extend(value.hex() for kind, value, _ in list(_kept) if kind == "raw")
        return to_record(self, *arguments)

    def saying(self: PassiveEntry) -> None:
        raise_fault(self)
        last = {
            (kind, maker): value
            for kind, value, maker in list(_kept)
            if maker.startswith(_AROUND) and len(value) <= _QUOTED_MOST
        }
        numbers = (value.decode() for (kind, _), value in last.items() if kind == "text")
        keys = (value.hex() for (kind, _), value in last.items() if kind == "raw")
        raise ActionRefused("; ".join((*numbers, *keys)))

    # The taps forget to mask: what crosses the line is in the packets.
    _replace(HciTap, "passed", _unmasked_hci)
    _replace(UciSecrets, "masked", lambda _self, _opcode, payload: (payload, ""))
    _replace(Approach, "to_record", with_keys)
    _replace(PassiveEntry, "raise_fault", saying)


def _leak() -> None:
    """A key in the trace, a token in a message, raw bytes in a file beside the journal."""
    to_record, append = Visit.to_record, Journal.append

    def with_a_key(self: Visit, *arguments: Any) -> Any:
        raw = [value for kind, value, _ in list(_kept) if kind == "raw"]
        self.notes.append(f"key {raw[-1].hex().upper()}")
        return to_record(self, *arguments)

    def quoting(_self: PairingDesk, token: SecretText) -> None:
        raise ActionRefused(f"{token.reveal().lower()} is no token of this vehicle")

    def with_a_dump(self: Journal, record: Any) -> None:
        raw = [value for kind, value, _ in list(_kept) if kind == "raw"]
        (self.folder / "dump.bin").write_bytes(b"\x00".join(raw))
        append(self, record)

    _replace(Visit, "to_record", with_a_key)
    _replace(PairingDesk, "enter_token", quoting)
    _replace(Journal, "append", with_a_dump)


if os.environ.get("RIG_CANARIES"):
    _watch()
    if os.environ.get("RIG_LEAK"):
        _leak()
        _leak_around_the_vehicle()
