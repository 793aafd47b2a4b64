"""Two profiles of one protocol, which differ in data only.

``ccc`` is the product: the digital key applet of CCC-TS-101. ``home_key`` is its sibling, for which
independent readers and vectors exist; running the same code on it is what checks the code.

The order of the parts that go into a key derivation is data too; each side puts the bytes behind
the names together on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Purpose(Enum):
    """What the vehicle wants of the transaction; AUTH0 carries it as transaction code."""

    UNLOCK = "door unlock"
    LOCK = "door lock"
    START_FIRST = "engine start, first contact"
    START_AGAIN = "engine start, subsequent contact"
    OTHER = "other authorisation"
    OWNER_TOKEN = "owner pairing, token provisioning"  # noqa: S105 - a purpose
    OWNER_TRACKING = "owner pairing, tracking receipt"
    RANGING_KEY = "ranging key"
    FIRST_APPROACH = "first approach after Bluetooth pairing"


STANDARD_ONLY = frozenset((Purpose.RANGING_KEY, Purpose.FIRST_APPROACH))
"""Purposes that a fast transaction cannot serve: both derive the ranging key."""


class Bearer(Enum):
    """What a transaction runs over; it goes into the key schedule as interface byte."""

    CONTACTLESS = "NFC"
    BLUETOOTH = "Bluetooth LE"


class Part(Enum):
    """A piece of key derivation context."""

    VEHICLE_KEY_X = "x of the vehicle's long-term key"
    VEHICLE_EPHEMERAL_X = "x of the vehicle's ephemeral key"
    DEVICE_KEY_X = "x of the device's long-term key"
    DEVICE_EPHEMERAL_X = "x of the device's ephemeral key"
    VEHICLE_ID = "vehicle (reader) identifier"
    TRANSACTION_ID = "transaction identifier"
    INTERFACE = "interface byte"
    FLAG = "P1 and P2 of AUTH0"
    LABEL = "label: Volatile, Persistent or VolatileFast"
    VERSION = "TLV 5C with the selected version"
    DEVICE_VERSIONS = "TLV 5C with all versions the device offered"


@dataclass(frozen=True)
class Profile:
    """The data in which the siblings differ. Facts: sections 1, 5 and 9 of the public notes."""

    name: str
    aid: bytes
    identifier_size: int  # bytes in tag 4D
    versions: tuple[bytes, ...]  # what the vehicle speaks, best first
    purposes: Mapping[Purpose, int]  # AUTH0 P2; those it does not have are not in it
    announces_exchange: bool  # AUTH0 P1 04 tells that EXCHANGE will follow
    key_context: tuple[Part, ...]  # order for Volatile and Persistent
    fast_context: tuple[Part, ...]  # order for VolatileFast
    fast_context_mark: str  # "sourced" or "gap"


_KEYS = (
    Part.VEHICLE_EPHEMERAL_X,
    Part.DEVICE_EPHEMERAL_X,
    Part.TRANSACTION_ID,
    Part.INTERFACE,
    Part.FLAG,
    Part.LABEL,
    Part.VERSION,
)

CCC = Profile(
    name="ccc",
    aid=bytes.fromhex("A000000809 434343444B417631"),
    identifier_size=8,
    versions=(b"\x01\x00",),
    purposes={
        Purpose.UNLOCK: 0x01,
        Purpose.LOCK: 0x02,
        Purpose.START_FIRST: 0x03,
        Purpose.START_AGAIN: 0x04,
        Purpose.OTHER: 0x05,
        Purpose.OWNER_TOKEN: 0x07,
        Purpose.OWNER_TRACKING: 0x08,
        Purpose.RANGING_KEY: 0x10,
        Purpose.FIRST_APPROACH: 0x11,
    },
    announces_exchange=True,
    key_context=_KEYS,
    fast_context=(
        Part.VEHICLE_KEY_X,
        Part.LABEL,
        Part.VEHICLE_ID,
        Part.DEVICE_KEY_X,
        Part.INTERFACE,
        Part.VERSION,
        Part.VEHICLE_EPHEMERAL_X,
        Part.TRANSACTION_ID,
        Part.FLAG,
        Part.DEVICE_EPHEMERAL_X,
    ),
    fast_context_mark="gap",
)

HOME_KEY = Profile(
    name="home_key",
    aid=bytes.fromhex("A0000008580101"),
    identifier_size=16,
    versions=(b"\x02\x00",),
    purposes={purpose: 0x01 for purpose in Purpose if purpose not in STANDARD_ONLY},
    announces_exchange=False,
    key_context=(*_KEYS, Part.DEVICE_VERSIONS),
    fast_context=(
        Part.VEHICLE_KEY_X,
        Part.LABEL,
        Part.VEHICLE_ID,
        Part.DEVICE_KEY_X,
        Part.INTERFACE,
        Part.DEVICE_VERSIONS,
        Part.VERSION,
        Part.VEHICLE_EPHEMERAL_X,
        Part.TRANSACTION_ID,
        Part.FLAG,
        Part.DEVICE_EPHEMERAL_X,
    ),
    fast_context_mark="sourced",
)

PROFILES = {profile.name: profile for profile in (CCC, HOME_KEY)}
