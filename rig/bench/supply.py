"""Devices that broke are switched off and on before the next test, where a switch feeds them.

``supply: "@usb_port"`` in a device's entry names the switch, listed further up. In its safe state
it feeds the device (a normally closed contact), so that whatever makes a bench safe feeds it again.
``supply: {switch: "@usb_port", off_s: 2, back_s: 3}`` says besides how long the device is off, and
how long it then takes to be back.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.api.clock import clock_of
from drivers.api.errors import DriverError
from drivers.api.relay import Switch
from rig.bench.attempts import described, failure_of
from rig.bench.build import Bench
from rig.bench.description import DeviceEntry, Supply


def broken_devices(error: BaseException) -> frozenset[str]:
    """The names of the devices whose errors are in this one, its causes or its group."""
    return frozenset(e.device for e in _with_causes(error) if isinstance(e, DriverError)) - {""}


def restart(bench: Bench, broken: frozenset[str]) -> list[str]:
    """Switch off and on what feeds these devices; a sentence for each switch, or why it failed.

    What is fed by no switch is left as it is. One that feeds several takes the longest times that
    any of them needs, on the bench's clock.
    """
    fed: dict[str, list[DeviceEntry]] = {}
    for entry in bench.description.devices:
        if entry.supply is not None:
            fed.setdefault(entry.supply.switch, []).append(entry)
    told = []
    for switch, entries in fed.items():
        if names := [entry.name for entry in entries if entry.name in broken]:
            supplies = [entry.supply for entry in entries if entry.supply is not None]
            off_s, back_s = (max(times) for times in zip(*map(_times, supplies), strict=True))
            told.append(_cycled(bench, switch, " and ".join(names), off_s, back_s))
    return told


def _times(supply: Supply) -> tuple[float, float]:
    return supply.off_s, supply.back_s


def _cycled(bench: Bench, name: str, fed: str, off_s: float, back_s: float) -> str:
    switch, clock = bench.devices[name], clock_of(bench.devices)
    assert isinstance(switch, Switch)  # noqa: S101 - the bench file was checked

    def cycle() -> None:
        switch.make_safe()
        try:
            switch.set(on=not switch.is_on())
            clock.sleep(off_s)
        finally:
            switch.make_safe()
        clock.sleep(back_s)

    if error := failure_of(cycle):
        return f"{name} could not switch {fed} off and on: {described(error)}"
    return f"{fed} switched off and on by {name}"


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """Each once: an error that is raised again may be among its own causes."""
    found, left = set[int](), [error]
    while left:
        if id(each := left.pop()) in found:
            continue
        found.add(id(each))
        yield each
        inner = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        left += [e for e in (*inner, each.__cause__, each.__context__) if e is not None]
