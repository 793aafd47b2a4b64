"""The capture, read by a reader of its own, and by Wireshark's where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from reports.errors import ReportError
from reports.exports.capture import write_capture
from reports.exports.pcapng import Interface, Packet, write_pcapng
from rig.records.journal import read_run
from rig.records.packets import PacketLine, PacketRecord, PacketsLeftOut, PacketsOf
from rig.records.trace import StepRecord, VisitRecord
from tests.reports.exports.pcapng_reader import Capture, number, read_capture
from tests.reports.sample_runs import BEGAN, MS, result, visit, write_run

HOSTILE = "SELECT\n\x1b[2K<script>" + "é" * 5000
DK_MESSAGE = "0105000480CA0000"


def approach() -> VisitRecord:
    step = StepRecord("Request", "phone é", 5, 9 * MS, DK_MESSAGE, "", "the phone was gone", ())
    heard = StepRecord("Event", "phone é", 10 * MS, 10 * MS, "", "0311", "", ())
    asked = StepRecord("Ranging", "phone é", 2 * MS, 12 * MS, "0201", "0202", "", ())
    return VisitRecord("t", 1, 3, "passive entry", "unlocked", "", {}, (step, asked, heard))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    visits = [visit("t"), visit("t", 2, latency_ms=30.0), approach()]
    return write_run(tmp_path / "run", [result("t")], visits, simulated=True)


@pytest.fixture
def capture(folder: Path) -> Capture:
    return read_capture(write_capture(read_run(folder)))


def test_an_nfc_visit_is_i_blocks_of_iso_14443(capture: Capture) -> None:
    nfc = [p for p in capture.packets if p.link_type == 264]
    assert [p.data.hex() for p in nfc[:4]] == [
        "00fa0005" + "02" + "00a40400",
        "00fb0003" + "02" + "9000",
        "00fa0005" + "03" + "80800100",
        "00fb0003" + "03" + "9000",
    ]
    assert len(nfc) == 8
    assert {p.interface for p in nfc} == {"driver_handle"}
    assert [number(p.options[2]) for p in nfc[:2]] == [2, 1]  # out, in
    assert nfc[0].options[1] == b"SELECT | t attempt 1 visit 1"


def test_digital_key_messages_are_plain_data(capture: Capture) -> None:
    one, _, two, _ = [p for p in capture.packets if p.link_type == 252]
    assert one.data.hex() == "000c000464617461" + "00000000" + DK_MESSAGE.lower()
    assert two.data.hex().endswith("000000000311")
    assert [number(p.options[2]) for p in (one, two)] == [2, 1]
    assert one.interface == "phone é"
    assert one.options[1].endswith(b"| no answer: the phone was gone")


def test_times_are_the_attempt_s_and_never_go_back(capture: Capture) -> None:
    began_ns = round(datetime.fromisoformat(BEGAN).timestamp()) * 1_000_000_000
    times = [p.t - began_ns for p in capture.packets]
    assert {p.resolution for p in capture.packets} == {9}
    assert times == sorted(times)
    first, second = visit("t"), visit("t", 2, latency_ms=30.0)
    assert times[0] == first.steps[0].sent_ns
    assert times[4] == first.marks["feedback"] + second.steps[0].sent_ns


def test_an_attempt_that_began_before_the_last_visit_ended_does_not_go_back(tmp_path: Path) -> None:
    visits = [visit("t", latency_ms=5000.0), visit("u")]
    write_run(tmp_path / "run", [result("t"), result("u")], visits)
    times = [p.t for p in read_capture(write_capture(read_run(tmp_path / "run"))).packets]
    assert times == sorted(times)


def test_the_section_says_what_it_is(capture: Capture) -> None:
    assert b"SIMULATED. " in capture.options[1]
    assert capture.options[4] == b"Digital Key Rig 0.1.0+g1a2b3c4"


def test_hostile_text_is_a_line_of_a_comment() -> None:
    interface = Interface(HOSTILE, HOSTILE, 264)
    (packet,) = read_capture(
        write_pcapng(HOSTILE, HOSTILE, [Packet(interface, 0, True, b"", HOSTILE)])
    ).packets
    said = packet.options[1].decode("utf-8")
    assert said.isprintable()
    assert said.startswith("SELECT��[2K<script>é")
    assert len(packet.options[1]) <= 4096


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"command": "0g"}, "no hex"),
        ({"sent_ns": -(2**70)}, "does not fit"),
        ({"command": "00" * 70_000}, "does not fit"),
    ],
    ids=["no hex", "before time", "too long"],
)
def test_a_trace_that_cannot_be_a_capture_is_refused(
    tmp_path: Path, changed: dict[str, object], told: str
) -> None:
    step = StepRecord(**{**_step(), **changed})  # type: ignore[arg-type]
    write_run(tmp_path / "run", [result("t")], [visit("t", steps=(step,))])
    with pytest.raises(ReportError, match=told):
        write_capture(read_run(tmp_path / "run"))


def _step() -> dict[str, object]:
    step = visit("t").steps[0]
    return {name: getattr(step, name) for name in StepRecord.__dataclass_fields__}


UTC_1, UTC_2 = "2026-03-02T09:14:06+00:00", "2026-03-02T09:14:09.5+00:00"
T0 = 77_000_000_000  # of the rig's clock, at UTC_1


def radio_run(folder: Path) -> Path:
    """Two attempts with packets of two radios, and a visit in the second."""
    packets: list[PacketLine] = [
        PacketsOf("t", 1, UTC_1, T0),
        PacketRecord("ble", "hci", T0 + 1, True, "01030c00"),
        PacketRecord("anchor_left", "uci", T0 + 5, True, "2000000100"),
        PacketRecord("anchor_left", "uci", T0 + 6, False, "4000000100"),
        PacketRecord("ble", "hci", T0 + 3, False, "040e0401030c00"),  # written late
        PacketsOf("u", 1, UTC_2, T0 + 9),
        PacketRecord("ble", "hci", T0 + 9, True, f"011a20120000{'00' * 16}", "long-term key"),
        PacketsLeftOut("anchor_left", "uci", 40, T0 + 10, T0 + 70, "first and last are kept"),
        PacketRecord("anchor_left", "uci", T0 + 80, False, "6001000101"),
        PacketsLeftOut("ble", "hci", 2, T0 + 20, T0 + 90, "it passed"),
    ]
    visits = [visit("u", begun_utc="2026-03-02T09:14:09.500030+00:00")]
    return write_run(folder, [result("t"), result("u")], visits, packets=packets)


@pytest.fixture
def radios(tmp_path: Path) -> Capture:
    return read_capture(write_capture(read_run(radio_run(tmp_path / "run"))))


def test_one_file_has_an_interface_for_each_kind(radios: Capture) -> None:
    found = {(link_type, told[2].decode()) for link_type, told in radios.interfaces}
    assert found == {(201, "ble"), (299, "anchor_left"), (264, "driver_handle")}


def test_hci_has_its_direction_before_it_and_uci_stands_alone(radios: Capture) -> None:
    hci = [p.data.hex() for p in radios.packets if p.link_type == 201]
    assert hci[:2] == ["00000000" + "01030c00", "00000001" + "040e0401030c00"]
    uci = [p for p in radios.packets if p.link_type == 299]
    assert [p.data.hex() for p in uci] == ["2000000100", "4000000100", "6001000101"]
    assert [number(p.options[2]) for p in uci] == [2, 1, 1]


def test_packets_and_visits_are_in_one_order_of_time(radios: Capture) -> None:
    times = [p.t for p in radios.packets]
    assert times == sorted(times)
    first_ns = round(datetime.fromisoformat(UTC_1).timestamp()) * 10**9
    assert [t - first_ns for t in times[:4]] == [1, 3, 5, 6]
    second_ns = round(datetime.fromisoformat(UTC_2).timestamp() * 10) * 10**8
    end_ns = round(20.0 * MS)
    nfc = [p.t - second_ns for p in radios.packets if p.link_type == 264]
    assert nfc[0] == 30_000 + end_ns // 10
    (late,) = [p.t - second_ns for p in radios.packets if p.data.hex() == "6001000101"]
    assert late == 71


def test_comments_say_what_was_overwritten_and_left_out(radios: Capture) -> None:
    told = {p.data.hex(): p.options[1].decode() for p in radios.packets if p.link_type != 264}
    assert told["0000000001030c00"] == "t attempt 1"
    (masked,) = [text for data, text in told.items() if data.startswith("00000000011a20")]
    assert masked == "u attempt 1 | zeros in the place of: long-term key"
    assert told["6001000101"] == (
        "u attempt 1 | 40 packets of this device were left out before this one:"
        " first and last are kept"
    )
    assert b"42 packets of radios were left out: see packets.jsonl" in radios.options[1]
    assert b"beginning was recorded" not in radios.options[1]


def test_a_capture_of_an_old_run_says_where_its_visits_stand(capture: Capture) -> None:
    assert b"No visit's beginning was recorded" in capture.options[1]


@pytest.mark.parametrize(
    ("changed", "told"), [({"octets": "0g"}, "no hex"), ({"kind": "zigbee"}, "unknown kind")]
)
def test_packets_that_cannot_be_in_a_capture_are_refused(
    tmp_path: Path, changed: dict[str, str], told: str
) -> None:
    packet = replace(PacketRecord("ble", "hci", T0, True, "01"), **changed)  # type: ignore[arg-type]
    write_run(tmp_path / "run", [result("t")], packets=[PacketsOf("t", 1, UTC_1, T0), packet])
    with pytest.raises(ReportError, match=told):
        write_capture(read_run(tmp_path / "run"))


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_reads_it(folder: Path, tmp_path: Path) -> None:
    lines = dissected(folder, tmp_path, "data.data")
    assert len(lines) == 12
    assert all("iso14443" in line for line in lines[:8])


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_reads_radios(tmp_path: Path) -> None:
    folder = radio_run(tmp_path / "run")
    lines = dissected(folder, tmp_path, "frame.interface_name", "_ws.col.Info", "frame.time_epoch")
    hci = [line.split("\t") for line in lines if "hci_h4" in line]
    assert [(name, info) for _, name, info, _ in hci] == [
        ("ble", "Sent Reset"),
        ("ble", "Rcvd Command Complete (Reset)"),
        ("ble", "Sent LE Long Term Key Request Reply"),
    ]
    seconds = datetime.fromisoformat(UTC_1).timestamp()
    assert hci[0][3] == f"{seconds:.0f}.000000001"
    uci = [line for line in lines if "anchor_left" in line]
    assert len(uci) == 3
    assert all(re.match(r"uci|data\t", line) for line in uci)  # older ones have no UCI
    assert len([line for line in lines if "iso14443" in line]) == 4


def dissected(folder: Path, tmp_path: Path, *fields: str) -> list[str]:
    """Wireshark's account of a run's capture, a packet a line, none of them malformed."""
    path = tmp_path / "trace.pcapng"
    path.write_bytes(write_capture(read_run(folder)))
    shown = [word for name in ("frame.protocols", *fields) for word in ("-e", name)]
    command = ["tshark", "-r", str(path), "-T", "fields", *shown]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "Malformed" not in done.stdout
    return done.stdout.splitlines()
