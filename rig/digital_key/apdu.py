"""APDUs of ISO/IEC 7816-4, short and extended, and the two layers every link needs.

A link is ``Callable[[Command], Response]``. Layers take one and give one, so they stack:
``with_get_response(with_chaining(wire(...)))``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rig.digital_key.errors import Malformed

SHORT_DATA, EXTENDED_DATA = 255, 65_535
SHORT_LE, EXTENDED_LE = 256, 65_536
CHAINING = 0x10  # class bit: more of this command follows (ISO/IEC 7816-4, 5.4.1)
SUCCESS = 0x9000
GET_RESPONSE = 0xC0
_RESPONSES_MOST = 256  # GET RESPONSE rounds before a device counts as never ending


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU. ``le`` None asks for no data, 256 for all there is."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    def encode(self) -> bytes:
        """The bytes on the wire, in the shortest form. Raises Malformed."""
        data, le = self.data, self.le
        if len(data) > EXTENDED_DATA or (le is not None and not 1 <= le <= EXTENDED_LE):
            raise Malformed(f"no APDU holds {len(data)} bytes of data and Le {le}")
        try:
            head = bytes((self.cla, self.ins, self.p1, self.p2))
        except ValueError as exc:
            raise Malformed(f"header field out of range: {self!r}") from exc
        if len(data) <= SHORT_DATA and (le is None or le <= SHORT_LE):
            lc = bytes((len(data),)) if data else b""
            return head + lc + data + (b"" if le is None else bytes((le & 0xFF,)))
        lc = b"\x00" + len(data).to_bytes(2, "big") if data else b""
        if le is None:
            return head + lc + data
        return head + lc + data + (b"" if data else b"\x00") + (le & 0xFFFF).to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class Response:
    """A response APDU: data and status word."""

    data: bytes
    status: int

    def encode(self) -> bytes:
        return self.data + self.status.to_bytes(2, "big")


Send = Callable[[Command], Response]


def decode_command(apdu: bytes) -> Command:
    """Parse a command APDU of any of the seven forms. Raises Malformed."""
    if len(apdu) < 4:
        raise Malformed(f"{len(apdu)} bytes are no command APDU")
    cla, ins, p1, p2 = apdu[:4]
    body = apdu[4:]
    if not body:
        return Command(cla, ins, p1, p2)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, le=body[0] or SHORT_LE)
    data, rest, extended = _split_body(body)
    if not rest:
        return Command(cla, ins, p1, p2, data)
    if len(rest) != (2 if extended else 1):
        raise Malformed(f"Lc and length disagree: {len(apdu)} bytes")
    whole = EXTENDED_LE if extended else SHORT_LE
    return Command(cla, ins, p1, p2, data, int.from_bytes(rest, "big") or whole)


def _split_body(body: bytes) -> tuple[bytes, bytes, bool]:
    """Data field, what follows it, and whether the form is extended."""
    if body[0]:
        length, start = body[0], 1
    elif len(body) == 3:
        return b"", body[1:], True
    else:
        length, start = int.from_bytes(body[1:3], "big"), 3
    if len(body) < start + length or not length:
        raise Malformed(f"Lc announces {length} bytes, {len(body) - start} are there")
    return body[start : start + length], body[start + length :], start == 3


def decode_response(apdu: bytes) -> Response:
    """Parse a response APDU. Raises Malformed."""
    if not 2 <= len(apdu) <= EXTENDED_LE + 2:
        raise Malformed(f"{len(apdu)} bytes are no response APDU")
    return Response(apdu[:-2], apdu[-2] << 8 | apdu[-1])


def with_chaining(send: Send, most: int = SHORT_DATA) -> Send:
    """Send a command whose data exceeds ``most`` bytes as a chain; refusals end the chain."""

    def chained(command: Command) -> Response:
        data = command.data
        while len(data) > most:
            part = replace(command, cla=command.cla | CHAINING, data=data[:most], le=None)
            response = send(part)
            if response.status != SUCCESS:
                return response
            data = data[most:]
        return send(command if data is command.data else replace(command, data=data))

    return chained


def with_get_response(send: Send, cla: int = 0x00) -> Send:
    """Fetch what a device holds back (61xx) and repeat with the Le it asks for (6Cxx).

    Raises Malformed when a device never comes to an end.
    """

    def whole(command: Command) -> Response:
        response = send(command)
        if response.status >> 8 == 0x6C:
            response = send(replace(command, le=response.status & 0xFF or SHORT_LE))
        if response.status >> 8 != 0x61:
            return response
        parts = [response.data]
        for _ in range(_RESPONSES_MOST):
            more = Command(cla, GET_RESPONSE, 0, 0, le=response.status & 0xFF or SHORT_LE)
            response = send(more)
            parts.append(response.data)
            if response.status >> 8 != 0x61:
                return Response(b"".join(parts), response.status)
        raise Malformed(f"more to fetch after {_RESPONSES_MOST} GET RESPONSE commands")

    return whole
