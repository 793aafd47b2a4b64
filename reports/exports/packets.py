"""The recorded packets of radios as packets of a capture.

Bluetooth HCI is LINKTYPE_BLUETOOTH_HCI_H4_WITH_PHDR (201): a direction in four octets, big-endian,
0 from the host to the controller, then H4. UCI is LINKTYPE_FIRA_UCI (299): a segment with its
header, as the device's maker writes its length.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from reports.errors import ReportError
from reports.exports.moments import since_epoch_ns
from reports.exports.pcapng import Interface, Packet
from rig.records.journal import Run
from rig.records.packets import HCI, UCI, PacketRecord, PacketsLeftOut, PacketsOf

BLUETOOTH_HCI, FIRA_UCI = 201, 299
_HCI_TEXT = "HCI between the vehicle's host and its Bluetooth controller"
_UCI_TEXT = "UCI between the rig and an anchor's UWB chip"
_KINDS = {HCI: (_HCI_TEXT, BLUETOOTH_HCI), UCI: (_UCI_TEXT, FIRA_UCI)}


@dataclass(frozen=True, slots=True)
class Radios:
    """What a run has of its radios, as it was recorded."""

    packets: tuple[Packet, ...]
    left_out: int


def read_radios(run: Run) -> Radios:
    """All that was kept; the next packet of a device says how many were left out ahead of it."""
    of, zero_ns, left_out = "", 0, 0
    gaps: dict[str, PacketsLeftOut] = {}
    packets = []
    for line in run.packets():
        if isinstance(line, PacketsOf):
            gaps.clear()  # told by their count alone, where an attempt kept no packet
            of = f"{line.test} attempt {line.attempt}"
            zero_ns = since_epoch_ns(line.utc) - line.clock_ns
        elif isinstance(line, PacketsLeftOut):
            gaps[line.device] = line
            left_out += line.count
        else:
            packets.append(_packet(line, of, zero_ns, gaps.pop(line.device, None)))
    return Radios(tuple(packets), left_out)


def _packet(line: PacketRecord, of: str, zero_ns: int, gap: PacketsLeftOut | None) -> Packet:
    try:
        octets = bytes.fromhex(line.octets)
    except ValueError as exc:
        raise ReportError(f"{line.device}: the packets hold what is no hex") from exc
    comment = [
        of,
        f"zeros in the place of: {line.masked}" if line.masked else "",
        _told(gap),
    ]
    direction = struct.pack(">I", 0 if line.sent else 1) if line.kind == HCI else b""
    return Packet(
        _interface(line.device, line.kind),
        zero_ns + line.t_ns,
        line.sent,
        direction + octets,
        " | ".join(filter(None, comment)),
    )


def _told(gap: PacketsLeftOut | None) -> str:
    if gap is None:
        return ""
    return f"{gap.count} packets of this device were left out before this one: {gap.why}"


def _interface(device: str, kind: str) -> Interface:
    if kind not in _KINDS:
        raise ReportError(f"{device}: packets of an unknown kind: {kind!r}")
    return Interface(device, *_KINDS[kind])
