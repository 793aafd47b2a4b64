"""Somebody between vehicle and device: withdraws, alters, records, replays.

A layer sits at ``Car.between`` and sees the bytes of every APDU, so the same attack runs against
virtual and real devices. Steps are named as in the trace: "SELECT", "AUTH0", "AUTH1", ...
"""

from __future__ import annotations

from collections.abc import Callable

from rig.digital_key.dissect import name_of
from rig.digital_key.wire import Transceive
from rig.vehicle.reader_loop import Layer

Alter = Callable[[bytes], bytes]


def flipped(position: int) -> Alter:
    """Invert the lowest bit of one byte; positions count from the end when negative."""

    def alter(data: bytes) -> bytes:
        altered = bytearray(data)
        altered[position] ^= 1
        return bytes(altered)

    return alter


def before(step: str, act: Callable[[], object], *, nth: int = 1) -> Layer:
    """Do something just before that command goes out, such as taking the phone away.

    ``nth``: before the second, third, ... command of that name in a visit, and those after it.
    """

    def layer(through: Transceive) -> Transceive:
        seen = 0

        def transceive(apdu: bytes) -> bytes:
            nonlocal seen
            if name_of(apdu) == step:
                seen += 1
                if seen >= nth:
                    act()
            return through(apdu)

        return transceive

    return layer


def altered_command(step: str, alter: Alter) -> Layer:
    """Alter what the vehicle sends at that step."""

    def layer(through: Transceive) -> Transceive:
        return lambda apdu: through(alter(apdu) if name_of(apdu) == step else apdu)

    return layer


def altered_answer(step: str, alter: Alter) -> Layer:
    """Alter what the device answers at that step."""

    def layer(through: Transceive) -> Transceive:
        def transceive(apdu: bytes) -> bytes:
            answer = through(apdu)
            return alter(answer) if name_of(apdu) == step else answer

        return transceive

    return layer


class Eavesdropper:
    """Records the answers of a visit, and plays them back in place of the device."""

    def __init__(self) -> None:
        self._answers: dict[str, list[bytes]] = {}

    def listen(self, through: Transceive) -> Transceive:
        """Layer: record this visit, and no earlier one, while everything passes unchanged."""
        heard: dict[str, list[bytes]] = {}
        self._answers = heard

        def transceive(apdu: bytes) -> bytes:
            answer = through(apdu)
            heard.setdefault(name_of(apdu), []).append(answer)
            return answer

        return transceive

    def replay(self, _through: Transceive) -> Transceive:
        """Layer: answer each step as it was answered, the last time again and again.

        The device is not asked. Steps that were not heard get 6D00.
        """
        left = {step: list(answers) for step, answers in self._answers.items()}

        def transceive(apdu: bytes) -> bytes:
            answers = left.get(name_of(apdu), [b"\x6d\x00"])
            return answers.pop(0) if len(answers) > 1 else answers[0]

        return transceive
