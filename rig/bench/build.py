"""Opens the devices of a bench in the order of its file, and closes them in reverse.

An option written ``"@name"`` is the device of that name, opened earlier. That is all a virtual
bench needs to put its devices into one shared world, and all a real one needs to put a switch on
a relay board; this module cannot tell the two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import NoReturn, TypeVar

from drivers.api.device import Device, Identity
from drivers.api.errors import DriverError, DriverUnavailable
from drivers.api.phone import KeyHolder
from drivers.api.relay import Switch
from rig.bench.attempts import attempts, close_all, described
from rig.bench.description import BenchDescription, DeviceEntry
from rig.bench.errors import BenchError, BenchUnavailable
from rig.bench.registry import driver_class, is_virtual
from rig.records.run import DeviceRecord

D = TypeVar("D")
Announce = Callable[[BenchDescription], object]


@dataclass(frozen=True)
class Bench:
    """Opened devices. ``description`` is of the bench that was opened, which may be a fallback."""

    description: BenchDescription
    devices: Mapping[str, Device]
    records: tuple[DeviceRecord, ...]
    substitutions: tuple[str, ...]  # one sentence for each bench that could not be opened
    remarks: tuple[str, ...] = ()  # on how the bench came to be this run's

    @property
    def simulated(self) -> bool:
        """Whether any device is virtual, so that no result is of a real bench."""
        return any(record.simulated for record in self.records)

    def of(self, kind: type[D]) -> dict[str, D]:
        """The devices that keep a contract, by name."""
        return {name: d for name, d in self.devices.items() if isinstance(d, kind)}


def opened(
    description: BenchDescription, announce: Announce | None = None
) -> AbstractContextManager[Bench]:
    """Open a bench, or its fallback where a library or system package is missing.

    ``announce`` is called with each description just before its first device is opened. However
    the block ends, every device is closed, last opened first. An error of the block goes on with
    the closing errors as notes, since a group in its place would hide why the run ended; without
    one, BenchError is raised whose cause is the group of all closing errors.

    Raises BenchUnavailable, naming the device, when a driver cannot open one.
    """
    return _opened(description, announce or (lambda _: None))


def driver_classes(description: BenchDescription) -> dict[str, type[Device]]:
    """The class that each device of the bench will be of, by name."""
    return {entry.name: driver_class(entry.driver) for entry in description.devices}


def switch_names(description: BenchDescription) -> set[str]:
    """The names of the bench's switches."""
    return {n for n, cls in driver_classes(description).items() if issubclass(cls, Switch)}


def partial(description: BenchDescription, names: Collection[str]) -> BenchDescription:
    """The same bench with nothing but the named devices and what they are built on."""
    wanted = set(names)
    for entry in reversed(description.devices):  # a reference always points up
        if entry.name in wanted:
            wanted.update(entry.references)
    kept = tuple(entry for entry in description.devices if entry.name in wanted)
    return replace(description, devices=kept, fallback=None)


def unexpected(entry: DeviceEntry, who: Identity) -> str:
    """In what a device is not the one that the bench file expects; "" when it is."""
    differences = [
        f"{word} is {getattr(who, word) or 'not said'}, and the bench file expects {wanted}"
        for word, wanted in entry.expected.items()
        if getattr(who, word) != wanted
    ]
    return "; ".join(differences)


@contextmanager
def _opened(description: BenchDescription, announce: Announce) -> Iterator[Bench]:
    substitutions: tuple[str, ...] = ()
    with ExitStack() as stack:
        while True:
            announce(description)
            try:
                bench = stack.enter_context(_opened_alone(description, substitutions))
                break
            except BenchUnavailable as exc:
                for earlier in substitutions:
                    exc.add_note(earlier)
                stand_in = description.fallback
                if stand_in is None or not isinstance(exc.__cause__, DriverUnavailable):
                    raise
                substitutions += (f"bench {stand_in.name} for {description.name}: {exc.message}",)
                description = stand_in
        yield bench


@contextmanager
def _opened_alone(description: BenchDescription, substitutions: tuple[str, ...]) -> Iterator[Bench]:
    devices: dict[str, Device] = {}
    with _closing(devices):
        for attempt in attempts(description.devices, devices):
            if attempt.error:
                _give_up(description, attempt.entry, attempt.error)
        records = tuple(
            _record(description, entry, devices[entry.name]) for entry in description.devices
        )
        yield Bench(description, devices, records, substitutions)


def _record(description: BenchDescription, entry: DeviceEntry, device: Device) -> DeviceRecord:
    try:
        who = device.identity()
    except DriverError as exc:
        _give_up(description, entry, exc)
    if other := unexpected(entry, who):
        message = f"{entry.name} ({entry.driver}): {other}"
        raise BenchUnavailable(message, file=description.path, line=entry.line)
    return DeviceRecord(
        name=entry.name,
        driver=entry.driver,
        simulated=is_virtual(entry.driver),
        make=who.make,
        model=who.model,
        serial=who.serial,
        firmware=who.firmware,
        details=dict(who.details),
        kind=device.kind if isinstance(device, KeyHolder) else "",
    )


def _give_up(description: BenchDescription, entry: DeviceEntry, error: Exception) -> NoReturn:
    """Raise BenchUnavailable for a driver's own error; any other is a fault and stays as it is."""
    if isinstance(error, DriverError):
        reason = str(error).removeprefix(f"{entry.name}: ")
        message = f"{entry.name} ({entry.driver}): {reason}"
        raise BenchUnavailable(message, file=description.path, line=entry.line) from error
    error.add_note(f"{description.path}:{entry.line}: opening {entry.name} ({entry.driver})")
    raise error


@contextmanager
def _closing(devices: dict[str, Device]) -> Iterator[None]:
    """Close what the block has put into ``devices``; see ``opened`` for the errors."""
    try:
        yield
    except BaseException as exc:
        for name, error in close_all(devices).items():
            exc.add_note(f"{name} did not close: {described(error)}")
        raise
    if failed := close_all(devices):
        message = "; ".join(f"{name} did not close: {described(e)}" for name, e in failed.items())
        raise BenchError(message) from ExceptionGroup("closing the bench", list(failed.values()))
