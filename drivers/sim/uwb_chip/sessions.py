"""A session inside the chip: its parameters, what they must be, and when its blocks are."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.uwb.uci.app_config import Param
from drivers.uwb.uci.codes import SessionState, SessionType
from drivers.uwb.uci.profiles import Profile

SLOTS_PER_ROUND = frozenset({6, 8, 9, 12, 16, 18, 24, 32, 36, 48, 72, 96})  # CCC, facts 1.8
_CHAPS = frozenset({3, 4, 6, 8, 9, 12, 24})
_RSTU_PER_CHAP = 400
_CONTROL_SLOTS = 4  # Pre-Poll, Poll, Final, Final_Data
_FIRA_NEEDS = (
    Param.DEVICE_TYPE,
    Param.DEVICE_ROLE,
    Param.MULTI_NODE_MODE,
    Param.NUMBER_OF_CONTROLEES,
    Param.DEVICE_ADDRESS,
    Param.PEER_ADDRESSES,
)
_CCC_NEEDS = (
    Param.URSK,
    Param.STS_INDEX,
    Param.RANGING_INTERVAL_MS,
    Param.SLOT_DURATION_RSTU,
    Param.SLOTS_PER_ROUND,
    Param.NUMBER_OF_CONTROLEES,
    Param.RESPONDER_SLOT_INDEX,
    Param.PREAMBLE_CODE,
)


@dataclass
class ChipSession:
    """What the chip knows of one session. ``block`` counts from 0 once it is active."""

    session_id: int
    token: int
    kind: int
    state: SessionState = SessionState.INIT
    values: dict[Param, bytes] = field(default_factory=dict, repr=False)
    start_ns: int = 0
    block: int = 0
    measured: int = 0
    hopping_now: bool = False  # adaptive hopping hops after a block that failed [I]
    last_sts: int = 0

    @property
    def is_ccc(self) -> bool:
        """Whether it is a digital key's session."""
        return self.kind == SessionType.CCC

    def number(self, param: Param, default: int = 0) -> int:
        """A parameter as a number."""
        value = self.values.get(param)
        return default if value is None else int.from_bytes(value, "little")

    @property
    def configured(self) -> bool:
        """Whether everything that it cannot do without is there."""
        needs = _CCC_NEEDS if self.is_ccc else _FIRA_NEEDS
        return all(param in self.values for param in needs)

    @property
    def interval_ns(self) -> int:
        """From block to block."""
        return self.number(Param.RANGING_INTERVAL_MS, 200) * 1_000_000

    @property
    def due_ns(self) -> int:
        """When the next block is."""
        return self.start_ns + self.block * self.interval_ns

    @property
    def peers(self) -> tuple[int, ...]:
        """The addresses of a FiRa session's peers."""
        size = 8 if self.number(Param.MAC_ADDRESS_MODE) else 2
        data = self.values.get(Param.PEER_ADDRESSES, b"")
        cuts = range(0, len(data), size)
        return tuple(int.from_bytes(data[at : at + size], "little") for at in cuts)

    @property
    def rounds(self) -> int:
        """Ranging rounds in a CCC block."""
        return (
            self.number(Param.RANGING_INTERVAL_MS)
            * 1200
            // (self.number(Param.SLOT_DURATION_RSTU) * self.number(Param.SLOTS_PER_ROUND))
        )

    def sts_index(self, hop_round: int) -> int:
        """The STS index of Final_Data in this block (facts 1.8)."""
        slots = self.number(Param.SLOTS_PER_ROUND)
        first = self.number(Param.STS_INDEX) + self.block * self.rounds * slots
        poll = first + hop_round * slots + 1
        return poll + 1 + self.number(Param.NUMBER_OF_CONTROLEES)


HOP_MODULUS = 65521  # a public responder's


def hop_round(block: int, key: int, rounds: int, modulus: int = HOP_MODULUS) -> int:
    """The default hopping sequence (facts 1.8)."""
    t = (block + key) % 0x1_0000
    return (t * t % modulus) * rounds >> 16


def complaint(session: ChipSession, values: dict[Param, bytes], profile: Profile) -> Param | None:
    """The first parameter of a CCC session that cannot be; None when all can."""
    trial = ChipSession(session.session_id, session.token, session.kind, values=values)
    slot = trial.number(Param.SLOT_DURATION_RSTU, 3 * _RSTU_PER_CHAP)
    slots = trial.number(Param.SLOTS_PER_ROUND, 96)
    aes = [code for mode, code in profile.hop_codes.items() if mode.name.endswith("AES")]
    least = trial.number(Param.NUMBER_OF_CONTROLEES, 1) + _CONTROL_SLOTS
    checks = (
        (Param.SLOT_DURATION_RSTU, slot % _RSTU_PER_CHAP == 0 and slot // _RSTU_PER_CHAP in _CHAPS),
        (Param.SLOTS_PER_ROUND, slots in SLOTS_PER_ROUND and slots >= least),
        (Param.RANGING_INTERVAL_MS, _is_block(trial.number(Param.RANGING_INTERVAL_MS, 96))),
        (Param.PREAMBLE_CODE, 1 <= trial.number(Param.PREAMBLE_CODE, 1) <= 32),
        (Param.CHANNEL, trial.number(Param.CHANNEL, 9) in (5, 9)),
        # The AES sequence is not public: a chip that cannot hop so says so.
        (Param.HOPPING_MODE, trial.number(Param.HOPPING_MODE) not in aes),
    )
    return next((param for param, well in checks if not well), None)


def _is_block(interval_ms: int) -> bool:
    return interval_ms % 96 == 0 and 1 <= interval_ms // 96 <= 255
