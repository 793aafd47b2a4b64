"""Nights as a timer calls them: `rig nightly` in a process of its own, on a bench of nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rig.records.journal import Run, read_run

ROOT = Path(__file__).resolve().parents[3]
VICTIM = Path(__file__).with_name("victim.py")
SHIPPED = ROOT / "testplans" / "benches" / "virtual-in-process.yaml"
_LEFT_OUT = re.compile(r"chip_|anchor_|phone|watch|recipients|card|air:|ble:|stage:")


def small_bench(serial: str) -> str:
    """The shipped bench without radios and without anybody to hold a phone: doors and readers."""
    devices, _, vehicle = SHIPPED.read_text().partition("\nvehicle:")
    kept = [line for line in devices.splitlines(True) if not _LEFT_OUT.search(line)]
    text = "".join(kept) + "\nvehicle:" + vehicle.partition("  anchors:")[0]
    text = re.sub(r"name: .*", "name: tiny", text, count=1)
    return text.replace("RIG01", serial).replace("keys/", f"{SHIPPED.parent}/keys/")


TESTS = """\
import os
import signal
from pathlib import Path

import pytest

HERE = Path(__file__).parent
pytestmark = pytest.mark.requirement("DK-UNLOCK-07")


def die_once(name):
    if (HERE / name).exists():
        (HERE / name).unlink()
        os.killpg(0, signal.SIGKILL)


def test_one(): pass
def test_two(measure):
    with measure("tap", unit="ms").repeat(5) as taps:
        for tap in taps:
            tap.takes(300.0)
def test_three(): die_once("die in three")
def test_four(): die_once("die in four")
def test_five(): {five}
"""


def zone() -> str:
    """A zone whose noon is hours away, so that no test meets the end of a night."""
    return "Etc/GMT+12" if 6 <= datetime.now(UTC).hour < 18 else "UTC"


@dataclass(frozen=True)
class Called:
    """A call of the nightly that has ended, or was killed."""

    status: int
    output: str


class NightDesk:
    """A working folder with a bench, a plan and nights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bench = folder / "tiny.yaml"
        self.bench.write_text(small_bench(f"N{abs(hash(folder)) % 10000:04}"))
        self.write_tests()
        (folder / "plan.yaml").write_text("title: A plan\ntests: [test_it.py]\n")

    def write_tests(self, five: str = "pass", text: str = TESTS) -> None:
        """The plan's tests; what the fifth does."""
        (self.folder / "test_it.py").write_text(text.replace("{five}", five))

    def start(self, *more: str, victim: str = "") -> subprocess.Popen[str]:
        """A call in a process group of its own. ``victim`` is where it is to die."""
        rig = [str(VICTIM), victim] if victim else ["-m", "rig.cli"]
        command = [sys.executable, *rig, "nightly", "plan.yaml", "--bench", "tiny.yaml"]
        return subprocess.Popen(
            [*command, "--zone", zone(), *more],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def call(self, *more: str, victim: str = "") -> Called:
        """One call, to its end."""
        child = self.start(*more, victim=victim)
        output, _ = child.communicate(timeout=120)
        return Called(child.returncode, output)

    def kill(self, child: subprocess.Popen[str]) -> None:
        """SIGKILL to it and all its children, as when the power goes."""
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate(timeout=60)

    def start_and_hold(self) -> subprocess.Popen[str]:
        """A call whose run is in its fifth test, and stays there until `let_go`."""
        (self.folder / "wait").touch()
        waits = "[__import__('time').sleep(0.01) for _ in iter((HERE / 'wait').exists, False)]"
        self.write_tests(five=waits)
        child = self.start()
        begun = b'"record":"TestStarted","test":"test_it.py::test_five"'
        end_s = time.monotonic() + 90
        while not any(begun in path.read_bytes() for path in self._journals()):
            if child.poll() is not None or time.monotonic() > end_s:
                self.kill(child)
                raise AssertionError("the run did not come to its fifth test")
            time.sleep(0.02)
        return child

    def let_go(self) -> None:
        """From now on the fifth test passes at once."""
        (self.folder / "wait").unlink()

    def _journals(self) -> list[Path]:
        return sorted(self.folder.glob("runs/*/journal.jsonl"))

    @property
    def runs(self) -> list[Path]:
        """The folders of all runs that began, the oldest first."""
        return [journal.parent for journal in self._journals()]

    @property
    def read(self) -> list[Run]:
        """Them, read."""
        return [read_run(folder) for folder in self.runs]

    @property
    def night(self) -> Path:
        """The folder of the newest night."""
        return max(self.folder.glob("runs/nights/tiny/plan/*/night.json")).parent
