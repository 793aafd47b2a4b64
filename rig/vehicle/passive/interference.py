"""Somebody between the vehicle and a phone around it: relays, alters, replays, shortens ranges.

The hand is on the vehicle's side of the air, so the same attack meets virtual and real devices.
Messages are named as in the trace: "Ranging_Session_Setup_RS", "Time_Sync", ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.api.uwb import Measurement
from rig.digital_key.dissect_ble import name_of_message

Pass = Callable[[bytes], Iterable[bytes]]
Measure = Callable[[str, Measurement], Measurement]


def _unchanged(message: bytes) -> Iterable[bytes]:
    return (message,)


def _as_measured(_anchor: str, measurement: Measurement) -> Measurement:
    return measurement


@dataclass(frozen=True, slots=True)
class Between:
    """What becomes of what passes; as it stands, nothing.

    ``delay_s`` is added to each message, each way. ``heard`` and ``said`` give what arrives in the
    place of a message from the phone and to it, in order: nothing, another, or more. ``measured``
    gives what an anchor reports in the place of a measurement.
    """

    delay_s: float = 0.0
    heard: Pass = _unchanged
    said: Pass = _unchanged
    measured: Measure = _as_measured


NOBODY = Between()


def altered(name: str, position: int) -> Between:
    """Invert the lowest bit of one octet of the phone's messages of that name."""

    def heard(message: bytes) -> Iterable[bytes]:
        if name_of_message(message) != name:
            return (message,)
        changed = bytearray(message)
        changed[position] ^= 1
        return (bytes(changed),)

    return Between(heard=heard)


def replayed(name: str) -> Between:
    """Give the vehicle the first message of that name again in the place of every later one."""
    first: list[bytes] = []

    def heard(message: bytes) -> Iterable[bytes]:
        if name_of_message(message) == name:
            first.append(message)
            return (first[0],)
        return (message,)

    return Between(heard=heard)


def withheld(name: str) -> Between:
    """Let no message of that name through to the vehicle."""
    return Between(heard=lambda message: () if name_of_message(message) == name else (message,))
