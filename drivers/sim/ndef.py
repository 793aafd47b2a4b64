"""Links on contactless cards: an NFC Forum Type 4 tag with one URI record, and its reading.

NFC Forum Type 4 Tag 2.0 (mapping version 2, capability container E103) and URI Record Type
Definition 1.0. Both ends of it are the lab's; a phone reads real cards, a real phone this card.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.secret_text import SecretText
from rig.digital_key.apdu import SUCCESS, Command, Response, decode_command
from rig.digital_key.errors import Malformed

NDEF_AID = bytes.fromhex("D2760000850101")
CC_FILE, NDEF_FILE = 0xE103, 0xE104
_MOST_READ = 0xF0  # bytes in one answer
_SELECT, _READ_BINARY = 0xA4, 0xB0
_BY_NAME, _BY_FILE = (0x04, 0x00), (0x00, 0x0C)
_NOT_FOUND, _OUT_OF_SEQUENCE, _WRONG_P1P2 = 0x6A82, 0x6985, 0x6B00
_WRONG_LENGTH, _NO_SUCH_INSTRUCTION, _WRONG_CLASS = 0x6700, 0x6D00, 0x6E00
_SHORT_URI = bytes.fromhex("D101")  # one short record, well-known type of one byte
_SCHEMES = {0x03: "http://", 0x04: "https://"}


class NdefError(Exception):
    """The card holds no link that can be read."""


class NdefApplication:
    """The tag's side: command bytes in, response bytes out; never raises."""

    def __init__(self, link: SecretText) -> None:
        message = _uri_record(link.reveal())
        size = 2 + len(message)
        container = bytes.fromhex("000F 20") + _two(_MOST_READ) + _two(0xFF)
        container += bytes.fromhex("0406") + _two(NDEF_FILE) + _two(size) + bytes.fromhex("00FF")
        self._files = {CC_FILE: container, NDEF_FILE: _two(len(message)) + message}
        self.reset()

    def reset(self) -> None:
        """The field came or went."""
        self._selected = False
        self._file: bytes | None = None

    def process(self, apdu: bytes) -> bytes:
        """Answer one command."""
        try:
            command = decode_command(apdu)
        except Malformed:
            return Response(b"", _WRONG_LENGTH).encode()
        return self._answer(command).encode()

    def _answer(self, command: Command) -> Response:
        if command.cla != 0:
            return Response(b"", _WRONG_CLASS)
        if command.ins == _SELECT:
            return self._select(command)
        if command.ins == _READ_BINARY:
            return self._read(command)
        return Response(b"", _NO_SUCH_INSTRUCTION)

    def _select(self, command: Command) -> Response:
        how = (command.p1, command.p2)
        if how == _BY_NAME and command.data == NDEF_AID:
            self._selected, self._file = True, None
            return Response(b"", SUCCESS)
        if how == _BY_FILE and self._selected:
            found = self._files.get(int.from_bytes(command.data, "big"))
            self._file = found or self._file
            return Response(b"", SUCCESS if found else _NOT_FOUND)
        return Response(b"", _NOT_FOUND)

    def _read(self, command: Command) -> Response:
        if self._file is None:
            return Response(b"", _OUT_OF_SEQUENCE)
        offset, most = command.p1 << 8 | command.p2, command.le or 0
        if offset > len(self._file):
            return Response(b"", _WRONG_P1P2)
        return Response(self._file[offset : offset + min(most, _MOST_READ)], SUCCESS)


def read_link(process: Callable[[bytes], bytes | None]) -> SecretText:
    """The link on a card, read as a phone reads it. Raises NdefError."""

    def send(command: Command) -> bytes:
        answer = process(command.encode())
        if answer is None or answer[-2:] != _two(SUCCESS):
            raise NdefError("no NDEF application, or not this file")
        return answer[:-2]

    send(Command(0, _SELECT, *_BY_NAME, NDEF_AID, 0x100))
    send(Command(0, _SELECT, *_BY_FILE, _two(CC_FILE)))
    container = send(Command(0, _READ_BINARY, 0, 0, b"", 15))
    if len(container) != 15 or container[7:9] != b"\x04\x06":
        raise NdefError("no NDEF file in the capability container")
    most = int.from_bytes(container[3:5], "big")
    send(Command(0, _SELECT, *_BY_FILE, container[9:11]))
    size = int.from_bytes(send(Command(0, _READ_BINARY, 0, 0, b"", 2)), "big")
    message = b""
    while len(message) < size:
        at, left = 2 + len(message), size - len(message)
        part = send(Command(0, _READ_BINARY, at >> 8, at & 0xFF, b"", min(left, most)))
        if not part:
            raise NdefError("the NDEF file is shorter than it says")
        message += part
    return _link_in(message)


def _uri_record(link: str) -> bytes:
    for code, scheme in _SCHEMES.items():
        if link.startswith(scheme):
            payload = bytes((code,)) + link.removeprefix(scheme).encode("utf-8")
            return _SHORT_URI + bytes((len(payload),)) + b"U" + payload
    raise ValueError("the link has no scheme that a tag can abbreviate")


def _link_in(message: bytes) -> SecretText:
    """The link of a message of one short URI record."""
    if message[:2] != _SHORT_URI or message[3:4] != b"U" or len(message) != 4 + message[2]:
        raise NdefError("not one URI record")
    scheme = _SCHEMES.get(message[4])
    if scheme is None:
        raise NdefError("a link that is no address")
    try:
        return SecretText(scheme + message[5:].decode("utf-8"))
    except UnicodeDecodeError:  # its text would show what is on the card
        raise NdefError("an address that is no text") from None


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")
