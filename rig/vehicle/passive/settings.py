"""Every figure of passive entry, with its unit, where it comes from and why it is what it is.

A plan overrides them by name. "Facts" are the public notes on UWB and Bluetooth LE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from rig.records.run import SettingRecord

_SOURCED, _INFERRED, _GAP = "sourced", "inferred", "gap"


def _of(default: Any, mark: str, why: str, least: float = 0.0, most: float = 1000.0) -> Any:
    """A field with its mark and reason, and the range that a number has to keep."""
    return field(default=default, metadata=dict(mark=mark, why=why, least=least, most=most))


@dataclass(frozen=True, slots=True, kw_only=True)
class PassiveSettings:
    """All at their defaults. Names end in their unit."""

    enabled: bool = _of(True, _GAP, "Whether the holder has passive entry switched on.")
    # --- zones (facts 4.5) ---
    unlock_m: float = _of(
        1.0, _SOURCED, "EXT-BMW-ZONES: about 1 m around the door handles.", 0.2, 10
    )
    lock_m: float = _of(2.0, _SOURCED, "EXT-BMW-ZONES: about 2 m around the door handles.", 0.3, 20)
    welcome_m: float = _of(4.0, _GAP, "No public figure; marketing says 3 to 10 m.", 0.5, 50)
    sides: Literal["all", "driver", "doors"] = _of(
        "all", _GAP, "Which handles unlock passively: all with the trunk, one, or the doors."
    )
    auto_lock_s: float = _of(
        0.0, _GAP, "Facts 4.5: a key that rests in the unlock zone for long locks; 0 is never."
    )
    pause_s: float = _of(2.0, _SOURCED, "Facts 4.5: the next unlock or lock comes 2 s later.")
    rearm_s: float = _of(
        10.0, _GAP, "A key that was not heard for so long counts as having left the zone."
    )
    # --- filters and voting (facts 4.4) ---
    filter: Literal["none", "median", "kalman"] = _of(
        "kalman", _INFERRED, "Facts 4.4: constant velocity lags less than a median of 3 to 5."
    )
    median_of: int = _of(3, _INFERRED, "Facts 4.4: takes away lone outliers, one sample late.", 1)
    kalman_sigma_m: float = _of(0.05, _INFERRED, "Facts 4.4: R is its square.", 0.001)
    kalman_acceleration_mps2: float = _of(1.5, _INFERRED, "Facts 4.4: q of 1 to 2 m/s2.", 0.01)
    gate_sigmas: float = _of(3.0, _INFERRED, "Facts 4.4: innovations beyond it are doubted.", 0.5)
    agree_m: float = _of(
        0.3,
        _INFERRED,
        "Blocks agree that lie so near to one straight walk; 3 sigma and a bias.",
        0.01,
    )
    k: int = _of(3, _INFERRED, "Facts 4.5: so many of the last n blocks have to agree.", 1, 100)
    n: int = _of(5, _INFERRED, "As k; a straight walk pays no latency for it.", 1, 100)
    most_inconsistent: int = _of(
        1, _INFERRED, "So many of the last n blocks may contradict the rest, and it still opens."
    )
    start_k: int = _of(
        6, _INFERRED, "So many of the first start_n ranges have to agree before any counts.", 1, 100
    )
    start_n: int = _of(
        7,
        _INFERRED,
        "With 10 % of blocks injected, 6 of 7 agree by chance once in 156,000.",
        1,
        100,
    )
    inside_n: int = _of(8, _INFERRED, "Blocks whose middle place says inside or outside.", 1, 100)
    # --- countermeasures (facts 4.5) ---
    speed_cap_mps: float = _of(3.0, _INFERRED, "Facts 4.5: 2.1 to 3 m/s; nobody comes faster.", 0.1)
    sigma_m: float = _of(0.05, _INFERRED, "Facts 4.2: 0.03 m measured; the cap adds 3 of these.")
    gap_s: float = _of(1.0, _INFERRED, "Without any range for so long, agreement begins anew.", 0.1)
    triangle_m: float = _of(
        3.2,
        _INFERRED,
        "Anchors disagree beyond their distance and this; facts 4.2: +3.1 m at most.",
    )
    anchors_least: int = _of(
        2, _INFERRED, "So many anchors of one block, or all there are, have to tell a place.", 1
    )
    residual_m: float = _of(
        0.5, _INFERRED, "No range may be so much shorter than the place found says."
    )
    negative_m: float = _of(
        0.15,
        _INFERRED,
        "A negative distance up to this is an uncalibrated anchor, and counts as 0.",
    )
    min_figure_of_merit: int = _of(
        0,
        _GAP,
        "Ranges below are not trusted; its unit is the chip's own, so 0 trusts all.",
        0,
        255,
    )
    late_s: float = _of(0.3, _INFERRED, "A range is of its block only so long after it.", 0.01)
    round_trip_s: float = _of(
        0.15, _INFERRED, "A Bluetooth answer that takes longer at best is called a relay's."
    )
    sts_failures_most: int = _of(
        20, _INFERRED, "So many blocks in a row with a bad STS end the session.", 1
    )
    unheard_most: int = _of(
        10, _INFERRED, "So many blocks without any answer, and the clocks are compared anew.", 1
    )
    quiet_s: float = _of(
        2.0, _INFERRED, "An anchor that ranges and reports nothing at all for so long is broken.", 1
    )
    # --- position ---
    phone_height_m: float = _of(1.0, _INFERRED, "In a hand or a pocket of who walks.", 0, 3)
    # --- Bluetooth and the set-up (facts 5) ---
    advert_interval_ms: float = _of(42.5, _SOURCED, "Facts 5.1.", 20, 10_240)
    admission_s: float = _of(
        5.0, _SOURCED, "Facts 5.1: without a channel that may stay, it is cut."
    )
    answer_s: float = _of(2.0, _INFERRED, "A DK message is answered within this, or it is silence.")
    time_sync_s: float = _of(1.0, _INFERRED, "Until the vehicle asks for Procedure 1.", 0.05)
    time_syncs_most: int = _of(3, _INFERRED, "So often it asks.", 1, 100)
    ran_multiplier: int = _of(1, _SOURCED, "Facts 1.8: a block is so many times 96 ms.", 1, 255)
    slots_per_round: int = _of(12, _SOURCED, "Facts 1.8: at least 4 more than anchors.", 6, 96)
    ursk_life_min: int = _of(720, _SOURCED, "Facts 1.5: URSK_TTL is at most 12 h.", 0, 720)
    recoveries_most: int = _of(3, _INFERRED, "So often one connection's ranging begins anew.", 0)
    spsm: int = _of(0x0081, _SOURCED, "Facts 5.1: that of NXP's sample.", 0x80, 0xFF)
    antenna_id: int = _of(1, _GAP, "Facts 5.1: two octets, the vehicle's own.", 0, 0xFFFF)
    tx_power_dbm: int = _of(0, _GAP, "What characteristic 2A07 says.", -127, 20)

    def __post_init__(self) -> None:
        """Raises PassiveSettingError where figures contradict each other."""
        if self.k > self.n or self.start_k > self.start_n:
            raise PassiveSettingError("k of n: k may not be more than n")
        if self.lock_m <= self.unlock_m:
            raise PassiveSettingError("the lock zone has to be larger than the unlock zone")

    @property
    def filter_lag_s(self) -> float:
        """By how much the chosen filter is late, at the shortest block."""
        late = (self.median_of - 1) / 2 if self.filter == "median" else 0.0
        return late * 0.096 * self.ran_multiplier

    def records(self) -> tuple[SettingRecord, ...]:
        """As a report states them."""
        return tuple(
            SettingRecord(
                f"passive: {f.name}",
                f"{getattr(self, f.name)}",
                f.metadata["mark"],
                f.metadata["why"],
            )
            for f in fields(self)
        )


class PassiveSettingError(ValueError):
    """A setting that does not exist, or a value it cannot have."""


def passive_settings(overrides: Mapping[str, object]) -> PassiveSettings:
    """The defaults with some of them replaced by name. Raises PassiveSettingError."""
    hints = get_type_hints(PassiveSettings)
    known = {f.name: f for f in fields(PassiveSettings)}
    for name, value in overrides.items():
        if name not in known:
            raise PassiveSettingError(f"no setting {name!r}; there are {', '.join(known)}")
        about = known[name].metadata
        _check(name, value, hints[name], (about["least"], about["most"]))
    return PassiveSettings(**overrides)  # type: ignore[arg-type]  # checked above


def _check(name: str, value: object, hint: Any, between: tuple[float, float]) -> None:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            allowed = ", ".join(map(repr, get_args(hint)))
            raise PassiveSettingError(f"{name} is {value!r}; it may be {allowed}")
        return
    fits = type(value) in (int, float) if hint is float else type(value) is hint
    if not fits:
        raise PassiveSettingError(f"{name} is {value!r}; it must be of type {hint.__name__}")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    least, most = between
    if not least <= value <= most:
        raise PassiveSettingError(f"{name} is {value}; it must be from {least:g} to {most:g}")
