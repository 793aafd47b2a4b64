"""The trace of a run, and the packets of its radios, as one capture for Wireshark.

NFC visits are LINKTYPE_ISO_14443 (264; kaiser.cx/posts/pcap-iso14443). The trace holds APDUs, and
so each stands in one I-block (ISO/IEC 14443-4, 7.1.1) whose number alternates: how a reader cut
them into blocks is not known above it. Passive entry is Digital Key messages, and APDUs taken out
of them, with no layer below: LINKTYPE_WIRESHARK_UPPER_PDU (252), as plain data.

Times within a visit were measured, and so was when it began. The trace of an older rig does not say
that: such a visit stands at the attempt's start, or where the visit before it ended.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from reports.errors import ReportError
from reports.exports.moments import since_epoch_ns
from reports.exports.packets import read_radios
from reports.exports.pcapng import Interface, Packet, write_pcapng
from rig.records.journal import PACKETS, Run
from rig.records.trace import StepRecord, VisitRecord

ISO_14443, UPPER_PDU = 264, 252
PASSIVE_ENTRY = "passive entry"  # the place of visits that are approaches
_TO_CARD, _TO_READER = 0xFA, 0xFB  # without their CRC, which readers keep to themselves
_I_BLOCK = 0x02
_LONGEST = 0xFFFF  # octets, as the header counts them
_PDU_DISSECTOR, _PDU_END = 12, 0
_NFC = "APDUs of an NFC reader, each put into one I-block by the rig"
_MESSAGES = "Digital Key messages over Bluetooth LE and the APDUs in them, without their channel"
_SECTION = (
    "Times are UTC by the rig's clock. Sent is from the vehicle. Secrets were overwritten by zeros"
    " when they were recorded, and the packet's comment says so."
)
_OLD = (
    " No visit's beginning was recorded: each is put at its attempt's start, or where the visit"
    " before it ended."
)


def write_capture(run: Run) -> bytes:
    """The capture, a pcapng file; raises ReportError for a trace that holds no octets."""
    started = run.started
    radios = read_radios(run)
    packets = sorted((*_packets(run), *radios.packets), key=lambda packet: packet.t_ns)
    comment = f"{started.run_id}: {'SIMULATED. ' if started.simulated else ''}{_SECTION}"
    if any(not visit.begun_utc for visit in run.visits()):
        comment += _OLD
    if count := radios.left_out:
        comment += f" To bound the run's size, {count} packets of radios were left out:"
        comment += f" see {PACKETS}."
    return write_pcapng(f"Digital Key Rig {started.rig_version}", comment, packets)


def _packets(run: Run) -> Iterator[Packet]:
    """Visits in the order in which they were recorded."""
    free_ns = since_epoch_ns(run.started.started_utc)
    begun_ns = {(r.test, r.attempt): since_epoch_ns(r.started_utc) for r in run.results}
    for visit in run.visits():
        if visit.begun_utc:
            zero_ns = since_epoch_ns(visit.begun_utc)
        else:
            zero_ns = max(free_ns, begun_ns.get((visit.test, visit.attempt), 0))
        for number, step in enumerate(visit.steps):
            yield from _packets_of(visit, step, number, zero_ns)
        ends = (*visit.marks.values(), *(step.received_ns for step in visit.steps))
        free_ns = zero_ns + max(ends, default=0)


def _packets_of(
    visit: VisitRecord, step: StepRecord, number: int, zero_ns: int
) -> Iterator[Packet]:
    """Command and answer of a step, of which either may be missing."""
    where = f"{step.name} | {visit.test} attempt {visit.attempt} visit {visit.number}"
    failed = f" | no answer: {step.error}" if step.error else ""
    interface = _interface(visit, step)
    for sent, t_ns, text, comment in (
        (True, step.sent_ns, step.command, where + failed),
        (False, step.received_ns, step.response, where),
    ):
        if octets := _octets(text, where):
            framed = _framed(interface, octets, number, sent=sent)
            yield Packet(interface, zero_ns + t_ns, sent, framed, comment)


def _interface(visit: VisitRecord, step: StepRecord) -> Interface:
    if visit.place == PASSIVE_ENTRY:
        return Interface(step.device, _MESSAGES, UPPER_PDU)
    return Interface(step.device, _NFC, ISO_14443)


def _octets(text: str, where: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as exc:
        raise ReportError(f"{where}: the trace holds what is no hex") from exc


def _framed(interface: Interface, octets: bytes, number: int, *, sent: bool) -> bytes:
    if interface.link_type == UPPER_PDU:
        return struct.pack(">HH4sHH", _PDU_DISSECTOR, 4, b"data", _PDU_END, 0) + octets
    block = bytes([_I_BLOCK | number & 1]) + octets
    if len(block) > _LONGEST:
        raise ReportError(f"an APDU of {len(octets)} octets does not fit into a pcapng file")
    return struct.pack(">BBH", 0, _TO_CARD if sent else _TO_READER, len(block)) + block
