"""A ranging key (URSK) as the vehicle keeps it: with its session, and its age."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rig.digital_key.secrets import Secret


@dataclass(frozen=True, slots=True)
class RangingKey:
    """``session_id`` is the last four octets of the transaction that derived it (facts 5.2)."""

    session_id: int
    ursk: Secret = field(repr=False)
    derived: datetime
    life: timedelta

    def expired(self, now: datetime) -> bool:
        """Whether it may not be used any more."""
        return now >= self.derived + self.life
