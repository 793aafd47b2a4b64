"""What a board takes off before its chip gets UCI: NXP's PnP TLVs (facts 2)."""

from __future__ import annotations

from collections.abc import Callable

Unwrapping = Callable[[bytes], bytes]

_UCI, _HEAD = 0x01, 3


def as_it_is(data: bytes) -> bytes:
    """A board that passes UCI on."""
    return data


def pnp() -> Unwrapping:
    """A PnP board: UCI in TLVs of type 1; other types are taken and have no effect.

    A TLV whose type is 0 is dropped octet by octet, as the board does.
    """
    pending = bytearray()

    def unwrap(data: bytes) -> bytes:
        nonlocal pending
        pending += data
        uci = bytearray()
        while pending:
            if not pending[0]:
                del pending[0]
                continue
            end = _HEAD + int.from_bytes(pending[1:_HEAD], "big")
            if len(pending) < max(end, _HEAD):
                break
            if pending[0] == _UCI:
                uci += pending[_HEAD:end]
            del pending[:end]
        return bytes(uci)

    return unwrap
