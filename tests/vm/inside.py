"""What is checked inside the virtual machine: `python -m tests.vm.inside`, a JSON line a check.

It reports what it finds and judges nothing: that is for the tests outside. A check that raises is
reported with its traceback, and the next goes on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from drivers.api.device import Device
from drivers.api.errors import DriverError
from drivers.api.nfc import CardLink, NfcReader
from drivers.api.uwb import FiraSession, RangingAnchor, RangingSession
from drivers.relay.hid import HidRelayBoard
from drivers.sim.usbip.card_reader import KernelCardReader
from drivers.sim.usbip.relay_board import KernelRelayBoard
from drivers.sim.usbip.uwb_kit import KernelUwbKit
from drivers.sim.world import World
from rig.bench.build import Bench, driver_classes, opened
from rig.bench.load import load_bench
from rig.cli import main as rig_command
from tests.contracts.echo_card import EchoCard

HERE = Path(__file__).parent
BENCH = HERE / "bench.yaml"
# What takes long to import here is imported once; each command is a fork. Not what pytest rewrites.
PREPARED = ("jinja2", "numpy", "rich.progress", "rig.cli.doctor", "rig.cli.run", "rig.vehicle.car")
MODULES = ("vhci_hcd", "usbhid", "cdc_acm")
PATIENCE_S = 60.0  # for what takes a second on a machine of its own
SESSION = FiraSession(session_id=7, address=1, peers=(2,))
BLOCKS = 5
LONG = bytes((0x80, 0xCA, 0, 0, 0, 0x10, 0)) + bytes(range(256)) * 16  # an extended APDU
Facts = dict[str, Any]
D = TypeVar("D", bound=Device)


def kernel() -> Facts:
    """Which kernel this is, and by what it would drive a USB device."""
    loaded = {line.split()[0] for line in Path("/proc/modules").read_text().splitlines()}
    return {
        "release": os.uname().release,
        "modules": sorted(loaded.intersection(MODULES)),
        "up_s": _up_s(),
    }


def doctor() -> Facts:
    """What `rig doctor` says of the bench."""
    return _rig("doctor", str(BENCH))


def unlock() -> Facts:
    """What a small plan comes to, and what its journal says."""
    run = Path("/run/tmp/run")  # the machine's own, and empty
    plan = HERE / "unlock.yaml"
    only = "test_a_tap_at_the_handle_unlocks"
    facts = _rig("run", str(plan), "--bench", str(BENCH), "--run-dir", str(run), "-k", only)
    journal = (run / "journal.jsonl").read_text() if run.exists() else ""
    return {**facts, "journal": journal.splitlines()}


def ranging(bench: Bench) -> Facts:
    """The distances of a session, and what the kernel has said of the devices so far."""
    distances_m = _distances(_anchor(bench))
    log = subprocess.run(["/bin/dmesg"], capture_output=True, text=True, check=True).stdout
    return {"distances_m": distances_m, "log": log}


def kit_pulled(bench: Bench) -> Facts:
    """A session in which the kit is pulled, and another when it is back."""
    kit, anchor = _only(bench, KernelUwbKit), _anchor(bench)
    session = anchor.start(SESSION)
    kit.unplug()
    lost = _lost(lambda: _exhaust(session))
    session.stop()
    while_out = _lost(lambda: anchor.start(SESSION))
    kit.plug()
    return {"lost": lost, "while_out": while_out, "distances_m": _distances(anchor)}


def relay_pulled(bench: Bench) -> Facts:
    """A relay that is on when the board is pulled; the board when it is back."""
    usb, board = _only(bench, KernelRelayBoard), _only(bench, HidRelayBoard)
    board.set(3, on=True)
    before = board.states()
    usb.unplug()
    lost = _lost(board.states)
    usb.plug()
    after = board.states()
    board.set(3, on=True)
    again = board.states()
    board.set(3, on=False)
    return {"before": before, "lost": lost, "after": after, "again": again}


def reader_pulled(bench: Bench) -> Facts:
    """A card that is being read when the reader is pulled; the same card when it is back."""
    usb, reader = _only(bench, KernelCardReader), bench.devices["driver_handle"]
    world, card = _only(bench, World), EchoCard()
    assert isinstance(reader, NfcReader)
    world.bring(card, "driver_handle")
    with _activated(reader) as link:
        atr = link.target.atr
        answered = [link.transceive(LONG[:4]), link.transceive(LONG)]
        usb.unplug()
        lost = _lost(lambda: link.transceive(LONG[:4]))
    while_out = _lost(lambda: reader.wait_for_card(1.0))
    usb.plug()
    with _activated(reader) as link:
        again = link.transceive(LONG)
    world.take(card)
    return {
        "atr": atr.hex(),
        "answered": [answer.hex() for answer in answered],
        "lost": lost,
        "while_out": while_out,
        "again": again.hex(),
        "empty": reader.wait_for_removal(PATIENCE_S),
        "powers": card.powers,
    }


def closed() -> Facts:
    """What the kernel still has plugged in once it had time to see that the bench was closed."""
    until = time.monotonic() + PATIENCE_S
    while (left := _plugged_in()) and time.monotonic() < until:
        time.sleep(0.1)
    return {"left": sorted(left)}


def _rig(*words: str) -> Facts:
    """The command of these words, in a process of its own that has its imports already."""
    said = Path("/run/tmp/said")  # the machine's own
    child = os.fork()
    if not child:
        _become(words, said)
    _, status = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(status), "said": said.read_text()}


def _become(words: Sequence[str], said: Path) -> NoReturn:
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    status = 70
    try:
        rig_command(words)
    except SystemExit as exc:
        status = exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    except BaseException:  # noqa: BLE001 - this process ends here
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(status)


def _anchor(bench: Bench) -> RangingAnchor:
    (anchor,) = bench.of(RangingAnchor).values()
    return anchor


def _only(bench: Bench, kind: type[D]) -> D:
    (found,) = bench.of(kind).values()
    return found


def _distances(anchor: RangingAnchor) -> list[float | None]:
    session = anchor.start(SESSION)
    found = [session.next(PATIENCE_S) for _ in range(BLOCKS)]
    session.stop()
    return [one.distance_m if one else None for one in found]


def _exhaust(session: RangingSession) -> None:
    while session.next(PATIENCE_S) is not None:
        pass


@contextmanager
def _activated(reader: NfcReader) -> Iterator[CardLink]:
    """The card in a reader's field; a reader that is just back may need a second look."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            link = reader.wait_for_card(PATIENCE_S)
        except DriverError:
            continue
        if link is not None:
            try:
                yield link
            finally:
                link.close()
            return
    raise AssertionError("no card")


def _lost(doing: Callable[[], object]) -> str:
    """The kind of error that something raises; "" for none."""
    try:
        doing()
    except DriverError as exc:
        return f"{type(exc).__name__}: {exc}"
    return ""


def _report(check: str, make: Callable[[], Facts]) -> None:
    begun = _up_s()
    try:
        facts = make()
    except Exception:  # noqa: BLE001 - whatever it is, the tests outside are to hear of it
        facts = {"error": traceback.format_exc()}
    facts["took_s"] = round(_up_s() - begun, 1)
    sys.stdout.write(json.dumps({"check": check, **facts}) + "\n")
    sys.stdout.flush()


def _up_s() -> float:
    return float(Path("/proc/uptime").read_text().split()[0])


def main() -> None:
    """All checks, one after the other."""
    for name in PREPARED:
        import_module(name)
    driver_classes(load_bench(BENCH))
    _report("kernel", kernel)
    _report("doctor", doctor)
    _report("unlock", unlock)
    checks = (ranging, kit_pulled, relay_pulled, reader_pulled)
    try:
        with opened(load_bench(BENCH)) as bench:
            for check in checks:
                _report(check.__name__, lambda check=check: check(bench))  # type: ignore[misc]
    except Exception:  # noqa: BLE001
        told = traceback.format_exc()
        for check in checks:
            _report(check.__name__, lambda: {"error": told})
    _report("closed", closed)


def _plugged_in() -> set[str]:
    """Serial numbers and products still on the kernel's bus, but for its own hubs."""
    products = Path("/sys/bus/usb/devices").glob("*/product")
    return {text for p in products if "Host Controller" not in (text := p.read_text().strip())}


if __name__ == "__main__":
    main()
