"""APDU framing on the device's side: short and extended, command chaining, GET RESPONSE.

ISO/IEC 7816-4 clauses 5.3.3 (chaining) and 5.3.4 (61xx). A command without Le may still be
answered with data: contactless links carry no notion of an Le that was left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rig.digital_key.apdu import (
    CHAINING,
    GET_RESPONSE,
    SHORT_LE,
    SUCCESS,
    Command,
    Response,
    Send,
    decode_command,
)
from rig.digital_key.errors import Malformed
from rig.digital_key.messages import INS_SELECT

CLASSES = frozenset({0x00, 0x80, 0x84})
WRONG_LENGTH, OUT_OF_SEQUENCE, CHAIN_UNFINISHED = 0x6700, 0x6985, 0x6883
WRONG_P1P2, WRONG_CLASS = 0x6B00, 0x6E00
_CHAIN_MOST = 4096  # bytes a chain may gather


@dataclass(slots=True)
class _Chain:
    header: tuple[int, int, int, int]
    data: bytes


class Framing:
    """Turns bytes into whole commands for ``answer``, and whole responses into bytes."""

    def __init__(self, answer: Send, get_response_cla: Callable[[], int]) -> None:
        self._answer = answer
        self._get_response_cla = get_response_cla
        self._chain: _Chain | None = None
        self._held = b""  # rest of a response, to be fetched

    def reset(self) -> None:
        """The field is gone: forget chains and what was not fetched."""
        self._chain = None
        self._held = b""

    def process(self, apdu: bytes) -> bytes:
        """Answer one command APDU; whatever it is, the answer is one response APDU."""
        try:
            command = decode_command(apdu)
        except Malformed:
            return _refused(WRONG_LENGTH).encode()
        return self._take(command).encode()

    def _take(self, command: Command) -> Response:
        if command.ins == GET_RESPONSE:
            return self._fetch(command)
        self._held = b""
        if command.cla & ~CHAINING not in CLASSES:
            return _refused(WRONG_CLASS)
        if command.cla & CHAINING or self._chain is not None:
            return self._link(command)
        return self._deliver(self._answer(command), command.le)

    def _link(self, command: Command) -> Response:
        """One part of a chain; the last one, which has no chaining bit, is answered."""
        plain = command.cla & ~CHAINING
        header = (plain, command.ins, command.p1, command.p2)
        chain, self._chain = self._chain, None
        if chain is not None and chain.header != header:
            return _refused(CHAIN_UNFINISHED)
        data = (chain.data if chain else b"") + command.data
        if len(data) > _CHAIN_MOST:
            return _refused(WRONG_LENGTH)
        if command.cla & CHAINING:
            self._chain = _Chain(header, data)
            return Response(b"", SUCCESS)
        return self._deliver(self._answer(replace(command, data=data)), command.le)

    def _fetch(self, command: Command) -> Response:
        held, self._held = self._held, b""
        self._chain = None
        if command.cla != self._get_response_cla():
            return _refused(WRONG_CLASS)
        if command.p1 or command.p2:
            return _refused(WRONG_P1P2)
        if command.data:
            return _refused(WRONG_LENGTH)
        if not held:
            return _refused(OUT_OF_SEQUENCE)
        return self._deliver(Response(held, SUCCESS), command.le)

    def _deliver(self, response: Response, le: int | None) -> Response:
        """As much of the response as Le lets through; 61xx announces the rest."""
        most = SHORT_LE if le is None else le
        if len(response.data) <= most:
            return response
        self._held = response.data[most:]
        left = len(self._held)
        return Response(response.data[:most], 0x6100 | (left if left < SHORT_LE else 0))


def _refused(status: int) -> Response:
    return Response(b"", status)


def selected_name(apdu: bytes) -> bytes | None:
    """The name a SELECT names; None for any other command."""
    try:
        command = decode_command(apdu)
    except Malformed:
        return None
    return command.data if (command.cla, command.ins, command.p1) == (0, INS_SELECT, 4) else None
