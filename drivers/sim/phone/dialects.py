"""What the applet itself brings to each profile: data of the device, not of the vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rig.digital_key.profiles import CCC, HOME_KEY, Profile

FAST, EXCHANGE_WILL_FOLLOW = 0x01, 0x04  # bits of AUTH0 P1
_ACCESS_TERMINAL = 0x02


class Wanted(Enum):
    """What a reader polls for."""

    ACCESS = "access"
    PAIRING = "pairing"


@dataclass(frozen=True)
class Call:
    """ECP frames with which readers ask for this applet (facts 8); type 02 is access."""

    wanted: Wanted
    subtypes: frozenset[int]
    tci: bytes
    same: bytes  # the bits of the TCI that have to be these; others are the reader's location
    has_reader_id: bool  # what it identifies is not public, and not looked at

    def is_meant_by(self, kind: int, subtype: int, tci: bytes, has_reader_id: bool) -> bool:
        """Whether a frame is one of these."""
        pairs = zip(tci, self.tci, self.same, strict=True)
        return (
            kind == _ACCESS_TERMINAL
            and subtype in self.subtypes
            and has_reader_id is self.has_reader_id
            and all((heard ^ own) & same == 0 for heard, own, same in pairs)
        )


@dataclass(frozen=True)
class Dialect:
    """A profile as the device speaks it. Facts: sections 1.3, 1.4, 5.1, 5.2 and 9."""

    profile: Profile
    versions: tuple[bytes, ...]  # all the applet speaks, highest first
    flags: frozenset[int]  # AUTH0 P1 values it takes
    codes: frozenset[int]  # AUTH0 P2 values it takes
    fast_codes: frozenset[int]  # those for which it offers a cryptogram
    standard_codes: frozenset[int]  # those for which asking for a fast one is an error
    returns_mailboxes: bool  # AUTH1 answers with mailbox subsets
    secret_tag: int | None  # tag by which EXCHANGE provisions a secret, with a leading 00
    calls: tuple[Call, ...]

    @property
    def name(self) -> str:
        return self.profile.name

    @property
    def version_list(self) -> bytes:
        """All versions, as SELECT answers them."""
        return b"".join(self.versions)


_CAR, _LOCATION_FREE = bytes.fromhex("010000"), bytes.fromhex("FFFFF0")  # BMW and MINI
_HOME, _ALL = bytes.fromhex("021100"), bytes.fromhex("FFFFFF")

_CCC = Dialect(
    profile=CCC,
    versions=(b"\x01\x00",),
    flags=frozenset({0x00, FAST, EXCHANGE_WILL_FOLLOW, FAST | EXCHANGE_WILL_FOLLOW}),
    codes=frozenset({*range(0x01, 0x09), 0x10, 0x11}),
    fast_codes=frozenset({0x01, 0x02}),  # unlock and lock; starting the engine is never fast
    standard_codes=frozenset({0x10, 0x11}),  # the ranging key, and at first approach
    returns_mailboxes=True,
    secret_tag=None,
    calls=(
        Call(Wanted.ACCESS, frozenset({0x01, 0x08}), _CAR, _LOCATION_FREE, has_reader_id=False),
        Call(Wanted.ACCESS, frozenset({0x05, 0x0A}), _CAR, _LOCATION_FREE, has_reader_id=True),
        Call(Wanted.PAIRING, frozenset({0x09}), _CAR, _LOCATION_FREE, has_reader_id=False),
        Call(Wanted.PAIRING, frozenset({0x0B}), _CAR, _LOCATION_FREE, has_reader_id=True),
    ),
)

_HOME_KEY = Dialect(
    profile=HOME_KEY,
    versions=(b"\x02\x00", b"\x01\x00"),
    flags=frozenset({0x00, FAST}),
    codes=frozenset({0x01}),
    fast_codes=frozenset({0x01}),
    standard_codes=frozenset(),
    returns_mailboxes=False,
    secret_tag=0x8E,
    # Sources disagree on the subtype: a table has 04, a reader that works has 06.
    calls=(Call(Wanted.ACCESS, frozenset({0x04, 0x06}), _HOME, _ALL, has_reader_id=True),),
)

DIALECTS = {dialect.name: dialect for dialect in (_CCC, _HOME_KEY)}
