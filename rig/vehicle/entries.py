"""The values of a provisioning file, read strictly.

A complaint names the entry and says what it must be. It never shows the value: some are keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from rig.vehicle.errors import KeyringError


@dataclass(frozen=True, slots=True)
class Entry:
    """A JSON value, and what it is called. Every method raises KeyringError where it misfits."""

    value: object = field(repr=False)
    name: str

    def wrong(self, what: str) -> KeyringError:
        """A complaint about this entry."""
        return KeyringError(f"{self.name}: {what}")

    def fields(self, needed: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Entry]:
        """The fields of an object: all that are ``needed``, none that is unknown."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"must be an object, found {_kind(self.value)}")
        known = [*needed, *optional]
        if strays := [name for name in self.value if name not in known]:
            raise self.wrong(f"unknown {', '.join(strays)}; it has: {', '.join(known)}")
        if missing := [name for name in needed if name not in self.value]:
            raise self.wrong(f"missing {', '.join(missing)}")
        return {name: Entry(v, f"{self.name}: {name}") for name, v in self.value.items()}

    def items(self) -> list[object]:
        """The items of a list."""
        if not isinstance(self.value, list):
            raise self.wrong(f"must be a list, found {_kind(self.value)}")
        return self.value

    def text(self) -> str:
        """Text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            raise self.wrong(f"must be text, found {_kind(self.value)}")
        return self.value

    def word(self, *allowed: str) -> str:
        """One of these words."""
        if self.value not in allowed:
            raise self.wrong(f"must be one of: {', '.join(allowed)}")
        return str(self.value)

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.wrong(f"must be true or false, found {_kind(self.value)}")
        return self.value

    def octets(self, *sizes: int) -> bytes:
        """Bytes in hex, as many as one of ``sizes`` says."""
        try:
            octets = bytes.fromhex(self.text())
        except ValueError as exc:
            raise self.wrong("must be hex digits, two for each byte") from exc
        if len(octets) not in sizes:
            *others, last = map(str, sizes)
            wanted = f"{', '.join(others)} or {last}" if others else last
            raise self.wrong(f"must be {wanted} bytes, found {len(octets)}")
        return octets

    def time(self) -> datetime | None:
        """A time with its zone; None for null."""
        if self.value is None:
            return None
        text = self.text()
        try:
            time = datetime.fromisoformat(text)
        except ValueError as exc:
            raise self.wrong(f"{text!r} is no time, such as 2026-01-31T12:00:00+00:00") from exc
        if time.tzinfo is None:
            raise self.wrong(f"{text} has no time zone")
        return time


def _kind(value: object) -> str:
    """What a value is, without saying it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if value == "":
        return "empty text"
    kinds: dict[type, str] = {str: "text", dict: "an object", list: "a list"}
    return kinds.get(type(value), "a number")
