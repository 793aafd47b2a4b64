"""Faults a test plants in a virtual phone or card. Real ones have no such thing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.messages import INS_AUTH1, INS_EXCHANGE


class Fault(Enum):
    """What goes wrong."""

    MUTE = "never answers"
    LATE = "answers after a delay"
    GARBAGE = "answers other bytes of the same length"
    TRUNCATED = "answers a single byte, half a status word"
    LEAVES = "leaves the field in the middle of the command"
    WRONG_MAC = "spoils the last MAC byte of secured answers"
    WRONG_SIGNATURE = "signs something else in AUTH1"


@dataclass(frozen=True, slots=True)
class _Plan:
    fault: Fault
    at: int  # APDU of the visit, counted from 1; 0 for any
    delay_s: float


class Misbehaviour:
    """Stands between the field and the applet; does nothing until a fault is planted."""

    def __init__(self, leave: Callable[[], None]) -> None:
        """``leave`` takes the device out of the field."""
        self._leave = leave
        self._plan: _Plan | None = None
        self._count = 0

    @contextmanager
    def __call__(self, fault: Fault, *, at: int = 0, delay_s: float = 0.0) -> Iterator[None]:
        """Within the block, let ``fault`` happen at the ``at``-th APDU of each visit.

        ``at`` 0 means every APDU; it does not matter for WRONG_SIGNATURE, and WRONG_MAC touches
        answers to AUTH1 and EXCHANGE only. ``delay_s`` is for LATE.
        """
        before, self._plan = self._plan, _Plan(fault, at, delay_s)
        try:
            yield
        finally:
            self._plan = before

    def new_visit(self) -> None:
        """The field came or went: count from the first APDU again."""
        self._count = 0

    def process(self, apdu: bytes, applet: Callable[[bytes], bytes | None]) -> bytes | None:
        """Answer as the applet does, but for what is planted; None where it does not answer."""
        self._count += 1
        plan = self._plan
        if plan is None or plan.at not in (0, self._count):
            return applet(apdu)
        if plan.fault is Fault.MUTE:
            return None
        if plan.fault is Fault.LEAVES:
            self._leave()
            return None
        if plan.fault is Fault.LATE:
            time.sleep(plan.delay_s)
        answer = applet(apdu)
        return None if answer is None else _spoilt(plan.fault, apdu, answer)

    def sign(self, key: PrivateKey, message: bytes) -> bytes:
        """Sign for the applet."""
        wrong = self._plan is not None and self._plan.fault is Fault.WRONG_SIGNATURE
        return key.sign(message + b"\x00" if wrong else message)


def _spoilt(fault: Fault, apdu: bytes, answer: bytes) -> bytes:
    if fault is Fault.GARBAGE:
        return bytes(octet ^ 0x5A for octet in answer)
    if fault is Fault.TRUNCATED:
        return answer[:1]
    secured = len(apdu) > 1 and apdu[1] in (INS_AUTH1, INS_EXCHANGE) and len(answer) > 2
    if fault is Fault.WRONG_MAC and secured:
        return answer[:-3] + bytes((answer[-3] ^ 0x01,)) + answer[-2:]
    return answer
