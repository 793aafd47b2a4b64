"""How the sources are read where they contradict themselves or say nothing.

One value for each open point; a plan chooses others by name and the report states the choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from rig.key_server.vehicles import Variant


class KeyKind(StrEnum):
    """With what the vehicle was used."""

    DIGITAL = "digital"
    FOB = "fob"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts as a share (AMB-03). An accepted key always does, a deleted one never.

    ``scope`` account: "across all compatible devices and vehicles"; vehicle: recipients of one.
    """

    scope: Literal["vehicle", "account"] = "vehicle"
    pending: bool = True
    pre_deletion: bool = True
    watch_copies: bool = False


SHARE_LIMITS: Mapping[Variant, int] = MappingProxyType(
    {Variant.DIGITAL_KEY: 5, Variant.DIGITAL_KEY_PLUS: 18}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All readings at their defaults.

    counting: AMB-03. limits: stated in the comparison table and FAQ 4.
    full_function: AMB-04, when a shared key may start the vehicle.
    shared_keys_on_replacement: AMB-07; re_invite ends the shared keys and names their recipients.
    ends_pre_deletion: AMB-08, uses of what count as "another active key".
    shared_keys_without_main_key: AMB-35, their fate when the main key is deleted.
    code_tries and the lifetimes: no source; the plan's own choice.
    """

    counting: Counting = Counting()
    limits: Mapping[Variant, int] = field(default_factory=lambda: SHARE_LIMITS)
    full_function: Literal["on_acceptance", "on_screen"] = "on_screen"
    shared_keys_on_replacement: Literal["survive", "re_invite"] = "survive"
    ends_pre_deletion: frozenset[KeyKind] = frozenset(KeyKind)
    shared_keys_without_main_key: Literal["kept", "deleted"] = "kept"
    code_tries: int = 3
    invitation_lifetime: timedelta = timedelta(days=7)
    token_lifetime: timedelta = timedelta(days=30)
    pairing_lifetime: timedelta = timedelta(minutes=30)
