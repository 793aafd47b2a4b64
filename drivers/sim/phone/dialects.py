"""What the applet itself brings to each profile: data of the device, not of the vehicle."""

from __future__ import annotations

from dataclasses import dataclass

from rig.digital_key.profiles import CCC, HOME_KEY, Profile

FAST, EXCHANGE_WILL_FOLLOW = 0x01, 0x04  # bits of AUTH0 P1


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

    @property
    def name(self) -> str:
        return self.profile.name

    @property
    def version_list(self) -> bytes:
        """All versions, as SELECT answers them."""
        return b"".join(self.versions)


_CCC = Dialect(
    profile=CCC,
    versions=(b"\x01\x00",),
    flags=frozenset({0x00, FAST, EXCHANGE_WILL_FOLLOW, FAST | EXCHANGE_WILL_FOLLOW}),
    codes=frozenset({*range(0x01, 0x09), 0x10, 0x11}),
    fast_codes=frozenset({0x01, 0x02}),  # unlock and lock; starting the engine is never fast
    standard_codes=frozenset({0x10, 0x11}),  # the ranging key, and at first approach
    returns_mailboxes=True,
    secret_tag=None,
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
)

DIALECTS = {dialect.name: dialect for dialect in (_CCC, _HOME_KEY)}
