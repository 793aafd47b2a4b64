"""Apple's polling frames (ECP) as a phone hears them, and when its wallet comes up for them.

Facts: section 8 of the public notes. The frames that ask for an applet are data of its dialect, the
phone's habits data of its platform. Written apart from what sends them.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api.clock import Clock
from drivers.sim.contactless import Listener
from drivers.sim.phone.dialects import DIALECTS, Wanted
from drivers.sim.phone.framing import selected_name
from drivers.sim.phone.platforms import EcpHabits
from rig.digital_key.apdu import Response
from rig.digital_key.pairing_messages import FRAMEWORK_AID

NO_SUCH_APPLICATION = 0x6A82
_HEADER, _TCI_SIZE = 0x6A, 3
_PAYMENT = bytes.fromhex("6A01000000")  # version 1: no terminal of ours
_BY_ITSELF = 0xC0  # configuration: present automatically, authentication not required
_NOTHING: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class EcpFrame:
    """A frame of version 2, without its checksum."""

    configuration: int
    kind: int  # of terminal
    subtype: int
    tci: bytes  # terminal capabilities identifier
    reader_id: bytes = b""


def parse(frame: bytes) -> EcpFrame | None:
    """Version 2, whose length agrees with itself; None for anything else."""
    if len(frame) < 5 + _TCI_SIZE or frame[0] != _HEADER or frame[1] != 2:
        return None
    tail = frame[5:]
    if frame[2] & 0x0F != len(tail):
        return None
    return EcpFrame(frame[2], frame[3], frame[4], tail[:_TCI_SIZE], tail[_TCI_SIZE:])


class ExpressMode(Listener):
    """A wallet that comes up by itself for the right frame, and answers no reader before.

    A frame that it knows to be one, but not for which key, brings the wallet up with something
    else: the phone answers, and the applet is not there.
    """

    def __init__(self, habits: EcpHabits, clock: Clock) -> None:
        self._habits, self._clock = habits, clock
        self._polled = False
        self._off_since_ns: int | None = None
        self._heard = 0  # frames that called the same
        self._routed = _NOTHING

    @property
    def awake(self) -> bool:
        return self._heard >= self._habits.frames

    def refusal(self, apdu: bytes) -> bytes | None:
        """What a SELECT is answered whose application was not called; None lets a command pass."""
        aid = selected_name(apdu) if self._polled else None
        if aid is None or aid in self._routed:
            return None
        return Response(b"", NO_SUCH_APPLICATION).encode()

    def enter(self) -> None:
        self._forget()
        self._polled = True

    def leave(self) -> None:
        self._polled = False

    def field(self, *, on: bool) -> None:
        now_ns = self._clock.now_ns()
        if not on:
            self._off_since_ns = now_ns
        elif self._off_since_ns is not None:
            if now_ns - self._off_since_ns > self._habits.grace_ms * 10**6:
                self._forget()
            self._off_since_ns = None

    def hear(self, frame: bytes) -> None:
        routed = self._asked_for(frame)
        if routed is None:
            return
        self._heard = self._heard + 1 if routed == self._routed else 1
        self._routed = routed

    def _forget(self) -> None:
        self._heard = 0
        self._routed = _NOTHING

    def _asked_for(self, frame: bytes) -> frozenset[bytes] | None:
        """The applications that a frame brings up; None where it brings up nothing."""
        if frame == _PAYMENT:
            return _NOTHING
        heard = parse(frame)
        if heard is None or heard.configuration & _BY_ITSELF != _BY_ITSELF:
            return None
        for dialect in DIALECTS.values():
            for call in dialect.calls:
                if call.is_meant_by(heard.kind, heard.subtype, heard.tci, bool(heard.reader_id)):
                    pairs = call.wanted is Wanted.PAIRING or self._habits.access_routes_framework
                    return frozenset({dialect.profile.aid, *((FRAMEWORK_AID,) if pairs else ())})
        return _NOTHING
