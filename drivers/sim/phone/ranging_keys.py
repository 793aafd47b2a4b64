"""The ranging keys (URSK) a phone holds: by key and UWB session, for twelve hours each.

A vehicle has them made in a standard transaction (AUTH0 P2 10 or 11) and by CREATE RANGING KEY.
How many a phone has room for is not public: here eight a key, and the four newest stay when a
transaction has ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rig.digital_key.secrets import Secret

TTL = timedelta(minutes=720)  # URSK_TTL, facts 1.5
_MOST, _KEPT = 8, 4


class SlotsFull(Exception):
    """There is no room for one more."""


@dataclass(frozen=True, slots=True)
class RangingKey:
    """One URSK, with the moment of its derivation by the bench's calendar."""

    key_id: bytes
    session_id: int
    derived: datetime
    ursk: Secret = field(repr=False)

    @property
    def until(self) -> datetime:
        """When it is too old."""
        return self.derived + TTL


class RangingKeys:
    """Safe to use from several threads. ``utc`` is the bench's calendar."""

    def __init__(self, utc: Callable[[], datetime]) -> None:
        self._utc = utc
        self._lock = threading.Lock()
        self._kept: tuple[RangingKey, ...] = ()

    def add(self, key_id: bytes, session_id: int, ursk: Secret) -> None:
        """Keep one, in the place of another of this session. Raises SlotsFull."""
        with self._lock:
            kept = [k for k in self._alive() if (k.key_id, k.session_id) != (key_id, session_id)]
            if sum(k.key_id == key_id for k in kept) >= _MOST:
                raise SlotsFull
            self._kept = (*kept, RangingKey(key_id, session_id, self._utc(), ursk))

    def find(self, key_id: bytes, session_id: int) -> RangingKey | None:
        """That of a session, unless its time is over."""
        with self._lock:
            self._kept = self._alive()
            wanted = key_id, session_id
            return next((k for k in self._kept if (k.key_id, k.session_id) == wanted), None)

    def settle(self, key_id: bytes) -> None:
        """A transaction has ended: all but the newest go."""
        with self._lock:
            of_key = [k for k in self._alive() if k.key_id == key_id]
            old = of_key[:-_KEPT]
            self._kept = tuple(k for k in self._alive() if k not in old)

    def forget_all_but(self, key_ids: frozenset[bytes]) -> None:
        """These keys are the ones that are left."""
        with self._lock:
            self._kept = tuple(k for k in self._kept if k.key_id in key_ids)

    def remember(self) -> tuple[RangingKey, ...]:
        """All of them, for ``put_back``."""
        return self._kept

    def put_back(self, kept: tuple[RangingKey, ...]) -> None:
        """Hold these and no others."""
        with self._lock:
            self._kept = kept

    def _alive(self) -> tuple[RangingKey, ...]:
        now = self._utc()
        return tuple(k for k in self._kept if now < k.until)
