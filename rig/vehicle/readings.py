"""How the vehicle reads what the sources leave open; a plan chooses by name, a report states it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Literal

from rig.key_server.readings import KeyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleReadings:
    """All at their defaults.

    pre_deletion_use: AMB-08, what a revoked key may still do before another key uses the vehicle;
    its holder must not be stranded (DK-REV-04).
    ends_pre_deletion: AMB-08, uses of what count as "another active key".
    unknown_position: no source; a key that is limited to areas, while the vehicle does not know
    where it is. What cannot be shown to be allowed is refused.
    zone: of the vehicle's local time, in which a key's hours count.
    """

    pre_deletion_use: Literal["as_before", "unlock", "nothing"] = "as_before"
    ends_pre_deletion: frozenset[KeyKind] = frozenset(KeyKind)
    unknown_position: Literal["refuse", "allow"] = "refuse"
    zone: tzinfo = UTC
