"""Two runs never share a bench, nor a device of it: a lease on each, while a bench is open.

A lease is a file below the machine's temporary folder (or RIG_LEASES) with a lock of the kernel
on it (flock). The lock is the truth: it ends with the last process that has it, which is the
watchdog where the runner was killed, so the next run begins when every switch is safe. The text in
the file says who holds it, for people, and outlives a crash: whoever comes next takes over from an
owner that is dead, and says so. Where the lock does not reach (another machine on a shared folder),
the owner in the text counts until ``EXPIRES``.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from rig.bench.description import BenchDescription, Reference
from rig.bench.errors import BenchHeld
from rig.bench.owner import Break, Owner, this_process
from rig.bench.registry import driver_class, is_virtual
from rig.records.run import DeviceRecord

EXPIRES = timedelta(hours=24)  # no run lasts longer
_DYING_S = 8.0  # a watchdog makes the bench of a dead run safe; it may have this long
_AGAIN_S = 0.02
_NAMES_HARDWARE = ("serial", "reader", "port", "address", "transport")


def lease_folder() -> Path:
    """Where the leases of this machine are, for all its users."""
    return Path(os.environ.get("RIG_LEASES") or Path(tempfile.gettempdir()) / "digital-key-rig")


def things_of(description: BenchDescription) -> dict[str, str]:
    """What a run on this bench has for itself: by key, and in words.

    The file, and whatever hardware it names by serial number, reader, port or address, also that
    of the bench it may fall back to. What stands behind a virtual device is the run's own, but for
    virtual devices that all processes of the machine see (their class says by which options).
    """
    things: dict[str, str] = {}
    for bench in description.candidates:
        things[f"bench {bench.path.resolve()}"] = f"bench {bench.name}"
        real = _real(bench)
        for entry in bench.devices:
            names = _NAMES_HARDWARE if entry.name in real else ()
            if is_virtual(entry.driver):
                names = tuple(getattr(driver_class(entry.driver), "exclusive", ()))
            for option in names:
                value = entry.options.get(option)
                if value is not None and not isinstance(value, Reference):
                    things[f"{option} {value}"] = f"{entry.name} ({option} {value})"
    return things


class Lease:
    """What this process holds. ``notes`` says what was taken over or broken before."""

    def __init__(self, bench: str) -> None:
        self.notes: list[str] = []
        self._owner = this_process(bench, EXPIRES)
        self._held: dict[str, tuple[int, Path]] = {}

    @property
    def descriptors(self) -> tuple[int, ...]:
        """To hand to a process that shall hold it as long as itself lives."""
        return tuple(descriptor for descriptor, _ in self._held.values())

    def take(self, things: Mapping[str, str]) -> None:
        """Hold these as well. Raises BenchHeld, which says who has one of them."""
        for key, words in things.items():
            if key not in self._held:
                self._held[key] = self._taken(key, words)

    def cover(self, description: BenchDescription, records: Iterable[DeviceRecord]) -> None:
        """Hold the real devices that have said who they are. Raises BenchHeld."""
        real = _real(description)
        said = (r for r in records if r.serial and r.name in real)
        self.take({f"serial {r.serial}": f"{r.name} (serial {r.serial})" for r in said})

    def release(self) -> None:
        """Let go of everything; a watchdog that has it too keeps it until it ends."""
        while self._held:
            _, (descriptor, path) = self._held.popitem()
            with suppress(OSError):
                if _is_file(descriptor, path):
                    os.ftruncate(descriptor, 0)  # nobody holds it any more, and nobody died
            os.close(descriptor)

    def _taken(self, key: str, words: str) -> tuple[int, Path]:
        path = _path_of(key)
        deadline_s = time.monotonic() + _DYING_S
        while True:
            descriptor = _opened(path)
            if _locked(descriptor) and _is_file(descriptor, path):
                break
            before = _read(descriptor)
            os.close(descriptor)
            if isinstance(before, Owner) and before.alive:
                raise BenchHeld(words, str(before))
            if time.monotonic() > deadline_s:
                raise BenchHeld(words, "a process that does not say who it is")
            time.sleep(_AGAIN_S)
        self._look_at(words, descriptor)
        _write(descriptor, {"thing": words, "owner": asdict(self._owner)})
        return descriptor, path

    def _look_at(self, words: str, descriptor: int) -> None:
        """What the last one has left in the file. Raises BenchHeld where they still count."""
        before = _read(descriptor)
        if isinstance(before, Owner):
            if before.counts:
                os.close(descriptor)
                raise BenchHeld(words, str(before))
            self._note(f"{words}: taken over from {before}, who has ended without a word")
        elif isinstance(before, Break):
            self._note(f"{words}: {before}")

    def _note(self, note: str) -> None:
        self.notes.append(note)
        line = json.dumps({"at_utc": datetime.now(UTC).isoformat(timespec="seconds"), "what": note})
        with suppress(OSError), (lease_folder() / "history.jsonl").open("a") as history:
            history.write(f"{line}\n")


@contextmanager
def leased(description: BenchDescription) -> Iterator[Lease]:
    """Hold a bench and what it names while the block lasts. Raises BenchHeld."""
    lease = Lease(description.name)
    try:
        lease.take(things_of(description))
        yield lease
    finally:
        lease.release()


def holders(description: BenchDescription) -> dict[str, Owner]:
    """Who holds something of a bench now, by what it is."""
    found = {}
    for key, words in things_of(description).items():
        with suppress(FileNotFoundError):
            descriptor = os.open(_path_of(key), os.O_RDONLY)
            owner = _read(descriptor)
            os.close(descriptor)
            if isinstance(owner, Owner):
                found[words] = owner
    return found


def break_lease(description: BenchDescription, by: str, why: str) -> dict[str, Owner]:
    """Free a bench whatever its owner does, for somebody who answers for it; what was held.

    The next run writes into its journal who broke it and why.
    """
    broken = holders(description)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for key, words in things_of(description).items():
        if (owner := broken.get(words)) is None:
            continue
        path = _path_of(key)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text(json.dumps({"thing": words, "broken": asdict(Break(owner, by, why, now))}))
        fresh.chmod(0o666)
        fresh.replace(path)
    return broken


def _real(description: BenchDescription) -> set[str]:
    """The devices that are neither virtual nor stand on one that is."""
    virtual: set[str] = set()
    for entry in description.devices:  # a reference always points up
        if is_virtual(entry.driver) or virtual.intersection(entry.references):
            virtual.add(entry.name)
    return {entry.name for entry in description.devices} - virtual


def _path_of(key: str) -> Path:
    return lease_folder() / f"{sha256(key.encode()).hexdigest()[:16]}.json"


def _opened(path: Path) -> int:
    """The file, made where there is none; all users of the machine share it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(PermissionError):
        path.parent.chmod(0o1777)
    try:  # another user's file in such a folder may not be opened with O_CREAT
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        os.fchmod(descriptor, 0o666)
        return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_file(descriptor: int, path: Path) -> bool:
    """Whether the path still leads to the file that was opened: a broken lease is another one."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _read(descriptor: int) -> Owner | Break | None:
    """What the file says; None for nothing, or for what no rig has written."""
    try:
        body = json.loads(os.pread(descriptor, 65536, 0))
        if "broken" in body:
            return Break.read(body["broken"])
        return Owner(**body["owner"])
    except (ValueError, TypeError, KeyError):
        return None


def _write(descriptor: int, body: Mapping[str, object]) -> None:
    octets = json.dumps(body).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, octets, 0)
