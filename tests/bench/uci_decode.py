"""Decoding ranging notifications, against google/pica's own Python codec where it can be imported.

Where it cannot, against the least that a program can do: bare structs. That floor checks what a
frame is and how long, and leaves tuples; it knows one message, has no records, and no words for
what is wrong. The row that is judged says which of the two it was. pica's codec is in no package
index; it is imported when its folder py/pica is on PYTHONPATH.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from drivers.uwb.uci.ccc import CccRange
from drivers.uwb.uci.header import LengthForm, header_reader
from drivers.uwb.uci.messages import decoder, encode
from drivers.uwb.uci.two_way import SessionInfo, ShortTwoWay
from tests.bench.harness import BenchFailed, Row, interleave, ratio

Jobs = Sequence[tuple[Callable[[bytes], object], bytes]]
_ROUNDS, _TIMES = 15, 2000
_MOST_OF_FLOOR, _MOST_OF_PICA = 3.0, 0.1
_HEADER = struct.Struct("<BBBB")
_INFO = struct.Struct("<IIBIBBBIIB")
_MEASUREMENT = struct.Struct("<HBBHhBhBhBhBBB11s")
_CCC = struct.Struct("<IBIHHBB8s")

_ONE = ShortTwoWay(1, 0, 0, 250, 90, 100, 0, 100, -90, 100, 0, 100, 0, 0xFF)


def _frame(count: int) -> bytes:
    info = SessionInfo(1, 2, 0, 96, 1, 0, 0, 7, 0, (_ONE,) * count)
    return encode(info).segments(LengthForm.OCTET)[0]


def _floor_info(frame: bytes) -> tuple[object, ...]:
    first, second, third, length = _HEADER.unpack_from(frame)
    if first != 0x62 or second != 0x00 or third or length != len(frame) - 4:
        raise ValueError(frame)
    head = _INFO.unpack_from(frame, 4)
    at, found = 4 + _INFO.size, []
    for _ in range(head[-1]):
        found.append(_MEASUREMENT.unpack_from(frame, at))
        at += _MEASUREMENT.size
    return head, found, frame[at:]


def _floor_ccc(frame: bytes) -> tuple[object, ...]:
    first, second, third, length = _HEADER.unpack_from(frame)
    if first != 0x62 or second != 0x20 or third or length != len(frame) - 4:
        raise ValueError(frame)
    return _CCC.unpack_from(frame, 4)


def _timed(jobs: Jobs) -> Callable[[], float]:
    def run() -> float:
        begin = time.perf_counter()
        for _ in range(_TIMES):
            for decode, frame in jobs:
                decode(frame)
        return time.perf_counter() - begin

    return run


def rows(_scratch: Path) -> list[Row]:
    """One row a notification, and the one that is judged for a mix of them."""
    read, decode = header_reader(LengthForm.OCTET), decoder()

    def rig(frame: bytes) -> object:
        return decode(read(frame[:4]).opcode, frame[4:])

    ccc = encode(CccRange(7, 0, 100, 3, 250, 90, 90)).segments(LengthForm.OCTET)[0]
    kinds: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
        "SESSION_INFO, 1 measurement": (_frame(1), _floor_info),
        "SESSION_INFO, 4 measurements": (_frame(4), _floor_info),
        "RANGE_CCC_DATA": (ccc, _floor_ccc),
    }
    found = []
    for name, (frame, floor) in kinds.items():
        if rig(frame) is None or not floor(frame):
            raise BenchFailed(f"{name} does not decode")
        found.append(_row(name, [(rig, frame)], [(floor, frame)], None))
    mine = [(rig, frame) for frame, _ in kinds.values()]
    least = [(floor, frame) for frame, floor in kinds.values()]
    pica = _pica()
    judged = None if pica else _MOST_OF_FLOOR
    found.append(_row("all three, one each", mine, least, judged))
    if pica:
        theirs = [(frame, pica) for frame, floor in kinds.values() if floor is _floor_info]
        ours = [(rig, frame) for frame, _ in theirs]
        contest = [(decode_one, frame) for frame, decode_one in theirs]
        found.append(_row("both SESSION_INFO", ours, contest, _MOST_OF_PICA, "google/pica's codec"))
    return found


def _pica() -> Callable[[bytes], object] | None:
    """What decodes a frame in pica's own codec; None where that is not there."""
    try:
        parse: Callable[[bytes], object] = import_module("pica.packets.uci").ControlPacket.parse_all
    except (ImportError, AttributeError):  # there are other packages of that name
        return None
    if parse(_frame(1)) is None:
        raise BenchFailed("pica's codec does not decode SESSION_INFO")
    return parse


def _row(
    name: str, mine: Jobs, least: Jobs, target: float | None, against: str = "bare structs"
) -> Row:
    times = interleave({"rig": _timed(mine), "other": _timed(least)}, _ROUNDS)
    value = ratio(times["rig"], times["other"])
    return Row(f"UCI decode: {name}", value, target, against, f"{_ROUNDS} x {_TIMES}")
