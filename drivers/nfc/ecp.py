"""Apple's Enhanced Contactless Polling (ECP): the frames that call a phone's wallet up.

Source: the public notes on ECP (section 8 of the facts). A frame is broadcast while polling, is
answered by nobody, and makes a phone with Express Mode answer the next poll. Its layout:

    6A | 02 | configuration | type | subtype | TCI (3) | data (0 or 8) | CRC_A

All frames of other makers, and those that nobody has named yet, are text in hexadecimal in the
bench file. What a name stands for is data here, with how well it is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from drivers.api.errors import FrameError

HEADER, VERSION = 0x6A, 0x02
TCI_SIZE, READER_ID_SIZE = 3, 8
_FIXED = 5  # octets before the TCI
_FLAGS, _LENGTH = 0xF0, 0x0F
_ACCESS = 0x02
BY_ITSELF = 0xC0  # presented automatically, without authentication of the user
PAYMENT = bytes.fromhex("6A01000000")  # version 1, of VAS and payment terminals


@dataclass(frozen=True, slots=True)
class EcpFrame:
    """A frame of version 2. ``flags`` is the upper half of the configuration octet."""

    kind: int  # of terminal: 02 is access
    subtype: int
    tci: bytes  # terminal capabilities identifier
    data: bytes = b""  # identifier of the reader; its content in vehicles is not public
    flags: int = BY_ITSELF

    def __post_init__(self) -> None:
        """Raises FrameError for what no frame can carry."""
        if len(self.tci) != TCI_SIZE or len(self.data) > _LENGTH - TCI_SIZE:
            raise FrameError(f"an ECP frame has no room for TCI {self.tci!r} and {self.data!r}")
        if self.flags & ~_FLAGS or not (0 <= self.kind < 0x100 and 0 <= self.subtype < 0x100):
            raise FrameError("an ECP frame's type, subtype and flags are an octet each")

    def encode(self) -> bytes:
        """The frame without its CRC_A."""
        tail = self.tci + self.data
        return bytes((HEADER, VERSION, self.flags | len(tail), self.kind, self.subtype)) + tail

    @classmethod
    def decode(cls, octets: bytes) -> EcpFrame:
        """Parse a frame without its CRC_A. Raises FrameError."""
        if len(octets) < _FIXED + TCI_SIZE or octets[0] != HEADER or octets[1] != VERSION:
            raise FrameError(f"not an ECP frame of version 2: {octets.hex()}")
        tail = octets[_FIXED:]
        if octets[2] & _LENGTH != len(tail):
            raise FrameError(f"an ECP frame of another length than it says: {octets.hex()}")
        return cls(octets[3], octets[4], tail[:TCI_SIZE], tail[TCI_SIZE:], octets[2] & _FLAGS)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name of the bench file stands for. ``mark``: how well that is known."""

    frame: EcpFrame
    mark: str
    is_car: bool = True  # its TCI is of a vehicle's maker, with a location
    has_reader_id: bool = False


_NO_TCI = bytes(TCI_SIZE)
_SEEN = "sourced: sniffed or configured"
_CONTENT = "sourced; what a vehicle's reader identifier holds is a GAP"
NAMES = {
    "access": Named(EcpFrame(_ACCESS, 0x01, _NO_TCI), _SEEN),
    "access_08": Named(EcpFrame(_ACCESS, 0x08, _NO_TCI), _SEEN),
    "access_id": Named(EcpFrame(_ACCESS, 0x05, _NO_TCI), _CONTENT, has_reader_id=True),
    "access_id_0a": Named(EcpFrame(_ACCESS, 0x0A, _NO_TCI), _CONTENT, has_reader_id=True),
    "pairing": Named(EcpFrame(_ACCESS, 0x09, _NO_TCI), "sourced: found by trying"),
    "pairing_id": Named(EcpFrame(_ACCESS, 0x0B, _NO_TCI), _CONTENT, has_reader_id=True),
    "home_key": Named(
        EcpFrame(_ACCESS, 0x06, bytes.fromhex("021100")),
        "inferred: sources disagree on the subtype, a reader that works has 06",
        is_car=False,
        has_reader_id=True,
    ),
    "home_key_04": Named(
        EcpFrame(_ACCESS, 0x04, bytes.fromhex("021100")),
        "inferred: sources disagree on the subtype, a table has 04",
        is_car=False,
        has_reader_id=True,
    ),
    "aliro": Named(
        EcpFrame(_ACCESS, 0x04, bytes.fromhex("204220")), "sourced", is_car=False,
        has_reader_id=True,
    ),
}  # fmt: skip

# Car TCI: 01, three nibbles of the maker, one of the reader's location.
MAKERS = {
    "bmw": bytes.fromhex("010000"),  # and MINI
    "mercedes": bytes.fromhex("010200"),  # the worked example of the sources
}
LOCATIONS = range(8)  # which one is the handle, and which the console, is a GAP


def call_frame(name: str, maker: str, location: int, reader_id: bytes) -> bytes:
    """The frame, without its CRC_A, that a name or hexadecimal text of a bench file stands for.

    Raises ValueError for a name that is not known, and for a reader identifier that is missing,
    too many, or not of eight octets.
    """
    if name == "payment":
        return PAYMENT
    if name not in NAMES:
        return _frame_in_hexadecimal(name)
    named = NAMES[name]
    if named.has_reader_id and len(reader_id) != READER_ID_SIZE:
        raise ValueError(f"ECP {name!r} needs a reader identifier of {READER_ID_SIZE} octets")
    frame = named.frame
    if named.is_car:
        frame = replace(frame, tci=car_tci(maker, location))
    return replace(frame, data=reader_id if named.has_reader_id else b"").encode()


def car_tci(maker: str, location: int) -> bytes:
    """The TCI of a maker's reader. Raises ValueError."""
    if maker not in MAKERS:
        raise ValueError(f"no ECP maker {maker!r}; known: {', '.join(sorted(MAKERS))}")
    if location not in LOCATIONS:
        raise ValueError(f"ECP location {location} is not from {LOCATIONS[0]} to {LOCATIONS[-1]}")
    base = MAKERS[maker]
    return base[:-1] + bytes((base[-1] | location,))


def crc_a(data: bytes) -> bytes:
    """CRC_A of ISO 14443-3, annex B, in the order in which it is sent."""
    crc = 0x6363
    for octet in data:
        low = (octet ^ crc) & 0xFF
        low = (low ^ low << 4) & 0xFF
        crc = crc >> 8 ^ low << 8 ^ low << 3 ^ low >> 4
    return crc.to_bytes(2, "little")


def describe(octets: bytes) -> str:
    """What a frame without its CRC_A asks for, in words; hexadecimal where it has no name."""
    if octets == PAYMENT:
        return "payment"
    try:
        frame = EcpFrame.decode(octets)
    except FrameError:
        return octets.hex().upper()
    for name, named in NAMES.items():
        same = (frame.kind, frame.subtype) == (named.frame.kind, named.frame.subtype)
        is_car = frame.tci[0] == 0x01
        if same and is_car is named.is_car and bool(frame.data) is named.has_reader_id:
            if is_car:
                return f"{name} of {_maker(frame.tci)}"
            if frame.tci == named.frame.tci:
                return name
    return octets.hex().upper()


def _maker(tci: bytes) -> str:
    location = tci[-1] & 0x0F
    base = tci[:-1] + bytes((tci[-1] & 0xF0,))
    names = [maker for maker, own in MAKERS.items() if own == base]
    return f"{names[0] if names else tci.hex().upper()}, location {location}"


def _frame_in_hexadecimal(text: str) -> bytes:
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        known = ", ".join(sorted([*NAMES, "payment"]))
        raise ValueError(f"no ECP frame {text!r}; known: {known}, or hexadecimal") from None
    if not octets or octets[0] != HEADER:
        raise ValueError(f"an ECP frame begins with 6A: {text!r}")
    return octets
