"""The applet's messages, in the order of a transaction (CCC-TS-101 clause 15.3.2, public notes).

Commands are built from their fields by ``*_command`` and parsed back by the device side with
``TlvRecord.decode`` on the data field.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from rig.digital_key.apdu import SHORT_LE, Command
from rig.digital_key.records import Tag, TlvRecord

CLA_ISO, CLA_PLAIN, CLA_SECURED = 0x00, 0x80, 0x84
INS_SELECT, INS_AUTH0, INS_AUTH1 = 0xA4, 0x80, 0x81
INS_EXCHANGE, INS_CONTROL_FLOW = 0xC9, 0x3C
INS_CREATE_RANGING_KEY = 0x71

FAST_REQUESTED = 0x01  # AUTH0 P1 bit: a cryptogram is wanted
EXCHANGE_FOLLOWS = 0x04  # AUTH0 P1 bit: the vehicle will EXCHANGE after a standard transaction

USAGE_VEHICLE = bytes.fromhex("415D9569")
USAGE_DEVICE = bytes.fromhex("4E887B4C")


@dataclass(frozen=True, slots=True)
class SelectResponse(TlvRecord):
    """Protocol versions the applet speaks, two bytes each, highest first."""

    versions: Annotated[bytes, Tag(0x5C, least=2)]

    def offered(self) -> tuple[bytes, ...]:
        """The versions one by one; a stray half version is left out."""
        whole = len(self.versions) // 2 * 2
        return tuple(self.versions[i : i + 2] for i in range(0, whole, 2))


@dataclass(frozen=True, slots=True)
class Auth0Request(TlvRecord):
    """AUTH0 data field (table 15-29)."""

    version: Annotated[bytes, Tag(0x5C, 2)]
    vehicle_ephemeral: Annotated[bytes, Tag(0x87, 65)]
    transaction_id: Annotated[bytes, Tag(0x4C, 16)]
    vehicle_id: Annotated[bytes, Tag(0x4D, least=1)]  # size by profile


@dataclass(frozen=True, slots=True)
class Auth0Response(TlvRecord):
    """AUTH0 answer (table 15-30); the cryptogram comes in a fast transaction only."""

    device_ephemeral: Annotated[bytes, Tag(0x86, 65)]
    cryptogram: Annotated[bytes, Tag(0x9D, 16)] | None = None


@dataclass(frozen=True, slots=True)
class AuthenticationData(TlvRecord):
    """What both AUTH1 signatures are made over; ``usage`` tells whose it is (table 15-32)."""

    vehicle_id: Annotated[bytes, Tag(0x4D, least=1)]
    device_ephemeral_x: Annotated[bytes, Tag(0x86, 32)]
    vehicle_ephemeral_x: Annotated[bytes, Tag(0x87, 32)]
    transaction_id: Annotated[bytes, Tag(0x4C, 16)]
    usage: Annotated[bytes, Tag(0x93, 4)]


@dataclass(frozen=True, slots=True)
class Auth1Request(TlvRecord):
    """AUTH1 data field."""

    vehicle_signature: Annotated[bytes, Tag(0x9E, 64)]


@dataclass(frozen=True, slots=True)
class Auth1Response(TlvRecord):
    """Plaintext of the AUTH1 answer."""

    device_signature: Annotated[bytes, Tag(0x9E, 64)]
    key_slot: Annotated[bytes, Tag(0x4E, least=1)]
    deprecated: Annotated[bytes, Tag(0x57, 4)] | None = None
    confidential_mailbox: Annotated[bytes, Tag(0x4A)] | None = None
    private_mailbox: Annotated[bytes, Tag(0x4B)] | None = None


class Outcome(IntEnum):
    """CONTROL FLOW P1 and P2 as one number (tables 15-42 and 15-43)."""

    FAILURE = 0x0000
    KEY_NOT_FOUND = 0x0001
    KEY_EXPIRED = 0x0002
    KEY_NOT_TRUSTED = 0x0003
    INVALID_SIGNATURE = 0x0004
    INVALID_CHANNEL = 0x0005
    BAD_DATA_FORMAT = 0x0006
    BAD_DATA_CONTENT = 0x0007
    KEY_DELETED = 0x00A0
    DOORS_OPEN = 0x00B1
    SUCCESS = 0x0100
    OWNER_TOKEN_PROVISIONED = 0x0181
    KEY_TRACKED = 0x0190
    KEY_NOT_TRACKED = 0x0191
    FIRST_APPROACH = 0x01B0
    TOKEN_REFILL = 0x4081
    ATTESTATION_DELETE = 0x4082
    SERVICE_DATA_WRITE = 0x4083
    TRACKING_IN_DEVICE = 0x4088
    TRACKING_IN_CAR = 0x4089
    EXTEND_READER_TIME = 0x4090
    LONG_PROCESSING = 0x40A0


def select_command(aid: bytes) -> Command:
    """SELECT by name."""
    return Command(CLA_ISO, INS_SELECT, 0x04, 0x00, aid, SHORT_LE)


def auth0_command(p1: int, p2: int, request: Auth0Request) -> Command:
    """AUTH0 with its flags (P1) and transaction code (P2)."""
    return Command(CLA_PLAIN, INS_AUTH0, p1, p2, request.encode(), SHORT_LE)


def auth1_command(request: Auth1Request) -> Command:
    """AUTH1: the vehicle's signature goes in clear, the answer comes secured."""
    return Command(CLA_PLAIN, INS_AUTH1, 0x00, 0x00, request.encode(), SHORT_LE)


def exchange_command(plaintext: bytes) -> Command:
    """EXCHANGE before the secure channel has wrapped it."""
    return Command(CLA_SECURED, INS_EXCHANGE, 0x00, 0x00, plaintext, SHORT_LE)


def control_flow_command(outcome: Outcome) -> Command:
    """CONTROL FLOW: how the vehicle ends a transaction, or tells what comes next."""
    return Command(CLA_PLAIN, INS_CONTROL_FLOW, outcome >> 8, outcome & 0xFF)


def create_ranging_key_command(cla: int, session_id: int) -> Command:
    """CREATE RANGING KEY: keep the URSK just derived for a session.

    Its data is arbitrary to the sources, up to 127 bytes; the rig sends the session id.
    """
    data = session_id.to_bytes(4, "big")
    return Command(cla, INS_CREATE_RANGING_KEY, 0x00, 0x00, data, SHORT_LE)
