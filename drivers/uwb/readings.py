"""What a device reports, as measurements with units (facts 1.4, 1.6, 1.7)."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.api.uwb import CccSession, Measurement, Path, RangeStatus
from drivers.uwb.uci.ccc import CccRange
from drivers.uwb.uci.codes import CccStatus, Status
from drivers.uwb.uci.two_way import NO_DISTANCE, Nlos, SessionInfo, TwoWay

_STATUS: Mapping[int, RangeStatus] = {
    Status.OK: RangeStatus.OK,
    Status.OK_NEGATIVE_DISTANCE: RangeStatus.NEGATIVE,
    Status.PHY_STS_FAILED: RangeStatus.STS_FAILED,
    Status.INVALID_STS_INDEX: RangeStatus.STS_FAILED,
    Status.RX_TIMEOUT: RangeStatus.NO_ANSWER,
}
_CCC_STATUS: Mapping[int, RangeStatus] = {
    CccStatus.SUCCESS: RangeStatus.OK,
    CccStatus.INCORRECT_FRAME: RangeStatus.STS_FAILED,
    CccStatus.CONTROL_MESSAGE_LOST: RangeStatus.NO_ANSWER,
}
"""That an incorrect frame is a failed STS, and a lost control message no answer, is inferred."""

_PATHS: Mapping[int, Path] = {Nlos.LINE_OF_SIGHT: Path.CLEAR, Nlos.BLOCKED: Path.BLOCKED}
_MEASURED = (RangeStatus.OK, RangeStatus.NEGATIVE)
_NO_RSSI = (0x00, 0xFF)  # not measured [I]; pica's reads 0xFF (facts 3)


def two_way(info: SessionInfo, t_ns: int, angle_steps: int) -> list[Measurement]:
    """Every peer's measurement of one FiRa notification; the sequence number is the block."""
    return [_two_way(one, info.sequence, t_ns, angle_steps) for one in info.measurements]


def _two_way(one: TwoWay, block: int, t_ns: int, angle_steps: int) -> Measurement:
    status = _STATUS.get(one.status, RangeStatus.FAILED)
    distance_m = _distance_m(status, one.distance_cm)
    return Measurement(
        t_ns,
        one.address,
        _consistent(status, distance_m),
        one.status,
        distance_m,
        _PATHS.get(one.nlos, Path.UNKNOWN),
        one.azimuth_fom,
        one.azimuth_q7 / angle_steps if one.azimuth_fom else None,
        one.elevation_q7 / angle_steps if one.elevation_fom else None,
        None if one.rssi in _NO_RSSI else -one.rssi / 2,
        None,
        block,
    )


def ccc(data: CccRange, t_ns: int, session: CccSession) -> Measurement:
    """One CCC notification as the vehicle reads it; its block follows from the STS index."""
    code = data.status_as_responder
    status = _CCC_STATUS.get(code, RangeStatus.FAILED)
    distance_m = _distance_m(status, data.distance_cm)
    steps = (data.sts_index - session.sts_index0) & 0xFFFF_FFFF
    return Measurement(
        t_ns,
        0,
        _consistent(status, distance_m),
        code,
        distance_m,
        Path.UNKNOWN,
        data.anchor_fom,
        sts_index=data.sts_index,
        block=steps // session.sts_per_block,
    )


def _distance_m(status: RangeStatus, distance_cm: int) -> float | None:
    """The distance, if one was measured; devices give the magnitude of a negative one."""
    if status not in _MEASURED or distance_cm == NO_DISTANCE:
        return None
    return (-distance_cm if status is RangeStatus.NEGATIVE else distance_cm) / 100


def _consistent(status: RangeStatus, distance_m: float | None) -> RangeStatus:
    """The status; a success without a distance is none."""
    return RangeStatus.FAILED if status in _MEASURED and distance_m is None else status
