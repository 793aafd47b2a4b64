"""How the vehicle reads what the sources leave open; a plan chooses by name, a report states it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, tzinfo
from typing import Literal, Self

from rig.key_server.readings import KeyKind, Readings, SetupKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleReadings:
    """All at their defaults.

    pre_deletion_use: AMB-08, what a revoked key may still do before another key uses the vehicle;
    its holder must not be stranded (DK-REV-04).
    ends_pre_deletion: AMB-08, uses of what count as "another active key".
    shared_keys_on_replacement: AMB-07, whether shared keys outlive a new main key.
    shared_keys_without_main_key: AMB-35, whether they outlive the end of theirs.
    setup_keys: AMB-14, what has to lie inside before a set-up goes on.
    deletes_in_vehicle: AMB-09, AMB-34, what has to lie inside when the menu deletes a key.
    unknown_position: no source; a key that is limited to areas, while the vehicle does not know
    where it is. What cannot be shown to be allowed is refused.
    zone: of the vehicle's local time, in which a key's hours count.
    """

    pre_deletion_use: Literal["as_before", "unlock", "nothing"] = "as_before"
    ends_pre_deletion: frozenset[KeyKind] = frozenset(KeyKind)
    shared_keys_on_replacement: Literal["survive", "re_invite"] = "survive"
    shared_keys_without_main_key: Literal["kept", "deleted"] = "kept"
    setup_keys: frozenset[SetupKeys] = frozenset(SetupKeys)
    deletes_in_vehicle: Literal["main_key_or_fob", "anyone"] = "main_key_or_fob"
    unknown_position: Literal["refuse", "allow"] = "refuse"
    zone: tzinfo = UTC

    @classmethod
    def of(cls, plan: Readings) -> Self:
        """Read as a plan does, wherever that is the vehicle's matter as well."""
        own = {each.name for each in fields(cls)}
        return cls(**{e.name: getattr(plan, e.name) for e in fields(plan) if e.name in own})
