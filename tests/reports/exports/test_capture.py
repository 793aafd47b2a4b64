"""The capture, read by a reader of its own, and by Wireshark's where there is one."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from reports.errors import ReportError
from reports.exports.capture import write_capture
from reports.exports.pcapng import Interface, Packet, write_pcapng
from rig.records.journal import read_run
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


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_reads_it(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "trace.pcapng"
    path.write_bytes(write_capture(read_run(folder)))
    command = [
        "tshark",
        "-r",
        str(path),
        "-T",
        "fields",
        "-e",
        "frame.protocols",
        "-e",
        "data.data",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 12
    assert all("iso14443" in line for line in lines[:8])
    assert "Malformed" not in done.stdout
