"""When a planted fault strikes: chance with a seed, so that the same run fails the same way."""

from __future__ import annotations

import random
import threading


class Chance:
    """Decides for each use of a link. Safe to use from several threads.

    ``rate`` is the share of uses that are struck while a fault is planted.
    """

    def __init__(self, faults: tuple[str, ...], rate: float, fault: str, seed: int) -> None:
        """Raises ValueError for an unknown fault, or a rate that is none."""
        if not 0 < rate <= 1:
            raise ValueError(f"a rate is above 0 and at most 1, and not {rate}")
        self._faults, self._rate = faults, rate
        self._lock = threading.Lock()
        self.plant(fault, seed)

    def plant(self, fault: str, seed: int) -> None:
        """As FaultyLink.plant."""
        if fault and fault not in self._faults:
            raise ValueError(f"no fault {fault!r}; there are {', '.join(self._faults)}")
        with self._lock:
            self.fault = fault
            self.strikes = 0
            self.random = random.Random(f"{fault} {seed}")  # noqa: S311 - no secret

    def strikes_now(self, *faults: str) -> str:
        """The planted fault if it is one of these and strikes this use; else ""."""
        with self._lock:
            if self.fault not in faults or self.random.random() >= self._rate:
                return ""
            self.strikes += 1
            return self.fault

    def struck(self) -> None:
        """Count a strike that was not decided by chance."""
        with self._lock:
            self.strikes += 1

    def some(self, data: bytes) -> bytes:
        """``data`` cut short: at least one octet is missing."""
        with self._lock:
            return data[: self.random.randrange(len(data))] if data else data

    def spoilt(self, data: bytes) -> bytes:
        """``data`` with one octet changed."""
        if not data:
            return data
        with self._lock:
            place, change = self.random.randrange(len(data)), self.random.randrange(1, 256)
        return data[:place] + bytes((data[place] ^ change,)) + data[place + 1 :]

    def junk(self) -> bytes:
        """Octets that mean nothing."""
        with self._lock:
            return self.random.randbytes(self.random.randint(1, 40))
