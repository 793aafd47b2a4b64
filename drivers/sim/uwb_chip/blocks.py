"""One block of a session on the air, as the notification the chip makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.api.uwb import Hopping
from drivers.sim.uwb_channel import Reading, UwbChannel
from drivers.sim.uwb_chip.scene import Scene, Shot, Sight
from drivers.sim.uwb_chip.sessions import HOP_MODULUS, ChipSession, hop_round
from drivers.uwb.uci.app_config import Param
from drivers.uwb.uci.ccc import CccRange
from drivers.uwb.uci.codes import CccStatus, Status
from drivers.uwb.uci.opcodes import Message
from drivers.uwb.uci.profiles import Profile
from drivers.uwb.uci.two_way import NO_DISTANCE, ExtendedTwoWay, Nlos, SessionInfo, ShortTwoWay

_MOST_CM = NO_DISTANCE - 1
_CCC_SILENCE = CccStatus.CONTROL_MESSAGE_LOST  # [I]
_CCC_FAILURES: Mapping[int, CccStatus] = {  # [I]
    Status.PHY_STS_FAILED: CccStatus.INCORRECT_FRAME,
    Status.INVALID_STS_INDEX: CccStatus.INCORRECT_FRAME,
}


@dataclass
class Air:
    """Everything outside the chip: who is where, what the channel does, how all hop."""

    scene: Scene
    channel: UwbChannel
    hop_modulus: Callable[[], int] = lambda: HOP_MODULUS

    def look(self, shot: Shot) -> tuple[Sight | None, Reading | None]:
        """Who answers, and the range that comes of it; either may be missing."""
        sight = self.scene(shot)
        if sight is None or sight.status != Status.OK:
            return sight, None
        return sight, self.channel.measure(sight.distance_m, sight.obstacle)


def fira_block(session: ChipSession, air: Air, profile: Profile, t_ns: int) -> Message:
    """A measurement of every peer, missing ones included (facts 1.6)."""
    extended = session.number(Param.MAC_ADDRESS_MODE)
    kind = ExtendedTwoWay if extended else ShortTwoWay
    found = []
    for slot, peer in enumerate(session.peers):
        sight, reading = air.look(Shot(session.session_id, peer, session.block, t_ns))
        status, distance_cm = _outcome(sight, reading)
        azimuth, elevation = (sight.azimuth_deg, sight.elevation_deg) if sight else (0.0, 0.0)
        merit = reading.figure_of_merit if reading else 0
        angles = round(azimuth * profile.angle_steps), merit, round(elevation * profile.angle_steps)
        rssi = min(0xFE, round(-2 * reading.rssi_dbm)) if reading else 0
        wrong = slot if reading is None else 0
        nlos = _nlos(reading)
        found.append(kind(peer, status, nlos, distance_cm, *angles, merit, 0, 0, 0, 0, wrong, rssi))
    return SessionInfo(
        session.block,
        session.token,
        0,
        session.number(Param.RANGING_INTERVAL_MS, 200),
        1,
        0,
        int(bool(extended)),
        session.session_id,
        0,
        tuple(found),
    )


def ccc_block(session: ChipSession, air: Air, profile: Profile, t_ns: int) -> Message:
    """The responder's notification: status in the high nibble (facts 1.7)."""
    now = _round(session, profile, session.block, air.hop_modulus())
    sts = session.last_sts = session.sts_index(now)
    ursk = session.values[Param.URSK]
    shot = Shot(session.session_id, 0, session.block, t_ns, sts & 0xFFFF_FFFF, ursk)
    sight, reading = air.look(shot)
    session.hopping_now = reading is None
    session.start_ns += sight.late_ns if sight else 0  # a responder follows the Pre-Polls [I]
    told = sight.status if sight else Status.OK
    nibble = CccStatus.SUCCESS if reading else _CCC_FAILURES.get(told, _CCC_SILENCE)
    merit = reading.figure_of_merit if reading else 0
    return CccRange(
        session.session_id,
        nibble << 4,
        sts & 0xFFFF_FFFF,
        _round(session, profile, session.block + 1, air.hop_modulus()),
        max(0, _centimetres(reading)) if reading else NO_DISTANCE,  # below zero: 0 [I]
        merit,
        merit,
    )


def _round(session: ChipSession, profile: Profile, block: int, modulus: int) -> int:
    code = session.number(Param.HOPPING_MODE)
    hops = code == profile.hop_codes[Hopping.CONTINUOUS] or (
        code == profile.hop_codes[Hopping.ADAPTIVE] and session.hopping_now
    )
    key = int.from_bytes(session.values.get(Param.HOP_MODE_KEY, b"")[:4], "little")
    return hop_round(block, key, session.rounds, modulus) if hops else 0


def _outcome(sight: Sight | None, reading: Reading | None) -> tuple[int, int]:
    """Status and distance field; a negative distance is reported as a magnitude (facts 1.4)."""
    if reading is None:
        told = sight.status if sight else Status.OK
        return told or Status.RX_TIMEOUT, NO_DISTANCE
    distance_cm = _centimetres(reading)
    status = Status.OK_NEGATIVE_DISTANCE if distance_cm < 0 else Status.OK
    return status, abs(distance_cm)


def _centimetres(reading: Reading) -> int:
    return max(-_MOST_CM, min(_MOST_CM, round(reading.distance_m * 100)))


def _nlos(reading: Reading | None) -> int:
    if reading is None or reading.blocked is None:
        return Nlos.UNKNOWN
    return Nlos.BLOCKED if reading.blocked else Nlos.LINE_OF_SIGHT
