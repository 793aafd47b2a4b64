"""SESSION_INFO_NTF with two-way ranging measurements, the FiRa result (facts 1.6)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, Any, Self

from drivers.uwb.uci.errors import BadField, Short
from drivers.uwb.uci.fields import I16, U8, U16, U32, U64, Fixed, Rest
from drivers.uwb.uci.opcodes import Group, Message, notification
from drivers.uwb.uci.records import Chosen, Record, decode_all, record

NO_DISTANCE = 0xFFFF


class RangingKind(IntEnum):
    """``SessionInfo.kind``; only TWO_WAY is decoded."""

    ONE_WAY_UPLINK = 0
    TWO_WAY = 1
    DOWNLINK_TDOA = 2
    ONE_WAY_ANGLE = 3


class Nlos(IntEnum):
    """Whether the straight path was blocked."""

    LINE_OF_SIGHT = 0x00
    BLOCKED = 0x01
    UNKNOWN = 0xFF


@record
class ShortTwoWay(Record):
    """One measurement with a short address, 31 octets. Angles are Q9.7 degrees, FoMs percent."""

    address: U16
    status: U8
    nlos: U8
    distance_cm: U16  # NO_DISTANCE: none; a magnitude where the status says negative
    azimuth_q7: I16
    azimuth_fom: U8
    elevation_q7: I16
    elevation_fom: U8
    peer_azimuth_q7: I16
    peer_azimuth_fom: U8
    peer_elevation_q7: I16
    peer_elevation_fom: U8
    slot_in_error: U8
    rssi: U8  # minus this half dBm
    reserved: Annotated[bytes, Fixed("11s")] = bytes(11)


@record
class ExtendedTwoWay(Record):
    """The same with an extended address, 31 octets too."""

    address: U64
    status: U8
    nlos: U8
    distance_cm: U16
    azimuth_q7: I16
    azimuth_fom: U8
    elevation_q7: I16
    elevation_fom: U8
    peer_azimuth_q7: I16
    peer_azimuth_fom: U8
    peer_elevation_q7: I16
    peer_elevation_fom: U8
    slot_in_error: U8
    rssi: U8
    reserved: Annotated[bytes, Fixed("5s")] = bytes(5)


TwoWay = ShortTwoWay | ExtendedTwoWay
_ITEMS: dict[tuple[int, int], type[TwoWay]] = {
    (RangingKind.TWO_WAY, 0): ShortTwoWay,
    (RangingKind.TWO_WAY, 1): ExtendedTwoWay,
}
_ITEM_SIZE = ShortTwoWay.size
_HEAD = struct.Struct("<IIBIBBBIIB")  # up to and with the count of measurements
_HEAD_SIZE = _HEAD.size


def _item(before: Sequence[Any]) -> type[TwoWay]:
    kind, mac_mode = before[4], before[6]
    item = _ITEMS.get((kind, mac_mode))
    if item is None:
        said = f"SessionInfo: measurement type {kind}, address mode {mac_mode}"
        raise BadField(f"{said}: only two-way ranging is known")
    return item


@notification(Group.SESSION_CONTROL, 0x00)
class SessionInfo(Message):
    """SESSION_INFO_NTF (RANGE_DATA_NTF)."""

    sequence: U32
    token: U32
    rcr: U8
    interval_ms: U32
    kind: U8
    reserved: U8
    mac_mode: U8  # 0 short addresses, 1 extended
    primary_session: U32
    reserved_2: U32
    measurements: Annotated[tuple[TwoWay, ...], Chosen(_item)]
    vendor: Annotated[bytes, Rest()] = b""

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """What ``Record.decode`` does, at half its price: this is most of the traffic."""
        size = len(data)
        if size < _HEAD_SIZE:
            raise Short(f"SessionInfo: {size} octets where {_HEAD_SIZE} belong")
        head = _HEAD.unpack_from(data)
        end = _HEAD_SIZE + head[9] * _ITEM_SIZE
        if size < end:
            raise Short(f"SessionInfo: {size} octets where {head[9]} measurements belong")
        item = _ITEMS.get((head[4], head[6])) or _item(head)
        found: Self = cls.draft(*head[:9], decode_all(item, data[_HEAD_SIZE:end]), data[end:])
        found.__class__ = cls
        return found
