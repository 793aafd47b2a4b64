"""The messages of owner pairing with the digital key framework, in the order of the wire.

Tables 5-1 to 5-24 of CCC-TS-101 as the public notes give them (section 2). The inner layouts of
7F4A and 7F4D are not public: those here are the lab's, named by settings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Annotated

from rig.digital_key.apdu import GET_RESPONSE, SHORT_LE, Command
from rig.digital_key.records import Tag, TlvRecord

FRAMEWORK_AID = bytes.fromhex("A000000809434343444B467631")  # CCCDKFv1

CLA_ISO, CLA_PLAIN, CLA_SECURED = 0x00, 0x80, 0x84
INS_SELECT, INS_SPAKE2_REQUEST, INS_SPAKE2_VERIFY = 0xA4, 0x30, 0x32
INS_WRITE_DATA, INS_GET_DATA, INS_GET_RESPONSE = 0xD4, 0xCA, GET_RESPONSE
INS_OP_CONTROL_FLOW = 0x3C

LAST_WRITE, MORE_WRITES = 0x80, 0x00  # WRITE DATA P1
MOST_DATA = 239  # bytes of plaintext in one secured command or answer

TAG_SPAKE2_VERSION, TAG_APPLET_VERSIONS = 0x5B, 0x5C


class PairingMode(IntEnum):
    """Value of D4 in the answer to SELECT."""

    OFF = 0x00
    PASSWORD_ENTERED = 0x02


class DataTag(IntEnum):
    """What GET DATA asks for, in the order it is asked for. Which certificate is where: a GAP."""

    CERTIFICATE_1 = 0x7F20
    CERTIFICATE_2 = 0x7F22
    CERTIFICATE_3 = 0x7F24
    DEVICE_INFORMATION = 0xD3

    def encode(self) -> bytes:
        """The tag as it travels: plaintext of GET DATA."""
        return self.to_bytes(2 if self > 0xFF else 1, "big")


class Flow(IntEnum):
    """OP CONTROL FLOW P1 and P2 as one number (tables 5-22 to 5-24)."""

    KEY_DATA_SENT = 0x1001
    CHAIN_RECEIVED = 0x1002
    WAITING_FOR_USER = 0x1003
    WAITING_TIME_EXTENSION = 0x100F
    PAIRED_NOT_TRACKED = 0x1111
    ABORT = 0x1200
    NO_COMMON_SPAKE2_VERSION = 0x1201
    NO_COMMON_APPLET_VERSION = 0x1202
    TIMEOUT_1 = 0x1203
    TIMEOUT_2 = 0x1204
    TIMEOUT_3 = 0x1205
    TIMEOUT_4 = 0x1206
    TIMEOUT_X = 0x1207
    PRECONDITIONS_NOT_MET = 0x1208
    BAD_EVIDENCE = 0x1209
    BAD_CONFIGURATION = 0x120A
    BAD_CERTIFICATE = 0x120B
    BAD_POINT = 0x120C
    ATTEMPTS_SPENT = 0x120D
    BAD_RESPONSE = 0x127F

    @property
    def aborts(self) -> bool:
        """Whether pairing is over and has failed."""
        return self >> 8 == 0x12


@dataclass(frozen=True, slots=True)
class FrameworkSelected(TlvRecord):
    """Answer to SELECT of the framework (table 5-3); versions are two bytes each."""

    spake2_versions: Annotated[bytes, Tag(0x5A, least=2)]
    applet_versions: Annotated[bytes, Tag(0x5C, least=2)]
    mode: Annotated[bytes, Tag(0xD4, 1)]


@dataclass(frozen=True, slots=True)
class ScryptFields(TlvRecord):
    """Inside 7F50: how the password becomes w0 and w1. Numbers are big-endian."""

    salt: Annotated[bytes, Tag(0xC0, 16)]
    cost: Annotated[bytes, Tag(0xC1, 4)]  # N
    block_size: Annotated[bytes, Tag(0xC2, 2)]  # r
    parallelism: Annotated[bytes, Tag(0xC3, 2)]  # p


@dataclass(frozen=True, slots=True)
class Spake2Request(TlvRecord):
    """SPAKE2+ REQUEST (table 5-4)."""

    spake2_version: Annotated[bytes, Tag(TAG_SPAKE2_VERSION, 2)]
    applet_versions: Annotated[bytes, Tag(TAG_APPLET_VERSIONS, least=2)]  # first: to be used
    bluetooth_versions: Annotated[bytes, Tag(0x5E, least=2)] | None
    scrypt: Annotated[bytes, Tag(0x7F50, 0x20)]  # ScryptFields
    brand: Annotated[bytes, Tag(0xD6, 2)]


@dataclass(frozen=True, slots=True)
class Spake2Response(TlvRecord):
    """The device's share X.

    One sample of a later release adds a selected version under tag 5F, which is no tag of BER-TLV
    by itself; unconfirmed, so it is refused like any other element left over.
    """

    share: Annotated[bytes, Tag(0x50, 65)]


@dataclass(frozen=True, slots=True)
class VerifyRequest(TlvRecord):
    """SPAKE2+ VERIFY (table 5-7): the vehicle's share Y and its evidence M[1]."""

    share: Annotated[bytes, Tag(0x52, 65)]
    evidence: Annotated[bytes, Tag(0x57, 16)]


@dataclass(frozen=True, slots=True)
class VerifyResponse(TlvRecord):
    """The device's evidence M[2] (table 5-8)."""

    evidence: Annotated[bytes, Tag(0x58, 16)]


@dataclass(frozen=True, slots=True)
class KeyCreationData(TlvRecord):
    """All that WRITE DATA carries in the first transaction; the order is mandatory (5.1.4)."""

    endpoint: Annotated[bytes, Tag(0x7F4A, least=1)]
    vehicle_certificate: Annotated[bytes, Tag(0x7F4B, least=1)]  # [K], DER
    intermediate_certificate: Annotated[bytes, Tag(0x7F4C, least=1)] | None
    mailbox_mapping: Annotated[bytes, Tag(0x7F4D, least=1)]
    configuration: Annotated[bytes, Tag(0x7F4E, least=1)]
    end: Annotated[bytes, Tag(0x5F5F, 0)] = b""


@dataclass(frozen=True, slots=True)
class ClosingData(TlvRecord):
    """All that WRITE DATA carries in the second transaction."""

    attestation: Annotated[bytes, Tag(0x5F5A, least=1)] | None = None  # opaque
    end: Annotated[bytes, Tag(0x5F5F, 0)] = b""


@dataclass(frozen=True, slots=True)
class EndpointFields(TlvRecord):
    """Inside 7F4A: setting ``endpoint_creation_data`` (GAP)."""

    vehicle_id: Annotated[bytes, Tag(0x4D, 8)]
    slot: Annotated[bytes, Tag(0x4E, least=1)]


@dataclass(frozen=True, slots=True)
class MailboxFields(TlvRecord):
    """Inside 7F4D: setting ``mailbox_mapping`` (GAP). Two bytes each, big-endian."""

    size: Annotated[bytes, Tag(0x80, 2)]
    signal_offset: Annotated[bytes, Tag(0x81, 2)]
    slots_offset: Annotated[bytes, Tag(0x82, 2)]
    package_offset: Annotated[bytes, Tag(0x83, 2)]


@dataclass(frozen=True, slots=True)
class BluetoothFields(TlvRecord):
    """Inside 7F49."""

    identity_key: Annotated[bytes, Tag(0xD0, 16)] = field(repr=False)  # IRK
    address: Annotated[bytes, Tag(0xD1, 6)]


@dataclass(frozen=True, slots=True)
class ConfigurationFields(TlvRecord):
    """Inside 7F4E: setting ``device_configuration`` (partly public). Bluetooth only with BLE."""

    bluetooth: Annotated[bytes, Tag(0x7F49)] | None  # BluetoothFields
    profiles: Annotated[bytes, Tag(0xD9, least=1)]


def versions_in(joined: bytes) -> tuple[bytes, ...]:
    """The versions of a list one by one; a stray half version is left out."""
    whole = len(joined) // 2 * 2
    return tuple(joined[at : at + 2] for at in range(0, whole, 2))


def select_command() -> Command:
    """SELECT of the framework by name."""
    return Command(CLA_ISO, INS_SELECT, 0x04, 0x00, FRAMEWORK_AID, SHORT_LE)


def spake2_request_command(request: Spake2Request) -> Command:
    """SPAKE2+ REQUEST."""
    return Command(CLA_PLAIN, INS_SPAKE2_REQUEST, 0x00, 0x00, request.encode(), SHORT_LE)


def spake2_verify_command(request: VerifyRequest) -> Command:
    """SPAKE2+ VERIFY."""
    return Command(CLA_PLAIN, INS_SPAKE2_VERIFY, 0x00, 0x00, request.encode(), SHORT_LE)


def write_data_command(part: bytes, *, last: bool) -> Command:
    """WRITE DATA before the secure channel has wrapped it."""
    p1 = LAST_WRITE if last else MORE_WRITES
    return Command(CLA_SECURED, INS_WRITE_DATA, p1, 0x00, part, SHORT_LE)


def get_data_command(tag: DataTag) -> Command:
    """GET DATA before the secure channel has wrapped it."""
    return Command(CLA_SECURED, INS_GET_DATA, 0x00, 0x00, tag.encode(), SHORT_LE)


def get_response_command() -> Command:
    """GET RESPONSE before the secure channel has wrapped it; only after 61xx."""
    return Command(CLA_SECURED, INS_GET_RESPONSE, 0x00, 0x00, b"", SHORT_LE)


def op_control_flow_command(flow: Flow) -> Command:
    """OP CONTROL FLOW: how pairing goes on, or how it ends."""
    return Command(CLA_PLAIN, INS_OP_CONTROL_FLOW, flow >> 8, flow & 0xFF, b"", SHORT_LE)
