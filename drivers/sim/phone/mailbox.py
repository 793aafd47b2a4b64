"""A key's two mailboxes and the operations EXCHANGE performs on them.

The private one is read and written by vehicle and phone; what the confidential one holds, the
immobilizer token, only a vehicle can write, and AUTH1 returns it. Tags, sizes and offsets are
settings (the public notes know those of a sibling only). Operations of one EXCHANGE take effect
together or not at all.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from rig.digital_key import tlv
from rig.digital_key.errors import Malformed
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings
from rig.digital_key.tlv import Tlv

DONE, OUT_OF_BOUNDS, MALFORMED = 0x0000, 0x0001, 0x0002
_SECRET_SIZE = 32
_TOKEN_MOST = 0xFF


@dataclass(frozen=True, slots=True)
class Contents:
    """What a wallet file puts into a key's mailboxes before its first visit."""

    signals: bytes = b"\x00"  # SigBmp
    slots: bytes = b"\x00"  # SlotIdentBmp
    slot_list: bytes = b""  # SlotIdentLst: up to 8 identifiers of 8 bytes
    package: bytes = b""  # attestation package of a shared key
    confidential: bytes = field(default=b"", repr=False)  # immobilizer token; opaque

    def laid_out(self, settings: Settings) -> bytearray:
        """The private mailbox with these contents. Raises Malformed when they do not fit."""
        memory = bytearray(max(settings.mailbox_size, 0))
        for offset, value in (
            (settings.mailbox_package_offset, self.package),
            (settings.mailbox_slot_list_offset, self.slot_list),
            (settings.mailbox_slots_offset, self.slots),
            (settings.mailbox_signal_offset, self.signals),
        ):
            if offset < 0 or offset + len(value) > len(memory):
                raise Malformed(f"{len(value)} bytes at {offset} in a mailbox of {len(memory)}")
            memory[offset : offset + len(value)] = value
        return memory


class _OutOfBoundsError(Exception):
    """An operation reaches beyond the mailbox."""


@dataclass(slots=True)
class _Draft:
    """What the mailboxes hold once all operations of an EXCHANGE are done."""

    memory: bytearray
    confidential: Secret


class Mailbox:
    """Bytes that survive from one visit to the next; phone and vehicle may reach it at once."""

    def __init__(self, memory: bytearray, confidential: bytes = b"") -> None:
        self._memory = memory
        self._confidential = Secret(confidential)
        self._lock = threading.Lock()

    @property
    def confidential(self) -> Secret:
        """The immobilizer token; empty while no vehicle has written one."""
        return self._confidential

    def copy(self) -> Mailbox:
        """The same contents once more."""
        with self._lock:
            return Mailbox(bytearray(self._memory), self._confidential)

    def read(self, offset: int, size: int) -> bytes:
        """A piece of it, for the phone's wallet or for AUTH1."""
        return bytes(self._memory[offset : offset + size])

    def write(self, offset: int, data: bytes) -> None:
        """Put something there, as the phone's wallet does. Raises Malformed beyond its end."""
        with self._lock:
            if offset + len(data) > len(self._memory):
                raise Malformed(f"{len(data)} bytes at {offset} in {len(self._memory)}")
            self._memory[offset : offset + len(data)] = data

    def perform(self, request: bytes, settings: Settings, secret_tag: int | None) -> bytes:
        """Answer the plaintext of one EXCHANGE: what was read, then a status."""
        with self._lock:
            draft = _Draft(bytearray(self._memory), self._confidential)
            try:
                operations = _operations(request, secret_tag)
                answers = [_apply(draft, op, settings, secret_tag) for op in operations]
            except _OutOfBoundsError:
                return _status(OUT_OF_BOUNDS)
            except Malformed:
                return _status(MALFORMED)
            self._memory, self._confidential = draft.memory, draft.confidential
        return b"".join(answers) + _status(DONE)


def _operations(request: bytes, secret_tag: int | None) -> tuple[Tlv, ...]:
    """The request's elements; the sibling that provisions secrets puts a 00 in front."""
    if secret_tag is not None and request[:1] == b"\x00":
        request = request[1:]
    if not request:
        raise Malformed("no operation")
    return tlv.decode(request)


def _apply(draft: _Draft, op: Tlv, settings: Settings, secret_tag: int | None) -> bytes:
    """Perform one operation on the draft; return what it adds to the answer.

    The confidential mailbox has an operation of its own; the sibling, which has a tag for its
    secret instead, knows none.
    """
    value, memory = op.value, draft.memory
    if op.tag == settings.exchange_read_tag and len(value) == 4:
        start, end = _span(memory, value, int.from_bytes(value[2:4], "big"))
        return value[2:4] + bytes(memory[start:end])
    if op.tag == settings.exchange_write_tag and len(value) >= 2:
        start, end = _span(memory, value, len(value) - 2)
        memory[start:end] = value[2:]
    elif op.tag == settings.exchange_set_tag and len(value) == 5:
        start, end = _span(memory, value, int.from_bytes(value[2:4], "big"))
        memory[start:end] = value[4:] * (end - start)
    elif secret_tag is None and op.tag == settings.exchange_confidential_tag and value:
        if len(value) > _TOKEN_MOST:
            raise _OutOfBoundsError
        draft.confidential = Secret(value)
    elif op.tag != secret_tag or not _is_secret(value):
        raise Malformed(f"no operation {op.tag:02X} with {len(value)} bytes")
    return b""


def _span(memory: bytearray, value: bytes, size: int) -> tuple[int, int]:
    start = int.from_bytes(value[:2], "big")
    if start + size > len(memory):
        raise _OutOfBoundsError
    return start, start + size


def _is_secret(value: bytes) -> bool:
    inner = tlv.decode(value)
    return len(inner) == 1 and inner[0].tag == 0xC0 and len(inner[0].value) == _SECRET_SIZE


def _status(code: int) -> bytes:
    return b"\x00\x02" + code.to_bytes(2, "big")
