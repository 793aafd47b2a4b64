"""A ranging session as the vehicle knows it: its plan, its blocks, and which STS index is whose.

Facts: section 1.8 of the public notes on UWB. A ranging result carries the STS index of
Final_Data, from which follows the block it belongs to, or that it belongs to none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from rig.digital_key.ble_messages import (
    RangingSessionRequest,
    RangingSetupResponse,
    RecoveryResponse,
)
from rig.digital_key.ranging_negotiation import BLOCK_MS, CHAPS_PER_MS, HopMode, Negotiated
from rig.digital_key.ranging_time import Moment
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings

URSK_TTL_MIN = 720
_STS_SPACE = 1 << 32
_DEFAULTS = Settings()


def hop_round(block: int, key: int, rounds: int, modulus: int = _DEFAULTS.hop_modulus) -> int:
    """The round of a block in the default sequence: setting ``hop_modulus``."""
    t = (block + key) & 0xFFFF
    return min(t * t % modulus * rounds >> 16, rounds - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """All that an anchor is told of a session, but its place in it and its own clock."""

    session_id: int
    ursk: Secret = field(repr=False)
    sts_index0: int
    time0_ns: int  # of the vehicle's clock
    time0_within_ns: int
    ran_multiplier: int
    chaps_per_slot: int
    slots_per_round: int
    responders: int
    sync_code: int
    channel: int
    hop: HopMode
    hop_key: int = field(repr=False)
    config_id: int
    pulse_combo: int
    version: int
    ursk_ttl_min: int = URSK_TTL_MIN
    hop_modulus: int = _DEFAULTS.hop_modulus

    @property
    def block_ns(self) -> int:
        """From block to block."""
        return self.ran_multiplier * BLOCK_MS * 1_000_000

    @property
    def rounds(self) -> int:
        """Rounds in a block."""
        block_chaps = self.ran_multiplier * BLOCK_MS * CHAPS_PER_MS
        return block_chaps // (self.chaps_per_slot * self.slots_per_round)

    @property
    def sts_per_block(self) -> int:
        """By how much the STS index grows from block to block."""
        return self.rounds * self.slots_per_round

    @property
    def last_block(self) -> int:
        """The last block whose STS indices are all below the end of their space; -1 for none."""
        return (_STS_SPACE - 1 - self.sts_index0) // self.sts_per_block - 1

    def block_at(self, t_ns: int) -> int:
        """The block that a moment falls into; below zero before Time0."""
        return (t_ns - self.time0_ns) // self.block_ns

    def starts_ns(self, block: int) -> int:
        """When a block begins."""
        return self.time0_ns + block * self.block_ns

    def rounds_of(self, block: int) -> tuple[int, ...]:
        """The rounds a block may range in; all of them where the sequence is not public."""
        if self.hop is HopMode.NONE:
            return (0,)
        if self.hop.needs_aes:
            return tuple(range(self.rounds))
        hopped = hop_round(block, self.hop_key, self.rounds, self.hop_modulus)
        if self.hop is HopMode.CONTINUOUS:
            return (hopped,)
        return tuple(sorted({0, hopped}))  # adaptive: it hops only after a block that failed

    def final_indices(self, block: int) -> tuple[int, ...]:
        """The STS indices that Final_Data of a block may carry."""
        first = self.sts_index0 + block * self.sts_per_block
        final = 2 + self.responders  # behind Pre-Poll: Poll, a response each, Final
        return tuple(first + r * self.slots_per_round + final for r in self.rounds_of(block))

    def resumed(self, answer: RecoveryResponse, time0: Moment) -> SessionPlan:
        """The plan after a recovery, which begins a count of blocks of its own."""
        return replace(
            self,
            sts_index0=answer.sts_index0,
            time0_ns=time0.t_ns,
            time0_within_ns=time0.within_ns,
        )


def plan(
    request: RangingSessionRequest,
    settled: Negotiated,
    answer: RangingSetupResponse,
    *,
    ursk: Secret,
    time0: Moment,
    settings: Settings = _DEFAULTS,
) -> SessionPlan:
    """What the four messages of a set-up come to."""
    asked = settled.request
    return SessionPlan(
        session_id=request.session_id,
        ursk=ursk,
        sts_index0=answer.sts_index0,
        time0_ns=time0.t_ns,
        time0_within_ns=time0.within_ns,
        ran_multiplier=asked.ran_multiplier,
        chaps_per_slot=asked.chaps,
        slots_per_round=asked.slots_per_round,
        responders=asked.responders,
        sync_code=answer.sync_code,
        channel=settled.channel,
        hop=settled.hop,
        hop_key=answer.hop_key,
        config_id=request.config,
        pulse_combo=request.combo,
        version=request.version,
        hop_modulus=settings.hop_modulus,
    )


def ursk_is_over(derived_s: float, now_s: float, ttl_min: int = URSK_TTL_MIN) -> bool:
    """Whether a ranging key has lived its life; both times of one clock, in seconds."""
    return now_s - derived_s >= ttl_min * 60


class StsKind(Enum):
    """What an STS index says of a measurement."""

    FITS = "of a new block"
    FOREIGN = "of no block of this session"
    REPLAYED = "of a block that was taken already"
    EARLY = "of a block that is not yet"
    SPENT = "beyond the STS space of this session"


@dataclass(frozen=True, slots=True)
class StsReading:
    """What one STS index says. ``missed``: blocks between this one and the last that fitted."""

    kind: StsKind
    block: int | None = None
    missed: int = 0


class StsWatch:
    """Follows one anchor's STS indices through a session; only what fits is remembered."""

    def __init__(self, session: SessionPlan) -> None:
        self._plan = session
        self._last = -1

    @property
    def last_block(self) -> int:
        """The last block that fitted; -1 before the first."""
        return self._last

    def take(self, sts_index: int, t_ns: int) -> StsReading:
        """Judge the index of a measurement that was read at ``t_ns`` of the vehicle's clock."""
        block, _ = divmod(sts_index - self._plan.sts_index0, self._plan.sts_per_block)
        if block < 0 or sts_index not in self._plan.final_indices(block):
            return StsReading(StsKind.FOREIGN)
        if block > self._plan.last_block:
            return StsReading(StsKind.SPENT, block)
        if block <= self._last:
            return StsReading(StsKind.REPLAYED, block)
        if self._plan.starts_ns(block) - self._plan.time0_within_ns > t_ns:
            return StsReading(StsKind.EARLY, block)
        missed, self._last = block - self._last - 1, block
        return StsReading(StsKind.FITS, block, missed)
