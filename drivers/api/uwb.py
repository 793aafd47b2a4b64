"""Ultra-wideband: an anchor measures how far away something is, in sessions of blocks.

Facts are those of the public notes on UWB: section 1.5 for parameters, 1.6 and 1.7 for results,
1.8 for CCC's grid of chaps, slots, rounds and blocks.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from drivers.api.clock import Clock
from drivers.api.device import Device


class Hopping(Enum):
    """How the ranging round of a block is chosen (CCC)."""

    NONE = "none"
    ADAPTIVE = "adaptive, default sequence"
    CONTINUOUS = "continuous, default sequence"
    ADAPTIVE_AES = "adaptive, AES"
    CONTINUOUS_AES = "continuous, AES"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiraSession:
    """A FiRa session with a static STS. Both sides need the same ``session_id``.

    The defaults are those with which two DWM3001CDK range each other (1.5).
    """

    session_id: int
    address: int  # of the anchor
    peers: tuple[int, ...]
    controller: bool = True  # which also initiates
    extended_addresses: bool = False
    channel: int = 9
    preamble_code: int = 10
    sfd: int = 2
    rframe: int = 3
    slot_rstu: int = 2400  # 1200 make a millisecond
    interval_ms: int = 200
    slots_per_round: int = 25
    hopping: bool = False
    vendor_id: int = 0x0708
    static_iv: bytes = bytes(range(1, 7))
    angles: bool = False  # whether angles of arrival are wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class CccSession:
    """A CCC session in which the anchor is a responder, as a vehicle's is.

    ``ursk`` has 32 octets and does not print. A block lasts ``ran_multiplier`` times 96 ms. A
    round needs 4 slots more than it has responders (1.8).
    """

    session_id: int
    ursk: bytes = field(repr=False)
    sts_index0: int
    time0_us: int  # of the anchor's clock, see RangingAnchor.time_us; 0: at once
    ran_multiplier: int
    chaps_per_slot: int
    slots_per_round: int
    responders: int
    responder_index: int  # from 0
    sync_code: int
    channel: int = 9
    hopping: Hopping = Hopping.NONE
    hop_key: bytes = field(default=bytes(4), repr=False)  # at most 16 octets
    config_id: int | None = None  # None: what the anchor's profile prefers
    pulse_combo: int = 0
    version: int = 0x0100
    ursk_ttl_min: int = 720

    @property
    def block_ms(self) -> int:
        """How long a block lasts."""
        return 96 * self.ran_multiplier

    @property
    def sts_per_block(self) -> int:
        """By how much the STS index grows from block to block."""
        round_chaps = self.chaps_per_slot * self.slots_per_round
        return self.block_ms * 3 // round_chaps * self.slots_per_round  # a chap is 1/3 ms


Session = FiraSession | CccSession


class RangeStatus(Enum):
    """What became of one measurement."""

    OK = "measured"
    NEGATIVE = "measured, below zero: the antenna delay is not calibrated, or it was attacked"
    STS_FAILED = "the secure timestamp does not fit: wrong key or index, or it was attacked"
    NO_ANSWER = "nothing was received"
    FAILED = "failed otherwise"


class Path(Enum):
    """Whether the straight path was open, where the radio tells."""

    CLEAR = "line of sight"
    BLOCKED = "no line of sight"
    UNKNOWN = "not said"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement of one peer. ``t_ns`` is stamped when its bytes are read.

    ``code`` is the device's own status. ``distance_m`` is None where nothing was measured, and
    negative where the status is NEGATIVE. ``figure_of_merit`` is in percent for FiRa and in the
    device's own unit for CCC. ``block`` counts from 0; None where it cannot be told. Where CCC's
    radio says nothing of the path, it is UNKNOWN.
    """

    t_ns: int
    peer: int  # its address; 0 in CCC, where there is one
    status: RangeStatus
    code: int
    distance_m: float | None = None
    path: Path = Path.UNKNOWN
    figure_of_merit: int | None = None
    azimuth_deg: float | None = None
    elevation_deg: float | None = None
    rssi_dbm: float | None = None
    sts_index: int | None = None
    block: int | None = None


class RangingSession(abc.ABC):
    """A session that is running. Closing the anchor stops it too."""

    @abc.abstractmethod
    def next(self, timeout_s: float) -> Measurement | None:
        """The oldest measurement not yet taken, or None when none came in time.

        None is lost, however late they are taken. Once all that were received are taken, raises
        RangingEnded when the device has ended the session, LinkLost when the anchor is gone. A
        session that ended so still has to be stopped before another takes its id.
        """

    @abc.abstractmethod
    def on_result(self, notify: Callable[[], None]) -> None:
        """Have ``notify`` called whenever ``next`` would not wait: something came, or it ended.

        Called from the reading thread, and once at once when something is there already; it
        returns at once and takes nothing itself.
        """

    @abc.abstractmethod
    def stop(self) -> None:
        """End it. Idempotent, and quiet where it has ended or the anchor is gone already."""


class RangingAnchor(Device):
    """A UWB radio in a known place. It may run several sessions at a time."""

    @abc.abstractmethod
    def start(self, session: Session) -> RangingSession:
        """Configure and start a session.

        Raises DeviceRefused with the device's code, LinkTimeout, or LinkLost. An anchor that was
        lost is looked for again.
        """

    @abc.abstractmethod
    def time_us(self) -> int:
        """The radio's clock now, in microseconds, to which ``CccSession.time0_us`` belongs.

        Raises DeviceRefused where it cannot be asked for, LinkTimeout, LinkLost.
        """


class UciListener(abc.ABC):
    """Something that speaks UCI on a TCP address (a virtual chip)."""

    @property
    @abc.abstractmethod
    def address(self) -> str:
        """Host and port, such as "127.0.0.1:7000"."""


class UciLine(abc.ABC):
    """Something that speaks UCI on a serial line that is not plugged in by USB."""

    @property
    @abc.abstractmethod
    def path(self) -> str:
        """The device to open, such as "/dev/pts/4"."""


class UciPort(abc.ABC):
    """A byte line to a chip, as a serial port is one. It knows no frames.

    One thread reads, another writes.
    """

    @abc.abstractmethod
    def read(self, timeout_s: float) -> bytes:
        """What has come, at least one octet, or b"" when nothing did in time.

        Raises LinkLost when the line is gone.
        """

    @abc.abstractmethod
    def write(self, data: bytes) -> None:
        """Send all of it. Raises LinkLost, or LinkTimeout when the other side takes nothing."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of it; a ``read`` under way returns or raises. Idempotent, from any thread."""


class UciPipe(abc.ABC):
    """A chip in this process, behind a pipe of bytes."""

    @property
    @abc.abstractmethod
    def clock(self) -> Clock:
        """The time its blocks come by."""

    @abc.abstractmethod
    def connect(self) -> UciPort:
        """Open the pipe. Raises DeviceNotFound while the chip is unplugged."""
