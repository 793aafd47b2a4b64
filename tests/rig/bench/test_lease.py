"""Two runs never share a bench; the lease of a dead one is taken over, and says so."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from rig.bench.description import BenchDescription
from rig.bench.errors import BenchHeld
from rig.bench.lease import EXPIRES, Lease, break_lease, holders, leased, things_of
from rig.bench.load import load_bench
from rig.bench.owner import this_process
from rig.cli import main
from rig.records.run import DeviceRecord

ROOT = Path(__file__).parents[3]
BENCH = """\
name: {name}
devices:
  world: {{driver: sim.world}}
  body:  {{driver: sim.body, world: "@world"}}
  usb:   {{driver: sim.relay_board, body: "@body", serial: {serial}}}
vehicle: {{keyring: ring.json, model: c, model_year: 2026, os: 9, options: [], key: digital_key}}
"""
HOLD = """\
import sys, time
from pathlib import Path
from rig.bench.lease import leased
from rig.bench.load import load_bench
with leased(load_bench(Path(sys.argv[1]))) as lease:
    print("held", flush=True)
    if sys.argv[2:]:  # somebody inherits it, as the watchdog does
        import subprocess
        subprocess.Popen(["sleep", sys.argv[2]], pass_fds=lease.descriptors)
        print("handed on", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def leases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RIG_LEASES", str(tmp_path / "leases"))
    return tmp_path / "leases"


def bench(folder: Path, name: str = "desk", serial: str = "LEASE") -> BenchDescription:
    path = folder / f"{name}.yaml"
    (folder / "ring.json").write_text("{}")
    path.write_text(BENCH.format(name=name, serial=serial))
    return load_bench(path)


class Holder:
    """Another process that holds a bench."""

    def __init__(self, description: BenchDescription, *more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(description.path), *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "held\n"
        if more:
            assert self.process.stdout.readline() == "handed on\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[BenchDescription, Holder]]:
    description = bench(tmp_path)
    holder = Holder(description)
    yield description, holder
    holder.kill()


def test_a_held_bench_is_refused_by_name_of_who_has_it(
    held: tuple[BenchDescription, Holder],
) -> None:
    description, holder = held
    with pytest.raises(BenchHeld, match=r"bench desk is in use by .*rig bench break") as refused:
        Lease("mine").take(things_of(description))
    assert f"process {holder.process.pid}" in str(refused.value)
    assert "since 20" in str(refused.value)


def test_another_bench_with_the_same_board_is_refused(
    held: tuple[BenchDescription, Holder], tmp_path: Path
) -> None:
    del held
    with (
        pytest.raises(BenchHeld, match=r"usb \(serial LEASE\) is in use"),
        leased(bench(tmp_path, "other")),
    ):
        pass


def test_another_bench_with_another_board_is_free(
    held: tuple[BenchDescription, Holder], tmp_path: Path
) -> None:
    del held
    with leased(bench(tmp_path, "other", "LEASF")) as lease:
        assert lease.notes == []


def test_a_real_device_that_says_its_serial_number_is_held_by_it(
    tmp_path: Path, held: tuple[BenchDescription, Holder]
) -> None:
    del held
    description = bench(tmp_path, "other", "LEASF")
    text = description.path.read_text().replace(
        "vehicle:",
        "  board: {driver: relay.hid, serial: REAL1}\n"
        '  twin: {driver: relay.hid, serial: REAL2, usb: "@usb"}\n'
        '  horn: {driver: relay.switch, board: "@twin", channel: 1}\n'
        "vehicle:",
    )
    description.path.write_text(text)
    description = load_bench(description.path)
    record = DeviceRecord("board", "relay.hid", simulated=False, serial="LEASE")
    with leased(description) as lease:
        with pytest.raises(BenchHeld, match=r"board \(serial LEASE\)"):
            lease.cover(description, [record])
        for behind in ("twin", "horn"):  # stand on a virtual board
            lease.cover(description, [replace(record, name=behind)])


def test_after_its_end_a_bench_is_free_and_nothing_is_said(tmp_path: Path) -> None:
    description = bench(tmp_path)
    for _ in range(3):
        with leased(description) as lease:
            assert lease.notes == []
    assert holders(description) == {}


def test_a_killed_owner_is_taken_over_from_and_that_is_said(
    held: tuple[BenchDescription, Holder], leases: Path
) -> None:
    description, holder = held
    holder.kill()
    with leased(description) as lease:
        assert len(lease.notes) == len(things_of(description))
        assert f"process {holder.process.pid}" in lease.notes[0]
        assert "ended without a word" in lease.notes[0]
    told = [json.loads(line) for line in (leases / "history.jsonl").read_text().splitlines()]
    assert [entry["what"] for entry in told] == lease.notes


def test_the_bench_stays_held_while_the_watchdog_of_a_killed_run_lives(tmp_path: Path) -> None:
    description = bench(tmp_path)
    holder = Holder(description, "0.5")
    holder.kill()
    with leased(description) as lease:  # waits until the child that has it has ended
        assert "ended without a word" in lease.notes[0]


def write_owner(description: BenchDescription, **changed: object) -> None:
    """A lease that nobody has locked, as a crash or another machine leaves it."""
    owner = asdict(this_process("desk", EXPIRES)) | changed
    with leased(description) as lease:
        paths = [Path(f"/proc/self/fd/{each}").readlink() for each in lease.descriptors]
    for path in paths:
        path.write_text(json.dumps({"thing": "x", "owner": owner}))


def test_an_owner_on_another_machine_counts_until_it_expires(tmp_path: Path) -> None:
    description = bench(tmp_path)
    write_owner(description, host="elsewhere")
    with pytest.raises(BenchHeld, match="@elsewhere"), leased(description):
        pass
    past = this_process("desk", timedelta(seconds=-1)).expires_utc
    write_bare(description, host="elsewhere", expires_utc=past)
    with leased(description) as lease:
        assert "@elsewhere" in lease.notes[0]


def write_bare(description: BenchDescription, **changed: object) -> None:
    break_lease(description, "test", "to begin anew")
    with leased(description):
        pass
    write_owner(description, **changed)


def test_an_owner_before_the_last_start_of_the_machine_is_dead(tmp_path: Path) -> None:
    description = bench(tmp_path)
    write_owner(description, boot="another")
    with leased(description) as lease:
        assert "ended without a word" in lease.notes[0]


def test_a_process_id_that_was_given_again_is_not_the_owner(tmp_path: Path) -> None:
    description = bench(tmp_path)
    write_owner(description, started="1")
    with leased(description) as lease:
        assert "ended without a word" in lease.notes[0]


def test_a_broken_lease_is_free_and_the_next_run_says_who_broke_it(
    held: tuple[BenchDescription, Holder],
) -> None:
    description, holder = held
    bench_file = str(description.path)
    command = ["bench", "break", bench_file, "--by", "AB", "--why", "it hung"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert f"process {holder.process.pid} still runs" in result.output
    with leased(description) as lease:
        assert "was broken by AB" in lease.notes[0]
        assert lease.notes[0].endswith(": it hung")
        holder.process.send_signal(signal.SIGINT)  # the old owner lets go of its own alone
        holder.process.communicate()
        with pytest.raises(BenchHeld), leased(description):
            pass
    with leased(description) as lease:
        assert lease.notes == []


def test_nobody_holds_it_is_no_break(tmp_path: Path) -> None:
    path = str(bench(tmp_path).path)
    result = CliRunner().invoke(main, ["bench", "break", path, "--by", "AB", "--why", "x"])
    assert (result.exit_code, "nobody holds it" in result.output) == (2, True)


def test_who_uses_it(held: tuple[BenchDescription, Holder]) -> None:
    description, holder = held
    result = CliRunner().invoke(main, ["bench", "who", str(description.path)])
    assert result.exit_code == 1
    assert f"process {holder.process.pid}" in result.output
    holder.kill()
    result = CliRunner().invoke(main, ["bench", "who", str(description.path)])
    assert (result.exit_code, result.output) == (0, "nobody\n")


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"owner": {"a": 1}}'])
def test_a_file_that_no_rig_has_written_holds_nothing(tmp_path: Path, content: bytes) -> None:
    description = bench(tmp_path)
    write_owner(description)
    folder = Path(os.environ["RIG_LEASES"])
    for path in folder.glob("*.json"):
        path.write_bytes(content)
    with leased(description) as lease:
        assert lease.notes == []


def test_a_lock_without_a_name_is_waited_for_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.bench.lease._DYING_S", 0.1)
    description = bench(tmp_path)
    with leased(description) as lease:
        path = Path(f"/proc/self/fd/{lease.descriptors[0]}").readlink()
    with path.open("r+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BenchHeld, match="does not say who it is"), leased(description):
            pass


def test_what_stands_behind_a_virtual_device_is_the_runs_own(tmp_path: Path) -> None:
    description = bench(tmp_path)
    text = description.path.read_text().replace(
        "vehicle:",
        '  air: {driver: sim.ble_air, world: "@world"}\n'
        '  ble: {driver: ble.bumble, transport: "@air", address: "C4:4D:49:00:00:01"}\n'
        '  board: {driver: relay.hid, serial: LEASE, usb: "@usb"}\n'
        "vehicle:",
    )
    description.path.write_text(text)
    things = things_of(load_bench(description.path))
    assert sorted(things.values()) == ["bench desk", "usb (serial LEASE)"]


def test_real_hardware_is_named_by_serial_number_reader_port_and_address(tmp_path: Path) -> None:
    description = bench(tmp_path)
    text = description.path.read_text().replace(
        "vehicle:",
        "  board: {driver: relay.hid, serial: REAL1}\n"
        "  tray: {driver: nfc.pcsc, reader: ACR1252}\n"
        '  anchor_a: {driver: uwb.tcp, address: "127.0.0.1:7000"}\n'
        "vehicle:",
    )
    description.path.write_text(text)
    things = things_of(load_bench(description.path))
    assert {"serial REAL1", "reader ACR1252", "address 127.0.0.1:7000"} < set(things)
