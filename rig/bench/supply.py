"""Devices that broke are switched off and on before the next test, where a switch feeds them.

``supply: "@usb_port"`` in a device's entry names the switch, listed further up. In its safe state
it feeds the device (a normally closed contact), so that whatever makes a bench safe feeds it again.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.api.clock import clock_of
from drivers.api.errors import DriverError
from drivers.api.relay import Switch
from rig.bench.attempts import described, failure_of
from rig.bench.build import Bench

OFF_S = 2.0  # until what is stored in a device has run down
BACK_S = 3.0  # until it is found again: start of its firmware, enumeration


def broken_devices(error: BaseException) -> frozenset[str]:
    """The names of the devices whose errors are in this one, its causes or its group."""
    return frozenset(e.device for e in _with_causes(error) if isinstance(e, DriverError)) - {""}


def restart(bench: Bench, broken: frozenset[str]) -> list[str]:
    """Switch off and on what feeds these devices; a sentence for each switch, or why it failed.

    What is fed by no switch is left as it is. Takes five seconds of the bench's clock at most.
    """
    fed: dict[str, list[str]] = {}
    for entry in bench.description.devices:
        if entry.name in broken and entry.supply:
            fed.setdefault(entry.supply, []).append(entry.name)
    return [_cycled(bench, switch, names) for switch, names in fed.items()]


def _cycled(bench: Bench, name: str, fed: list[str]) -> str:
    switch, clock = bench.devices[name], clock_of(bench.devices)
    assert isinstance(switch, Switch)  # noqa: S101 - the bench file was checked

    def cycle() -> None:
        switch.make_safe()
        try:
            switch.set(on=not switch.is_on())
            clock.sleep(OFF_S)
        finally:
            switch.make_safe()
        clock.sleep(BACK_S)

    if error := failure_of(cycle):
        return f"{name} could not switch {' and '.join(fed)} off and on: {described(error)}"
    return f"{' and '.join(fed)} switched off and on by {name}"


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
