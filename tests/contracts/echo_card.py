"""A card for tests: it answers with what it was told, unless told to be mute or slow."""

from __future__ import annotations

import threading

ATR = bytes.fromhex("3B 83 80 01 52 49 47 4E")  # contactless, historical bytes "RIG"
OK = bytes.fromhex("9000")
PATIENCE_S = 10.0  # after which a test that hangs fails instead


class EchoCard:
    """Answers each APDU with itself and 9000."""

    def __init__(self, atr: bytes = ATR) -> None:
        self.atr = atr
        self.powers: list[bool] = []
        self.threads: set[int] = set()
        self.mute = False
        self.asked = threading.Event()  # an APDU has arrived
        self.may_answer = threading.Event()  # cleared: it thinks
        self.may_answer.set()

    def power(self, *, on: bool) -> None:
        self.powers.append(on)

    def process(self, apdu: bytes) -> bytes | None:
        self.threads.add(threading.get_ident())
        self.asked.set()
        self.may_answer.wait(PATIENCE_S)
        return None if self.mute else apdu + OK
